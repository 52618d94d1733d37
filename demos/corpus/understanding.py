"""A baseline that reads instructions back: the kind whose training wordings fit best, and the slots by keyword.

It knows only what the grammar says (edit_wordings, edit_slots). Where no wording fits it answers None, so that the page
can say that it has not understood.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise

import numpy as np

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import WHOLE, When
from demos.corpus.edits import SLIGHT, STRONG, USUAL, Edit, make_edit
from demos.corpus.instructions import expansions, wordings
from demos.motion.dance import Dance
from demos.runtime.errors import InputError

LONGEST = 400
"""Characters that are read; nobody says one edit in more."""
_LEAST = 0.36
"""How well a wording must fit to count as understood: the share of its rare words that are there."""
_NUMBER = r"(\d+(?:\.\d+)?)"
_WORDS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "eight": "8", "sixteen": "16"}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
}  # fmt: skip
_SECONDS = r"(?: ?s\b| ?seconds?| ?sec)?"
_TIMES = (
    (rf"(?:from|between) (?:seconds? )?{_NUMBER}{_SECONDS} (?:to|and|until) {_NUMBER}{_SECONDS}", "between_s"),
    (r"(?:first|opening) half|until halfway", "first_half"),
    (r"(?:second|last|latter) half|from halfway|after halfway", "second_half"),
    (r"(?:(?:in|during) the )?\bmiddle(?: part| section)?\b", "middle"),
    (rf"(?:last|final) {_NUMBER} (?:counts?|beats?)", "last_counts"),
    (rf"first {_NUMBER} (?:counts?|beats?)", "first_counts"),
    (rf"(?:last|final) {_NUMBER}(?: ?s\b| seconds?)", "last_s"),
    (rf"(?:first|opening) {_NUMBER}(?: ?s\b| seconds?)|(?:until|up to) (?:second )?{_NUMBER}{_SECONDS}", "until_s"),
    (rf"(?:last|final) (?:{_NUMBER} )?bars?", "last_bars"),
    (rf"first (?:{_NUMBER} )?bars?", "first_bars"),
    (rf"(?:in|during) bar {_NUMBER}", "bar"),
    (rf"(?:from|after|starting at) (?:second )?{_NUMBER}{_SECONDS}(?: on\w*)?", "from_s"),
)
_ORDINAL = re.compile(rf"(?:(?:in|on|during) the )?\b({'|'.join(_ORDINALS)}) (eight-count|8-count|eight|8|bar)\b")
_KEEP = re.compile(
    r"(?:but (?:keep|leave|don't touch)|keep|leave|without changing|without touching|; )\s*(?:the|your)?\s*"
    r"(arms|legs|feet|footwork|head|torso|trunk)(?: should stay)?(?: as (?:they are|it is)| alone)?"
)
_ONLY = re.compile(
    r"(?:only in|only with|just with|but only in|just) (?:the|your) "
    r"(arms|upper body|top half|left arm|right arm|head|legs|torso)"
)
_PART = {
    "feet": "legs", "footwork": "legs", "trunk": "torso", "upper body": "upper", "top half": "upper",
    "left arm": "left_arm", "right arm": "right_arm",
}  # fmt: skip
_SMALL = (  # words that say nothing of the kind
    "a an the your you it its of and or to in on at with as i please can could would like now just ok hey lets "
    "is be do make every beat beats count counts dance from for that this me we how about so by all yeah then "
    "out performer dancer should asked kindly maybe love want ask left right everything way through whole time "
    "throughout bit little lot much slightly somewhat touch really strongly maximum kept keep let give more "
    "less try"
)
_SMALL_WORDS = frozenset(_SMALL.split())


def parse(text: str, dance: Dance) -> Edit | None:
    """What an instruction asks of a dance, or None when it is not understood or cannot be done to this dance."""
    plain = normal(text)
    if not plain:
        return None
    keep = tuple(dict.fromkeys(_PART.get(str(part), str(part)) for part in _KEEP.findall(plain)))
    rest = _KEEP.sub(" ", plain)
    when, rest = when_said(rest)
    kind, fit = _kind(rest)
    if kind is None or fit < _LEAST:
        return None
    only = tuple(_PART.get(str(part), str(part)) for part in _ONLY.findall(plain)) if EDIT_KINDS[kind].only else ()
    if EDIT_KINDS[kind].only and not only:
        only = _about(rest)
    if EDIT_KINDS[kind].ends and when == WHOLE:
        when = When("last_bars", 1) if kind == "hold_end" else When("first_bars", 1)
    try:
        return make_edit(
            dance, kind, when=when, params=_params(kind, rest), only=only, keep=keep, strength=_degree(rest)
        )
    except InputError:
        return None


def normal(text: str) -> str:
    lowered = text[:LONGEST].lower().replace("’", "'")
    lowered = re.sub(r"[^a-z0-9'.;,é -]", " ", lowered)
    lowered = re.sub(r"\b(" + "|".join(_WORDS) + r")\b", lambda found: _WORDS[found[1]], lowered)
    return re.sub(r"\s+", " ", lowered).strip()


def when_said(text: str) -> tuple[When, str]:
    """The stretch named, and the text without its name."""
    ordinal = _ORDINAL.search(text)
    if ordinal and (ordinal[1], ordinal[2]) != ("first", "bar"):
        place = _ORDINALS[ordinal[1]]
        when = When("bar", place) if ordinal[2] == "bar" else When("counts_from", place, 8)
        return when, text.replace(ordinal[0], " ")
    ordinal = re.search(r"during (?:eight|8)-count (\d+)", text)
    if ordinal:
        return When("counts_from", float(ordinal[1]), 8), text.replace(ordinal[0], " ")
    for pattern, name in _TIMES:
        found = re.search(pattern, text)
        if found is None:
            continue
        numbers = [float(group) for group in found.groups() if group]
        if name in ("first_bars", "last_bars") and not numbers:
            numbers = [1.0]
        return When(name, *numbers[:2]), text.replace(found[0], " ")
    held = re.search(rf"for (?:{_NUMBER}|a) (counts?|beats?|seconds?|bars?)", text)
    if held and re.search(r"end|finish|final|rest|statue", text):
        unit = {"c": "last_counts", "b": "last_bars", "s": "last_s"}["c" if held[2][:3] == "bea" else held[2][0]]
        return When(unit, float(held[1] or 1)), text.replace(held[0], " ")
    if held and re.search(r"start|begin|open|wait|move|intro", text):
        unit = {"c": "first_counts", "b": "first_bars", "s": "until_s"}["c" if held[2][:3] == "bea" else held[2][0]]
        return When(unit, float(held[1] or 1)), text.replace(held[0], " ")
    return WHOLE, text


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "ly", "es", "s", "er"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word


def _tokens(text: str) -> list[str]:
    words = [_stem(word) for word in re.findall(r"[a-zé0-9']+", text) if word not in _SMALL_WORDS]
    return words + [f"{a} {b}" for a, b in pairwise(words)]


@lru_cache(maxsize=1)
def _lexicon() -> tuple[list[str], list[str], np.ndarray, dict[str, int]]:
    """Kinds and texts of all training wordings, (wordings, tokens) weights of unit length, the tokens' columns."""
    kinds, texts = [], []
    for kind in EDIT_KINDS:
        for split in ("train",):
            for _, template in wordings(kind, split):
                bare = re.sub(r"\{(\w+)\}", lambda found: " " + _SAID.get(found[1], "") + " ", template)
                for text in expansions(bare)[:16]:
                    kinds.append(kind)
                    texts.append(normal(text))
    counts = [Counter(_tokens(text)) for text in texts]
    columns = {token: index for index, token in enumerate(sorted({token for count in counts for token in count}))}
    having: dict[str, set[str]] = {}
    for kind, count in zip(kinds, counts, strict=True):
        for token in count:
            having.setdefault(token, set()).add(kind)
    rows = np.zeros((len(texts), len(columns)))
    for row, count in enumerate(counts):
        for token in count:
            rows[row, columns[token]] = np.log(1 + len(EDIT_KINDS) / len(having[token]))
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return kinds, texts, rows, columns


