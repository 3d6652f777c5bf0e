"""The splitter: at least 98 of 100 boundaries right, nothing lost, nothing too long."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirestance.inference.split import LONGEST_WORDS, split_statements

REPOSITORY = Path(__file__).parents[2]
PASSAGES = [json.loads(line) for line in (REPOSITORY / "tests" / "boundaries.jsonl").read_text().splitlines()]
BAR = 0.98
HEADLINE = "Armenia and Azerbaijan resume talks on villages of Gazakh"
ITEM = "Armenian forces shelled the posts near Kalbajar and Lachin all night"
ARTICLE = REPOSITORY / "seeds" / "documents" / "000_5d385f9b28c48f61.txt"


def texts(text):
    return [text[start:end] for start, end in split_statements(text)]


def passage(record):
    """The passage and the places where its statements end, but for the last."""
    text, ends = "", []
    for statement, between in zip(record["statements"], [*record["between"], ""], strict=True):
        ends.append(len(text) + len(statement))
        text += statement + between
    return text, set(ends[:-1])


def test_difficult_boundaries():
    total = wrong = 0
    for record in PASSAGES:
        text, ends = passage(record)
        total += len(ends)
        wrong += len(ends ^ {span.end for span in split_statements(text)} - {len(text)})
    assert total >= 150
    assert 1 - wrong / total >= BAR


def test_the_boundaries_of_the_source_article():
    text = ARTICLE.read_text(encoding="utf-8")
    annotated = [json.loads(line) for line in (REPOSITORY / "seeds/statements/article.jsonl").read_text().splitlines()]
    sentences = [
        one for one in annotated if one["register"] not in ("utterance", "quote")
    ]  # those lie inside sentences
    spans = {tuple(span) for span in split_statements(text)}
    found = [(one["start"], one["end"]) in spans for one in sentences]
    assert len(found) >= 15
    assert sum(found) / len(found) >= BAR


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", []),
        (" \n\n ", []),
        ("One. Two.", ["One.", "Two."]),
        ("“We stay. We fight,” he said. He left.", ["“We stay. We fight,” he said.", "He left."]),
        ("BAKU. November 9. The talks failed.", ["BAKU. November 9. The talks failed."]),
        ('He said "Why?" She replied.', ['He said "Why?"', "She replied."]),
        ("“Why?” The ministry said nothing.", ["“Why?”", "The ministry said nothing."]),
        ("It began at 6 a.m. Armenian forces fired.", ["It began at 6 a.m.", "Armenian forces fired."]),
        ("It began at 6 a.m. Today it ended.", ["It began at 6 a.m.", "Today it ended."]),
        ("At 5 p.m. Baku slept. He left.", ["At 5 p.m. Baku slept.", "He left."]),
        ("He left it to News.Az. Amid war he came.", ["He left it to News.Az.", "Amid war he came."]),
        ("He left. (It was late.) Baku slept.", ["He left.", "(It was late.)", "Baku slept."]),
        (f"{ITEM};\n{ITEM}:\n{ITEM};", [f"{ITEM};", f"{ITEM}:", f"{ITEM};"]),
        (f"{ITEM};\nthe {ITEM}.", [f"{ITEM};\nthe {ITEM}."]),
        ("They agreed to:\n- stop;\n- talk.", ["They agreed to:", "- stop;", "- talk."]),
        ("He denied it .And left .", ["He denied it .", "And left ."]),
        ('He left the town. "\n\nNext he spoke.', ["He left the town.", "Next he spoke."]),
        (
            "“We won,” he said. “It ends. We stay.\n\n“We do.”",
            ["“We won,” he said.", "“It ends.", "We stay.", "“We do.”"],
        ),
        (
            '"We won," he said. "It ends. We stay.\n\n"We do."',
            ['"We won," he said.', '"It ends.', "We stay.", '"We do."'],
        ),
        (f"{HEADLINE}\nTalks on the border go on.", [HEADLINE, "Talks on the border go on."]),
        (f"{HEADLINE}\n{HEADLINE}\n{HEADLINE}\n", [HEADLINE] * 3),
        (f"{HEADLINE}\nand of Tavush", [f"{HEADLINE}\nand of Tavush"]),
        (f"{HEADLINE}\nand of\n{HEADLINE}\nTavush.", [f"{HEADLINE}\nand of", f"{HEADLINE}\nTavush."]),
    ],
)
def test_short_passages(text, statements):
    assert texts(text) == statements


@pytest.mark.parametrize("statement", [
    "Azerbaijani troops shelled Armenian positions, News.Az reports citing the Defense Ministry.",
    *(f"Posts were shelled, {outlet} reports." for outlet in (
        "Caliber.Az", "Day.Az", "Turan.Az", "PanARMENIAN.Net", "WWW.MOD.AM",
    )),
    '"Armenia must leave!" President Ilham Aliyev said on Tuesday.',
    "“Will it hold?” Aliyev asked.",
    "Lt. Gen. (ret.) David Tonoyan accused Baku of lying.",
    "Rep. Frank Pallone (D-N.J.) Tuesday urged Azerbaijan to stop.",
    "The Armenian Revolutionary Federation (A.R.F.) Bureau condemned the attack.",
    "The shelling began at 6:30 a.m. Armenian time.",
    "The shelling ended at 9 p.m. Baku time.",
    *(f"It began around 7 a.m. {zone} in Baku." for zone in ("Sunday", "Tuesday", "EST", "GMT", "CEST", "UTC", "MSK")),
    *(f"The ministry named {title} Smith and others." for title in ("Amb.", "Dep. Minister", "Atty. Gen.")),
    *(f"They met {rank} Smith in Baku." for rank in (
        "Vice-Adm.", "Rear-Adm.", "Cpt.", "Gens.", "Cols.", "Lieut.", "Spc.", "Pte.",
    )),
    "The court cites para. 5 and paras. 7 to 9 of it.",
    *(f"Armenia lost {about} Two Hundred men." for about in ("approx.", "incl.", "est.")),
    "Baku. 19 September. REPORT.AZ/ Azerbaijan struck.",
    "Baku. Sept 19. Trend: Azerbaijan struck.",
    "YEREVAN, SEPTEMBER 19, ARMENPRESS. Armenia's ministry said no.",
])  # fmt: skip
def test_what_looks_like_an_end_within_a_statement(statement):
    assert texts(f"{statement} He left.") == [statement, "He left."]


LEAD = (
    "The ministry of Armenia said that its units came under fire on\nNovember 9. The talks of both sides go on at the"
    " border to the\nnorth of the country."
)


@pytest.mark.parametrize("dateline", ["YEREVAN, Oct 8 (Tbilisi Wire) - ", "BAKU — ", "Baku. 9 Nov. REPORT.AZ/ "])
def test_a_dateline_begins_anew_in_hard_wrapped_text(dateline):
    title = "Armenia's ministry reports shelling of three border villages"
    first, second = LEAD.split(" The talks")
    assert texts(f"{title}\n{dateline}{LEAD}") == [title, dateline + first, f"The talks{second}"]


def test_a_statement_that_is_too_long_is_split_on_at_a_clause():
    clause = "the convoy left the town in the morning and reached the bridge at noon"
    text = "; ".join([clause] * 40) + "."
    parts = texts(text)
    assert len(parts) > 3
    assert all(len(part.split()) <= LONGEST_WORDS for part in parts)
    assert all(part.endswith((";", ".")) for part in parts)
    assert "".join(text.split()) == "".join("".join(parts).split())


def test_a_paragraph_without_a_full_stop_takes_time_by_its_length_alone():
    text = "the convoy left town " * 20_000
    started = time.monotonic()
    parts = texts(text)
    assert time.monotonic() - started < 5  # a fraction of a second; by its square, more than ten
    lengths = [len(part.split()) for part in parts]
    assert max(lengths) == LONGEST_WORDS
    assert sum(lengths) == 80_000


@pytest.mark.parametrize(
    "piece",
    [
        "the convoy left… Then it came “back… ",
        " " * 40,
        "“ ",
        "the convoy left the town and then came back to the bridge\n",
    ],
)
def test_a_long_text_takes_time_by_its_length_alone(piece):
    text = f"Talks {piece * (400_000 // len(piece))} went on."
    started = time.monotonic()
    assert texts(text)
    assert time.monotonic() - started < 5  # a second or so; by its square, more than a minute


@given(st.text(alphabet=st.sampled_from("ab AB.!?…\"“”'()[]\n\t-–:;,1/¹é"), max_size=300))
def test_nothing_but_white_space_and_stray_quotation_marks_is_lost(text):
    place = 0
    for start, end in split_statements(text):
        assert place <= start < end
        assert not text[place:start].strip(' \t\n"“‘«')
        assert text[start:end] == text[start:end].strip()
        place = end
    assert not text[place:].strip(' \t\n"“‘«')
