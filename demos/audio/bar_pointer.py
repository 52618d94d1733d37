"""Beats and downbeats from frame-wise probabilities: the bar-pointer model, decoded exactly.

The model is that of Krebs, Boeck and Widmer, "An efficient state-space model for joint tempo and meter
tracking" (ISMIR 2015): the tempo may change at beats only, and seldom much. Between two beats nothing is
decided, so instead of stepping through every position of the bar, Viterbi here runs over beats: score[t,
position, interval] is the best account of the song up to a beat at frame t that is the `position`-th of its
bar and follows the previous beat by `interval` frames. That is the same maximum at a tenth of the work,
which pays for a grid twice as fine.
"""

from dataclasses import dataclass

import numpy as np

from demos.runtime.compiled import compiled

FPS = 120  # frames a second of the decoder's grid
SLOWEST_BPM, FASTEST_BPM = 50.0, 220.0
METERS = (4, 3)
TEMPO_STIFFNESS = 200.0  # cost, in nats, of a tempo e times as fast from one beat to the next (Krebs et al.: 100)
BEAT_HALF_WIDTH = 2  # frames around a beat whose probability says nothing against the beat
# Of two tempos an octave apart that fit about equally well, people dance to the one nearer to two steps a second:
# every beat costs this many nats times the square of its tempo's distance from there, in octaves.
TEMPO_PREFERENCE = 3.0
PREFERRED_BPM = 120.0
PROBABILITY_FLOOR = 0.01
SILENT = 0.08  # frames before the first and after the last probability above this hold no beat


@dataclass(frozen=True, eq=False)
class Decoded:
    """The best path: beat times in seconds, position of each in its bar (0 = downbeat), meter, log score."""

    beats: np.ndarray
    positions: np.ndarray
    meter: int
    score: float


def decode(
    beat: np.ndarray,
    downbeat: np.ndarray,
    fps: float,
    *,
    meters: tuple[int, ...] = METERS,
    stiffness: float = TEMPO_STIFFNESS,
    preference: float = TEMPO_PREFERENCE,
) -> Decoded:
    """The most probable beats.

    beat, downbeat : (frames,) probabilities that a beat (a downbeat included), or a downbeat, falls on the
    frame
    fps : their frames a second

    Without any pulse (nothing above `SILENT`, or less than one beat of it) the result holds no beats.
    """
    nothing = Decoded(np.zeros(0), np.zeros(0, dtype=int), meters[0], 0.0)
    loud = np.flatnonzero(beat > SILENT)
    if not len(loud):
        return nothing
    first_s, last_s = loud[0] / fps, loud[-1] / fps
    times = np.arange(first_s, last_s + 1 / FPS, 1 / FPS)
    if len(times) < 2:
        return nothing
    source = np.arange(len(beat)) / fps
    beat = np.clip(np.interp(times, source, beat), PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
    share = np.clip(np.interp(times, source, downbeat) / beat, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
    silence = np.log1p(-beat)
    observed_down = np.log(beat) + np.log(share)
    observed_other = np.log(beat) + np.log1p(-share)
    intervals = np.arange(int(60 * FPS / FASTEST_BPM), int(np.ceil(60 * FPS / SLOWEST_BPM)) + 1)
    step_cost = stiffness * np.diff(np.log(intervals), prepend=np.log(intervals[0]))
    habit = -preference * np.square(np.log2(60 * FPS / intervals / PREFERRED_BPM))
    best = nothing
    for meter in meters:
        frames, positions, score = _viterbi(
            observed_down.astype(np.float32),
            observed_other.astype(np.float32),
            np.concatenate([[0.0], np.cumsum(silence)]).astype(np.float64),
            intervals,
            step_cost.astype(np.float32),
            habit.astype(np.float32),
            meter,
        )
        if len(frames) and (not len(best.beats) or score > best.score):
            best = Decoded(times[frames], positions, meter, score)
    return best


@compiled
def _viterbi(down, other, silence, intervals, step_cost, habit, meter):  # pragma: no cover - compiled
    """Frames of the beats, their positions in the bar, and the score of the best path.

    down, other : (frames,) log probability of a downbeat, or another beat, at a frame
    silence : (frames + 1,) running sum of the log probability of no beat
    intervals : (n,) allowed frames between beats, rising by one
    step_cost : (n,) cost of a change between an interval and the one before it in the list
    habit : (n,) what a beat gains by each interval
    """
    frames, count, longest = len(down), len(intervals), intervals[-1]
    # carried[t % ring, position, i]: best score of a beat at t if the *next* interval is intervals[i]
    ring = longest + 1
    carried = np.full((ring, meter, count), -np.inf, dtype=np.float32)
    came_from = np.full((frames, meter, count), -1, dtype=np.int16)  # interval before the beat at t, given the next
    score = np.full((meter, count), -np.inf, dtype=np.float32)
    best_end, end_frame, end_position, end_interval = -np.inf, -1, 0, 0
    for t in range(frames):
        for position in range(meter):
            observed = down[t] if position == 0 else other[t]
            before = position - 1 if position > 0 else meter - 1
            for i in range(count):
                previous = t - intervals[i]
                start = previous + 1 + BEAT_HALF_WIDTH
                stop = t - BEAT_HALF_WIDTH
                if previous >= 0:
                    quiet = silence[stop] - silence[start] if stop > start else 0.0
                    score[position, i] = carried[previous % ring, before, i] + quiet + observed + habit[i]
                else:  # the first beat of the song
                    quiet = silence[stop] if stop > 0 else 0.0
                    score[position, i] = quiet + observed + habit[i]
        for position in range(meter):
            # The best interval before for every interval after: the cost of a change adds up along the list of
            # intervals, so one pass each way finds it (a distance transform), not a search for each.
            reached = carried[t % ring, position]
            origin = came_from[t, position]
            for i in range(count):
                reached[i], origin[i] = score[position, i], i
                if i > 0 and reached[i - 1] - step_cost[i] > reached[i]:
                    reached[i], origin[i] = reached[i - 1] - step_cost[i], origin[i - 1]
            for i in range(count - 2, -1, -1):
                if reached[i + 1] - step_cost[i + 1] > reached[i]:
                    reached[i], origin[i] = reached[i + 1] - step_cost[i + 1], origin[i + 1]
            for i in range(count):
                # The song may end within one interval after this beat.
                if frames - t <= intervals[i]:
                    start = min(frames, t + 1 + BEAT_HALF_WIDTH)
                    value = score[position, i] + silence[frames] - silence[start]
                    if value > best_end:
                        best_end, end_frame, end_position, end_interval = value, t, position, i
    beats = np.empty(frames, dtype=np.int64)
    positions = np.empty(frames, dtype=np.int64)
    found = 0
    t, position, i = end_frame, end_position, end_interval
    while t >= 0:
        beats[found], positions[found] = t, position
        found += 1
        previous = t - intervals[i]
        position = position - 1 if position > 0 else meter - 1
        if previous >= 0:
            i = came_from[previous, position, i]
        t = previous
    return beats[:found][::-1].copy(), positions[:found][::-1].copy(), best_end