_SAID = {
    "arms": "arms", "barearms": "arms", "hands": "hands", "barehands": "hands", "fists": "fists", "hips": "hips",
    "barehips": "hips", "to": "overhead", "turns": "turns", "pirouettes": "pirouettes", "on": "on every downbeat",
    "on_t": "on every downbeat",
}  # fmt: skip


def _kind(text: str) -> tuple[str | None, float]:
    """The kind whose training wordings a text is most like, and how like (0 to 1)."""
    best = kind_fits(text)
    if not best:
        return None, 0.0
    winner = max(best, key=lambda kind: best[kind])
    return winner, best[winner]


def kind_fits(text: str) -> dict[str, float]:
    """Kind -> how like its training wordings a `normal` text without its time is, 0 to 1.35; {} for unknown words.

    A kind is known by its single most telling words as well as by its best wording.
    """
    kinds, _, rows, columns = _lexicon()
    asked = np.zeros(len(columns))
    for token in _tokens(text):
        if token in columns:
            asked[columns[token]] = rows[:, columns[token]].max()
    size = float(np.linalg.norm(asked))
    if size < 1e-9:
        return {}
    best: dict[str, float] = {}
    for kind, like in zip(kinds, rows @ asked / size, strict=True):
        best[kind] = max(best.get(kind, 0.0), float(like))
    for pattern, kind in _TELLING:
        if re.search(pattern, text):
            best[kind] = best.get(kind, 0.0) + 0.35
    return best


