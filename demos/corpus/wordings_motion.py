"""How the attributes of the motion are worded: data of the vocabulary, no logic.

One block a key. A line is "form register: wording | wording". Forms: adj (before "dance" and after "is"), np (after
"with"), vp (after a subject; ~ marks verbs to inflect), adv (at the end), clause (a sentence of its own), cue (only
understood, never written). Registers: plain when none is named, jargon, casual, light. {n} and {times} are a count.
"""

ARMS = {
    "arms.height.both_overhead": """
        np: both arms overhead | both arms high above the head | hands held high overhead
        np jargon: high fifth-position arms | arms extended to high level
        vp: ~raise both arms overhead | ~lift both hands above the head | ~reach up with both arms
        vp jargon: ~extend both arms to high level | ~carry both arms up to high fifth
        vp casual: ~throw both hands up in the air | ~put both hands way up
        clause: both arms go up over the head
        clause light: both hands reach for the ceiling
        cue: both arms up | both hands up | hands in the air | arms in the air | raise the roof | arms over the head
        """,
    "arms.height.overhead": """
        np: a hand above the head | hands rising above the head | arms reaching overhead
        np jargon: overhead arm lines | a high port de bras
        vp: ~reach above the head | ~bring a hand over the head | ~lift a hand overhead
        vp casual: ~stick a hand up high
        clause: a hand rises above the head
        clause light: one arm drifts up like smoke
        cue: overhead arms | overhead | arm overhead | hand above head | hands above the head | high arms
        """,
    "arms.height.raised": """
        np: raised arms | arms held above the shoulders | lifted arms
        np jargon: sustained raised port de bras | high-placed arms
        vp: ~hold the arms up | ~keep the arms raised | ~lift the arms above the shoulders
        vp casual: ~keep those arms up
        clause: the arms stay raised | the arms are up above the shoulders
        clause light: the arms float above the shoulders
        cue: arms up | arms raised | raising arms | raises the arms | lifting the arms | hands up | raise arms
        """,
    "arms.height.low": """
        np: arms kept low | hands below the shoulders | low arms
        np jargon: low-level arms | arms in low position
        vp: ~keep the arms low | ~keep the hands below the shoulders
        vp casual: ~leave the arms down low
        clause: the arms stay low | the hands hardly leave the waist
        clause light: the arms rest low and unhurried
        cue: arms down | hands down | lowered arms | arms hanging
        """,
    "arms.wide.wide": """
        np: arms stretched wide | wide open arms | both arms out to the sides
        np jargon: second-position arms | a wide lateral arm line
        vp: ~open both arms wide | ~stretch the arms out sideways | ~spread the arms
        vp jargon: ~carry the arms through second position
        vp casual: ~fling the arms out wide
        clause: the arms open wide | both arms stretch to the sides
        clause light: the arms open like wings
        cue: wide arms | arms wide | arms spread | arms outstretched | outstretched arms | spread arms | t pose arms
        """,
    "arms.wave.wave": """
        np: a waving hand | hand waves | a raised hand that waves
        np jargon: repeated forearm waves
        vp: ~wave a hand | ~wave with a raised hand
        vp casual: ~wave hello
        clause: a raised hand waves to and fro
        clause light: a hand waves as if to a friend
        cue: waving | waves | wave | waving arms | waving hands | arm waves
        """,
    "arms.cross.cross": """
        np: crossing arms | arms that cross in front of the body | wrists crossing at the chest
        np jargon: repeated arm crosses
        vp: ~cross the arms in front of the body | ~cross the wrists
        vp jargon: ~close the arms through crossed positions
        clause: the arms cross and open again
        clause light: the arms fold across the body and part again
        cue: crossed arms | arms crossed | crossing wrists | arms crossing | cross arms
        """,
    "arms.punch.punch": """
        np: punching arms | straight punches | arms that punch out
        np jargon: sharp arm jabs | direct arm thrusts
        vp: ~punch with straight arms | ~punch the air | ~shoot the arms out straight
        vp casual: ~throw some punches
        clause: the arms punch out straight | fists shoot forward and stop
        clause light: the arms strike like pistons
        cue: punch | punches | punching | jab | jabs | boxing
        """,
    "arms.circle.circle": """
        np: arm circles | a full circle of the arm | big circling arms
        np jargon: full arm circumductions | windmilling arms
        vp: ~swing an arm in a full circle | ~circle the arms | ~draw a big circle with the arm
        vp casual: ~windmill the arms
        clause: an arm swings through a full circle
        clause light: an arm draws a great wheel in the air
        cue: circling arms | arm circle | arms in circles | windmill arms
        """,
    "arms.clap.clap": """
        np: claps | clapping hands | hand claps
        np jargon: clap accents
        vp: ~clap | ~clap the hands | ~bring the hands together in claps
        vp casual: ~clap along
        clause: the hands meet in claps
        clause light: the hands fly together in claps
        cue: clapping | clap hands
        """,
    "arms.hips.hips": """
        np: hands on the hips | both hands placed on the hips
        np jargon: an akimbo arm placement
        vp: ~place both hands on the hips | ~hold the hands on the hips
        vp casual: ~stand with hands on hips
        clause: the hands rest on the hips
        clause light: the hands settle proudly on the hips
        cue: hands on hips | akimbo
        """,
    "arms.amount.still": """
        np: quiet arms | nearly still arms | arms that hardly move
        np jargon: minimal arm work | neutral arms
        vp: hardly ~move the arms | ~keep the arms quiet
        vp casual: barely ~use the arms
        clause: the arms stay nearly still | the arms do very little
        clause light: the arms are silent
        cue: still arms | arms still | no arm movement | little arm movement
        cue: no arms | without arms | arms do nothing
        """,
    "arms.amount.busy": """
        np: busy arms | fast arm work | lots of arm movement
        np jargon: intricate arm choreography | dense arm work
        vp: ~keep the arms busy | ~move the arms fast and often
        vp casual: ~go wild with the arms
        clause: the arms never rest | the arms move fast throughout
        clause light: the arms chatter without a pause
        cue: active arms | big arm movements | expressive arms | arm choreography | arm work | tutting | armography
        """,
    "arms.side.left": """
        np: a leading left arm | more work in the left arm
        np jargon: left-dominant arm work
        vp: ~lead with the left arm | ~use mostly the left arm
        clause: the left arm does most of the work
        clause light: the left arm tells the story
        cue: mostly left arm | left arm leads | left arm leading | with the left arm
        """,
    "arms.side.right": """
        np: a leading right arm | more work in the right arm
        np jargon: right-dominant arm work
        vp: ~lead with the right arm | ~use mostly the right arm
        clause: the right arm does most of the work
        clause light: the right arm tells the story
        cue: mostly right arm | right arm leads | right arm leading | with the right arm
        """,
    "arms.only.left": """
        np: only the left arm raised | a raised left arm alone
        vp: ~raise only the left arm | ~lift the left hand alone
        clause: only the left arm goes up
        clause light: the left hand rises by itself
        cue: left arm up | left hand up | raised left arm | raises the left arm | raise the left arm
        cue: lifts the left arm
        """,
    "arms.only.right": """
        np: only the right arm raised | a raised right arm alone
        vp: ~raise only the right arm | ~lift the right hand alone
        clause: only the right arm goes up
        clause light: the right hand rises by itself
        cue: right arm up | right hand up | raised right arm | raises the right arm | raise the right arm
        cue: lifts the right arm
        """,
    "arms.match.mirrored": """
        np: mirrored arms | both arms moving as mirror images | symmetrical arms
        np jargon: bilateral arm symmetry
        vp: ~move both arms in mirror image | ~work the arms symmetrically
        vp casual: ~do the same thing with both arms
        clause: left and right arm mirror one another
        clause light: the arms move like a pair of wings
        cue: symmetric arms | arms mirror each other | symmetrical | symmetric
        """,
    "arms.match.opposed": """
        np: alternating arms | arms swinging against one another | arms in opposition
        np jargon: oppositional arm swings | contralateral arm work
        vp: ~alternate the arms | ~swing the arms against each other
        clause: the arms alternate | one arm goes as the other comes
        clause light: the arms trade places like a seesaw
        cue: alternating arm swings | opposing arms | arm swings | swinging arms | arms alternate | asymmetric arms
        """,
}

