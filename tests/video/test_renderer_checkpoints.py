"""Published weights into the renderer: what fits, what is missing, what has another shape, and what is refused."""

import json
import struct
from typing import Any

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.models.unets.unet_motion_model import MotionAdapter
from safetensors.torch import load_file, save_file
from torch import nn

from demos.runtime.errors import InputError
from demos.video.renderer import checkpoints, clip
from demos.video.renderer.guidance import skeleton_net
from demos.video.renderer.network import Renderer, autoencoder
from demos.video.renderer.reference import MOTION, film_unet, reference_net
from demos.video.renderer.sizes import SIZES

TINY, SD15 = SIZES["tiny"], SIZES["sd15"]
OF_VAE: dict[str, Any] = {
    "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4,
    "block_out_channels": (128, 256, 512, 512), "layers_per_block": 2,
}  # fmt: skip
OF_CLIP = {"words": 30, "width": 12, "heads": 2, "layers": 2}


@pytest.fixture
def published(tmp_path):
    """A folder as Stable Diffusion's, of diffusers' own classes at the tiny size, and a motion adapter's beside it."""
    torch.manual_seed(0)
    reference_net(TINY).save_pretrained(tmp_path / "sd" / "unet")
    Renderer(TINY).coder.save_pretrained(tmp_path / "sd" / "vae", variant="fp16")
    (tmp_path / "sd" / "text_encoder").mkdir()
    text = clip.ClipText(**OF_CLIP).state_dict()
    text["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    save_file(text, tmp_path / "sd" / "text_encoder" / "model.safetensors")
    MotionAdapter(
        block_out_channels=TINY.levels, motion_layers_per_block=1, motion_num_attention_heads=TINY.heads,
        motion_norm_num_groups=TINY.groups, motion_max_seq_length=TINY.length,
    ).save_pretrained(tmp_path / "motion")  # fmt: skip
    return tmp_path


def networks(**kept):
    renderer = Renderer(TINY)
    return {"coder": renderer.coder, "unet": renderer.unet, "reference": renderer.reference, **kept}


def test_stable_diffusions_folder_and_a_motion_adapter_fill_the_whole_network(published):
    into = networks(text=clip.ClipText(**OF_CLIP))
    sources = {part: published / "sd" for part in ("coder", "unet", "reference", "text")}
    fits = checkpoints.load(into, {**sources, "motion": published / "motion"})
    assert [fit.part for fit in fits] == ["coder", "unet", "reference", "motion", "text"]
    assert all(fit.whole for fit in fits), [fit.line() for fit in fits]
    assert not any(fit.spare for fit in fits)
    there = load_file(published / "sd" / "unet" / "diffusion_pytorch_model.safetensors")
    motion = load_file(published / "motion" / "diffusion_pytorch_model.safetensors")
    film = into["unet"].state_dict()
    assert {key for key in film if MOTION not in key} == there.keys()
    for key, value in {**there, **motion}.items():
        assert torch.equal(film[key], value), key
    for key, value in there.items():
        assert torch.equal(into["reference"].state_dict()[key], value)


def test_networks_without_memory_are_filled_in_place(published):
    with torch.device("meta"):
        unet = reference_net(TINY)
    checkpoints.load({"reference": unet}, {"reference": published / "sd"}, dtype=torch.bfloat16)
    assert {(value.device.type, value.dtype) for value in unet.state_dict().values()} == {("cpu", torch.bfloat16)}


def test_the_report_tells_what_is_missing_spare_and_of_another_shape(published):
    file = published / "sd" / "unet" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(file)
    gone = "conv_out.bias"
    del tensors[gone]
    tensors["conv_in.weight"] = torch.zeros(8, 9, 3, 3)
    tensors["something.else"] = torch.zeros(2)
    save_file(tensors, file)
    into = networks()
    before = into["reference"].conv_in.weight.clone()
    (fit,) = checkpoints.load(into, {"reference": published / "sd"})
    assert (fit.missing, fit.spare) == ((gone,), ("something.else",))
    assert fit.other == {"conv_in.weight": ((8, 9, 3, 3), (8, 4, 3, 3))}
    assert not fit.whole
    assert torch.equal(into["reference"].conv_in.weight, before)
    line = fit.line()
    assert "1 missing (conv_out.bias)" in line
    assert "1 not used (something.else)" in line
    assert "conv_in.weight is 8x9x3x3 there and 8x4x3x3 here" in line


def test_shards_are_one_part(published):
    folder = published / "sd" / "unet"
    tensors = load_file(folder / "diffusion_pytorch_model.safetensors")
    (folder / "diffusion_pytorch_model.safetensors").unlink()
    keys, places = sorted(tensors), {}
    for number in range(2):
        name = f"diffusion_pytorch_model-0000{number + 1}-of-00002.safetensors"
        save_file({key: tensors[key] for key in keys[number::2]}, folder / name)
        places |= dict.fromkeys(keys[number::2], name)
    index = folder / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": places}))
    (fit,) = checkpoints.load(networks(), {"reference": published / "sd"})
    assert fit.whole
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"names {name}, which is not"):
        checkpoints.load(networks(), {"reference": published / "sd"})


