"""Published weights into the diffusion renderer, key by key, with a report of what fitted.

A part comes from a folder of diffusers' layout (Stable Diffusion's own, with unet/, vae/ and text_encoder/, or one
part's), from a .safetensors file, or from a Hub repository "owner/name", fetched only when asked for. Pickled files are
not read: they can run anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from demos.runtime.errors import InputError
from demos.video.renderer.reference import MOTION

SUFFIX = ".safetensors"
PARTS = ("coder", "unet", "reference", "motion", "skeleton", "text", "decoder", "mask", "driver")
"""What can be loaded: Renderer's parts, the UNet's motion modules by themselves, and the text encoder."""
_FOLDERS = {
    "coder": "vae", "unet": "unet", "reference": "unet", "text": "text_encoder", "motion": "", "skeleton": "",
    "decoder": "", "mask": "", "driver": "",
}  # fmt: skip
"""Where in Stable Diffusion's own folder a part lies. ReferenceNet begins with the UNet's weights (MuseDance 4.2)."""
_NAMES = ("diffusion_pytorch_model", "model")
_VARIANTS = ("", ".fp16")
_PICKLES = {".bin", ".ckpt", ".pt", ".pth"}
_REPOSITORY = re.compile(r"[\w][\w.-]*/[\w][\w.-]*")
_OLD_NAMES = {".query.": ".to_q.", ".key.": ".to_k.", ".value.": ".to_v.", ".proj_attn.": ".to_out.0."}
"""Of the autoencoder's attention in files older than diffusers 0.15, Stable Diffusion 1.5's own among them."""
_IGNORED = ("position_ids", "pos_embed.pe")
"""Tables that are computed, in some files and not in others."""


@dataclass(frozen=True)
class Fit:
    """How one part's file fits. matched : keys that are in both with one shape. missing : of the network alone. spare :
    of the file alone. other : key -> (shape in the file, shape in the network)."""

    part: str
    source: str
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    spare: tuple[str, ...]
    other: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether all of the network was found."""
        return not self.missing and not self.other

    def line(self) -> str:
        """In words."""
        parts = [f"{self.part} from {self.source}: {len(self.matched)} matched"]
        for name, keys in (("missing", self.missing), ("not used", self.spare), ("of another shape", [*self.other])):
            if keys:
                first = keys[0]
                if name == "of another shape":
                    there, here = (_words(shape) for shape in self.other[first])
                    first = f"{first} is {there} there and {here} here"
                parts.append(f"{len(keys)} {name} ({first}{', ...' if len(keys) > 1 else ''})")
        return ", ".join(parts) + "."


def load(
    networks: Mapping[str, nn.Module],
    sources: Mapping[str, str | Path],
    *,
    dtype: torch.dtype = torch.float32,
    device: str | torch.device = "cpu",
) -> list[Fit]:
    """Load parts from where they are said to be, in the order of PARTS.

    networks : by name of PARTS; may be on the meta device, whose tensors are then put in place. "motion" means the
    UNet's motion modules, "unet" all else of it. Tensors are read one by one, so that a file is never twice in memory.

    Returns a Fit for each source. Raises InputError: no such part or file, pickled, damaged, or nothing of it fits.
    """
    unknown = [name for name in sources if name not in PARTS]
    if unknown:
        raise InputError(f'There is no part "{unknown[0]}" of the renderer: choose from {", ".join(PARTS)}.')
    fits = []
    for part in (name for name in PARTS if name in sources):
        network = networks["unet" if part == "motion" else part]
        files = find(part, sources[part])
        fit = compare(part, files, network)
        if not fit.matched:
            raise InputError(
                f'Nothing in "{fit.source}" is a {part} of this size: choose a file made for Stable Diffusion 1.5, or '
                "for the size that is wanted."
            )
        _put(network, files, set(fit.matched), dtype, device)
        fits.append(fit)
    return fits


def compare(part: str, files: Sequence[Path], network: nn.Module) -> Fit:
    """How files fit a network, from their headers alone."""
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items() if _belongs(part, key)}
    found = dict(_shapes(files))
    matched = tuple(sorted(key for key in wanted.keys() & found.keys() if wanted[key] == found[key]))
    return Fit(
        part=part,
        source=files[0].name if len(files) == 1 else files[0].parent.name,
        matched=matched,
        missing=tuple(sorted(wanted.keys() - found.keys())),
        spare=tuple(sorted(found.keys() - wanted.keys())),
        other={key: (found[key], wanted[key]) for key in sorted(wanted.keys() & found.keys()) if key not in matched},
    )


