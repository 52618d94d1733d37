"""How the music is worded: data of the vocabulary, in wordings_motion's form; madj stands before "music" or "track"."""

GENRE_CUES = {
    "salsa": "salsa dancing",
    "cha-cha": "cha cha cha | chacha",
    "bachata": "",
    "samba": "",
    "tango": "",
    "reggaeton": "",
    "flamenco": "",
    "hip-hop": "hiphop | rap",
    "breaking": "breakdance | breakdancing | break dance | bboy | b boy | bboying",
    "popping": "",
    "locking": "",
    "krump": "krumping",
    "street jazz": "jazz | jazz dance",
    "house": "house dance",
    "disco": "disco dancing",
    "K-pop": "kpop",
    "afrobeat": "afrobeats | afro",
    "jazz swing": "jazz music | swing music | swing | swing dance | swing dancing | lindy hop | lindy",
    "rock'n'roll": "rock and roll | rock n roll | rock | rock dance",
    "folk": "folk dance | folk dancing | jig | reel | irish dance",
    "waltz": "",
    "ballet": "balletic | ballet dance",
    "contemporary": "modern dance | contemporary dance",
    "Indian classical": "bharatanatyam | indian dance | kathak | indian",
}
"""The genres of the composer, and what else people call them."""

MUSIC = {
    "tempo.speed.slow": """
        madj: slow-tempo | low-tempo
        mnp: a slow tempo | a slow pulse
        mnp jargon: an adagio tempo
        clause: the music is slow
        clause light: the music takes its time
        cue: slow music | slow song | slow beat | slow tempo
        """,
    "tempo.speed.medium": """
        madj: mid-tempo | medium-tempo
        mnp: a medium tempo | a moderate tempo
        mnp jargon: an andante tempo
        clause: the tempo is moderate
        clause light: the music walks along
        cue: midtempo | medium tempo music
        """,
    "tempo.speed.fast": """
        madj: up-tempo | high-tempo
        mnp: a fast tempo | a quick beat
        mnp jargon: an allegro tempo
        clause: the music is fast
        clause light: the music races ahead
        cue: fast music | fast song | fast beat | fast tempo | uptempo | quick tempo
        """,
    "rhythm.feel.swung": """
        madj: swung | swinging
        mnp: a swung groove | a swung rhythm
        mnp jargon: shuffled eighths
        clause: the rhythm swings
        clause light: the rhythm lilts and swings
        cue: swing feel | shuffle rhythm | swung beat | shuffle
        """,
    "rhythm.feel.straight": """
        madj: straight-beat
        mnp: a straight rhythm | an even rhythm
        mnp jargon: straight eighths
        clause: the rhythm is straight
        clause light: the rhythm runs straight as a rail
        cue: straight beat | even beat
        """,
    "rhythm.meter.waltz": """
        madj: three-four | triple-time
        mnp: a three-beat bar | a lilting count of three
        mnp jargon: a 3/4 metre
        clause: the music counts in three
        clause light: the music turns in threes
        cue: waltz time | three four time | triple meter | triple metre | in three | waltz rhythm
        """,
    "rhythm.kick.four": """
        madj: four-on-the-floor
        mnp: a kick on every beat
        mnp jargon: a four-on-the-floor kick
        clause: the kick lands on every beat
        clause light: the kick drum is a steady heart
        cue: four to the floor | 4 on the floor | steady kick | kick drum
        """,
    "rhythm.accent.syncopated": """
        madj: syncopated | off-beat
        mnp: a syncopated rhythm | accents off the beat
        mnp jargon: heavy syncopation
        clause: the rhythm is full of syncopation
        clause light: the rhythm dances around the beat
        cue: syncopation | offbeat | off beat accents
        """,
    "valence.mood.happy": """
        madj: cheerful | happy | upbeat
        mnp: a cheerful mood | a bright mood
        mnp jargon: a bright, major tonality
        clause: the mood is bright
        clause light: the music smiles
        cue: joyful | joyous | fun | cheery | bright music | positive | feel good | playful | happiness | happy song
        """,
    "valence.mood.sad": """
        madj: melancholy | sad | dark
        mnp: a melancholy mood | a dark mood
        mnp jargon: a dark, minor tonality
        clause: the mood is dark
        clause light: the music grieves
        cue: sorrowful | gloomy | moody | melancholic | sombre | somber | sadness | emotional
        """,
    "music.form.drop": """
        mnp: a drop | a big drop
        clause: the music drops
        clause light: the music falls open into a drop
        cue: beat drop | bass drop
        """,
    "music.form.build": """
        mnp: a build-up
        clause: the music builds up
        clause light: the music climbs
        cue: musical build up | buildup
        """,
}

GENRE = """
    genre: {genre}
    madj: {genre}
    cue: {cues}
    """

WHO = {
    "who.count.solo": """
        cue: solo | soloist | one dancer | single dancer | a dancer alone | alone
        """,
    "who.count.couple": """
        cue: couple | couples | duet | duo | two dancers | partner | partners | pair | partner dance | partnered
        cue: together as a couple
        cue: a man and a woman | man and woman | two people | pairs | dance partners
        """,
}
