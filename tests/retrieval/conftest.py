"""Fixtures of the retrieval tests: a small corpus made here, prepared once, and a weights file of a tiny network."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from retrieval import made_shards

from demos.retrieval import data, train
from demos.retrieval.calibration import cues, familiar
from demos.retrieval.data import KEYS, Windows
from demos.retrieval.model import Retriever
from demos.retrieval.pipeline import Loaded, read
from demos.text.encoder import encode


@pytest.fixture(scope="session")
def made_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of two songs a split."""
    return made_shards.corpus(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where its prepared shards are kept."""
    return tmp_path_factory.getbasetemp() / "found-data"


@pytest.fixture(scope="session")
def windows(made_corpus: Path, prepared: Path) -> Windows:
    """Its training windows."""
    return data.prepare(made_corpus, "train", prepared)


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a tiny random network."""
    torch.manual_seed(3)
    path = tmp_path_factory.getbasetemp() / "tiny-retrieval" / "retrieval.safetensors"
    bank = np.eye(4, 384, dtype=np.float32)
    facts = {"calibration": [8.0, 0.5, 1.0, -4.0], "familiar": [10.0, -3.0], "key_shares": [0.5] * len(KEYS)}
    train.write_weights(Retriever.tiny(), path, facts, bank)
    return path


@pytest.fixture(scope="session")
def tiny(tiny_weights: Path) -> Loaded:
    """A tiny network as the pipeline loads it."""
    return read(tiny_weights)


@pytest.fixture(scope="session")
def aware(tiny: Loaded) -> Loaded:
    """The tiny network with a bank that knows some of what people search for."""
    some = cues()[::6]
    bank = encode(some)
    return replace(tiny, bank=bank, facts={**tiny.facts, "familiar": list(familiar(bank, inside=cues()[3::12]))})
