"""How place, turns, jumps, level, dynamics and pair are worded: data of the vocabulary, in wordings_motion's form."""

SPACE = {
    "space.place.spot": """
        adv: on the spot | in place | without leaving the spot
        adv jargon: within a small kinesphere on one spot
        np: hardly any travel
        np jargon: a stationary pathway
        clause: nothing leaves the spot
        clause light: a single tile would be room enough
        cue: stays on the spot | staying in place | one place | stationary | small space | no travel | not moving around
        """,
    "space.place.travel": """
        adv: across the floor | all over the floor | while covering a lot of ground
        np: plenty of travel across the floor | a wide use of space
        np jargon: large travelling pathways
        vp: ~travel across the floor | ~cover a lot of ground
        vp jargon: ~eat up the space
        vp casual: ~move all over the place
        clause: the dance covers a lot of ground
        clause light: the floor slips away underfoot
        cue: travelling | traveling | travels | moving around | moves around | uses the whole floor | uses space
        cue: large space | covering ground | travel
        cue: across the stage | across the whole stage | around the stage | travels around | across the room
        """,
    "space.path.sideways": """
        adv: from side to side
        np: side-to-side travel | sideways steps
        np jargon: lateral pathways
        vp: ~move from side to side | ~travel sideways to and fro
        clause: the steps go from side to side
        clause light: the steps sway like a tide
        cue: side to side | moving sideways | sideways | lateral | side steps | side step
        """,
    "space.path.ahead": """
        adv: forward and back
        np: forward-and-back travel | steps forward and back
        np jargon: sagittal pathways
        vp: ~move forward and back | ~step ahead and back again
        clause: the steps go forward and back
        clause light: the steps advance and retreat
        cue: back and forth | forwards and backwards | forward and backward | forward and backwards
        """,
    "space.path.circle": """
        adv: in a circle
        np: a circular path | a path that goes round in a circle
        np jargon: circular floor patterns
        vp: ~move in a circle | ~walk round in a circle
        clause: the path curves into a circle
        clause light: the steps draw a ring on the floor
        cue: circle | in circles | circular | walks in a circle | around the room
        """,
}

TURNS = {
    "turns.count.{n}": """
        np: {n} full {turns} | {n} complete {turns} | {n} whole {turns}
        np jargon: {n} full {rotations} | {n} 360-degree {turns}
        vp: ~turn all the way round {times} | ~spin fully {times}
        vp casual: ~spin right around {times}
        cue: {n} {turns} | {n} {spins} | {n} {pirouettes} | turns {times} | spins {times} | turn {times} | spin {times}
        """,
    "turns.left.{n}": """
        np: {n} full {turns} to the left | {n} left {turns}
        np jargon: {n} counterclockwise {rotations}
        vp: ~turn fully to the left {times} | ~spin to the left {times}
        cue: {n} {turns} to the left | {n} {spins} to the left | turns left {times} | turns to the left {times}
        """,
    "turns.right.{n}": """
        np: {n} full {turns} to the right | {n} right {turns}
        np jargon: {n} clockwise {rotations}
        vp: ~turn fully to the right {times} | ~spin to the right {times}
        cue: {n} {turns} to the right | {n} {spins} to the right | turns right {times} | turns to the right {times}
        """,
    "turns.many.many": """
        np: lots of turns | many spins | turn after turn
        np jargon: chained rotations | a string of full rotations
        vp: ~spin again and again | ~turn many times
        vp casual: ~spin like a top
        clause: one turn follows another
        clause light: the room whirls past again and again
        cue: many turns | a lot of turns | plenty of turns | lots of spins | a lot of spins | lots of spinning
        cue: lots of turning | full of turns | multiple turns | several turns | spinning a lot | turning a lot
        cue: whirling | many pirouettes | lots of pirouettes
        cue: spins a lot | turns a lot | constantly turning | spinning around a lot
        """,
    "turns.any.any": """
        cue: turn | turns | turning | spin | spins | spinning | twirl | twirls | twirling | pirouette | pirouettes
        cue: whirl | rotates | rotation | rotations | rotating | full turn | full turns
        """,
    "turns.way.left": """
        np: turns only to the left
        vp: ~turn only to the left
        clause: every full turn goes to the left
        cue: left turn | left turns | turning left | turns left | turn left | spins left | turns to the left
        cue: spin left | turning to the left | counterclockwise turns | counterclockwise
        """,
    "turns.way.right": """
        np: turns only to the right
        vp: ~turn only to the right
        clause: every full turn goes to the right
        cue: right turn | right turns | turning right | turns right | turn right | spins right | turns to the right
        cue: spin right | turning to the right | clockwise turns | clockwise
        """,
    "turns.half.half": """
        np: a half turn | turns of half a circle
        np jargon: a 180-degree pivot | half-turn pivots
        vp: ~make a half turn | ~turn halfway round
        vp casual: ~flip around halfway
        clause: the body turns halfway round
        clause light: the body turns its back on us
        cue: half turns | pivot | pivots | turns around | turn around | half spin | turning around
        """,
    "turns.long.double": """
        np: a double turn without a stop | an unbroken double spin
        np jargon: a multiple pirouette | a double rotation
        vp: ~spin twice round without stopping
        clause: one spin runs through two rounds
        clause light: a spin unwinds for two whole rounds
        cue: double turn | double spin | double pirouette | multiple pirouettes | long spin
        """,
    "turns.speed.fast": """
        np: a fast spin | a quick whirl of a turn
        np jargon: a high-velocity rotation
        vp: ~spin fast | ~whip through a fast turn
        clause: the spin is fast
        clause light: a turn flashes by
        cue: fast turns | fast spins | quick turns | quick spins | fast turn | quick turn | quick spin | rapid turns
        """,
    "turns.none.none": """
        np: no turning at all
        vp: ~keep facing about the same way
        clause: the body keeps facing the same way
        cue: always facing forward | facing the front | no turning
        """,
}

