"""The plain-text side of reading: clauses, parts named, contradictions, and the answers to what is no edit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from demos.corpus.edit_kinds import EDIT_KINDS

_EXAMPLES = '"raise both arms in the second half", "make it sharper" or "turn to the left twice"'
_PARTS = {
    "arm": "arms", "arms": "arms", "hands": "arms", "leg": "legs", "legs": "legs", "feet": "legs", "footwork": "legs",
    "steps": "legs", "head": "head", "torso": "torso", "trunk": "torso", "body": "torso", "chest": "torso",
    "hips": "torso",
}  # fmt: skip
_NAMED = r"(arms?|hands|legs?|feet|footwork|steps|head|torso|trunk)"
_THEM = rf"(?:the |your |her |his |their |my |those )?{_NAMED}(?: and (?:the |your )?{_NAMED})?"
_STAYS = (
    r"(?: exactly)?(?: (?:just )?(?:as|like|how) (?:they are|it is|they were|it was|is|are|before)| alone"
    r"| (?:the same|unchanged|untouched|still))?"
)
_KEEP = re.compile(
    rf"\b(?:keep(?:ing)?|leave|leaving|preserve) {_THEM}{_STAYS}(?=$|[ ,.;!?])"
    rf"|\b(?:without|not) (?:changing|touching|moving|altering) {_THEM}"
    rf"|\b(?:don't|do not|dont|never) (?:touch|change|move|alter) {_THEM}"
    rf"|{_THEM} (?:should |must |can |to )?(?:stays?|remains?|kept)(?: exactly)?"
    r"(?: (?:as|like|how) (?:they are|it is|before)| the same| unchanged| put)"
    rf"|\b(?:but|except) (?:not )?(?:for )?{_THEM}$"
)
_POSED = re.compile(
    r"^[ ,]*(?:up|down|high|low|lower|higher|lifted|raised|still and|in |on |at |by |above|over|wide|open|crossed"
    r"|closer|swinging|moving)"
)
_ONLY = re.compile(
    r"\b(?:only|just|but only|solely)(?: in| with| for| the| on| to)*(?: the| your| my| her| his)? "
    r"(upper body|top half|left arm|right arm|arms)\b|\b(upper body|top half|left arm|right arm|arms) only\b"
)
_ONLY_PART = {"upper body": "upper", "top half": "upper", "left arm": "left_arm", "right arm": "right_arm"}
_SAYS = {
    "arms": r"\barms?\b|\bhands?\b", "legs": r"\blegs?\b|\bfeet\b|\bfoot|\bsteps\b", "head": r"\bhead\b",
    "torso": r"\btorso\b|\btrunk\b|\bbody\b|\bchest\b", "upper": r"upper body|top half|upper half",
    "left_arm": r"left arm", "right_arm": r"right arm",
}  # fmt: skip
_OPPOSITES = (
    (r"rais\w*|lift\w*|(?:put|hold) up", r"lower\w*|drop\w*"),
    (r"faster|quicker|double[- ]time|speed up", r"slower|half[- ]time|slow down"),
    (r"bigger|larger", r"smaller|tinier"), (r"sharper|crisper|snappier", r"smoother|softer|more fluid"),
    (r"calmer|less energy|calm down", r"wilder|more energ\w+|livelier"), (r"open", r"cross|close|fold"),
    (r"crouch|squat|get low", r"tiptoes?|rise|stand tall"), (r"stay on the spot|stay in place", r"travel|walk around"),
    (r"up", r"down"), (r"higher", r"lower"), (r"more", r"less"),
)  # fmt: skip
_CUT = re.compile(
    r"[^\S\n]*(?:\n+|[.;!?]+(?=\s|$)|,? and then |,? then |,? after that,? |,? afterwards,? |, | and also | \+ "
    r"|,? and (?!(?:the|your|both|left|right|his|her|a) ))\s*"
)
_WHOSE = r"(?:,? (?:it|them|the \w+|your \w+|both \w+))?"
_AND = r"(?:and|but|yet|while|as well as|&)(?: also| then)?"
_MIX = re.compile(r"up and down|higher and lower|more or less")
_LANGUAGES = (
    "und der die das den dem nicht bitte mit ein eine auf beide mach dich hälfte links rechts "
    "le la les des un une dans et est pas plus sur deux gauche droite avec "
    "el los las del por favor una dos veces más con izquierda derecha hazlo "
    "il lo gli della due volte più per sinistra destra "
    "os um uma mais para esquerda direita "
    "het een naar op keer beide niet och två gånger åt og til ikke"
)
_FOREIGN = frozenset(_LANGUAGES.split()) - {
    "die",
    "den",
    "a",
    "per",
    "mit",
    "plus",
    "la",
    "un",
    "os",
    "est",
    "dem",
    "me",
}
ASK: dict[str, str] = {
    "raise_arms": "raise both arms", "lower_arms": "lower the arms", "wave_arms": "wave the arms",
    "punch": "punch to the front",
    "circle_arms": "circle the arms", "clap": "clap on every beat", "cross_arms": "cross the arms",
    "open_arms": "open the arms wide",
    "swing_arms": "swing the arms", "hands_on_hips": "put the hands on the hips", "sharper": "make it sharper",
    "smoother": "make it smoother", "bigger": "make it bigger", "smaller": "make it smaller",
    "energy": "give it more energy",
    "calmer": "make it calmer", "faster": "dance faster", "slower": "dance slower", "freeze": "freeze every four beats",
    "hits": "hit the beats", "hold_end": "hold the final pose", "hold_start": "hold the first pose",
    "turn": "turn to the left twice",
    "jump": "jump every four beats", "travel": "travel forward", "stay": "stay on the spot", "crouch": "dance lower",
    "rise": "rise onto the toes", "sink": "sink on every downbeat", "bounce": "bounce on every beat",
    "hip_sway": "sway the hips",
    "hip_circle": "circle the hips", "nod": "nod the head", "look": "look from side to side",
    "lean": "lean to the left",
    "torso_wave": "do a body wave", "torso_twist": "twist the torso", "chest_pop": "pop the chest",
    "shimmy": "shimmy the shoulders",
    "kick": "kick instead of stepping", "knee_lift": "lift the knees", "march": "march",
    "step_touch": "do a step-touch",
    "two_step": "do a two-step", "grapevine": "do a grapevine", "box": "do a box step",
    "cha_cha": "dance the cha-cha basic",
    "salsa": "dance the salsa basic", "mirror": "mirror it", "mirror_arms": "swap the arms",
}  # fmt: skip
"""Kind of edit -> a way to ask for it that is always understood; also for suggestions."""


def tidy(text: str) -> str:
    """Without control characters and runs of white space; typographic quotes as plain ones."""
    plain = "".join(" " if unicodedata.category(sign)[0] == "C" and sign != "\n" else sign for sign in text)
    plain = plain.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return re.sub(r"[^\S\n]+", " ", plain).strip()


_MARKUP = re.compile(r"</?[a-z!][^>]*>|[{}]|https?://", re.IGNORECASE)
"""Pages, code and addresses: no dancer is told anything so."""


def unreadable(text: str) -> str | None:
    """Why a text cannot be read at all, None when it can: empty, no words, another script or language."""
    if not text:
        return f"Say what to change, for example {_EXAMPLES}."
    letters = [sign for sign in text if sign.isalpha()]
    if not letters:
        return f"There are no words in it: say what to change, for example {_EXAMPLES}."
    if _MARKUP.search(text):
        return answer("nonsense", text)
    latin = sum(unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    if latin < 0.5 * len(letters) or foreign(text):
        return answer("language", text)
    return None


def foreign(text: str) -> bool:
    """Whether its small words are those of another language that is written in Latin letters."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    hits = sum(word in _FOREIGN for word in words)
    return hits >= 2 and hits >= 0.3 * len(words)