def test_the_autoencoders_older_names_are_understood(published):
    file = published / "sd" / "vae" / "diffusion_pytorch_model.fp16.safetensors"
    tensors = load_file(file)
    old = {new: name for name, new in checkpoints._OLD_NAMES.items()}
    renamed = {}
    for key, value in tensors.items():
        for new, name in old.items():
            key = key.replace(new, name)
        renamed[key] = value
    assert renamed.keys() != tensors.keys()
    save_file(renamed, file)
    (fit,) = checkpoints.load(networks(), {"coder": published / "sd"})
    assert fit.whole
    assert not fit.spare


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p / "nowhere", 'There is no "nowhere" for the unet'),
        (lambda p: _written(p / "sd15.ckpt", b"x"), '"sd15.ckpt" is pickled, which can run anything'),
        (lambda p: _written(p / "notes.txt", b"x"), '"notes.txt" is no .safetensors file'),
        (lambda p: _written(p / "broken.safetensors", b"\x99" * 99), '"broken.safetensors" is damaged'),
        (lambda p: _written(p / "empty" / "weights.bin", b"x").parent, "only weights.bin, which is pickled"),
        (lambda p: p / "motion", "Nothing in .* is a unet of this size"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(published, make, message):
    with pytest.raises(InputError, match=message) as caught:
        checkpoints.load(networks(), {"unet": make(published)})
    assert str(caught.value).count(".\n") == 0


def test_numbers_that_are_not_finite_are_refused(published):
    file = published / "sd" / "unet" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(file)
    tensors["conv_in.bias"][0] = torch.nan
    save_file(tensors, file)
    with pytest.raises(InputError, match=r'"conv_in\.bias" holds numbers that are not finite'):
        checkpoints.load(networks(), {"reference": published / "sd"})


def test_a_hub_repository_that_cannot_be_reached_is_said(published, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import huggingface_hub

    def refuse(*given, **more):
        raise OSError("offline")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    with pytest.raises(InputError, match='could not be fetched from the Hub repository "someone/something"'):
        checkpoints.load(networks(), {"unet": "someone/something"})

    wanted = []

    def fetch(repository, *, allow_patterns):
        wanted.extend([repository, *allow_patterns])
        return str(published / "sd")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    (fit,) = checkpoints.load(networks(), {"unet": "someone/something"})
    assert fit.whole
    assert wanted == ["someone/something", "unet/*.safetensors", "unet/*.safetensors.index.json"]
    with pytest.raises(InputError, match='no part "painter"'):
        checkpoints.load(networks(), {"painter": published})


def test_sd15_has_the_names_and_shapes_of_the_published_networks(tmp_path):
    """Against diffusers' own configurations, on files of true headers whose numbers are never stored."""
    with torch.device("meta"):
        theirs = {
            "unet": UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8),
            "coder": AutoencoderKL(**OF_VAE),
            "motion": MotionAdapter(motion_max_seq_length=32),
            "skeleton": ControlNetModel(cross_attention_dim=768, attention_head_dim=8),
        }  # fmt: skip
        film, picture, text, skeleton = film_unet(SD15), reference_net(SD15), clip.ClipText(), skeleton_net(SD15)
        coder = autoencoder(SD15)
        counts = {name: sum(value.numel() for value in network.parameters()) for name, network in theirs.items()}
    # As published for runwayml/stable-diffusion-v1-5, animatediff-motion-adapter-v1-5-2, sd-controlnet-openpose.
    published = {"unet": 859_520_964, "coder": 83_653_863, "motion": 453_209_280, "skeleton": 361_279_120}
    assert counts == published
    assert sum(value.numel() for value in text.parameters()) == 123_060_480
    files = {name: _header_only(tmp_path / f"{name}.safetensors", network) for name, network in theirs.items()}
    ours = {"unet": film, "reference": picture, "coder": coder, "motion": film, "skeleton": skeleton}
    for part, network in ours.items():
        fit = checkpoints.compare(part, [files["unet" if part == "reference" else part]], network)
        assert fit.whole, fit.line()
        assert not fit.spare
    wrong = checkpoints.compare("unet", [files["unet"]], film_unet(TINY))
    assert not wrong.whole


def test_clip_reads_words_as_the_published_tokenizer_does(tmp_path):
    vocabulary = {clip.START: 0, clip.END: 1, "c": 2, "a": 3, "t": 4, "t</w>": 5, "ca": 6, "cat</w>": 7, "s</w>": 8}
    (tmp_path / "vocab.json").write_text(json.dumps(vocabulary))
    (tmp_path / "merges.txt").write_text("#version: 0.2\nc a\nca t</w>\n")
    made = clip.tokenizer(tmp_path)
    found = clip.pieces(made, "  Cat   cat ")
    assert found.shape == (1, clip.LONGEST)
    assert found[0, :5].tolist() == [0, 7, 7, 1, 1]
    assert clip.pieces(made, "cat " * 200)[0, -1] == 1
    with pytest.raises(InputError, match=r"vocab.json and merges.txt"):
        clip.tokenizer(tmp_path / "nowhere")


@torch.no_grad()
def test_clip_is_torchs_own_causal_transformer(tmp_path):
    torch.manual_seed(0)
    network = clip.ClipText(**OF_CLIP)
    words = torch.randint(30, (2, 9))
    states = network(words)
    assert states.shape == (2, 9, 12)
    later = words.clone()
    later[:, 5:] = 0
    torch.testing.assert_close(network(later)[:, :5], states[:, :5])
    assert not torch.allclose(network(later)[:, 5:], states[:, 5:])
    attention: Any = network.get_submodule("text_model.encoder.layers.0.self_attn")
    theirs: Any = nn.MultiheadAttention(12, 2, batch_first=True)
    parts = [attention.q_proj, attention.k_proj, attention.v_proj]
    theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
    theirs.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
    theirs.out_proj.load_state_dict(attention.out_proj.state_dict())
    given = torch.randn(2, 9, 12)
    mask = torch.ones(9, 9, dtype=torch.bool).triu(1)
    torch.testing.assert_close(attention(given), theirs(given, given, given, attn_mask=mask)[0])


def _written(path, data: bytes):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def _header_only(path, network: nn.Module):
    """A .safetensors file with the names and shapes of a network, its numbers a hole in the file."""
    header, place = {}, 0
    for key, value in network.state_dict().items():
        size = value.numel() * 2
        header[key] = {"dtype": "F16", "shape": list(value.shape), "data_offsets": [place, place + size]}
        place += size
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + place)
    return path