JUMPS = {
    "jumps.count.{n}": """
        np: {n} {jumps}
        np jargon: {n} aerial {jumps}
        vp: ~jump {times} | ~leave the ground {times}
        vp casual: ~hop up {times}
        cue: jumps {times} | {n} {hops} | {n} {leaps}
        """,
    "jumps.many.many": """
        np: lots of jumps | jump after jump
        np jargon: repeated aerial jumps
        vp: ~jump again and again | ~jump many times
        vp casual: ~bounce off the floor nonstop
        clause: one jump follows another
        clause light: the floor is left behind again and again
        cue: many jumps | a lot of jumps | plenty of jumps | lots of jumping | jumping a lot | full of jumps
        cue: several jumps | multiple jumps | many hops | lots of hops | lots of leaps
        """,
    "jumps.any.any": """
        cue: jump | jumps | jumping | hop | hops | hopping | airborne
        """,
    "jumps.leap.leap": """
        np: a travelling leap | leaps through the air
        np jargon: a grand jeté | jetés
        vp: ~leap through the air | ~leap across the floor
        vp casual: ~take a flying leap
        clause: a leap carries across the floor
        clause light: a leap hangs in the air
        cue: leap | leaps | leaping | jete | jetes | grand jete
        """,
}

LEVEL = {
    "level.height.low": """
        adv: low to the ground | at a low level
        np: a low level | long stretches low to the floor
        np jargon: sustained low-level work
        vp: ~stay low | ~sink low to the ground
        vp casual: ~get down low
        clause: much of it happens low to the ground
        clause light: the weight sinks toward the earth
        cue: low | low level | low dance | crouched | crouching | down low | low stance | sinks | sinking
        """,
    "level.height.floor": """
        np: floorwork | time spent down on the floor
        np jargon: extended floorwork
        vp: ~go down to the floor | ~work on the floor
        vp casual: ~hit the floor
        clause: part of it happens down on the floor
        clause light: the body melts down to the floor
        cue: floor work | on the floor | on the ground | on the knees | kneeling | kneels | lying down
        cue: goes to the floor
        """,
    "level.height.high": """
        np: a tall, high level
        np jargon: a high centre of gravity
        vp: ~stay tall throughout
        clause: the body stays tall
        clause light: the body stands tall as a tower
        cue: high level | standing tall | tall stance
        """,
    "level.crouch.crouch": """
        np: a crouch | a deep knee bend | dips into a crouch
        np jargon: a grand plié | level drops
        vp: ~dip into a crouch | ~bend the knees deeply | ~drop into a crouch
        vp casual: ~duck down
        clause: the knees fold into a crouch
        clause light: the body dips like a bird drinking
        cue: crouches | squat | squats | squatting | grand plie | dips | dip | drops down | ducks
        """,
    "level.change.varied": """
        np: big changes of level | a mix of high and low
        np jargon: strong level changes
        vp: ~move between high and low | ~change level boldly
        clause: the level keeps changing
        clause light: the body rises and sinks like a swell
        cue: changes of level | level change | up and down | rising and falling | rise and fall | changes level
        cue: varied levels | changing levels
        """,
    "level.toes.toes": """
        np: time up on the toes | lifted heels
        np jargon: relevé work | sustained relevé
        vp: ~rise onto the toes | ~dance up on the toes
        vp casual: ~go up on tiptoe
        clause: the heels leave the floor
        clause light: the heels barely touch the earth
        cue: on the toes | on toes | tiptoe | releve | tiptoes | ballet toes
        """,
    "level.hand.floor": """
        np: a hand on the floor | hands touching the floor
        np jargon: hand-supported floor moves
        vp: ~touch the floor with a hand | ~put a hand down on the floor
        clause: a hand touches the floor
        clause light: fingers brush the ground
        cue: hand touches floor | touches the floor | touching the ground | touches the ground | hand on the ground
        """,
    "level.inverted.inverted": """
        np: an upside-down moment | a move with the head below the hips
        np jargon: an inversion | a cartwheel-like inversion
        vp: ~tip upside down | ~flip the body upside down
        clause: the body goes upside down
        clause light: the world turns over for a moment
        cue: cartwheel | cartwheels | handstand | inversions | inverted
        """,
}

