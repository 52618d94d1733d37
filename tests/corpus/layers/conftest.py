"""Dances for the tests of layers: one that stands and moves its arms and trunk, one that also steps."""

import pytest
from layer_dances import BEATS, DOWNBEATS, make_standing

from demos.corpus.layers.kind import Layer
from demos.corpus.layers.registry import apply
from demos.motion.motion import Motion


@pytest.fixture(scope="session")
def standing() -> Motion:
    return make_standing(8.0)


@pytest.fixture(scope="session")
def stepping() -> Motion:
    """The same arms over steps round a circle, off the beat."""
    layer = Layer("travel", 0.0, 8.0, params={"to": "circle", "distance": 4.0})
    return apply(make_standing(8.0), layer, beats=BEATS + 0.13, downbeats=DOWNBEATS + 0.13)
