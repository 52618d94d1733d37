"""The wordings of every move, size, tempo and side: those that training shows, and those kept from it for testing."""

from __future__ import annotations

Wordings = tuple[tuple[str, ...], tuple[str, ...]]
"""Wordings of training, and wordings that training never sees."""


def _of(train: str, test: str) -> Wordings:
    """Wordings parted by bars."""
    parts = [tuple(part.strip() for part in text.split("|")) for text in (train, test)]
    return parts[0], parts[1]


VERBS: dict[str, Wordings] = {
    "sway": _of(
        "sway | sway from side to side | swing gracefully left and right | sway like grass in the wind | swaying |"
        " bend from one side to the other | swing to and fro | sway the body | sway back and forth | wave like a tree |"
        " bend to the left and to the right | swing the hips | swing along | let the body swing |"
        " be blown by the wind | swing like a palm tree | bow to both sides",
        "swaying softly from left to right | sway to the tune | bend left and right like a reed",
    ),
    "rock": _of(
        "rock | rock from side to side | tip from one foot to the other | tilt back and forth | rocking like a boat |"
        " tilt left and right stiffly | teeter | rock stiffly | tilt to both sides | tip left and tip right | tilt |"
        " totter | wobble stiffly | rock like a rocking chair | roll like a ship | tip from edge to edge | waddle |"
        " tilt the whole body as one piece | swing stiffly like a metronome",
        "rock like a cradle | tilting from one edge to the other | tip over left and right",
    ),
    "bounce": _of(
        "bounce | bob up and down | bounce in place | bouncing | squash and stretch | bob | pump up and down |"
        " bounce like a ball | bounce on the spot | bounce up and down | bend the knees | dip down and come up |"
        " go down and up | be squeezed and let go | sink and rise | bounce along | pulse up and down | be springy",
        "bouncing up and down | bob to the music | bounce like jelly",
    ),
    "jump": _of(
        "jump | hop | jump up and down | leap into the air | jumping | hop up | leap | spring off the ground |"
        " hop on the spot | jump in the air | jump high | take off from the floor | skip into the air | jump for joy |"
        " leap up | hopping | hop like a rabbit | jump like a kangaroo | leave the ground | do jumps",
        "hopping up | jump high off the floor | leaping up and down",
    ),
    "shake": _of(
        "shake | tremble | shake all over | shiver | vibrate | shaking | rattle | jitter | shudder | shake the body |"
        " jiggle | tremble like a leaf | shake from head to toe | buzz | judder | shake itself | be shaken |"
        " shake like a wet dog | twitch all over",
        "trembling all over | shake the whole thing | quiver",
    ),
    "nod": _of(
        "nod | nod the head | nod along | bob the head | nodding | bow the head to the beat | dip the head | say yes |"
        " move the head | nod in agreement | bang the head | let the head drop and rise | tip the head |"
        " bob its head | nod its head along | headbang | bow the head",
        "nods its head | nodding along with the head | a nod",
    ),
    "spin": _of(
        "spin | turn around | spin around | rotate | spinning | whirl | pirouette | twirl | turn in circles |"
        " go round | turn around itself | turn a full circle | revolve | spin like a top | do a turn |"
        " make a pirouette | rotate on the spot | turn on the spot | whirl about | keep turning | turning round",
        "twirling round and round | turn all the way round | spins around",
    ),
    "twist": _of(
        "twist | do the twist | twist left and right | turn half to one side and the other | twisting | swivel |"
        " turn back and forth | turn to the left and to the right | twist the body | swivel the hips | look both ways |"
        " turn this way and that | rotate back and forth | twist on the spot | half turn and back again | twist about",
        "twisting to and fro | swivelling | do a twist",
    ),
    "ripple": _of(
        "ripple | undulate | do a body wave | let a wave run up the body | snake | slither upwards |"
        " wave like a ribbon | move like a snake | body wave | roll the body | ripple like water | do a body roll |"
        " send a wave through the body | wind like a snake | undulate like a wave | flow like water | move in waves |"
        " squirm like a worm | wave like seaweed",
        "undulating like seaweed | a wave runs through the whole body | rippling",
    ),
    "wiggle": _of(
        "wiggle | wiggle all the legs | wriggle | flutter every limb | wiggling | wiggle the limbs |"
        " kick all legs about | squirm | wriggle with all limbs | wiggle arms and legs | paddle with the legs |"
        " move all the legs | kick with every leg | wiggle the legs | flap all limbs | wriggle the limbs | fidget |"
        " wiggle every leg | scrabble | thrash with the legs",
        "wriggling all its legs | wiggle every limb | fluttering legs",
    ),
    "arms": _of(
        "wave the arms | raise the arms and wave | arms up | wave hello | wave | flap the arms |"
        " lift the arms and swing them | waving arms | wave both arms | raise the arms | throw the arms up |"
        " swing the arms | move the arms | flap the wings | lift both arms | hands up | wave goodbye |"
        " put the hands up | raise the hands and wave | flap like a bird",
        "waving its arms | arms in the air, waving | flapping arms",
    ),
    "march": _of(
        "march | march in place | step in place | walk on the spot | stomp | marching | tramp | stamp the feet |"
        " take steps on the spot | lift the feet in turn | march like a soldier | step from foot to foot | stamp |"
        " tread | walk | raise the knees | stomp on the ground | parade | run on the spot",
        "marching on the spot | stomping feet | walk in place",
    ),
    "slide": _of(
        "slide | slide from side to side | glide left and right | shuffle sideways | sliding | glide across |"
        " drift from left to right | move sideways | shift to the left and the right | glide | skate to and fro |"
        " slide left and right | go sideways | travel from left to right | skate | shift sideways | slip from side to"
        " side | glide over the floor | float from one side to the other",
        "gliding from side to side | slide across the floor | shuffling sideways",
    ),
    "stretch": _of(
        "stretch | stretch up | grow tall and shrink | stretch and shrink | swell up and down | stretching |"
        " reach up tall | breathe in and out | grow and get small again | become long and short | stretch upwards |"
        " get tall | rise up tall | make itself long | lengthen and shorten | extend upwards | grow taller | grow |"
        " shrink and grow | breathe deeply",
        "stretching up tall | grow and shrink | getting taller and shorter",
    ),
    "lean": _of(
        "lean | lean over | lean to the side | leaning | bend over and stay | hang over sideways | slouch |"
        " tilt over and stay there | lean sideways | stay leaning | lean and stay | be bent to the side | slant |"
        " incline | hold a lean | lean like a tower | list to the side | rest bent over",
        "leaning over to one side | lean and hold it | stay bent over",
    ),
    "still": _of(
        "stand still | freeze | do not move | hold still | stay still | stop | be motionless | pause | halt |"
        " stand like a statue | wait | no movement | keep still | rest | hold the pose | stop moving | do nothing",
        "standing still | don't move | frozen in place",
    ),
    "dance": _of(
        "dance | dance to the music | dance freely | dancing | move to the beat | groove | show a dance |"
        " dance like a person | | dance along | boogie | party | move to the music | dance as you like |"
        " show your moves | get down to the music | dance to this song",
        "groove to the music | do a dance | dancing happily",
    ),
}  # fmt: skip