def answer(problem: str, text: str) -> str:
    """One helpful sentence on a text that asks for no edit; problem as in reader_model.PROBLEMS."""
    return {
        "task": f"Only the dance can be changed here: say what the dancer should do, for example {_EXAMPLES}.",
        "chat": f"That is not a change I know how to make: say what the dancer should do, for example {_EXAMPLES}.",
        "language": f"I read English only: please say it in English, for example {_EXAMPLES}.",
        "impossible": "That is not among the moves I can make: try arms, turns, jumps, steps, levels, energy or "
        'timing, for example "jump every four beats" or "travel forward".',
        "vague": "Say what should change and how: a body part, a move, the energy or the speed, for example "
        f"{_EXAMPLES}.",
        "command": "That is done with the page's buttons, not by an instruction: here say what the dancer should do, "
        f"for example {_EXAMPLES}.",
        "nonsense": f"I do not understand that: say what to change, for example {_EXAMPLES}.",
    }[problem]  # fmt: skip


def contradiction(text: str) -> str | None:
    """What a text asks for and undoes in one breath: "raise and lower the arms". None when nothing."""
    plain = _MIX.sub(" ", text.lower())
    for one, other in _OPPOSITES:
        for first, second in ((one, other), (other, one)):
            found = re.search(rf"\b({first})\b{_WHOSE},? {_AND} (?:to )?(?:\w+ )?({second})\b", plain)
            if found and not re.search(r"\b(?:half|then|counts?|bars?|seconds?|beats?|end|start)\b", plain):
                return (
                    f'"{found[1]}" and "{found[2]}" undo each other: choose one, or give each its own time, such as '
                    '"raise the arms in the first half".'
                )
    return None


