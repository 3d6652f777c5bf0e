"""Who speaks in a reported statement: read off where the wording tells, nobody where it does not."""

import time

import pytest

from wirestance.inference.speaker import LONGEST_NAME, read_speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Aliyev said the road would open.", "Aliyev"),
        ("The road would open, Aliyev said on Monday.", "Aliyev"),
        ("The road would open, said the foreign ministry.", "the foreign ministry"),
        ("On Monday the Armenian defence ministry denied that its guns had fired.", "the Armenian defence ministry"),
        ("But the Armenian defence ministry denied that its guns had fired.", "the Armenian defence ministry"),
        ("Pashinyan: We are ready for talks", "Pashinyan"),
        ("Azerbaijan ready for talks: foreign minister", "foreign minister"),
        ("According to the Red Cross, 12 bodies were returned.", "the Red Cross"),
        ("“We shall stay,” the mayor of Martuni told reporters.", "the mayor of Martuni"),
        ("The road would open next week, the analyst reckoned.", "the analyst"),
        ("Talks were held in Geneva.", None),
        ("It was said that the road would open.", None),
        ("I hear you, but the road is closed, and that is what I say.", None),
        ("It says nothing of prisoners.", None),
        ("We deny it.", None),
        ("Update: two soldiers were killed", None),
        ("", None),
    ],
)
def test_speakers(text, speaker):
    assert read_speaker(text) == speaker


def test_what_is_too_long_is_no_name():
    head = "the head of the ministry for many small regions"
    assert len(head.split()) == LONGEST_NAME
    assert read_speaker(f"{head} said nothing new had come.") == head
    assert read_speaker(f"{head} more said nothing new had come.") is None


def test_quotation_marks_that_stay_open_cost_no_minutes():
    started = time.monotonic()
    assert read_speaker("Aliyev said the road would open. " + "‘" * 100_000) == "Aliyev"
    assert time.monotonic() - started < 5