DYNAMICS = {
    "fluidity.flow.smooth": """
        adj: smooth | flowing | fluid
        adj jargon: legato
        np: smooth transitions | flowing movement
        np jargon: sustained, legato phrasing
        vp: ~flow smoothly from move to move | ~move smoothly
        clause: every move melts into the next | the movement flows
        clause light: the movement pours like honey
        cue: smoothly | graceful | gracefully | fluidly | soft | gentle flow | continuous | liquid | lyrical | elegant
        cue: fluidity
        cue: flowing arms | floating arms | dreamy | floating | wavy
        """,
    "fluidity.flow.sharp": """
        adj: sharp | crisp | punchy
        adj jargon: staccato
        np: sharp, sudden moves | crisp accents | jagged movement
        np jargon: staccato phrasing
        vp: ~move in sharp bursts | ~snap from move to move
        clause: the movement is sharp and sudden
        clause light: the movement crackles like sparks
        cue: sharply | jerky | snappy | abrupt | angular | robotic | sudden | percussive | edgy
        cue: robot | the robot | robot dance | mechanical
        """,
    "dynamics.hit.hits": """
        np: sudden stops | hard hits
        np jargon: clean hits on accents | locked-off hits
        vp: ~hit and ~stop hard | ~stop short after fast moves
        vp casual: ~nail the hits
        clause: fast moves stop dead
        clause light: the movement strikes and stands
        cue: hits | hit | hitting | stops | accents | accented | popping hits
        """,
    "dynamics.freeze.one": """
        np: a freeze | a held pose | a sudden pause
        np jargon: a held stillness
        vp: ~freeze for a moment | ~hold a pose | ~stop and ~hold still
        vp casual: ~hit pause
        clause: the movement freezes for a moment
        clause light: for a breath everything stops
        """,
    "dynamics.freeze.several": """
        np: several freezes | repeated pauses | held poses
        np jargon: recurring stillness | stop-and-go phrasing
        vp: ~freeze several times | ~pause again and again
        vp casual: ~keep hitting pause
        clause: pauses break up the movement
        clause light: stillness returns again and again
        cue: many freezes | lots of freezes | stop and go | pauses | many pauses
        """,
    "dynamics.freeze.any": """
        cue: freeze | freezes | freezing | pause | pausing | poses | posing | stillness
        """,
    "intensity.level.still": """
        adj: nearly motionless | statue-like
        np: hardly any movement
        vp: ~hold almost still | hardly ~move
        clause: almost nothing moves
        clause light: the body is as quiet as a photograph
        cue: motionless | still | standing pose | not moving
        cue: minimal movement | very little movement | no movement
        """,
    "intensity.level.calm": """
        adj: calm | gentle | restrained
        adj jargon: low-dynamic
        np: small, calm movements | low energy
        np jargon: understated dynamics
        vp: ~move calmly | ~move gently
        vp casual: ~take it easy
        clause: the energy stays low
        clause light: the dance breathes quietly
        cue: calmer | calmly | gently | relaxed | mellow | subtle | low energy | chill | quiet | tender | slow motion
        cue: light movements
        """,
    "intensity.level.moderate": """
        adj: moderate | medium-energy | easygoing
        np: moderate energy | medium-sized movements
        np jargon: mid-range dynamics
        vp: ~move with moderate energy | ~keep an even effort
        clause: the energy stays moderate
        clause light: the dance strolls along
        cue: medium energy | medium intensity
        """,
    "intensity.level.energetic": """
        adj: energetic | lively | vigorous | high-energy
        adj jargon: dynamic
        np: big, energetic movement | high energy
        np jargon: full-out dynamics
        vp: ~move energetically | ~dance with lots of energy
        vp casual: ~go all out
        clause: the energy is high
        clause light: the dance burns brightly
        cue: energetically | intense | powerful | strong | energy | hype | high intensity | wild | explosive
        cue: big movements | active | power | fierce | aggressive
        """,
    "dynamics.growth.builds": """
        np: energy that grows toward the end | a build-up of movement
        np jargon: a dynamic crescendo
        vp: ~start small and ~grow bigger | ~build up toward the end
        vp casual: really ~get going by the end
        clause: the movement grows toward the end
        clause light: a spark grows into a flame
        cue: builds up | building up | getting faster | crescendo | grows | gets bigger | accelerates
        cue: more and more intense | getting more intense | getting bigger | more and more energy | increasing energy
        """,
    "dynamics.growth.fades": """
        np: energy that fades toward the end
        np jargon: a dynamic decrescendo
        vp: ~start big and ~calm down | ~wind down toward the end
        clause: the movement dies down toward the end
        clause light: the flame sinks to an ember
        cue: slows down | slowing down | calms down | fades | winding down | decrescendo
        """,
    "pace.move.quick": """
        adj: quick | fast-moving
        np: many short moves | a quick succession of moves
        np jargon: dense phrasing
        vp: ~change moves quickly
        clause: the moves come quickly
        clause light: the moves tumble over one another
        cue: quick moves | fast moves | quickly | rapid
        """,
    "pace.move.slow": """
        adj: unhurried | leisurely
        np: long, slow moves | slow changes
        np jargon: adagio phrasing
        vp: ~take time over every move
        clause: the moves take their time
        clause light: time seems to stretch
        cue: slow moves | slowly | slow movements | slow movement
        """,
    "pace.any.fast": """
        adj: fast | fast-paced | speedy
        cue: fast dance
        """,
    "pace.any.slow": """
        adj: slow | slow-paced
        cue: slow dance
        """,
    "beat.bounce.bouncy": """
        adj: bouncy | springy
        np: a springy bounce | bouncing knees
        np jargon: a strong vertical groove | a down-up groove
        vp: ~bounce up and down | ~bounce in the knees
        vp casual: ~bop up and down
        clause: the whole body bounces
        clause light: the body bounces like a ball
        cue: bounce | bouncing | groove | groovy | bobbing | bounces | grooving
        """,
    "beat.bounce.locked": """
        np: a bounce locked to the beat
        np jargon: a groove in the pocket
        vp: ~bounce on every beat
        clause: the bounce sits on the beat
        clause light: the knees keep time like a clock
        cue: bouncing on the beat | bounce on the beat | bouncing to the beat | bounce to the beat
        """,
    "beat.time.on": """
        adv: on the beat | in time with the beat | right on time
        adv jargon: squarely in the pocket
        np: moves placed on the beat
        vp: ~move in time with the music | ~stay on the beat
        vp casual: ~ride the beat
        clause: the moves land on the beat
        clause light: music and body breathe together
        cue: to the beat | rhythmic | rhythmical | in time | musical | on time
        """,
}

