"""The page: tabs, theme, queue. Each room brings its own tab; adding a demo is one line in TITLES."""

import html
import importlib
from dataclasses import replace
from typing import Any

import gradio as gr
from gradio.themes import Base
from gradio.themes.utils import colors, sizes

from demos.handover import Desk, Inbox
from demos.runtime import workspace
from demos.runtime.settings import ASSETS, Settings

TITLES = {"retrieval": "Find", "editing": "Edit", "duet": "Duet", "video": "Film", "compare": "Compare"}
"""The rooms in the order of their tabs."""


class Closed:
    """A tab that says why a room cannot be entered; the others stay open."""

    def __init__(self, name: str, problem: ImportError) -> None:
        self.TITLE, self.HASH, self._problem = TITLES[name], name, problem

    def build(self, *_: Any) -> None:
        """Lay out the one sentence."""
        missing = html.escape(str(self._problem).split(":")[0])
        gr.Markdown(
            f"This tab needs a part of the system that is not here ({missing}): on Debian or Ubuntu run "
            "`apt-get install libgl1 libglib2.0-0`, then start Dancefloor again."
        )


def room(name: str) -> Any:
    """A room's tab: a module with TITLE, HASH and build(page, folder, desk); `folder` is the visitor's workspace.

    RECEIVES, where a room takes in dances of others, is what the button that sends one there says. A room whose system
    libraries are missing (OpenCV of the Film tab links libGL, which slim images lack) is Closed.
    """
    try:
        return importlib.import_module(f"demos.{name}.tab")
    except ModuleNotFoundError:
        raise
    except ImportError as problem:
        return Closed(name, problem)


ROOMS = tuple(room(name) for name in TITLES)

HEADER = """
<header class="df-header">
  <svg class="df-logo" viewBox="0 0 64 64" aria-hidden="true">
    <circle cx="37" cy="10" r="6" fill="currentColor"/>
    <path d="M37 18 L30 34 L41 43 L37 58 M30 34 L22 44 L12 47 M35 22 L48 28 L57 20 M34 23 L22 22 L15 12"
          fill="none" stroke="currentColor" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/>
  </svg>
  <div><h1>Dancefloor</h1><p>{tagline}</p></div>
</header>
"""
TAGLINE = "Find a dance or make one from any song, change it with words, pair it, film it, take it home."

# Coral and indigo: the colours of the stage. Shades from light to dark, as Gradio's hues are.
CORAL = colors.Color(
    "#fff1ee", "#ffe0d9", "#ffc4b8", "#ffa08d", "#ff7d66", "#ff6b57",
    "#e2503c", "#bd3d2b", "#963021", "#71261b", "#431109",
    name="coral",
)  # fmt: skip
TEAL = colors.Color(
    "#e9fbf8", "#c9f4ed", "#97e8dc", "#5fd8c8", "#27c4b0", "#1aa896",
    "#14897b", "#126d63", "#12574f", "#124842", "#052b28",
    name="teal-stage",
)  # fmt: skip
INDIGO_GREY = colors.Color(
    "#f8f6f2", "#efebe6", "#ddd8d6", "#bfb9c0", "#9791a3", "#736d85",
    "#564f6b", "#3f3857", "#2a2343", "#1b162d", "#12101c",
    name="indigo-grey",
)  # fmt: skip


def theme() -> Base:
    """The suite's own look, in light and dark; its one font ships in assets/fonts."""
    look = Base(
        primary_hue=CORAL,
        secondary_hue=TEAL,
        neutral_hue=INDIGO_GREY,
        radius_size=sizes.radius_lg,
        font=("Outfit", "ui-sans-serif", "system-ui", "sans-serif"),
        font_mono=("ui-monospace", "Consolas", "monospace"),
    )
    return look.set(
        body_background_fill="#f6f3ee",
        body_background_fill_dark="#12101c",
        body_text_color="#221c33",
        body_text_color_dark="#f2eef9",
        body_text_color_subdued="#5f5870",
        body_text_color_subdued_dark="#aaa3bd",
        background_fill_primary="#fffdfa",
        background_fill_primary_dark="#1b172b",
        background_fill_secondary="#f6f3ee",
        background_fill_secondary_dark="#161225",
        block_background_fill="#fffdfa",
        block_background_fill_dark="#1b172b",
        block_border_width="1px",
        block_border_color="#e6e0d8",
        block_border_color_dark="#2e2748",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_border_width="0px",
        block_label_text_color="#5f5870",
        block_label_text_color_dark="#aaa3bd",
        block_title_text_weight="600",
        input_background_fill="#fffdfa",
        input_background_fill_dark="#221c37",
        button_primary_background_fill="#c8432f",
        button_primary_background_fill_dark="#ff6b57",
        button_primary_background_fill_hover="#a93524",
        button_primary_background_fill_hover_dark="#ff8371",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#1d0d0a",
        button_secondary_background_fill="#ece6df",
        button_secondary_background_fill_dark="#2a2343",
        button_secondary_background_fill_hover="#e0d8cf",
        button_secondary_background_fill_hover_dark="#373058",
        button_large_text_weight="600",
        button_small_text_weight="500",
    )


def build_suite(settings: Settings) -> gr.Blocks:
    """The whole page, ready to launch."""
    # Uploads and results a visitor left behind go away by themselves: looked for hourly, deleted after a day.
    with gr.Blocks(title="Dancefloor", delete_cache=(3600, 86400), analytics_enabled=False) as suite:
        gr.HTML(HEADER.format(tagline=html.escape(TAGLINE)), padding=False)
        folder = gr.State(None, delete_callback=_leave)
        desk = Desk({each.HASH: Inbox() for each in ROOMS})
        if len(ROOMS) == 1:  # one tab alone is no choice: show the room itself
            ROOMS[0].build(suite, folder, desk)
        else:
            receivers = {each.HASH: each.RECEIVES for each in ROOMS if hasattr(each, "RECEIVES")}
            titles = {each.HASH: each.TITLE for each in ROOMS}
            with replace(desk, receivers=receivers).line(titles) as open_desk:
                for each in ROOMS:
                    with gr.Tab(each.TITLE, id=each.HASH):
                        each.build(suite, folder, open_desk)
    return suite


def _leave(folder: str | None) -> None:
    if folder:
        workspace.remove(workspace.root() / folder)


def launch_options(settings: Settings) -> dict:
    """What `Blocks.launch` needs to serve the suite; the tests launch with the same."""
    gr.set_static_paths([ASSETS])
    return {
        "theme": theme(),
        "css_paths": [ASSETS / "suite.css"],
        "allowed_paths": [str(workspace.root()), str(settings.library_dir / "previews")],
        "max_file_size": settings.max_upload_bytes,
        "footer_links": ["api", "settings"],
        "run_history": False,
        "mcp_server": settings.mcp,  # the endpoints as tools for language models; needs the extra "mcp"
        "ssr_mode": False,  # server-side rendering would start a second server and helps a one-page app little
    }
