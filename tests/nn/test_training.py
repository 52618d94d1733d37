"""The rate rises and falls, a run goes on where it stopped, averages end up in the network."""

import pytest
import torch
from torch import nn

from demos.nn.training import LAST_RATE, WARM_STEPS, Plan, Randomness, optimisers, rate_at, run
from demos.runtime.errors import InputError


def _network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 16), nn.SiLU(), nn.Linear(16, 1))


def _losses(network, seen=None):
    def losses(chance: Randomness, progress: float):
        values = torch.randn(32, 4, generator=chance.noise)
        loss = (network(values)[:, 0] - values[:, 0] * values[:, 1]).square().mean()
        if seen is not None:
            seen.append((progress, float(values[0, 0])))
        return loss, {"loss": float(loss.detach())}

    return losses


def test_the_rate_rises_then_falls_along_a_cosine():
    plan = Plan(minutes=1, steps=10, rate=2.0)
    assert rate_at(plan, 0, 0.0) == pytest.approx(2.0 / WARM_STEPS)
    assert rate_at(plan, WARM_STEPS, 0.0) == pytest.approx(2.0)
    assert rate_at(plan, 10_000, 0.5) == pytest.approx(2.0 * (LAST_RATE + (1 - LAST_RATE) / 2))
    assert rate_at(plan, 10_000, 1.0) == pytest.approx(2.0 * LAST_RATE)


def test_matrices_go_to_muon_and_tables_do_not():
    network = nn.ModuleDict({"linear": nn.Linear(3, 5), "table": nn.Embedding(4, 3)})
    adam, muon = optimisers(network, 1e-3)
    assert [tuple(p.shape) for p in muon.param_groups[0]["params"]] == [(5, 3)]
    assert {tuple(p.shape) for p in adam.param_groups[0]["params"]} == {(5,), (4, 3)}


def test_a_run_learns_and_what_was_stopped_goes_on(tmp_path):
    network, path = _network(), tmp_path / "run.pt"
    found = run(network, _losses(network), Plan(10, 200, 1e-2), name="test", checkpoint=path)
    assert found["steps"] == 200
    assert found["loss"] < 1.0  # it began above 1.5
    assert not network.training
    seen = []
    again = _network()
    further = run(again, _losses(again, seen), Plan(10, 230, 1e-2), name="test", checkpoint=path)
    assert further["steps"] == 230
    assert len(seen) == 30
    assert seen[0][0] == pytest.approx(200 / 230, rel=0.01)
    assert further["minutes"] >= found["minutes"]


def test_a_checkpoint_of_another_network_is_said(tmp_path):
    network, path = _network(), tmp_path / "run.pt"
    run(network, _losses(network), Plan(10, 2, 1e-2), name="test", checkpoint=path)
    other = nn.Sequential(nn.Linear(4, 8), nn.SiLU(), nn.Linear(8, 1))
    with pytest.raises(InputError, match="another size"):
        run(other, _losses(other), Plan(10, 4, 1e-2), name="test", checkpoint=path)
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match="damaged"):
        run(network, _losses(network), Plan(10, 4, 1e-2), name="test", checkpoint=path)


def test_the_average_is_what_is_left(tmp_path):
    last, average = _network(), _network()
    run(last, _losses(last), Plan(10, 40, 1e-2), name="last")
    run(average, _losses(average), Plan(10, 40, 1e-2, average=0.9), name="average")
    one, other = last.state_dict()["0.weight"], average.state_dict()["0.weight"]
    assert not torch.equal(one, other)
    torch.testing.assert_close(one, other, atol=0.1, rtol=0.5)


def test_the_same_seed_gives_the_same_run():
    first, again = _network(), _network()
    for network in (first, again):
        run(network, _losses(network), Plan(10, 15, 1e-2), name="test", seed=3)
    torch.testing.assert_close(first[0].weight, again[0].weight, rtol=0, atol=0)