def pieces(text: str) -> list[tuple[int, int]]:
    """Where a text may be cut into clauses: start and end of each; `join` puts together what belongs together.

    "calmer, but keep the arms and turn twice" -> those of "calmer, but keep the arms" and "turn twice".
    """
    found: list[tuple[int, int]] = []
    start = 0
    for cut in [*_CUT.finditer(text), None]:
        end = cut.start() if cut else len(text)
        part = text[start:end]
        if part.strip(" ,.;!?"):
            if found and (_belongs(part) or len(part.strip()) < 3):
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        start = cut.end() if cut else end
    return found or [(0, len(text))]


def _belongs(part: str) -> bool:
    """Whether a piece says only what is kept, and so belongs to the piece before it."""
    bare = re.sub(r"^(?:but|and|though|while|just|please|also|only)\s+", "", part.strip(" ,").lower())
    return bool(_KEEP.match(bare) and kept(bare)) or bool(_ONLY.fullmatch(bare))


def join(spans: Sequence[tuple[int, int]], able: Sequence[bool]) -> list[tuple[int, int]]:
    """Pieces that are no edit by themselves are put to the piece before, at the start to the one after.

    able : whether each piece by itself is an edit.
    """
    found: list[tuple[int, int]] = []
    ahead: int | None = None
    for (start, end), can in zip(spans, able, strict=True):
        if can:
            found.append((start if ahead is None else ahead, end))
            ahead = None
        elif found:
            found[-1] = (found[-1][0], end)
        elif ahead is None:
            ahead = start
    return found or [(spans[0][0], spans[-1][1])]


_MODIFIES = re.compile(
    r"\b(?:just )?(?:a (?:bit|little|touch|lot)|slightly|somewhat|really strongly|as much as you can|to the maximum"
    r"|much|far|way|to the beat|(?:once )?(?:every|each|per) (?:\d+|one|two|four|eight|second|other)? ?"
    r"(?:beats?|counts?|downbeats?)?|throughout|the whole time|all the way through|please|yeah|hey|now|ok|people"
    r"|and|but|then|the|one|in|on|for|at|during|over|part|section|\d+)(?=$|[^\w])"
)
"""Words on how far, how often and how politely, that ask for nothing by themselves."""


