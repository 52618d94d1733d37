"""How fast dances are drawn, and where the time goes: `python -m demos bench render`."""

import os
import time
from collections.abc import Callable

import numpy as np

from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT
from demos.render import scene, shadow
from demos.render.camera import plan
from demos.render.figure import Figure, figure
from demos.render.panel import Canvas, Panel
from demos.render.theme import THEMES


def couple(seconds: float, fps: float = 30.0) -> Dance:
    """Two dancers made of sines: they sway, step and swing their arms half a metre apart."""
    t = np.arange(max(1, round(seconds * fps))) / fps
    motions = []
    for side in (-1.0, 1.0):
        poses = np.zeros((len(t), 24, 3), np.float32)
        swing = np.sin(2 * np.pi * 0.8 * t + side)
        poses[:, 0, 1] = -0.5 * side + 0.4 * np.sin(2 * np.pi * 0.2 * t)
        poses[:, INDEX["left_shoulder"], 2] = -0.8 + 0.6 * swing
        poses[:, INDEX["right_shoulder"], 2] = 0.8 + 0.6 * swing
        poses[:, INDEX["left_elbow"], 1] = -0.7
        poses[:, INDEX["right_elbow"], 1] = 0.7
        for joint, sign in (("left_hip", 1.0), ("right_hip", -1.0)):
            poses[:, INDEX[joint], 0] = 0.3 * sign * swing
        translation = np.zeros((len(t), 3), np.float32)
        translation[:, 0] = 0.45 * side + 0.1 * swing
        translation[:, 1] = REST_HEIGHT
        motions.append(Motion(poses, translation, fps))
    return Dance((motions[0], motions[1]), Provenance("bench"))


def bench(*, seconds: float = 8.0, size: tuple[int, int] = (512, 512), style: str = "mesh") -> dict:
    """Draw a couple and measure it.

    Returns
    -------
    dict with fps (pictures a second on all processors of this process, everything included), fps_moving (the same
    with a camera that never stands still), cpu_ms (processor time a picture), fps_alone (processors / cpu_ms: what fps
    would be if nothing else ran), milliseconds of processor time a picture by part (skinning, raster, shadow, shading),
    share (of their sum), faces, processors, load (of the machine, before; other work slows the wall clock down),
    pyrender_fps or the reason why there is none.
    """
    dance = couple(seconds)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    for camera in ("front", "orbit"):  # compile and fill the caches
        _drain(dance, size, camera, style, seconds=0.3)
    fps, cpu_ms = _drain(dance, size, "front", style)
    fps_moving, _ = _drain(dance, size, "orbit", style)
    figures = [figure(style, i) for i in range(2)]
    parts = _parts(dance, figures, size)
    return {
        "fps": round(fps, 1),
        "fps_moving": round(fps_moving, 1),
        "cpu_ms": round(cpu_ms, 2),
        "fps_alone": round(1e3 * scene.processors() / cpu_ms, 1),
        "milliseconds": {name: round(value, 2) for name, value in parts.items()},
        "share": {name: round(value / sum(parts.values()), 3) for name, value in parts.items()},
        "faces": sum(len(each.faces) for each in figures),
        "size": size,
        "processors": scene.processors(),
        "load": round(load, 2),
        **_pyrender(dance, figures, size),
    }


def text(result: dict) -> str:
    """The figures in words."""
    width, height = result["size"]
    parts = ", ".join(f"{name} {value:.2f} ms" for name, value in result["milliseconds"].items())
    beside = result["pyrender_fps"]
    return "\n".join(
        (
            f"render: {result['fps']:.0f} pictures a second at {width}x{height} ({result['fps_moving']:.0f} with a "
            f"moving camera), two dancers, {result['faces']} faces, 4 samples a pixel, {result['processors']} threads, "
            f"load {result['load']:.1f}",
            f"  processor time a picture: {result['cpu_ms']:.1f} ms, so {result['fps_alone']:.0f} a second where "
            "nothing else runs",
            f"  of it: {parts}",
            f"  pyrender beside it: {beside if isinstance(beside, str) else f'{beside:.0f} pictures a second'}",
        )
    )


def _drain(
    dance: Dance, size: tuple[int, int], camera: str, style: str, seconds: float | None = None
) -> tuple[float, float]:
    """Pictures a second by the wall clock, and milliseconds of processor time a picture."""
    wall, processor = time.perf_counter(), time.process_time()
    count = sum(1 for _ in scene.frames(dance, size=size, camera=camera, style=style, seconds=seconds))
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return count / wall, 1e3 * processor / count


def _parts(dance: Dance, figures: list[Figure], size: tuple[int, int]) -> dict[str, float]:
    """Milliseconds of processor time a picture by part, the median of many."""
    width, height = size
    panel = Panel(
        figures, plan(dance.joints, dance.fps, camera="front", aspect=width / height), THEMES["dark"], height, width
    )
    canvas = Canvas(panel)
    out = np.empty((height, width, 3), np.uint8)
    times: dict[str, list[float]] = {"skinning": [], "raster": [], "shadow": [], "shading": []}

    def timed(part: str, work: Callable, pictures: int = 1) -> object:
        start = time.process_time()
        value = work()
        times[part].append(1e3 * (time.process_time() - start) / pictures)
        return value

    for start in range(0, len(dance) - scene.CHUNK + 1, scene.CHUNK):
        stop = start + scene.CHUNK
        skins = timed(
            "skinning",
            lambda a=start, b=stop: np.concatenate(
                [each.pose(m.slice(a, b)) for each, m in zip(figures, dance.motions, strict=True)], axis=1
            ),
            scene.CHUNK,
        )
        for i, vertices in enumerate(np.ascontiguousarray(skins)):
            frame = start + i
            timed("raster", lambda v=vertices, f=frame: panel.rasterise(v, f, canvas))
            cast = timed("shadow", lambda v=vertices: shadow.cast(v, panel.faces, panel.direction))
            timed("shading", lambda c=cast, f=frame: panel.shade(c, f, canvas, out))
    return {name: float(np.median(values)) for name, values in times.items()}


def _pyrender(dance: Dance, figures: list[Figure], size: tuple[int, int]) -> dict[str, float | str]:
    """The same couple by pyrender (OpenGL off screen, no shadows, no floor), where it is installed and GL exists."""
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    try:
        import pyrender  # pyright: ignore[reportMissingImports]  # never required: only to compare with
        import trimesh

        renderer = pyrender.OffscreenRenderer(*size)
    except Exception as error:  # whatever a missing driver raises
        return {"pyrender_fps": f"not available ({type(error).__name__}: {error})"}
    skins = [each.pose(motion.slice(0, 30)) for each, motion in zip(figures, dance.motions, strict=True)]
    view = np.eye(4)
    view[:3, 3] = 0, 0.95, 4.5
    count, start = 0, time.perf_counter()
    for frame in range(min(30, len(dance))):
        stage = pyrender.Scene(ambient_light=(0.3, 0.3, 0.3))
        for each, skin in zip(figures, skins, strict=True):
            mesh = trimesh.Trimesh(skin[frame], each.faces, vertex_colors=each.albedo, process=False)
            stage.add(pyrender.Mesh.from_trimesh(mesh, smooth=True))
        stage.add(pyrender.DirectionalLight(intensity=4.0), pose=view)
        stage.add(pyrender.PerspectiveCamera(yfov=0.52), pose=view)
        renderer.render(stage)
        count += 1
    seconds = time.perf_counter() - start
    renderer.delete()
    return {"pyrender_fps": round(count / seconds, 1)}
