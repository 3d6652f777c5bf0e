"""The seeds load and hold what they promise; a broken record is refused with place, value and what is allowed."""

import json
import re
from collections import Counter

import pytest

from wirestance.model.errors import CorpusError
from wirestance.model.labels import LABELS
from wirestance.training.corpus import (
    ARTICLE,
    CONTRAST,
    DOCUMENTS,
    STATEMENTS,
    load_any,
    load_article,
    load_corpus,
    load_directory,
    load_labelled,
    load_statements,
)
from wirestance.training.recipe import load_mirror

GOOD = {"id": "a", "text": "Talks went on.", "label": LABELS[2], "group": "g"}


@pytest.fixture(scope="module")
def corpus():
    return load_corpus()


@pytest.fixture(scope="module")
def contrast():
    return load_directory(CONTRAST)


def write(path, *records):
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def test_the_corpus_is_every_statement_but_the_article(corpus):
    article = load_article()
    assert len(corpus) + len(article) == len(load_directory(STATEMENTS))
    assert ARTICLE not in {statement.group for statement in corpus}
    assert {statement.group for statement in article} == {ARTICLE}


def test_every_label_has_statements(corpus):
    for statements in (corpus, load_article()):
        assert {statement.label for statement in statements} == set(LABELS)


def test_the_article_is_where_its_statements_say():
    covered = {document.name: set() for document in DOCUMENTS.glob("*.txt")}
    for statement in load_article():
        document = (DOCUMENTS / statement.document).read_text(encoding="utf-8")
        assert document[statement.start : statement.end] == statement.text, statement.id
        covered[statement.document].update(range(statement.start, statement.end))
    for name, places in covered.items():
        document = (DOCUMENTS / name).read_text(encoding="utf-8")
        rest = "".join(letter for place, letter in enumerate(document) if place not in places)
        assert "".join(rest.split()) == "“"


def test_every_capability_has_thirty_contrast_items(contrast):
    counts = Counter(statement.capability for statement in contrast)
    assert set(counts) == {path.stem for path in CONTRAST.glob("*.jsonl")}
    assert min(counts.values()) >= 30


def test_nothing_that_is_never_trained_on_is_in_the_corpus(corpus, contrast):
    """Neither itself nor its mirror image, nor ten words of it in a row."""
    mirror = load_mirror()

    def runs(statement):
        words = re.findall(r"\w+", mirror.orient(statement.text).text.casefold())
        return {tuple(words[start : start + 10]) for start in range(max(1, len(words) - 9))}

    seen = set().union(*(runs(statement) for statement in corpus))
    assert [statement.id for statement in (*contrast, *load_article()) if runs(statement) & seen] == []


@pytest.mark.parametrize(
    ("line", "fragments"),
    [
        ("{'id'", ["not JSON"]),
        ("", ["not JSON"]),
        ("[1, 2]", ["[1, 2]", "a JSON object is expected"]),
        ("null", ["None", "a JSON object is expected"]),
        (GOOD | {"lable": "x"}, ["unknown field 'lable'", "allowed are id, text, label, group, voice"]),
        ({key: GOOD[key] for key in ("id", "text", "label")}, ["the field 'group' is missing"]),
        ({key: GOOD[key] for key in ("id", "text", "group")}, ["the field 'label' is missing"]),
        (GOOD | {"text": 5}, ["text is 5", "allowed is str"]),
        (GOOD | {"text": None}, ["text is None", "allowed is str"]),
        (GOOD | {"label": [LABELS[0]]}, [f"label is ['{LABELS[0]}']", "allowed is str"]),
        (GOOD | {"year": "2020"}, ["year is '2020'", "allowed is int or null"]),
        (GOOD | {"year": 2020.0}, ["year is 2020.0", "allowed is int or null"]),
        (GOOD | {"hard": 1}, ["hard is 1", "allowed is bool"]),
        (GOOD | {"rule": True}, ["rule is True", "allowed is int or null"]),
        (GOOD | {"label": "neutral"}, ["label is 'neutral'", *LABELS]),
        (GOOD | {"voice": "Own"}, ["voice is 'Own'", "allowed are own, reported"]),
        (GOOD | {"confidence": "medium"}, ["confidence is 'medium'", "allowed are high, low"]),
        (GOOD | {"rule": 0}, ["rule is 0", "allowed are 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"]),
        (GOOD | {"rule": 12}, ["rule is 12", "allowed are 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"]),
        (GOOD | {"text": " \n"}, ["the text is empty"]),
    ],
)
def test_a_broken_record_is_refused(line, fragments, tmp_path):
    path = write(tmp_path / "broken.jsonl", GOOD | {"id": "b", "text": "Another."}, line)
    for load in (load_statements, lambda path: load_directory(path.parent)):
        with pytest.raises(CorpusError, match="^" + re.escape(f"{path}:2: ")) as refusal:
            load(path)
        assert [fragment for fragment in fragments if fragment not in str(refusal.value)] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Войска отошли.", "not in Latin script"),
        ("Yerevan сказал", "not in Latin script"),  # where it is turned
        ("12 – 3", "the statement has no words"),
        ("12 - 3", "the statement has no words"),
    ],
)
def test_a_text_that_the_classifier_does_not_read_is_refused(text, reason, tmp_path):
    path = write(tmp_path / "unread.jsonl", GOOD, GOOD | {"id": "b", "text": text})
    with pytest.raises(CorpusError, match="^" + re.escape(f"{path}:2: 'b' cannot be read: {reason}")):
        load_directory(tmp_path)


