"""Folders of visitors: private, findable only by name, swept."""

import os
import time

from demos.runtime import workspace


def test_each_visitor_has_a_folder_that_nobody_can_guess(private_cache):
    first, second = workspace.create(), workspace.create()
    assert first != second
    assert first.parent == second.parent == private_cache / "workspaces"
    assert len(first.name) >= 20


def test_removing_never_leaves_the_root(private_cache):
    folder = workspace.create()
    outside = private_cache / "precious"
    outside.mkdir()
    workspace.remove(outside)
    assert outside.is_dir()
    workspace.remove(folder)
    assert not folder.exists()


def test_stale_folders_are_swept_and_fresh_ones_kept(private_cache):
    old, fresh = workspace.create(), workspace.create()
    long_ago = time.time() - 2 * workspace.STALE_AFTER_S
    os.utime(old, (long_ago, long_ago))
    workspace.create()
    assert not old.exists()
    assert fresh.exists()
