"""The example dances that ship: small, on their songs, saying what they were made from."""

import numpy as np
import pytest

from demos.corpus.examples import EXAMPLES, Example, make
from demos.corpus.phrases import phrases_of
from demos.corpus.sources import ATTRIBUTIONS
from demos.motion import rhythm
from demos.motion.files import open_dance
from demos.runtime.caches import file_sha256
from demos.runtime.settings import ASSETS
from tests.corpus.dancers import made_clip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_shipped_dances_belong_to_their_songs(example):
    path = ASSETS / "dances" / f"{example.name}.npz"
    assert path.stat().st_size < (2 if example.couple else 1) * 400 * 1024
    dance = open_dance(path)
    assert dance.song_sha256 == file_sha256(ASSETS / "songs" / f"{example.song}.mp3")
    assert dance.fps == 30
    assert 20 <= dance.duration_s <= 25
    facts = dance.provenance.settings
    assert len(dance.motions) == (2 if example.couple else 1)
    assert dance.provenance.system == ("couple choreographer" if example.couple else "choreographer")
    assert (dance.provenance.seed, facts["style"]) == (example.seed, example.style)
    assert facts["sources"]
    assert facts["attribution"]
    assert set(facts["attribution"]) <= set(ATTRIBUTIONS.values())
    scores = rhythm.beat_alignment(dance.motions[0], dance.beats)
    assert scores.bas is not None
    assert scores.bas > (scores.bas_shuffled or 0) + 0.05
    assert np.isfinite(dance.joints).all()


def test_an_example_says_what_it_was_made_from(private_cache):
    clips = [made_clip(f"clip{seed}", seed, genre="pop", speed=1.3, pulse_s=0.46) for seed in range(5)]
    phrases = [phrase for clip in clips for phrase in phrases_of(clip)]
    dance = make(Example("four-walls-one-floor", "pop", 3, seconds=8.0), phrases)
    facts = dance.provenance.settings
    assert set(facts["sources"]) <= {clip.source for clip in clips}
    assert facts["attribution"] == [ATTRIBUTIONS["cmu"]]
    assert facts["song"] == "four-walls-one-floor.mp3"
    assert len(dance.beats) >= 14
