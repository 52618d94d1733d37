"""Who of a couple is meant: names with an article are dancers, verbs are not."""

import pytest

from demos.editing.couples import addressed
from demos.motion.dance import Dance
from demos.runtime.errors import InputError


@pytest.mark.parametrize(
    ("text", "whom", "said"),
    [
        ("raise both arms", (0, 1), "raise both arms"),
        ("the follower raises both arms", (1,), "the dancer raises both arms"),
        ("Make the leader's arms sharper", (0,), "Make the dancer's arms sharper"),
        ("her partner should jump", (1,), "the dancer should jump"),
        ("dancer 2 turns to the left", (1,), "the dancer turns to the left"),
        ("the lead and the follow turn once", (0, 1), "the dancer and the dancer turn once"),
        ("lead with the chest", (0, 1), "lead with the chest"),
        ("follow the beat", (0, 1), "follow the beat"),
        ("take the leading foot up", (0, 1), "take the leading foot up"),
    ],
)
def test_who_is_meant(couple: Dance, text, whom, said):
    assert addressed(text, couple) == (whom, said)


def test_one_dancer_leads_only(groove: Dance):
    assert addressed("the leader claps", groove) == ((0,), "the dancer claps")
    with pytest.raises(InputError, match="one dancer"):
        addressed("the follower claps", groove)
