"""Free searches written by hand, unlike the captions' templates, each with what it means in measured attributes.

They are for measuring only: nothing is trained or tuned on them. What counts as an answer was written down with the
search, from what the words plainly mean and the units of demos.corpus.measures.scales; precision at 5 is the share of
the first five clips that answer, beside the share of the whole gallery that does (chance).
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from demos.corpus.attributes import Attributes

FIRST = 5
_OPERATORS = {">=": operator.ge, "<=": operator.le, "==": operator.eq}


@dataclass(frozen=True)
class Query:
    """A search and the conditions, all of which an answer meets: "key >= number", or "genre house|disco"."""

    text: str
    conditions: tuple[str, ...]

    def answered_by(self, attributes: Attributes) -> bool:
        """Whether a dance is everything that was asked for. ValueError for a condition that cannot be read."""
        return all(_meets(condition, attributes) for condition in self.conditions)


def _meets(condition: str, attributes: Attributes) -> bool:
    if condition.startswith("genre "):
        return (attributes.music.genre or "") in condition.removeprefix("genre ").split("|")
    parts = condition.split()
    if len(parts) != 3 or parts[1] not in _OPERATORS:
        raise ValueError(f"{condition!r} is no condition")
    number = attributes.number(parts[0])
    return number is not None and _OPERATORS[parts[1]](number, float(parts[2]))


def _query(text: str, *conditions: str) -> Query:
    return Query(text, conditions)


_FAST, _SLOW = "music.tempo_bpm >= 118", "music.tempo_bpm <= 100"
_SAD, _HAPPY = "music.valence <= 0.42", "music.valence >= 0.6"
_TURNS, _SPINS = "turns.full >= 1", "turns.full >= 2"
_CALM, _STRONG = "dynamics.speed <= 0.6", "dynamics.speed >= 0.7"
_HANDS_UP, _STILL_PLACE, _TRAVELS = "arms.overhead >= 0.12", "space.radius <= 0.3", "space.extent >= 1.2"

QUERIES = (
    # Music and where it belongs.
    _query("I need something for our salsa night", "genre salsa"),
    _query("samba like at the carnival in Rio", "genre samba"),
    _query("cha cha cha please", "genre cha-cha"),
    _query("reggaeton for a beach party", "genre reggaeton"),
    _query("1930s big-band swing", "genre jazz swing"),
    _query("fifties rock and roll with a jukebox", "genre rock'n'roll"),
    _query("seventies disco fever", "genre disco"),
    _query("choreo for a k-pop cover group", "genre K-pop"),
    _query("classical dance of India", "genre Indian classical"),
    _query("flamenco with Spanish fire", "genre flamenco"),
    _query("house music in a club after midnight", "genre house"),
    _query("village festival, folk tradition", "genre folk"),
    _query("a krump battle", "genre krump"),
    _query("old school popping", "genre popping"),
    _query("funky locking from the west coast", "genre locking"),
    _query("hip hop class for teenagers", "genre hip-hop"),
    _query("contemporary piece, barefoot and emotional", "genre contemporary"),
    _query("jazzy street style", "genre street jazz"),
    _query("anything Latin", "genre salsa|samba|cha-cha|bachata|reggaeton"),
    _query("urban street dance", "genre hip-hop|popping|locking|krump|breaking|street jazz"),
    # Tempo and mood.
    _query("super fast song, I want to sweat", _FAST),
    _query("the music should take its time", _SLOW),
    _query("heartbroken, gloomy song", _SAD),
    _query("something that puts a smile on my face", _HAPPY),
    _query("joyful and quick tune", _HAPPY, _FAST),
    _query("a sad slow one for a rainy day", _SAD, _SLOW),
    _query("bass drum on every beat", "music.kick >= 0.6"),
    _query("a track with a laid-back swing to it", "music.swing >= 0.55"),
    # Turns and jumps.
    _query("lots of spinning around", _SPINS),
    _query("she just keeps twirling", "turns.full >= 3"),
    _query("one clean pirouette", _TURNS),
    _query("does not turn round at all", "turns.full <= 0"),
    _query("spins towards the left", "turns.left >= 1"),
    _query("rotating clockwise, to the right", "turns.right >= 1"),
    _query("hopping up and down off the floor", "jumps.count >= 1"),
    _query("feet never leave the ground, no jumping", "jumps.count <= 0"),
    _query("jump and spin in one go", "jumps.count >= 1", _TURNS),
    # Arms.
    _query("hands up in the air", _HANDS_UP),
    _query("arms spread out like wings", "arms.wide >= 0.08"),
    _query("wild, restless arms", "arms.speed >= 1.05"),
    _query("both arms doing the same as in a mirror", "arms.mirrored >= 0.5"),
    _query("clapping along", "arms.claps >= 1"),
    # Legs and steps.
    _query("kicking legs", "legs.kicks >= 1"),
    _query("knees coming up high over and over", "legs.knee_lifts >= 3"),
    _query("busy feet, tons of footwork", "legs.step_rate >= 1.4"),
    _query("hardly any steps", "legs.step_rate <= 0.6"),
    _query("crossing one foot in front of the other", "legs.crosses >= 3"),
    _query("low in the knees the whole time", "legs.bent >= 52"),
    _query("standing with legs far apart", "legs.wide >= 0.1"),
    # Torso.
    _query("shake those hips", "torso.sway >= 0.1", "torso.sways >= 1"),
    _query("body rolls and a wavy spine", "torso.roll >= 24"),
    _query("back straight as a candle", "torso.upright >= 0.95"),
    _query("shoulders twisting against the waist", "torso.twist >= 40"),
    _query("leans over to the side", "torso.side_leans >= 1"),
    # Space and level.
    _query("fits in a tiny living room, stays where she is", _STILL_PLACE),
    _query("uses the whole stage", _TRAVELS),
    _query("shuffling left and right", "space.sideways >= 0.72", "space.returns >= 2"),
    _query("drops down into a squat", "level.crouches >= 1"),
    # How it moves, and several wishes at once.
    _query("explosive, full power", _STRONG),
    _query("take it easy, nothing exhausting", _CALM),
    _query("punchy and robotic, sharp stops", "dynamics.sharpness >= 1.98"),
    _query("bobbing to the beat", "dynamics.bounce >= 0.05", "dynamics.bounces >= 1"),
    _query("energetic kid running all over the floor to a quick song", _STRONG, _TRAVELS, _FAST),
    _query("spinning salsa", "genre salsa", _TURNS),
    _query("swing with happy feet", "genre jazz swing", "legs.step_rate >= 0.9"),
    _query("happy song with hands above the head", _HAPPY, _HANDS_UP),
    _query("fast music while staying on one spot", _FAST, _STILL_PLACE),
    _query("melancholy, and turning", _SAD, _TURNS),
    _query("party music with jumps", _HAPPY, "jumps.count >= 1"),
    _query(
        "street dance, down low with bent knees", "genre hip-hop|popping|locking|krump|street jazz", "legs.bent >= 50"
    ),
)


def judge(
    attributes: Sequence[dict[str, Any]], score: Callable[[list[str]], np.ndarray], *, first: int = FIRST
) -> dict[str, Any]:
    """Precision of the first few clips for every query: its mean, chance, and a row a query.

    attributes : of the clips, as JSON holds them. score : texts -> (texts, clips).
    "reachable" is the best precision that the gallery allows: some wishes fewer clips answer.
    """
    measured = [Attributes.from_json(json.dumps(each)) for each in attributes]
    scores = score([query.text for query in QUERIES])
    rows = []
    for query, line in zip(QUERIES, scores, strict=True):
        good = np.array([query.answered_by(each) for each in measured])
        best = np.argsort(-line, kind="stable")[:first]
        rows.append(
            {"text": query.text, "precision": float(good[best].mean()), "chance": float(good.mean()),
             "reachable": min(1.0, int(good.sum()) / first)}
        )  # fmt: skip
    means = {name: float(np.mean([row[name] for row in rows])) for name in ("precision", "chance", "reachable")}
    return {"queries": len(rows), "first": first, **means, "rows": rows}
