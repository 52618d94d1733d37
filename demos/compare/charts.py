"""Charts of a comparison as HTML on one clock: speed against beats, what edits changed, feet and hands."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.compare.pipeline import Comparison
from demos.motion import duet_metrics, rhythm
from demos.motion.change import RATE_HZ, change
from demos.motion.contacts import foot_contacts, runs
from demos.motion.dance import Dance
from demos.runtime.errors import InputError

COLOURS = ("#ff6b57", "#1aa896", "#8b5cf6", "#d99312")
"""Of the dances, in their order."""
HELD_M = 0.2
"""Between hands that are close enough to hold one another, as in the measures."""
_POINTS = 600
_ON_BEAT_S = 3 / rhythm.FPS
"""The tolerance of the beat score."""
_WHO = ("lead", "follow")


def charts(result: Comparison) -> str:
    """All charts that say something about these dances."""
    duration = max(dance.duration_s for dance in result.dances)
    return "".join([_speed(result, duration), _edits(result, duration), _contacts(result, duration)])


def speed_curve(dance: Dance) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(times s, mean joint speed m/s, times of the dance's own accents s), as the beat score sees the first dancer: at
    60 frames a second, smoothed by 5 of them; accents are its lowest points."""
    joints = dance.motions[0].resample(rhythm.FPS).joints
    if len(joints) < 4:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(axis=1) * rhythm.FPS
    times = (np.arange(len(speed)) + 0.5) / rhythm.FPS
    return times, gaussian_filter1d(speed, rhythm.SMOOTHING_FRAMES), rhythm.kinematic_beats(joints) / rhythm.FPS


def _speed(result: Comparison, duration: float) -> str:
    curves = [speed_curve(dance) for dance in result.dances]
    top = max([float(speed.max()) for _, speed, _ in curves if len(speed)], default=0.0)
    if not top:
        return ""
    plots = []
    for place, (dance, name, (times, speed, accents)) in enumerate(
        zip(result.dances, result.names, curves, strict=True)
    ):
        some = np.linspace(0, len(times) - 1, min(len(times), _POINTS)).astype(int) if len(times) else np.zeros(0, int)
        line = " ".join(
            f"{1000 * t / duration:.1f},{97 - 92 * v / top:.1f}" for t, v in zip(times[some], speed[some], strict=True)
        )
        hit = [len(dance.beats) > 0 and float(np.abs(dance.beats - at).min()) <= _ON_BEAT_S for at in accents]
        said = f"{sum(hit)} of {len(accents)} accents on a beat" if len(dance.beats) else f"{len(accents)} accents"
        dots = "".join(
            f'<i class="cp-dot{" cp-hit" if on else ""}" style="left:{100 * at / duration:.2f}%;'
            f'top:{97 - 92 * float(np.interp(at, times, speed)) / top:.1f}%"></i>'
            for at, on in zip(accents, hit, strict=True)
        )
        body = f'{_beats(dance, duration)}<polyline points="{line}"/>'
        plots.append(_plot(name, said, place, body, dots, "cp-tall"))
    return _figure(
        "Speed against beats",
        f"Mean speed of the joints, 0 to {top:.1f} m/s; thin lines are beats, thick ones bars. A filled dot is an "
        "accent, where the body pauses or turns back, within 50 ms of a beat.",
        plots,
    )


def _edits(result: Comparison, duration: float) -> str:
    """How far each dance is from the first, over time; only where words have changed one."""
    edited = [bool(dance.provenance.settings.get("edits")) for dance in result.dances]
    if not any(edited) or len(result.dances) < 2:
        return ""
    plots = []
    for place, (dance, name) in enumerate(zip(result.dances[1:], result.names[1:], strict=True), start=1):
        try:
            most = change(result.dances[0], dance).max(axis=1)
        except InputError:  # of another length
            continue
        times = np.arange(len(most)) / RATE_HZ
        line = " ".join(
            f"{1000 * min(t / duration, 1):.1f},{97 - 92 * min(v / 1.5, 1):.1f}"
            for t, v in zip(times, most, strict=True)
        )
        said = f"at most {most.max():.2f} rad" if most.max() > 0 else "unchanged"
        plots.append(_plot(name, said, place, f'{_beats(dance, duration)}<polyline points="{line}"/>'))
    if not plots:
        return ""
    return _figure(
        "What edits changed",
        f"How far the part that changed most is from “{result.names[0]}”, 0 to 1.5 rad: an arm that is level instead "
        "of down.",
        plots,
    )


