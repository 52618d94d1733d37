"""The reader's network: states of an instruction's word pieces to one embedding, from which linear heads read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import NAMES
from demos.text.encoder import WIDTH

EMBEDDING = 128
NO_EDIT = "not an edit"
PROBLEMS = ("task", "chat", "language", "impossible", "vague", "command", "nonsense")
"""Why a text is no edit."""
DEGREES = ("little", "usual", "lot")


def _values(param: str) -> tuple:
    """All values that any kind has for a parameter, in the order of the kinds."""
    return tuple(dict.fromkeys(value for kind in EDIT_KINDS.values() for value in kind.choices.get(param, ())))


PARAMS = tuple(dict.fromkeys(name for kind in EDIT_KINDS.values() for name in kind.choices))
HEADS: dict[str, tuple] = {
    "kind": (*EDIT_KINDS, NO_EDIT),
    **{name: _values(name) for name in PARAMS},
    "degree": DEGREES,
    "only": ("", *dict.fromkeys(part for kind in EDIT_KINDS.values() for part in kind.only)),
    "keep": ("", "arms", "legs", "head", "torso"),
    "when": NAMES,
    "problem": PROBLEMS,
}
"""Head -> what it chooses from."""


@dataclass(frozen=True)
class ReaderConfig:
    """Sizes. text : width of the encoder's states. width : of the adapter. queries : views that are pooled."""

    text: int = WIDTH
    width: int = 192
    layers: int = 1
    attention: int = 4
    queries: int = 4
    embedding: int = EMBEDDING
    dropout: float = 0.1


class Tower(nn.Module):
    """States of word pieces (n, T, text) -> (n, embedding): one attention layer, then several views pooled."""

    def __init__(self, config: ReaderConfig) -> None:
        super().__init__()
        width = config.width
        self.enter = nn.Sequential(nn.LayerNorm(config.text), nn.Linear(config.text, width))
        layer = nn.TransformerEncoderLayer(
            width, config.attention, 2 * width, config.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.queries = nn.Linear(width, config.queries)
        self.drop = nn.Dropout(config.dropout)
        self.leave = nn.Sequential(nn.Linear(config.queries * width, config.embedding), nn.LayerNorm(config.embedding))

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(n, T, text) states, (n, T) bool real ones -> (n, embedding) float."""
        hidden = self.norm(self.layers(self.enter(states), src_key_padding_mask=~mask))
        weights = self.queries(hidden).masked_fill(~mask[..., None], float("-inf")).softmax(1)
        pooled = torch.einsum("ntq,ntw->nqw", weights, hidden).flatten(1)
        return self.leave(self.drop(pooled))


class Reader(nn.Module):
    """States of word pieces (n, T, 384) -> embedding (n, 128) for the Editor, and logits of every head.

    Two towers of one make: `embedder` is what the Editor was trained on and stays as it is; `judge`, from whose
    output every head reads linearly, started as its copy and may be trained further without the Editor noticing.
    """

    def __init__(self, config: ReaderConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or ReaderConfig()
        self.embedder, self.judge = Tower(config), Tower(config)
        self.heads = nn.Linear(config.embedding, sum(map(len, HEADS.values())))
        self.temperature: torch.Tensor
        self.register_buffer("temperature", torch.ones(()))  # of the kind's probabilities; set on validation wordings

    def read(self, states: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        """Head -> (n, its choices) logits; the kind's are calibrated."""
        split = self.heads(self.judge(states, mask)).split([len(values) for values in HEADS.values()], dim=-1)
        logits = dict(zip(HEADS, split, strict=True))
        return {**logits, "kind": logits["kind"] / self.temperature}

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Embedding and logits."""
        return self.embedder(states, mask), self.read(states, mask)

    @classmethod
    def tiny(cls, *, text: int = WIDTH) -> Reader:
        """A small one of random weights, for tests."""
        return cls(ReaderConfig(text=text, width=16, attention=2, queries=2, dropout=0.0)).eval()

    def config_dict(self) -> dict[str, Any]:
        """The sizes as plain values."""
        return asdict(self.config)