# Words that by themselves tell a kind, whatever is around them: the nouns and verbs dancers use for it.
_TELLING = (
    (r"\bclap|\bapplau", "clap"), (r"\bpunch|\bfists?\b|\bjab", "punch"), (r"\bjump|\bhop\b|\bleap", "jump"),
    (r"\bnod|head bang", "nod"), (r"\bkick", "kick"),
    (r"\bknees? (?:up|high|lift)|knee lift|lift.* knees?\b", "knee_lift"),
    (r"\bmarch", "march"), (r"step-touch|side-step|step touch", "step_touch"), (r"two-step|2-step", "two_step"),
    (r"grapevine|\bvine", "grapevine"), (r"\bbox\b.*step|\bbox step|\bsquare", "box"), (r"cha-cha", "cha_cha"),
    (r"\bsalsa", "salsa"), (r"\bbounc", "bounce"), (r"\bshimm|shoulders? shak|shak\w* .*shoulder", "shimmy"),
    (r"\bchest\b.*\bpop|\bpop\w* .*chest|chest (?:hit|pop)|with (?:the|your) chest", "chest_pop"),
    (r"\btwist", "torso_twist"), (r"body wave|body roll|(?:torso|spine|body).*(?:ripple|undulat|wave)", "torso_wave"),
    (r"\bhips?\b.*\b(?:circle|round|roll)|(?:circle|roll|rotate|swivel|swirl)\w* .*\bhips", "hip_circle"),
    (r"\bsway|\bhips\b.*(?:side|swing|left and right)|(?:rock|swing|move) .*hips", "hip_sway"),
    (r"hands? (?:on|to|at) .*(?:hips?|waist)|akimbo|hips? with .*hands?", "hands_on_hips"),
    (r"\blean|\btilt", "lean"), (r"\blook|\bgaze|\beyes?\b|\bglance", "look"),
    (r"\bturns?\b.*(?:left|right).*(?:once|twice|times|time)|\bspins?\b|\bpirouette|\btwirl|\bround (?:once|twice|\d)",
     "turn"),
    (r"\bfreez|statue|strike a pose", "freeze"), (r"(?:final|last|end) pose|at the end|ending|finish", "hold_end"),
    (r"at the (?:start|beginning)|opening|intro\b|before you start", "hold_start"),
    (r"double[- ]time|\bfaster|\bquicker|\bspeed .*up|twice as fast", "faster"),
    (r"half[- ]time|\bslow", "slower"), (r"\bcalm|\bgentl|\brelaxed|chill|less energy", "calmer"),
    (r"more (?:energy|power|drive|fire|life)|energet|livel|explosive", "energy"),
    (r"\bsmoother|\bfluid|\bflowing|\bgraceful|\bsoften", "smoother"),
    (r"\bsharp|\bcrisp|\bstaccato|\bsnapp", "sharper"),
    (r"\bbigger|\blarger|\bbroader|more (?:space|room)", "bigger"),
    (r"\bsmaller|\btighter|\bcompact|less (?:space|room)", "smaller"),
    (r"mirror(?!.*arms)|left and right are|other side(?!.*arms)", "mirror"),
    (r"mirror.*arms|arms? .*mirror|swap .*arms",
     "mirror_arms"),
    (r"on the spot|in place|where you are", "stay"), (r"\btravel|across the floor|cover .*ground", "travel"),
    (r"\btiptoe|\btoes\b|\bheels?\b|relev", "rise"), (r"downbeat|on every 1\b|1st beat", "sink"),
    (r"\bcross|\bwrists\b", "cross_arms"), (r"\bopen|\bspread|\bwide\b", "open_arms"),
    (r"arms?\b.*(?:up|overhead|high|ceiling|above)|(?:raise|lift|up) .*arms?", "raise_arms"),
    (r"arms?\b.*(?:down|low|hang)|(?:lower|drop) .*arms?", "lower_arms"), (r"\bcrouch|\bsquat|\blower\b", "crouch"),
    (r"\bcircl\w* .*arms?|arm circles?|windmill", "circle_arms"), (r"arms? wave|wav\w+ .*arms?", "wave_arms"),
    (r"swing\w* .*arms|arms .*swing|arm swings", "swing_arms"), (r"\bhits?\b|\baccent", "hits"),
)  # fmt: skip