PAIR = {
    "pair.face.facing": """
        adv: face to face | facing each other
        np: partners facing each other
        np jargon: a facing frame
        vp: ~face each other | ~keep facing one another
        clause: the partners face each other
        clause light: their eyes rarely part
        cue: facing one another | facing partners
        """,
    "pair.face.side": """
        adv: side by side
        np: partners side by side
        np jargon: a side-by-side formation
        vp: ~dance side by side
        clause: both face the same way, side by side
        clause light: shoulder beside shoulder they face the same horizon
        cue: next to each other
        """,
    "pair.face.behind": """
        np: one partner behind the other
        np jargon: a tandem formation
        vp: ~dance one behind the other
        clause: one partner stands behind the other
        clause light: one follows the other like a shadow
        cue: shadow position | tandem
        """,
    "pair.gap.close": """
        adv: close together
        np: little space between the partners | a close distance
        np jargon: a close position
        vp: ~stay close together
        clause: the partners keep near one another
        clause light: there is hardly air between them
        cue: close | closely | close embrace | close position | embrace
        """,
    "pair.gap.apart": """
        adv: far apart
        np: plenty of space between the partners
        np jargon: an open, unconnected position
        vp: ~keep well apart
        clause: the partners keep their distance
        clause light: a wide river lies between them
        cue: apart | at a distance | distant | separated
        """,
    "pair.gap.changes": """
        np: a distance that opens and closes
        np jargon: open breaks and returns
        vp: ~come together and ~part again
        clause: the space between them opens and closes
        clause light: they drift apart and find each other again
        cue: together and apart | open and closed | break away
        """,
    "pair.hold.hold": """
        adv: hand in hand
        np: joined hands | hands held
        np jargon: a steady hand hold
        vp: ~hold hands | ~keep hold of each other's hands
        clause: their hands stay joined
        clause light: their hands seldom let go
        cue: holding hands | hand hold | handhold | hands joined | hand holding
        """,
    "pair.hold.free": """
        np: no hand hold
        np jargon: no physical connection of the hands
        vp: ~dance without holding hands
        clause: their hands never meet
        cue: without touching | not touching | no contact | not holding hands | no touching
        """,
    "pair.same.mirror": """
        adv: as in a mirror
        np: mirrored movement between the partners
        np jargon: a mirror relationship
        vp: ~mirror each other
        clause: each partner mirrors the other
        clause light: each is the other's reflection
        cue: mirroring | mirrored | mirror | mirroring each other
        """,
    "pair.same.unison": """
        adv: in unison
        np: matching moves | unison movement
        np jargon: clean unison
        vp: ~move in unison | ~do the same moves together
        clause: both do the same at the same time
        clause light: two bodies share one thought
        cue: synchronised | synchronized | unison | same moves | in sync | moving together | identical
        """,
    "pair.same.canon": """
        adv: in canon
        np: moves that one partner repeats after the other
        np jargon: a canon between the dancers | call and response
        vp: ~repeat one another's moves a little later
        clause: one partner echoes the other a moment later
        clause light: each move finds its echo
        cue: canon | echo | echoing | call response | one after the other | copying
        cue: call and response between two dancers
        """,
    "pair.orbit.orbit": """
        np: partners circling each other
        np jargon: an orbiting pathway
        vp: ~circle each other | ~travel around one another
        clause: the partners circle each other
        clause light: they orbit like two moons
        cue: orbit | orbiting | circling one another | around each other | circle around each other
        cue: turning around each other | around one another | rotating around each other
        """,
}