LEGS = {
    "legs.steps.busy": """
        np: quick footwork | busy feet | rapid steps
        np jargon: intricate footwork | dense step patterns
        vp: ~step quickly | ~work the feet fast | ~keep the feet busy
        vp casual: ~show off some fast feet
        clause: the feet never stop stepping
        clause light: the feet patter without rest
        cue: fast footwork | fast feet | footwork | quick feet | quick steps | lots of steps | fancy footwork
        cue: shuffle dance | shuffling | tap dance steps
        """,
    "legs.steps.steady": """
        np: steady steps | regular stepping | plenty of steps
        np jargon: continuous weight changes | regular transfers of weight
        vp: ~step steadily | ~step from foot to foot | ~shift weight from foot to foot
        vp casual: ~keep on stepping
        clause: the feet keep stepping | weight passes from foot to foot
        clause light: the feet walk through the music
        cue: stepping | steps | step touch | step | weight shifts | weight changes | walking
        """,
    "legs.steps.planted": """
        np: planted feet | feet that stay in place | still feet
        np jargon: a grounded, static base | no transfer of weight
        vp: ~keep both feet planted | ~stand in place | ~leave the feet where they are
        vp casual: barely ~move the feet
        clause: the feet stay planted
        clause light: the feet are rooted to the floor
        cue: feet planted | standing still | still legs | no steps | no footwork | stationary feet | feet still
        """,
    "legs.kick.front": """
        np: a kick to the front | front kicks | a high forward kick
        np jargon: a grand battement devant | battements to the front
        vp: ~kick forward | ~kick a leg to the front | ~swing a straight leg up in front
        vp casual: ~boot a leg out front
        clause: a leg kicks to the front
        clause light: a leg flies up ahead
        cue: front kick | forward kick | kicks forward | kicking forward
        cue: kicks to the front | kick to the front | kicking to the front
        """,
    "legs.kick.side": """
        np: a kick to the side | side kicks | a leg kicked out sideways
        np jargon: a battement à la seconde | lateral kicks
        vp: ~kick to the side | ~kick a leg out sideways
        vp casual: ~boot a leg out to the side
        clause: a leg kicks out to the side
        clause light: a leg flies out sideways
        cue: side kick | kicks sideways | kicking sideways | kicks to the side
        """,
    "legs.kick.back": """
        np: a kick to the back | back kicks | a leg kicked up behind
        np jargon: a battement derrière
        vp: ~kick backwards | ~kick a leg up behind
        vp casual: ~flick a straight leg out behind
        clause: a leg kicks up behind
        clause light: a leg flies up behind the body
        cue: back kick | kicks back | kicking back | kicks behind
        """,
    "legs.kick.many": """
        np: many kicks | kick after kick | lots of kicks
        np jargon: a string of battements
        vp: ~kick again and again | ~kick many times
        vp casual: ~kick like mad
        clause: one kick follows another
        clause light: kicks burst out again and again
        cue: plenty of kicks | a lot of kicks | several kicks | multiple kicks | full of kicks
        """,
    "legs.kick.any": """
        cue: kick | kicks | kicking | high kick | high kicks | battement | battements | leg kicks
        """,
    "legs.lift.back": """
        np: a straight leg lifted behind | a leg held up behind the body
        np jargon: an arabesque line | an arabesque
        vp: ~lift a straight leg behind | ~hold a leg up behind the body
        vp jargon: ~extend into an arabesque
        clause: a straight leg lifts behind the body
        clause light: a leg unfolds slowly behind
        cue: arabesques | leg behind | leg lifted behind | attitude derriere
        """,
    "legs.lift.front": """
        np: a straight leg lifted in front | a slow forward leg lift
        np jargon: a développé devant
        vp: ~lift a straight leg in front | ~hold a straight leg out ahead
        clause: a straight leg lifts to the front
        clause light: a leg unfolds slowly ahead
        cue: leg lift | leg lifts | leg extension | leg extensions | developpe
        """,
    "legs.lift.side": """
        np: a straight leg lifted to the side | a slow sideways leg lift
        np jargon: an extension à la seconde
        vp: ~lift a straight leg to the side
        clause: a straight leg lifts out to the side
        clause light: a leg unfolds slowly to the side
        cue: side extension | side leg lift
        """,
    "legs.knee.one": """
        np: a knee lift | a raised knee
        np jargon: a passé lift
        vp: ~lift a knee | ~raise a bent knee
        clause: a knee comes up
        clause light: a knee drifts up and settles
        cue: passe | retire | lifted knee
        """,
    "legs.knee.several": """
        np: knee lifts | high knees | repeated knee raises
        np jargon: successive passé lifts | marching knees
        vp: ~lift the knees | ~raise one knee after another | ~pull the knees up
        vp casual: ~march with high knees
        clause: the knees keep coming up
        clause light: the knees bob up again and again
        cue: knees up | knee lifting | lifted knees | raised knees | marching | running man | many knee lifts
        cue: knees high | lifts the knees high | lifts knees high
        """,
    "legs.cross.cross": """
        np: crossing steps | feet that cross | crossed steps
        np jargon: cross-steps | grapevine-like crosses
        vp: ~cross one foot over the other | ~cross the feet while stepping
        clause: the feet cross over one another
        clause light: the feet braid across the floor
        cue: cross steps | crossing feet | crossing legs | crossed legs | grapevine | cross step | feet crossing
        """,
    "legs.stance.wide": """
        np: a wide stance | feet planted far apart | legs set wide
        np jargon: a wide second-position base
        vp: ~stand with the feet wide apart | ~take a wide stance
        vp casual: ~stand good and wide
        clause: the feet stand wide apart
        clause light: the legs straddle the ground
        cue: wide legs | legs wide | legs apart | feet apart | wide second | straddle
        """,
    "legs.bend.deep": """
        np: deeply bent knees | soft, deep knees
        np jargon: a deep plié throughout | a sunken, grounded plié
        vp: ~stay deep in the knees | ~dance on deeply bent knees
        vp casual: ~sit down into it
        clause: the knees stay deeply bent
        clause light: the legs sink softly into the floor
        cue: bent knees | plie | plies | deep knees | grounded | knees bent
        """,
    "legs.bend.straight": """
        np: nearly straight legs | long legs
        np jargon: pulled-up, extended legs
        vp: ~keep the legs nearly straight | ~stay on straight legs
        clause: the legs stay nearly straight
        clause light: the legs stand tall as reeds
        cue: straight legs | straight knees | legs straight
        """,
}