def _about(text: str) -> tuple[str, ...]:
    """The part that is the object of "make ... sharper", when it is no more than a part."""
    found = re.search(r"\b(left arm|right arm|arms|upper body|top half)\b", text)
    return (_PART.get(str(found[1]), str(found[1])),) if found else ()


def _params(kind: str, text: str) -> dict:
    """The kind's parameters by keyword; what is not said keeps the usual."""
    choices = EDIT_KINDS[kind].choices
    found: dict = {}
    if "side" in choices:
        one = re.search(r"\b(left|right)\b(?: (?:arm|hand|fist|hip)|$|,)|(?:arm|hand|fist) on the (left|right)", text)
        if one and not re.search(r"both|left and right", text):
            found["side"] = one[1] or one[2]
    if "way" in choices:
        if "outwards" in choices["way"]:
            found["way"] = "inwards" if "inward" in text else "outwards"
        else:
            found["way"] = "right" if re.search(r"\bright\b", text) else "left"
    if "count" in choices:
        found["count"] = _count(text)
    if "to" in choices:
        found["to"] = _direction(choices["to"], text)
    if "on" in choices:
        found["on"] = "beats" if re.search(r"every beat|each beat|every count", text) else "downbeats"
    if "every" in choices:
        said = _rhythm(text)
        if said in choices["every"]:
            found["every"] = said
        elif kind == "lean":
            found["every"] = 2.0 if found.get("to") == "sides" else 0.0
    return found


def _count(text: str) -> int:
    for pattern, count in ((r"twice|double|2", 2), (r"triple|3", 3), (r"quadruple|4", 4)):
        if re.search(rf"\b(?:{pattern})(?:x|\b)|x(?:{pattern})\b", text):
            return count
    return 1


_DIRECTIONS = (
    ("sides", r"side to side|left and right|both sides|\baround\b"), ("overhead", r"overhead|above|over your head"),
    ("up", r"\bup\b|upwards|ceiling"), ("down", r"\bdown\b|downwards|floor"),
    ("left", r"\bleft\b"), ("right", r"\bright\b"), ("side", r"sideways|to the side|\bside\b"),
    ("front", r"front|forwards?|ahead"), ("forward", r"forwards?|front|ahead"), ("back", r"\bback(?:wards)?\b"),
    ("overhead", r"ceiling"),
)  # fmt: skip


def _direction(choices: tuple, text: str) -> str:
    for name, pattern in _DIRECTIONS:
        if name in choices and re.search(pattern, text):
            return name
    return choices[0]


def _rhythm(text: str) -> float | None:
    if re.search(r"every (?:second|other) beat|every 2|each second beat", text):
        return 2.0
    number = re.search(r"(?:every|per|once every) (\d+)|per 8-count", text)
    if number:
        return float(number[1] or 8)
    if re.search(r"every (?:beat|count)|each (?:beat|count)|to the beat", text):
        return 1.0
    return None


def _degree(text: str) -> float:
    if re.search(r"\ba (?:bit|little|touch)\b|slightly|somewhat|just a touch", text):
        return SLIGHT
    if re.search(r"\ba lot\b|\bmuch\b|\bfar\b|\bway\b|as much as|really|to the maximum", text):
        return STRONG
    return USUAL