def find(part: str, source: str | Path) -> list[Path]:
    """The .safetensors files that a source means for a part, several where they are shards of one."""
    text = str(source).strip()
    path = Path(text).expanduser()
    if path.is_file():
        return [_plain(path)]
    if path.is_dir():
        return _in_folder(part, path)
    if path.suffix.lower() not in {SUFFIX, *_PICKLES} and _REPOSITORY.fullmatch(text):
        return _fetched(part, text)
    raise InputError(f'There is no "{path.name}" for the {part}: name a folder, a {SUFFIX} file or a Hub repository.')


def _plain(path: Path) -> Path:
    if path.suffix.lower() in _PICKLES:
        raise InputError(f'"{path.name}" is pickled, which can run anything: convert it to {SUFFIX} and name that.')
    if path.suffix.lower() != SUFFIX:
        raise InputError(f'"{path.name}" is no {SUFFIX} file.')
    return path


def _in_folder(part: str, folder: Path) -> list[Path]:
    for place in dict.fromkeys((folder / _FOLDERS[part], folder)):
        for name in (f"{stem}{variant}" for stem in _NAMES for variant in _VARIANTS):
            index = place / f"{name}{SUFFIX}.index.json"
            if index.is_file():
                return _shards(index)
            if (place / f"{name}{SUFFIX}").is_file():
                return [place / f"{name}{SUFFIX}"]
    pickled = [path.name for path in sorted(folder.rglob("*")) if path.suffix.lower() in _PICKLES]
    hint = f", only {pickled[0]}, which is pickled: convert it to {SUFFIX}" if pickled else ""
    raise InputError(f'The folder "{folder.name}" holds no weights of a {part}{hint}.')


def _shards(index: Path) -> list[Path]:
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputError(f'"{index.name}" is damaged: get the folder again.') from error
    found = [index.parent / Path(name).name for name in names]
    absent = [path.name for path in found if not path.is_file()]
    if absent:
        raise InputError(f'"{index.name}" names {absent[0]}, which is not there: get the folder again.')
    return found


def _fetched(part: str, repository: str) -> list[Path]:
    from huggingface_hub import snapshot_download  # deferred: nobody without a repository needs it

    place = f"{_FOLDERS[part]}/" if _FOLDERS[part] else ""
    wanted = [f"{place}*{SUFFIX}", f"{place}*{SUFFIX}.index.json"]
    try:
        folder = snapshot_download(repository, allow_patterns=wanted)
    except Exception as error:  # no network, offline mode, no such repository or right to read it
        raise InputError(
            f'The {part} could not be fetched from the Hub repository "{repository}": check its name and the '
            "connection, or name a folder on this machine."
        ) from error
    return _in_folder(part, Path(folder))


def _belongs(part: str, key: str) -> bool:
    if key.endswith(_IGNORED):
        return False
    return part not in ("unet", "motion") or (MOTION in key) == (part == "motion")


def _named(key: str) -> str:
    """A file's key as the networks here call it."""
    if ".attentions." in key and "transformer_blocks" not in key:
        for old, new in _OLD_NAMES.items():
            key = key.replace(old, new)
    return key


def _shapes(files: Sequence[Path]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for path in files:
        try:
            with safe_open(str(path), framework="pt") as file:
                for key in file.keys():  # noqa: SIM118
                    if not key.endswith(_IGNORED):
                        yield _named(key), tuple(file.get_slice(key).get_shape())
        except (OSError, SafetensorError) as error:
            raise InputError(f'"{path.name}" is damaged: get the file again.') from error


@torch.no_grad()
def _put(
    network: nn.Module, files: Sequence[Path], matched: set[str], dtype: torch.dtype, device: str | torch.device
) -> None:
    for path in files:
        with safe_open(str(path), framework="pt") as file:
            for key in file.keys():  # noqa: SIM118
                if (name := _named(key)) in matched:
                    _place(network, name, file.get_tensor(key).to(device, dtype))


def _place(network: nn.Module, name: str, value: Tensor) -> None:
    if not torch.isfinite(value).all():
        raise InputError(f'The weights are damaged: "{name}" holds numbers that are not finite.')
    owner, _, last = name.rpartition(".")
    module = network.get_submodule(owner)
    present = getattr(module, last)
    if isinstance(present, nn.Parameter):
        setattr(module, last, nn.Parameter(value, requires_grad=present.requires_grad))
    else:
        setattr(module, last, value)


def _words(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "one number"
