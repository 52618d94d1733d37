"""Debian's chromium for the browser tests, and the mark that skips them where it is absent."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on this machine: sudo apt-get install chromium"),
]
