"""The bench names what it measures, on tiny networks."""

from demos.duet import bench
from demos.duet.model import TINY


def test_both_sizes_are_timed_and_told(duet_weights):
    found = bench.bench(source=duet_weights, seconds=3.0, published=TINY)
    assert found["parameters"] == found["published_parameters"]
    assert found["couple_s"] > 0
    assert found["published_to_ours"] > 0
    assert found["met"] == (found["couple_s"] <= found["target_s"])
    assert "times ours" in bench.text(found)