def names_change(text: str) -> bool:
    """Whether words, `normal` and without their time, say more than how far, how often and what is kept."""
    return re.search(r"[a-z]", _MODIFIES.sub(" ", without_kept(text))) is not None


_PARTED = re.compile(r"\n|[.;!?]\s+\w|\b(?:then|after that|afterwards|and also|also)\b")


def parted(text: str) -> bool:
    """Whether a text says itself that it asks for one thing after another or beside another."""
    return _PARTED.search(_KEEP.sub(" ", text)) is not None


def kept(text: str) -> tuple[str, ...]:
    """The parts that are to be kept: "but leave the feet as they are" -> ("legs",); not in "keep the arms up"."""
    plain = text.lower()
    found: dict[str, None] = {}
    for said in _KEEP.finditer(plain):
        if _POSED.match(plain[said.end() :]):
            continue
        for part in said.groups():
            if part:
                found.setdefault(_PARTS[part])
    return tuple(found)


def without_kept(text: str) -> str:
    """A text without the words on what is to be kept."""
    return _KEEP.sub(" ", text) if kept(text) else text


def only(text: str) -> tuple[str, ...]:
    """The parts that alone are to change."""
    found = [said[1] or said[2] for said in _ONLY.finditer(text.lower())]
    return tuple(dict.fromkeys(_ONLY_PART.get(part, part) for part in found))


def names(part: str, text: str) -> bool:
    """Whether a text has a word for a part."""
    return re.search(_SAYS[part], text.lower()) is not None


_COUNTS = (
    (1, r"once|one time|1 times?|a single"), (2, r"twice|2 times|2x|x2|double"), (3, r"3 times|thrice|3x|x3|triple"),
    (4, r"4 times|4x|x4|quadruple"),
)  # fmt: skip


_ASIDE, _AHEAD = r"\b(?:side|sides|sideways|aside|outwards?|out to)\b", r"\b(?:front|forwards?|ahead)\b"
_ABOVE = r"\b(?:overhead|above|over|up|upwards?|sky|ceiling|air|heavens?|stars)\b"
_TOWARDS = {
    "raise_arms": (("side", _ASIDE), ("front", _AHEAD)),
    "punch": (("side", _ASIDE), ("front", _AHEAD), ("up", _ABOVE)),
    "clap": (("overhead", r"\b(?:overhead|above|over|high)\b"),),
    "kick": (("side", r"\b(?:side|sides|sideways|aside)\b"),),
}
"""Kind -> directions and the words for them, where a direction need not be said."""


def params_said(kind: str, text: str) -> dict:
    """Parameters that are said beyond doubt; the network says the others. text : normal, without its time."""
    choices = EDIT_KINDS[kind].choices
    found: dict = {}
    left, right = (re.search(rf"\b{side}\b", text) is not None for side in ("left", "right"))
    if "count" in choices:
        for count, pattern in _COUNTS:
            turns = rf"{count} (?:\w+ )?(?:turns?|spins?|pirouettes?|rounds?)"
            if re.search(rf"\b(?:{pattern}|{turns})\b", text):
                found["count"] = count
    if "left" in choices.get("way", ()) and left != right:
        found["way"] = "left" if left else "right"
    if "left" in choices.get("way", ()) and left == right:
        if re.search(r"counter-?\s?clockwise|anti-?\s?clockwise", text):
            found["way"] = "left"  # seen from above, as dancers say it
        elif "clockwise" in text:
            found["way"] = "right"
    if "side" in choices and not (left or right):
        found["side"] = "both"
    if kind in _TOWARDS:  # where no direction is said, the usual is meant
        said = [to for to, pattern in _TOWARDS[kind] if re.search(pattern, text)]
        found["to"] = said[0] if said else choices["to"][0]
    if "every" in choices:
        said = re.search(r"every (\d+) (?:beats?|counts?)", text)
        if said and float(said[1]) in choices["every"]:
            found["every"] = float(said[1])
    return found