AMPLITUDES: dict[str, Wordings] = {
    "gentle": _of(
        "gently | softly | a little | slightly | subtly | calmly | with small movements | lightly | gentle |"
        " very gently | tenderly | mildly | only a little | a bit | a tiny bit | barely | ever so slightly |"
        " with little movements | in a small way | modestly | with restrained moves | minimally | a touch |"
        " just slightly | with soft movements | not much | carefully | timidly | with small moves",
        "delicately | just a bit | with tiny moves",
    ),
    "normal": (("",), ("",)),
    "wild": _of(
        "wildly | energetically | a lot | strongly | with big movements | like crazy | vigorously |"
        " as much as possible | wild | very much | with large moves | powerfully | intensely | madly | boldly |"
        " with all its might | to the extreme | extremely | dramatically | exaggeratedly | in a big way | hugely |"
        " with full energy | forcefully | with wide movements | violently | with wild moves | as big as it can | big |"
        " massively | fiercely | with enormous movements",
        "with huge moves | furiously | really big",
    ),
}  # fmt: skip

TEMPI: dict[str, Wordings] = {
    "slow": _of(
        "slowly | at half speed | on every other beat | in slow motion | every second beat | at a slow pace |"
        " very slowly | in half time | at half the tempo | leisurely | lazily | at a leisurely pace | without haste |"
        " taking its time | once every two beats | slower | at low speed | sluggishly | with slow movements |"
        " drowsily | at a slow tempo | without any hurry | at half the pace | slow and steady | only every two beats |"
        " at a crawl | not fast | slowed down",
        "unhurriedly | half as fast | slow",
    ),
    "normal": _of(
        " | | on the beat | on every beat | in time | to the beat | once a beat | in rhythm | with the beat |"
        " in time with the music | at normal speed | with the rhythm | on all beats",
        " | with each beat | on each beat",
    ),
    "fast": _of(
        "fast | quickly | at double speed | twice every beat | in double time | rapidly | very fast | swiftly |"
        " hurriedly | at high speed | hastily | briskly | at a fast pace | two times each beat | at a rapid pace |"
        " faster | at twice the speed | very quickly | in a hurry | with quick movements | at top speed | double time |"
        " at a brisk tempo | sped up | in fast motion | nimbly | at double the tempo | quick | with haste",
        "speedily | twice as fast | at a quick pace",
    ),
}  # fmt: skip

SIDES = {
    "left": ("to the left", "left", "on the left side", "towards the left"),
    "right": ("to the right", "right", "on the right side", "towards the right"),
}
SIDES_ARMS = {
    "left": ("the left arm", "its left arm", "only the left arm"),
    "right": ("the right arm", "its right arm", "only the right arm"),
}
ARMS_ONE = _of(
    "wave {} | raise {} and wave | flap {} | swing {} | lift {} and wave it | move {} | put up {} | throw up {}",
    "waving {} | wave with {}",
)
FRAMES = _of(
    "{} | {} | {} | {} | it should {} | make it {} | let it {} | please {} | the figure should {} |"
    " can you make it {} | now {} | get it to {} | it must {} | I would like to see it {} | tell it to {} | just {}",
    "{} | I want it to {} | have it {}",
)