def test_bytes_that_are_not_utf_8_are_refused(tmp_path):
    path = tmp_path / "latin.jsonl"
    path.write_bytes(json.dumps(GOOD | {"text": "Bakı, Türkiye"}, ensure_ascii=False).encode("iso-8859-9"))
    with pytest.raises(CorpusError, match=re.escape(f"{path}:1: not JSON")):
        load_statements(path)


def test_an_optional_field_may_be_null_or_missing(tmp_path):
    nulls = dict.fromkeys(("voice", "event", "year", "rule", "speaker", "document", "start", "end"))
    missing, null = load_statements(write(tmp_path / "good.jsonl", GOOD, GOOD | nulls))
    assert missing == null
    assert (missing.voice, missing.rule, missing.hard, missing.confidence) == (None, None, False, "high")


@pytest.mark.parametrize(
    ("second", "what"),
    [(GOOD | {"text": "Talks ended."}, "id of 'a'"), (GOOD | {"id": "b", "text": "TALKS went on."}, "text of 'b'")],
)
@pytest.mark.parametrize(("file", "line"), [("one.jsonl", 2), ("two.jsonl", 1)])
def test_a_duplicate_is_refused_with_both_places(second, what, file, line, tmp_path):
    first = write(tmp_path / "one.jsonl", GOOD)
    with (tmp_path / file).open("a", encoding="utf-8") as appended:
        appended.write(json.dumps(second) + "\n")
    message = f"{tmp_path / file}:{line}: the {what} stands at {first}:1 already"
    with pytest.raises(CorpusError, match="^" + re.escape(message)):
        load_directory(tmp_path)


@pytest.mark.parametrize("load", [load_statements, load_labelled, load_any])
def test_a_file_that_holds_nothing_is_refused(load, tmp_path):
    empty = write(tmp_path / "empty.jsonl")
    for path, reason in ((empty, "is empty"), (tmp_path / "no.jsonl", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(CorpusError, match=re.escape(str(path))) as refusal:
            load(path)
        assert reason in str(refusal.value)


def test_a_directory_without_statements_is_refused(tmp_path):
    with pytest.raises(CorpusError, match=re.escape(f"{tmp_path}: holds no statements")):
        load_directory(tmp_path)


def test_any_labelled_file_loads(tmp_path):
    path = write(tmp_path / "any.jsonl", {"text": "x", "label": LABELS[0], "url": 1}, GOOD | {"voice": "own", "n": {}})
    first, second = load_labelled(path)
    assert (first.text, first.label, first.group, first.id) == ("x", LABELS[0], f"{path}:1", f"{path}:1")
    assert (second.id, second.group, second.voice) == ("a", "g", "own")


@pytest.mark.parametrize(
    ("record", "reason"), [({"text": "x"}, "'label' is missing"), ({"label": LABELS[0]}, "'text'")]
)
def test_a_labelled_file_needs_text_and_label(record, reason, tmp_path):
    path = write(tmp_path / "any.jsonl", record)
    with pytest.raises(CorpusError, match=re.escape(f"{path}:1: ")) as refusal:
        load_labelled(path)
    assert reason in str(refusal.value)


def test_texts_come_with_labels_only_if_all_have_one(tmp_path):
    labelled, bare = {"text": "x", "label": LABELS[0]}, {"text": "y"}
    texts, statements = load_any(write(tmp_path / "all.jsonl", labelled, labelled))
    assert (texts, [statement.label for statement in statements]) == (["x", "x"], [LABELS[0]] * 2)
    assert load_any(write(tmp_path / "some.jsonl", labelled, bare)) == (["x", "y"], None)
    with pytest.raises(CorpusError, match=r"none\.jsonl:2: text is ' '"):
        load_any(write(tmp_path / "none.jsonl", bare, {"text": " "}))