TORSO = {
    "torso.lean.upright": """
        np: an upright torso | a straight back | an upright posture
        np jargon: a vertical spine | a held, vertical torso
        vp: ~keep the torso upright | ~hold the back straight
        clause: the torso stays upright
        clause light: the spine stands like a candle
        cue: upright | back straight | torso upright | straight spine | good posture | tall posture
        """,
    "torso.lean.forward": """
        np: a torso leaning forward | a forward lean
        np jargon: a forward-pitched torso
        vp: ~lean forward | ~pitch the torso forward
        vp casual: ~hunch forward a bit
        clause: the torso leans forward
        clause light: the body leans into the wind
        cue: leaning ahead | leans in | hunched | leaning in
        """,
    "torso.lean.back": """
        np: a torso leaning back | a backward lean
        np jargon: a back-pitched torso
        vp: ~lean back | ~tip the torso back
        vp casual: ~lay back
        clause: the torso leans back
        clause light: the body leans away, as if listening
        cue: leaning backward | leaning backwards | laid back posture
        """,
    "torso.bend.forward": """
        np: a deep forward bend | a torso that folds forward
        np jargon: a flat-back hinge | a deep torso contraction forward
        vp: ~bend forward deeply | ~fold the torso forward
        vp casual: ~bend right over
        clause: the torso bends deeply forward
        clause light: the body bows toward the floor
        cue: bending forward | bends over | bending over | bow | bows | folds forward | forward bends | bending | bends
        """,
    "torso.bend.back": """
        np: a backbend | an arched back | a torso that arches back
        np jargon: a cambré back | a back arch
        vp: ~arch back | ~bend backwards | ~arch the back
        vp casual: ~tip way back
        clause: the back arches
        clause light: the chest opens to the sky
        cue: backbends | arching back | bending back | bends back | arched | arching | cambre
        """,
    "torso.bend.side": """
        np: side leans | a torso tilting to the side | sideways bends
        np jargon: lateral tilts
        vp: ~lean to the side | ~tilt the torso sideways
        clause: the torso tilts to the side
        clause light: the body sways aside like a tree
        cue: side bends | leaning to the side | side lean | tilting | tilts | side bend | leans sideways
        """,
    "torso.twist.twist": """
        np: a twisting torso | shoulders turning against the hips | strong twists of the torso
        np jargon: upper-body counter-rotation | torso spirals
        vp: ~twist the torso | ~turn the shoulders against the hips
        vp casual: ~twist it up top
        clause: the shoulders twist against the hips
        clause light: the spine winds and unwinds
        cue: twisting | twist | twists | body twists | shoulder twist | spiral torso | torso twist
        """,
    "torso.hips.sway": """
        np: swaying hips | hips that swing side to side | lively hips
        np jargon: lateral hip action | pronounced hip isolations
        vp: ~sway the hips | ~swing the hips from side to side
        vp jargon: ~drive the movement from the hips
        vp casual: ~shake those hips
        clause: the hips sway | the hips swing from side to side
        clause light: the hips rock like a boat
        cue: hips | hip | hip sway | hip movement | hip movements | cuban motion | hips swaying | hip swings
        cue: hip action | shaking hips
        cue: swaying | hip swaying | swing the hips | wiggling hips | hip shaking
        """,
    "torso.roll.roll": """
        np: a rippling torso | body rolls | a spine that curls and arches
        np jargon: torso undulations | contractions and releases of the spine
        vp: ~roll the torso | ~curl and ~arch the spine
        vp casual: ~throw in some body rolls
        clause: the spine curls and arches
        clause light: a ripple runs through the spine
        cue: body roll | undulation | undulating | body wave | body waves | torso waves | chest rolls | contractions
        """,
    "torso.amount.still": """
        np: a quiet torso | a torso that hardly moves
        np jargon: a held, neutral torso
        vp: ~keep the torso quiet | ~hold the torso still
        clause: the torso hardly moves
        clause light: the torso is calm as a pillar
        cue: still torso | stiff torso | rigid torso | torso still
        """,
    "torso.head.nod": """
        np: a nodding head | head nods
        np jargon: head accents
        vp: ~nod the head | ~bob the head
        vp casual: ~nod along
        clause: the head nods along
        clause light: the head agrees with every phrase
        cue: nodding | head bob | head bobs | nods | headbanging | head nod
        """,
}
