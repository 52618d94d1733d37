"""When an attribute may be named: one test on the measured numbers for each key of the vocabulary.

Edges lie near the outer fifths of the real dances (attributes.calibrate), or at what the word plainly means. For
couples a key of the motion holds when it holds for both dancers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from demos.corpus.attributes import Attributes
from demos.corpus.measures.music import MusicFacts
from demos.corpus.wordings_music import GENRE_CUES

Numbers = Mapping[str, float]
Predicate = Callable[[Attributes], bool]
COUNTED = range(1, 7)
"""Turns and jumps are named by number up to six."""
MANY_TURNS, MANY_JUMPS = 3, 4
MOVING = 0.15
"""m/s: below this a dance stands, and how it flows cannot be said."""


def genre_key(genre: str) -> str:
    """The key of a genre of the composer: "K-pop" -> "genre.name.k_pop"."""
    return "genre.name." + "".join(letter if letter.isalnum() else "_" for letter in genre.lower())


def _dancer(test: Callable[[Numbers], bool]) -> Predicate:
    return lambda attributes: all(bool(test(dancer)) for dancer in attributes.dancers)


def _music(test: Callable[[MusicFacts], bool | None]) -> Predicate:
    return lambda attributes: bool(test(attributes.music))


def _pair(test: Callable[[Numbers], bool]) -> Predicate:
    return lambda attributes: len(attributes.dancers) == 2 and bool(test(attributes.pair))


def _moves(d: Numbers) -> bool:
    return d["dynamics.speed"] >= MOVING


def _fast_music(m: MusicFacts) -> bool:
    return m.tempo_bpm is not None and m.tempo_bpm >= 118


def _slow_music(m: MusicFacts) -> bool:
    return m.tempo_bpm is not None and 0 < m.tempo_bpm < 92


def _quick(d: Numbers) -> bool:
    return d["dynamics.pace"] >= 1.7 and d["dynamics.speed"] >= 0.35


def _slow(d: Numbers) -> bool:
    return d["dynamics.pace"] <= 1.1 and MOVING <= d["dynamics.speed"] <= 0.6


def _fast_dance(a: Attributes) -> bool:
    quick = all(_quick(d) or d["dynamics.speed"] >= 0.8 for d in a.dancers)
    return (quick and not _slow_music(a.music)) or (_fast_music(a.music) and not all(_slow(d) for d in a.dancers))


def _slow_dance(a: Attributes) -> bool:
    slow = all(_slow(d) or d["dynamics.speed"] <= 0.35 for d in a.dancers)
    return (slow and not _fast_music(a.music)) or (_slow_music(a.music) and not all(_quick(d) for d in a.dancers))


def _both_kicks(d: Numbers) -> float:
    return d["legs.kicks_front"] + d["legs.kicks_side"] + d["legs.kicks_back"]


def _lifted_once(d: Numbers, side: str, other: str) -> bool:
    return d[f"arms.lifts_{side}"] >= 1 and d[f"arms.lifts_{other}"] == 0 and d["arms.raised"] >= 0.05


def _hips(d: Numbers) -> bool:
    return d["torso.sways"] >= 1.0 and (d["torso.sway"] >= 0.11 or d["torso.hip_roll"] >= 26) and _moves(d)


PREDICATES: dict[str, Predicate] = {
    "arms.height.both_overhead": _dancer(lambda d: d["arms.both_overhead"] >= 0.10),
    "arms.height.overhead": _dancer(lambda d: d["arms.overhead"] >= 0.12),
    "arms.height.raised": _dancer(lambda d: d["arms.both_raised"] >= 0.25),
    "arms.height.low": _dancer(lambda d: d["arms.raised"] <= 0.06),
    "arms.wide.wide": _dancer(lambda d: d["arms.wide"] >= 0.12),
    "arms.wave.wave": _dancer(lambda d: d["arms.waves"] >= 1 and d["arms.waving"] >= 0.08),
    "arms.cross.cross": _dancer(lambda d: d["arms.crosses"] >= 2),
    "arms.punch.punch": _dancer(lambda d: d["arms.punches"] >= 2),
    "arms.circle.circle": _dancer(lambda d: d["arms.circles"] >= 1),
    # Held hands meet the other's and one's own; only a soloist's meeting hands are a clap.
    "arms.clap.clap": lambda a: len(a.dancers) == 1 and a.dancers[0]["arms.claps"] >= 2,
    "arms.hips.hips": _dancer(lambda d: d["arms.on_hips"] >= 0.2),
    "arms.amount.still": _dancer(lambda d: d["arms.speed"] <= 0.30),
    "arms.amount.busy": _dancer(lambda d: d["arms.speed"] >= 0.95),
    "arms.side.left": _dancer(lambda d: d["arms.left_part"] >= 0.60 and d["arms.speed"] >= 0.25),
    "arms.side.right": _dancer(lambda d: d["arms.left_part"] <= 0.40 and d["arms.speed"] >= 0.25),
    "arms.only.left": _dancer(lambda d: _lifted_once(d, "left", "right")),
    "arms.only.right": _dancer(lambda d: _lifted_once(d, "right", "left")),
    "arms.match.mirrored": _dancer(lambda d: d["arms.mirrored"] >= 0.6 and d["arms.speed"] >= 0.3),
    "arms.match.opposed": _dancer(lambda d: d["arms.mirrored"] <= -0.3 and d["arms.speed"] >= 0.3),
    "legs.steps.busy": _dancer(lambda d: d["legs.step_rate"] >= 1.6),
    "legs.steps.steady": _dancer(lambda d: d["legs.step_rate"] >= 0.7),
    "legs.steps.planted": _dancer(lambda d: d["legs.step_rate"] <= 0.1 and d["legs.speed"] <= 0.15),
    "legs.kick.front": _dancer(lambda d: d["legs.kicks_front"] >= 1),
    "legs.kick.side": _dancer(lambda d: d["legs.kicks_side"] >= 1),
    "legs.kick.back": _dancer(lambda d: d["legs.kicks_back"] >= 1),
    "legs.kick.many": _dancer(lambda d: _both_kicks(d) >= 4),
    "legs.kick.any": _dancer(lambda d: _both_kicks(d) >= 1),
    "legs.lift.back": _dancer(lambda d: d["legs.lifts_back"] >= 1),
    "legs.lift.front": _dancer(lambda d: d["legs.lifts_front"] >= 1),
    "legs.lift.side": _dancer(lambda d: d["legs.lifts_side"] >= 1),
    "legs.knee.one": _dancer(lambda d: d["legs.knee_lifts"] >= 1),
    "legs.knee.several": _dancer(lambda d: d["legs.knee_lifts"] >= 3),
    "legs.cross.cross": _dancer(lambda d: d["legs.crosses"] >= 4),
    "legs.stance.wide": _dancer(lambda d: d["legs.wide"] >= 0.2),
    "legs.bend.deep": _dancer(lambda d: d["legs.bent"] >= 53),
    "legs.bend.straight": _dancer(lambda d: d["legs.bent"] <= 18),
    "torso.lean.upright": _dancer(lambda d: d["torso.upright"] >= 0.97 and abs(d["torso.forward"]) <= 6),
    "torso.lean.forward": _dancer(lambda d: d["torso.forward"] >= 8),
    "torso.lean.back": _dancer(lambda d: d["torso.forward"] <= -5),
    "torso.bend.forward": _dancer(lambda d: d["torso.bends"] >= 1),
    "torso.bend.back": _dancer(lambda d: d["torso.backbends"] >= 1),
    "torso.bend.side": _dancer(lambda d: d["torso.side_leans"] >= 2),
    "torso.twist.twist": _dancer(lambda d: d["torso.twist"] >= 45 and d["torso.twists"] >= 0.6),
    "torso.hips.sway": _dancer(_hips),
    "torso.roll.roll": _dancer(lambda d: d["torso.roll"] >= 24 and d["torso.rolls"] >= 0.5),
    "torso.amount.still": _dancer(
        lambda d: d["torso.twist"] <= 18 and d["torso.roll"] <= 9 and d["torso.sway"] <= 0.07
    ),
    "torso.head.nod": _dancer(lambda d: d["torso.nods"] >= 0.8),
    "space.place.spot": _dancer(lambda d: d["space.radius"] <= 0.2),
    "space.place.travel": _dancer(lambda d: d["space.extent"] >= 1.6 and d["space.travel"] >= 0.3),
    "space.path.sideways": _dancer(
        lambda d: d["space.sideways"] >= 0.75 and d["space.returns"] >= 2 and d["space.extent"] >= 0.35
    ),
    "space.path.ahead": _dancer(
        lambda d: d["space.sideways"] <= 0.42 and d["space.returns"] >= 2 and d["space.extent"] >= 0.35
    ),
    "space.path.circle": _dancer(lambda d: d["space.circles"] >= 0.8),
    "turns.many.many": _dancer(lambda d: d["turns.full"] >= MANY_TURNS),
    "turns.any.any": _dancer(lambda d: d["turns.full"] >= 1),
    "turns.way.left": _dancer(lambda d: d["turns.left"] >= 1 and d["turns.right"] == 0),
    "turns.way.right": _dancer(lambda d: d["turns.right"] >= 1 and d["turns.left"] == 0),
    "turns.half.half": _dancer(lambda d: d["turns.half"] >= 1),
    "turns.long.double": _dancer(lambda d: d["turns.longest"] >= 675),
    "turns.speed.fast": _dancer(lambda d: d["turns.fastest"] >= 300),
    "turns.none.none": _dancer(lambda d: d["turns.longest"] == 0 and d["turns.yaw"] <= 40),
    "jumps.many.many": _dancer(lambda d: d["jumps.count"] >= MANY_JUMPS),
    "jumps.any.any": _dancer(lambda d: d["jumps.count"] >= 1),
    "jumps.leap.leap": _dancer(lambda d: d["jumps.leaps"] >= 1),
    "level.height.low": _dancer(lambda d: d["level.low"] >= 0.2),
    "level.height.floor": _dancer(lambda d: d["level.floor"] >= 0.05),
    "level.height.high": _dancer(lambda d: d["level.mean"] >= 0.985 and d["level.lowest"] >= 0.93),
    "level.crouch.crouch": _dancer(lambda d: d["level.crouches"] >= 1),
    "level.change.varied": _dancer(lambda d: d["level.range"] >= 0.22),
    "level.toes.toes": _dancer(lambda d: d["level.toes"] >= 0.25),
    "level.hand.floor": _dancer(lambda d: d["level.hand_floor"] >= 1),
    "level.inverted.inverted": _dancer(lambda d: d["level.inverted"] >= 0.02),
    "fluidity.flow.smooth": _dancer(lambda d: d["dynamics.sharpness"] <= 1.66 and _moves(d)),
    "fluidity.flow.sharp": _dancer(lambda d: d["dynamics.sharpness"] >= 1.98 and _moves(d)),
    "dynamics.hit.hits": _dancer(lambda d: d["dynamics.hits"] >= 0.15),
    "dynamics.freeze.one": _dancer(lambda d: d["dynamics.freezes"] >= 1 and _moves(d)),
    "dynamics.freeze.several": _dancer(lambda d: d["dynamics.freezes"] >= 2 and _moves(d)),
    "dynamics.freeze.any": _dancer(lambda d: d["dynamics.freezes"] >= 1 and _moves(d)),
    "intensity.level.still": _dancer(lambda d: d["dynamics.speed"] <= 0.08),
    "intensity.level.calm": _dancer(lambda d: 0.08 < d["dynamics.speed"] <= 0.36),
    "intensity.level.moderate": _dancer(lambda d: 0.42 <= d["dynamics.speed"] <= 0.72),
    "intensity.level.energetic": _dancer(lambda d: d["dynamics.speed"] >= 0.78),
    "dynamics.growth.builds": lambda a: a.seconds >= 6 and all(d["dynamics.growth"] >= 1.8 for d in a.dancers),
    "dynamics.growth.fades": lambda a: a.seconds >= 6 and all(d["dynamics.growth"] <= 0.55 for d in a.dancers),
    "pace.move.quick": _dancer(_quick),
    "pace.move.slow": _dancer(_slow),
    "pace.any.fast": _fast_dance,
    "pace.any.slow": _slow_dance,
    "beat.bounce.bouncy": _dancer(lambda d: d["dynamics.bounce"] >= 0.055 and d["dynamics.bounces"] >= 1.4),
    "beat.bounce.locked": _dancer(lambda d: d.get("beat.bounce_lock", 0) >= 0.35 and d["dynamics.bounce"] >= 0.03),
    "beat.time.on": _dancer(lambda d: d.get("beat.over_chance", 0) >= 1.7),
    "pair.face.facing": _pair(lambda p: p["pair.facing"] >= 0.65),
    "pair.face.side": _pair(lambda p: p["pair.same_way"] >= 0.6 and p["pair.behind"] <= 0.2),
    "pair.face.behind": _pair(lambda p: p["pair.behind"] >= 0.4),
    "pair.gap.close": _pair(lambda p: p["pair.distance"] <= 0.65),
    "pair.gap.apart": _pair(lambda p: p["pair.distance"] >= 1.2),
    "pair.gap.changes": _pair(lambda p: p["pair.distance_range"] >= 0.85),
    "pair.hold.hold": _pair(lambda p: p["pair.hold"] >= 0.55),
    "pair.hold.free": _pair(lambda p: p["pair.hold"] <= 0.05 and p["pair.contact"] <= 0.02),
    "pair.same.mirror": _pair(lambda p: p["pair.mirror"] >= 0.4),
    "pair.same.unison": _pair(lambda p: p["pair.unison"] >= 0.4),
    "pair.same.canon": _pair(
        lambda p: p["pair.canon"] >= 0.5 and p["pair.canon"] > max(p["pair.unison"], p["pair.mirror"]) + 0.15
    ),
    "pair.orbit.orbit": _pair(lambda p: p["pair.orbits"] >= 1.0),
    "tempo.speed.slow": _music(_slow_music),
    "tempo.speed.medium": _music(lambda m: m.tempo_bpm is not None and 92 <= m.tempo_bpm < 118),
    "tempo.speed.fast": _music(_fast_music),
    "rhythm.feel.swung": _music(lambda m: m.swing is not None and m.swing >= 0.57),
    "rhythm.feel.straight": _music(lambda m: m.swing is not None and m.swing <= 0.52 and m.meter in (2, 4)),
    "rhythm.meter.waltz": _music(lambda m: m.meter == 3),
    "rhythm.kick.four": _music(lambda m: m.kick is not None and m.kick >= 0.8 and m.meter == 4),
    "rhythm.accent.syncopated": _music(lambda m: m.syncopation is not None and m.syncopation >= 0.27),
    "valence.mood.happy": _music(lambda m: m.valence is not None and m.valence >= 0.62),
    "valence.mood.sad": _music(lambda m: m.valence is not None and m.valence <= 0.35),
    "music.form.drop": _music(lambda m: "drop" in m.sections),
    "music.form.build": _music(lambda m: "build" in m.sections),
    "who.count.solo": lambda a: len(a.dancers) == 1,
    "who.count.couple": lambda a: len(a.dancers) == 2,
}
"""key -> test. Keys are group.topic.variant; variants of a topic are alternatives, and a caption names one of them."""


def _add_counts() -> None:
    for n in COUNTED:
        PREDICATES[f"turns.count.{n}"] = _dancer(lambda d, n=n: d["turns.full"] == n)
        PREDICATES[f"turns.left.{n}"] = _dancer(lambda d, n=n: d["turns.left"] == n)
        PREDICATES[f"turns.right.{n}"] = _dancer(lambda d, n=n: d["turns.right"] == n)
        PREDICATES[f"jumps.count.{n}"] = _dancer(lambda d, n=n: d["jumps.count"] == n)
    for genre in GENRE_CUES:
        PREDICATES[genre_key(genre)] = _music(lambda m, genre=genre: m.genre == genre)


_add_counts()
