"""Every reader against a few damaged files; the long run is `fuzzing.main`."""

import fuzzing
import pytest


@pytest.mark.parametrize("name", list(fuzzing.readers()))
def test_a_damaged_file_is_read_or_refused_in_one_sentence(name):
    seen = fuzzing.fuzz(name, 25 if name == "song" else 60)
    assert seen["refused"] > 0


@pytest.mark.parametrize("name", list(fuzzing.readers()))
def test_the_files_that_are_damaged_were_whole(name, tmp_path):
    reader = fuzzing.readers()[name]
    done = 0
    for number, (suffix, content) in enumerate(reader.seeds):
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(content)
        try:
            reader.read(path)
            done += 1
        except fuzzing.InputError:
            continue
    assert done > 0 or name in ("weights", "body")