def _contacts(result: Comparison, duration: float) -> str:
    plots = []
    for place, (dance, name) in enumerate(zip(result.dances, result.names, strict=True)):
        lanes, shares = [], []
        for who, motion in zip(_WHO, dance.motions, strict=False):
            feet = foot_contacts(motion)
            for side, columns in (("left", (0, 2)), ("right", (1, 3))):
                label = f"{who}'s {side} foot" if len(dance.motions) > 1 else f"{side} foot"
                stands = feet[:, columns].any(axis=1)
                lanes.append((label, stands, ""))
                shares.append(stands.mean())
        said = f"feet stand {100 * float(np.mean(shares)):.0f} % of the time"
        if len(dance.motions) == 2:
            held = duet_metrics.hand_distance(*dance.motions) < HELD_M
            lanes.append(("hands held", held, " cp-hold"))
            said += f", hands are held {100 * held.mean():.0f} %"
        plots.append(_bars(name, said, place, lanes, dance, duration))
    return _figure("Contacts", "When each foot stands, and when a couple's nearest hands are within 20 cm.", plots)


def _bars(
    name: str, said: str, place: int, lanes: Sequence[tuple[str, np.ndarray, str]], dance: Dance, duration: float
) -> str:
    height = 100 / len(lanes)
    bars = "".join(
        f'<i class="cp-bar{tone}" style="left:{100 * start / dance.fps / duration:.2f}%;'
        f"width:{100 * (stop - start) / dance.fps / duration:.2f}%;top:{height * row + height * 0.15:.1f}%;"
        f'height:{height * 0.7:.1f}%" title="{escape(label)}"></i>'
        for row, (label, mask, tone) in enumerate(lanes)
        for start, stop in runs(mask)
    )
    labels = "".join(
        f'<span class="cp-lane" style="top:{height * row:.1f}%;height:{height:.1f}%"><b>{escape(label)}</b></span>'
        for row, (label, _, _) in enumerate(lanes)
    )
    extra = f"{bars}{labels}"
    plot = _plot(name, said, place, _beats(dance, duration), extra)
    return plot.replace("cp-plot", f"cp-plot cp-lanes-{len(lanes)}", 1)


def _beats(dance: Dance, duration: float) -> str:
    bars = set(np.round(dance.downbeats, 3).tolist())
    return "".join(
        f'<line class="{"cp-bar-line" if round(float(at), 3) in bars else "cp-beat"}" '
        f'x1="{1000 * at / duration:.1f}" x2="{1000 * at / duration:.1f}" y1="0" y2="100"/>'
        for at in dance.beats[:2000]
    )


def _plot(name: str, said: str, place: int, body: str, extra: str = "", kind: str = "") -> str:
    tone = COLOURS[place % len(COLOURS)]
    return (
        f'<div class="cp-row" style="--cp-tone:{tone}"><p class="cp-name"><b>{escape(name)}</b> <span>{escape(said)}'
        f'</span></p><div class="cp-plot {kind}" role="img" aria-label="{escape(f"{name}: {said}")}">'
        f'<svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">{body}</svg>{extra}</div></div>'
    )


def _figure(title: str, says: str, plots: Sequence[str]) -> str:
    return (
        f'<figure class="cp-chart"><figcaption><b>{escape(title)}</b> <span>{escape(says)}</span></figcaption>'
        f"{''.join(plots)}</figure>"
    )
