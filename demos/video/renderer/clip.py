"""CLIP's text encoder as Stable Diffusion 1.5 uses it: words to states (n, 77, 768).

Its parts have the names of the published files, so that they load key by key; of the Hugging Face stack only the
tokenizer is needed (transformers would take seconds to import).
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from torch import Tensor, nn
from torch.nn import functional

from demos.runtime.errors import InputError

LONGEST = 77
START, END = "<|startoftext|>", "<|endoftext|>"
_PIECES = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, states: Tensor) -> Tensor:
        queries, keys, values = (
            part(states).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.q_proj, self.k_proj, self.v_proj)
        )
        mixed = functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class _Mlp(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, states: Tensor) -> Tensor:
        hidden = self.fc1(states)
        return self.fc2(hidden * torch.sigmoid(1.702 * hidden))  # CLIP's own short way to GELU


class _Layer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.self_attn, self.mlp = _Attention(width, heads), _Mlp(width)
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, states: Tensor) -> Tensor:
        states = states + self.self_attn(self.layer_norm1(states))
        return states + self.mlp(self.layer_norm2(states))


class _Embeddings(nn.Module):
    def __init__(self, words: int, width: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(words, width)
        self.position_embedding = nn.Embedding(LONGEST, width)

    def forward(self, pieces: Tensor) -> Tensor:
        return self.token_embedding(pieces) + self.position_embedding.weight[: pieces.shape[1]]


class _Encoder(nn.Module):
    def __init__(self, width: int, heads: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(width, heads) for _ in range(layers))


class _Text(nn.Module):
    def __init__(self, words: int, width: int, heads: int, layers: int) -> None:
        super().__init__()
        self.embeddings = _Embeddings(words, width)
        self.encoder = _Encoder(width, heads, layers)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, pieces: Tensor) -> Tensor:
        states = self.embeddings(pieces)
        for layer in self.encoder.layers:
            states = layer(states)
        return self.final_layer_norm(states)


class ClipText(nn.Module):
    """ViT-L/14's text half (Radford et al. 2021)."""

    def __init__(self, *, words: int = 49408, width: int = 768, heads: int = 12, layers: int = 12) -> None:
        super().__init__()
        self.text_model = _Text(words, width, heads, layers)

    def forward(self, pieces: Tensor) -> Tensor:
        """(n, up to 77) word pieces -> (n, the same, width)."""
        return self.text_model(pieces)


def tokenizer(folder: Path) -> Tokenizer:
    """CLIP's word pieces from a folder with vocab.json and merges.txt, as Stable Diffusion's; InputError without."""
    try:
        vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        lines = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()
        merges = [(first, second) for first, second in (line.split() for line in lines[1:] if line.strip())]
        made = Tokenizer(
            models.BPE(vocabulary, merges, end_of_word_suffix="</w>", fuse_unk=False, unk_token=END)  # pyright: ignore[reportCallIssue]
        )
    except (OSError, ValueError) as error:
        raise InputError(
            f'The folder "{folder.name}" holds no tokenizer of CLIP: vocab.json and merges.txt.'
        ) from error
    made.normalizer = normalizers.Sequence(  # pyright: ignore[reportAttributeAccessIssue]
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    made.pre_tokenizer = pre_tokenizers.Sequence(  # pyright: ignore[reportAttributeAccessIssue]
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    made.decoder = decoders.ByteLevel()  # pyright: ignore[reportAttributeAccessIssue]
    return made


def pieces(made: Tokenizer, text: str) -> Tensor:
    """(1, 77) word pieces, from START to END, filled up with END as Stable Diffusion 1.5 does."""
    start, end = made.token_to_id(START), made.token_to_id(END)
    found = made.encode(text).ids[: LONGEST - 2]
    return torch.tensor([[start, *found, *[end] * (LONGEST - 1 - len(found))]])
