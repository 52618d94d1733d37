"""From a picture and a song to a film, from Python and from the shell."""

import json
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
from film_made import groove, mannequin
from PIL import Image

from demos.__main__ import main
from demos.motion.dance import Dance, Provenance
from demos.runtime.errors import InputError
from demos.video import followcam, pipeline, puppet
from demos.video.cast import shipped_pictures
from demos.video.track import from_motion


@pytest.fixture(scope="module")
def figure():
    return mannequin()


def probe(path):
    """What ffmpeg says of a file."""
    done = subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)], capture_output=True,
                          check=False)  # fmt: skip
    return done.stderr.decode()


def pictures(path, size):
    """All pictures of a film (frames, h, w, 4)."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error"]
    if path.suffix == ".webm":
        command += ["-c:v", "libvpx-vp9"]
    command += ["-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, size[1], size[0], 4)


def test_a_film_has_pictures_sound_and_the_right_length(tmp_path, figure, click_song):
    steps = []
    film = pipeline.animate(
        figure, click_song, tmp_path / "a.mp4", dance=groove(), seconds=2, size=160,
        on_progress=lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    assert film.size == (160, 210)
    assert film.seconds == 2
    told = probe(film.path)
    assert "h264" in told
    assert "aac" in told
    assert "Duration: 00:00:02.0" in told
    frames = pictures(film.path, film.size)
    assert len(frames) == 60
    assert steps[-1] == (60, 60)
    assert np.abs(frames[0].astype(int) - frames[20]).max() > 100  # it moves
    # The corners are the picture's own.
    assert np.abs(frames[:, :10, :10, :3].astype(int) - [120, 170, 200]).max() < 12


@pytest.mark.parametrize("kind", ["webm", "gif"])
def test_the_figure_alone_is_see_through(tmp_path, figure, kind):
    film = pipeline.animate(figure, None, tmp_path / f"a.{kind}", dance=groove(), seconds=2, size=128)
    frames = pictures(film.path, film.size)
    assert len(frames) in (30, 60)
    assert frames[:, :8, :8, 3].max() < 3
    share = (frames[..., 3] > 128).mean()
    assert 0.03 < share < 0.5


def test_two_figures_dance_a_duet(tmp_path, figure):
    beside = [groove().motions[0].move(np.array([x, 0, 0])) for x in (-0.5, 0.5)]
    couple = Dance((beside[0], beside[1]), Provenance("test"))
    film = pipeline.animate([figure, figure], None, tmp_path / "a.mp4", dance=couple, seconds=2, size=128)
    assert film.seconds == 2
    covered = []
    for figures, dance in (([figure, figure], couple), ([figure], groove())):
        scene, steps = pipeline.prepare(figures, 128), pipeline.choreograph(figures, None, dance=dance, seconds=2)
        actors = puppet.rehearse(scene.rigs, steps.tracks, scene.size)
        seen = [actor.bones.points["pelvis"][:, 0] for actor in actors]
        if len(seen) == 2:  # side by side, a metre apart
            assert np.abs(seen[0] - seen[1]).min() > 0.4
        shown = next(pipeline.frames(scene, steps.tracks, cut_out=True))[..., 3] > 128
        covered.append(shown.sum() / actors[0].view_height ** 2)
    assert covered[0] > 1.4 * covered[1]


def test_the_camera_follows_and_loses_nobody(figure):
    scene = pipeline.prepare([figure], 160)
    track = from_motion(groove().motions[0])
    actors = puppet.rehearse(scene.rigs, [track], scene.size)
    share, middles = followcam.plan(actors, scene.size, 30)
    assert 0.5 < share <= 1
    box = actors[0].extent()
    half = share * np.array(scene.size) / 2
    assert (box[:, 0] >= middles[:, 0] - half[0] - 0.5).all()
    assert (box[:, 3] <= middles[:, 1] + half[1] + 0.5).all()
    frames = list(pipeline.frames(scene, [track], camera="follow"))
    assert frames[0].shape == (scene.size[1], scene.size[0], 3)
    assert len(frames) == len(track)


def test_scenes_are_kept_by_content(figure):
    scene = pipeline.prepare([figure], 128)
    assert pipeline.prepare([mannequin()], 128) is scene
    assert pipeline.prepare([figure.with_point("left_wrist", (10, 10))], 128) is not scene


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"out": "a.avi"}, "written as"),
        ({"camera": "drone"}, "no camera"),
        ({"system": "magic"}, "no system"),
        ({"text": "slowly"}, "leave the text out"),
        ({"seconds": 0.5}, "length"),
        ({"seconds": 4000}, "length"),
        ({"size": 20}, "size"),
        ({"size": 5000}, "size"),
        ({"fps": 2}, "frame rate"),
        ({"seed": -1}, "seed"),
        ({"song": None}, "Choose a song"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path, figure, click_song, change, word):
    arguments = {"song": click_song, "out": "a.mp4", **change}
    song, out = arguments.pop("song"), tmp_path / arguments.pop("out")
    with pytest.raises(InputError, match=word):
        pipeline.animate(figure, song, out, **arguments)
    assert not list(tmp_path.iterdir())


def test_an_empty_outline_is_told(tmp_path, figure):
    with pytest.raises(InputError, match="outline is empty"):
        pipeline.animate(figure.with_alpha(np.zeros_like(figure.alpha)), None, tmp_path / "a.mp4", dance=groove())


def test_the_shell_films(tmp_path, capsys, click_song):
    groove().save(tmp_path / "dance.npz")
    out = tmp_path / "new" / "film.mp4"
    arguments = [str(shipped_pictures()["B cartoon"]), str(click_song), "--dance", str(tmp_path / "dance.npz")]
    assert main(["animate", *arguments, "--seconds", "2", "--size", "128", "--out", str(out), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["size"] == [128, 170]
    assert report["kind"] == "person"
    assert out.stat().st_size == report["bytes"]


@pytest.mark.parametrize("bad", ["notes.txt", "gone.png"])
def test_the_shell_tells_what_is_no_picture(tmp_path, capsys, click_song, bad):
    (tmp_path / "notes.txt").write_text("dear diary")
    assert main(["animate", str(tmp_path / bad), str(click_song), "--out", str(tmp_path / "a.mp4")]) == 2
    told = capsys.readouterr().err
    assert bad in told
    assert len(told.strip().splitlines()) == 1


def test_a_film_of_a_thin_picture(tmp_path):
    picture = np.full((600, 90, 4), 255, np.uint8)
    picture[150:560, 30:60, :3] = (200, 30, 40)
    Image.fromarray(picture).save(tmp_path / "thin.png")
    film = pipeline.animate(tmp_path / "thin.png", None, tmp_path / "a.mp4", dance=groove(), seconds=2)
    assert film.size[0] % 2 == 0
    assert film.size[1] % 2 == 0
