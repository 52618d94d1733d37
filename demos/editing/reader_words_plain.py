"""A third helping of words for the reader: everyday verbs and adjectives, and steps told one by one."""

from __future__ import annotations

PLAIN: dict[str, tuple[str, ...]] = {
    "raise_arms": (
        "hoist {arms} {to}", "send {arms} upwards {to}", "elevate {arms} {to}", "extend {arms} {to}",
        "{arms} should rise {to}", "hold {arms} aloft {to}", "carry {arms} high {to}", "throw {arms} in the air {to}",
        "reach up with {arms} {to}", "{arms} lifted {to}", "keep {arms} up {to}",
        "shoulder-high or higher with {arms} {to}",
    ),
    "lower_arms": (
        "relax {arms} down", "rest {arms} by your sides", "sink {arms}", "let {arms} fall", "{arms} lower please",
        "bring {arms} back down", "{arms} hang", "keep {arms} low", "{arms} beside the body", "take {arms} down",
    ),
    "wave_arms": (
        "make {arms} flow in waves{every}", "undulate {arms}{every}", "snake {arms}{every}",
        "roll {arms} in a wave{every}", "wavy motion of {arms}{every}", "let {arms} float like weeds in water{every}",
        "{arms} wave softly{every}", "pass a wave along {arms}{every}",
    ),
    "punch": (
        "strike out with {arms} {pto}{every}", "thrust {fists} {pto}{every}", "throw jabs {pto}{every}",
        "swing a fist {pto}{every}", "hit out {pto} with {fists}{every}", "boxing moves {pto}{every}",
        "drive {fists} {pto}{every}", "{fists} shoot {pto}{every}", "fist pumps {pto}{every}",
    ),
    "circle_arms": (
        "whirl {arms} {way}{every}", "wind {arms} {way}{every}", "turn {arms} in circles {way}{every}",
        "round arm movements {way}{every}", "{arms} go round {way}{every}", "loop {arms} {way}{every}",
        "make wheels with {arms} {way}{every}", "revolve {arms} at the shoulder {way}{every}",
    ),
    "clap": (
        "bring your palms together with a smack {cto}{every}", "smack the hands {cto}{every}",
        "hand claps {cto}{every}", "let us hear the hands {cto}{every}", "strike palm on palm {cto}{every}",
        "clapping {cto}{every}", "hands meet with a clap {cto}{every}",
    ),
    "cross_arms": (
        "lay one arm over the other{every}", "lock the arms in front of you{every}", "fold up the arms{every}",
        "shut the arms{every}", "wrap your arms around you{every}", "pull the arms in and across{every}",
        "put the forearms one on top of the other{every}", "close the arms{every}",
    ),
    "open_arms": (
        "move the arms away from each other{every}", "separate the arms{every}", "unfold the arms{every}",
        "arms to both sides{every}", "expand the arms{every}", "invite us in with your arms{every}",
        "make yourself wide with the arms{every}", "fling the arms apart{every}",
        "greet the crowd with open arms{every}",
    ),
    "swing_arms": (
        "arms forwards and backwards{every}", "let the arms sway to and fro{every}",
        "arms swing past the hips{every}", "rock the arms back and forward{every}",
        "one arm forward, one arm back{every}", "arms move like in walking{every}",
        "swing one arm after the other{every}",
    ),
    "hands_on_hips": (
        "place {hands} at the waist", "keep {hands} on the hips", "rest {hands} on the hip bones", "clasp your waist",
        "set {hands} against the hips", "put {hands} to your sides at the hips",
    ),
    "sharper": (
        "punchy{with}", "make {it} {deg}more cutting", "snappier{with}", "harder edges{with}", "more attack{with}",
        "be {deg}more abrupt{with}", "jerkier{with}", "more angular{with}", "give {it} {deg}more snap", "brisk{with}",
        "accurate and quick to stop{with}", "{deg}more bite{with}", "stab at each move{with}",
        "{deg}tighter timing{with}", "be {deg}more pointed{with}",
    ),
    "smoother": (
        "silky{with}", "make {it} {deg}softer", "even {it} out{deg_end}", "liquid{with}", "melting movements{with}",
        "take the edges off {it}", "polish the moves{with}", "be {deg}more elegant{with}", "blend the moves{with}",
        "round off the corners{with}", "{deg}less jerky{with}", "legato{with}",
        "let the moves run into each other{with}", "easy-flowing{with}", "be {deg}more supple{with}",
    ),
    "bigger": (
        "stretch out {deg}more{with}", "extend everything{with}", "enlarge {it}{deg_end}", "more reach{with}",
        "wider moves{with}", "blow {it} up{deg_end}", "grander{with}", "further out{with}", "expand {it}{deg_end}",
        "make {it} {deg}broader", "use your full length{with}", "be {deg}more expansive{with}", "longer lines{with}",
    ),
    "smaller": (
        "reduce {it}{deg_end}", "hold {it} back{deg_end}", "narrower{with}", "pull {it} in{deg_end}", "compact{with}",
        "restrain {it}{deg_end}", "limit the moves{with}", "cut {it} down{deg_end}", "make {it} {deg}tinier",
        "closer to the body{with}", "less far{with}", "{deg}less wide{with}", "keep {it} contained",
        "be {deg}more modest{with}", "shorten the moves{with}", "curb {it}{deg_end}",
    ),
    "energy": (
        "with vigour", "be {deg}wilder", "get {deg}more fired up", "push {deg}harder", "more force", "more effort",
        "throw yourself into it", "be {deg}more lively", "raise the intensity{deg_end}", "be {deg}more intense",
        "drive it {deg}harder", "with {deg}more attack and energy", "liven it up{deg_end}", "more heat",
        "boost the energy", "ramp it up{deg_end}", "sharpen up and give more power", "stronger{deg_end}",
    ),
    "calmer": (
        "{deg}less intense", "tone it down{deg_end}", "be {deg}quieter", "settle down{deg_end}",
        "with {deg}less power", "{deg}more relaxed", "soften the mood{deg_end}", "take the heat out{deg_end}",
        "be {deg}more serene", "ease off{deg_end}", "slacken{deg_end}", "more restful", "keep it gentle",
        "be {deg}less energetic", "with {deg}less drive", "lay back{deg_end}", "{deg}more easy-going",
        "hush it{deg_end}",
    ),
    "faster": (
        "double the speed", "at twice the tempo", "quicken the pace", "hasten", "move {deg}quicker",
        "go at double rate", "speed it up", "make haste", "race through it", "increase the pace",
    ),
    "slower": (
        "halve the speed", "at half the tempo", "slacken the pace", "move {deg}slower", "go at half rate",
        "slow it down", "with slow movements", "draw the moves out", "reduce the pace", "ease the tempo",
    ),
    "freeze": (
        "halt{fevery}", "stop dead{fevery}", "pause the moves{fevery}", "stand motionless{fevery}",
        "hold a pose{fevery}", "pose{fevery}", "take a break in the movement{fevery}", "stay like a picture{fevery}",
        "lock in place{fevery}", "strike poses{fevery}",
    ),
    "hits": (
        "hit positions{every}", "snap into position{every}", "shoot into each pose{every}",
        "bang on the beats{every}", "arrive with a jolt{every}", "strike the music{every}", "a hard hit{every}",
        "body hits{every}", "stop the body on the beats{every}", "catch the beats with the whole body{every}",
    ),
    "hold_end": (
        "come to rest{hold}", "slow to a stop and hold{hold}", "remain in the last position{hold}",
        "rest at the end{hold}", "be still at the finish{hold}", "end frozen{hold}", "close on a held pose{hold}",
        "stop moving before the end{hold}", "stay in the ending position{hold}",
    ),
    "hold_start": (
        "rest at the start{shold}", "remain still at first{shold}", "open with a held pose{shold}",
        "stay put to begin{shold}", "keep the first position{shold}", "be motionless at the beginning{shold}",
        "delay the start{shold}", "start from stillness{shold}",
    ),
    "turn": (
        "revolve {times} {way}", "rotate {times} to the {way}", "swivel all the way round {times} {way}",
        "wheel round {times} to the {way}", "circle on the spot {times} {way}", "face all walls {times}, going {way}",
        "go round {times} {way}", "do {turns} to the {way}", "whole turns, {times} {way}",
    ),
    "jump": (
        "spring {jevery}", "spring into the air {jevery}", "bound {jevery}", "fly off the ground {jevery}",
        "push off the floor {jevery}", "both feet off the ground {jevery}", "leap {jevery}", "small jumps {jevery}",
        "a jump {jevery}", "hop with both feet {jevery}",
    ),
    "travel": (
        "wander {tto}", "progress {tto}", "proceed {tto}", "cover distance {tto}", "advance {tto}",
        "carry the dance {tto}", "make your way {tto}", "go somewhere {tto}", "eat up the floor {tto}",
        "use the floor, going {tto}", "move through space {tto}", "shift the dance {tto}", "end up further {tto}",
    ),
    "stay": (
        "remain where you are", "keep the dance in one place", "hold your position on the floor", "don't roam",
        "dance where you stand", "keep to one spot", "no wandering", "do it on the spot", "stay within your square",
        "anchor yourself",
    ),
    "crouch": (
        "bend your knees and stay low", "duck", "stoop", "dance bent", "be lower", "hold a low position", "squat",
        "come closer to the ground", "shorter, with bent legs", "settle into a low stance", "hunch down",
        "keep your knees bent",
    ),
    "rise": (
        "raise your heels", "on tiptoe", "move on the balls of the feet", "go high on your feet",
        "heels off the ground", "keep up on the toes", "be taller", "grow taller", "dance on tiptoe",
        "stretch upwards", "stand higher",
    ),
    "sink": (
        "dip and come up again {on}", "plunge {on}", "duck {on}", "let your weight drop {on}", "press down {on}",
        "bend and recover {on}", "lower and rise {on}", "dive down {on}", "give in the knees {on}",
        "collapse a bit {on}",
    ),
    "bounce": (
        "jog up and down{every}", "bob{every}", "spring in the knees{every}", "rock up and down{every}",
        "pulse{every}", "jounce{every}", "give and take in the knees{every}", "little bounces{every}",
        "soft knees, up and down{every}", "keep bouncing{every}",
    ),
    "hip_sway": (
        "wiggle your hips{every}", "wiggle your bottom{every}", "swish the hips{every}",
        "hips to the left and the right{every}", "push the hips from side to side{every}", "shift the hips{every}",
        "swing the pelvis sideways{every}", "shake the bottom{every}", "sashay with the hips{every}",
    ),
    "hip_circle": (
        "rotate the hips {way}{every}", "round hips {way}{every}", "swivel the hips round {way}{every}",
        "draw rings with your pelvis {way}{every}", "circular hips {way}{every}", "hips revolve {way}{every}",
        "turn your hips round and round {way}{every}",
    ),
    "nod": (
        "dip your chin{every}", "bow the head{every}", "tip the head forward{every}", "let the head bob{every}",
        "head forwards and back{every}", "beat time with the head{every}", "nodding{every}",
        "move your head yes{every}",
    ),
    "look": (
        "direct your eyes {lto}", "direct the gaze {lto}", "face {lto}", "focus {lto}", "the head turns {lto}",
        "see what is {lto}", "peer {lto}", "rest your eyes {lto}", "hold the head {lto}", "let your face point {lto}",
    ),
    "lean": (
        "incline the chest {lean}{levery}", "shift the torso {lean}{levery}", "take the upper body {lean}{levery}",
        "bring your chest {lean}{levery}", "tip the trunk {lean}{levery}", "hang {lean}{levery}",
        "sway the body {lean}{levery}", "bow the upper body {lean}{levery}",
        "put your weight and chest {lean}{levery}", "bend the trunk {lean}{levery}",
    ),
    "torso_wave": (
        "ripple through the trunk{every}", "articulate the spine{every}", "snake the torso{every}",
        "wavy torso{every}", "let a wave run through the body{every}", "roll from chest to pelvis{every}",
        "flow through your spine{every}", "move the trunk like a wave{every}",
    ),
    "torso_twist": (
        "swivel the trunk{every}", "rotate the chest{every}", "rotate the upper body left and right{every}",
        "turn your shoulders from side to side{every}", "wind the torso{every}",
        "screw the trunk to both sides{every}", "twist your trunk{every}", "spiral in the waist{every}",
    ),
    "chest_pop": (
        "thrust the chest out{every}", "let the chest jump{every}", "jerk the chest forward{every}",
        "kick with the chest{every}", "the chest hits{every}", "bump the chest out{every}",
        "puff out the chest{every}", "knock with the breastbone{every}", "the chest shoots forward{every}",
    ),
    "shimmy": (
        "quiver the shoulders{every}", "tremble with the shoulders{every}", "shake the shoulders{every}",
        "rock the shoulders quickly{every}", "wiggle your shoulders{every}", "shudder in the shoulders{every}",
        "fast shoulder movements{every}", "flutter the shoulders{every}",
    ),
    "kick": (
        "fling a leg {kto}{kevery}", "lash out with the legs {kto}{kevery}", "swing the legs up {kto}{kevery}",
        "legs fly {kto}{kevery}", "flick the feet {kto}{kevery}", "boot the air {kto}{kevery}",
        "kick out {kto}{kevery}", "the foot shoots {kto}{kevery}", "toss a leg {kto}{kevery}",
    ),
    "knee_lift": (
        "pull up the knees{kevery}", "raise one knee after the other{kevery}", "bring the knees up{kevery}",
        "knees towards the chest{kevery}", "draw the knees up{kevery}", "prance with high knees{kevery}",
        "lift a knee{kevery}", "step with raised knees{kevery}",
    ),
    "march": (
        "stomp left, right, left, right", "stamp left, right", "tread left and right", "pace on the spot",
        "soldier steps", "walk like troops", "left foot, right foot, in step",
        "go left, right, left, right with the feet", "troop along", "steady marching steps", "tramp left and right",
    ),
    "step_touch": (
        "step out and tap", "step aside and tap the other foot", "side, touch, side, touch",
        "step and touch, both ways", "one step to the side, then touch", "side step with a touch",
        "tap beside after each side step", "step right touch, step left touch",
    ),
    "two_step": (
        "side, close, side, tap", "step, close, step, touch", "two side steps each way", "side together side touch",
        "step side, close, step side, touch", "two to the left, two to the right", "double side steps",
        "step together step, both ways",
    ),
    "grapevine": (
        "side, behind, side, touch", "step side, behind, side", "cross behind and go on sideways", "weave the steps",
        "feet go side, behind, side, close", "plait the feet to the side", "sideways with a cross behind", "vine",
        "wind the feet sideways",
    ),
    "box": (
        "forward, side, close, back, side, close", "step forward, side, together, back, side, together",
        "step a square", "feet trace a box", "make a square with the feet", "forward side close back side close",
        "walk the four sides of a square", "steps in a square",
    ),
    "cha_cha": (
        "rock step and cha-cha-cha", "two slow steps and three quick ones", "cha-cha-cha", "step, step, cha-cha-cha",
        "one, two, cha-cha-cha", "break forward and triple step", "the cha-cha basic", "rock, recover, triple step",
    ),
    "salsa": (
        "rock forward, recover, close, rock back", "quick quick slow, forward and back",
        "mambo step forward and back", "break forward, break back, as in salsa", "one two three, five six seven",
        "forward break and back break", "the Latin basic", "salsa steps, forward and back",
    ),
    "mirror": (
        "change sides", "everything the other way round", "reverse left and right", "turn the sides round",
        "reflect the dance", "as in a looking glass", "left becomes right", "switch sides",
        "do it the other way round, left for right",
    ),
    "mirror_arms": (
        "change over the arms", "each arm does what the other did", "switch the arms", "the arms change roles",
        "trade arms", "the arms the other way round", "reverse the arms, left for right", "let the arms swap jobs",
        "interchange the arms",
    ),
}  # fmt: skip
"""Kind of edit -> ways to say it; notation as in reader_words.FREE."""
