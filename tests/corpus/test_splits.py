"""No trial and no song is in two splits, and each split has something to dance."""

from corpus.dancers import made_clip

from demos.corpus.phrases import phrases_of
from demos.corpus.splits import SPLITS, phrases_by_split, song_seed, split_trials, styles_of


def clips():
    made = [made_clip(f"pop{i}", i, genre="pop") for i in range(8)]
    made += [made_clip(f"jazz{i}", 20 + i, genre="jazz") for i in range(4)]
    made.append(made_clip("one_disco", 40, genre="disco"))
    for i in range(4):
        lead, follow = made_clip(f"couple{i}", 50 + i, genre="salsa"), made_clip(f"couple{i}", 60 + i, genre="salsa")
        made.append(made_clip(f"couple{i}", 50 + i, genre="salsa", partner=follow.motion, role="lead"))
        made.append(made_clip(f"couple{i}", 60 + i, genre="salsa", partner=lead.motion, role="follow"))
    return made


def test_every_family_of_enough_trials_is_in_every_split_and_most_trains():
    made = clips()
    splits = split_trials(made)
    for genre in ("pop", "jazz", "salsa"):
        found = [splits[trial] for trial in {clip.trial for clip in made if clip.genre == genre}]
        assert set(found) == set(SPLITS)
        assert found.count("train") >= len(found) / 2
    assert splits["one_disco"] == "train"


def test_phrases_follow_their_trial_and_partners_go_together():
    made = clips()
    splits = split_trials(made)
    parted = phrases_by_split(made)
    trials = {split: {phrase.trial for phrase in phrases} for split, phrases in parted.items()}
    assert trials["train"].isdisjoint(trials["test"] | trials["validation"])
    assert trials["test"].isdisjoint(trials["validation"])
    for split, names in trials.items():
        assert {splits[name] for name in names} == {split}
    assert sum(map(len, parted.values())) == sum(len(phrases_of(clip)) for clip in made)


def test_the_parting_depends_on_names_not_on_order_and_grows_little():
    made = clips()
    assert split_trials(made) == split_trials(made[::-1])


def test_what_cannot_be_used_takes_no_place_in_a_held_out_split():
    made = clips()
    for clip in made[:3]:
        clip.usable[:] = False
    splits = split_trials(made)
    assert [splits[clip.trial] for clip in made[:3]] == ["train"] * 3


def test_styles_need_enough_of_their_first_family():
    made = [made_clip(f"jazz{i}", i, genre="jazz") for i in range(2)]
    phrases = [phrase for clip in made for phrase in phrases_of(clip)]
    assert styles_of(phrases) == ("jazz", "mixed")
    assert styles_of([]) == ("mixed",)


def test_song_seeds_of_splits_sets_and_builds_never_meet():
    seeds = [
        song_seed(seed, name, split, number)
        for seed in (0, 1, 999) for name in ("solo", "duets") for split in SPLITS for number in range(200)
    ]  # fmt: skip
    assert len(set(seeds)) == len(seeds)
