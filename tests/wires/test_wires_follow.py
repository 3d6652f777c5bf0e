"""Inputs that grow are read as they grow, whatever comes in them and whatever becomes of them."""

import json
import logging
from itertools import takewhile
from pathlib import Path

import pytest

from wirestance.inference.wires import follow
from wirestance.inference.wires.follow import follow_records
from wirestance.inference.wires.record import Rejection, Wire
from wirestance.model.errors import InputError


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(follow, "POLL", 0)
    monkeypatch.setattr(follow, "SETTLED", 0)


@pytest.fixture
def growing(tmp_path):
    """A file with one line, and what reads the rest of it."""
    path = tmp_path / "q.jsonl"
    append(path, item("first"))
    records = follow_records([str(path)])
    assert texts(records) == ["first"]
    return path, records


def item(text):
    return json.dumps({"text": text})


def append(path, *lines):
    with path.open("a") as file:
        file.writelines(line + "\n" for line in lines)


def new(records):
    """What comes until there is nothing more for now."""
    return list(takewhile(lambda record: record is not None, records))


def texts(records):
    return [record.text if isinstance(record, Wire) else record.reason for record in new(records)]


@pytest.mark.parametrize("line", [
    b"[broken", b"[", b'["a"]', b"{", b'{"text":', b'{"a": "', b"\xff\xfe", b"\xff", b"nonsense", b"3",
])  # fmt: skip
def test_a_bad_line_costs_only_itself(growing, line):
    path, records = growing
    with path.open("ab") as file:
        file.write(line + b"\n")
    (bad,) = new(records)
    assert isinstance(bad, Rejection)
    assert bad.number == 2
    append(path, item("good"))
    (good,) = new(records)
    assert (good.text, good.number) == ("good", 3)
    assert texts(follow_records([str(path)])) == ["first", bad.reason, "good"]


def test_a_mark_at_the_beginning_is_no_part_of_the_first_line(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text(item("Baku said so.") + "\n", "utf-8-sig")
    assert texts(follow_records([str(path)])) == ["Baku said so."]


def test_names_that_were_guessed_are_told_once_a_file(tmp_path, caplog):
    caplog.set_level(logging.INFO, "wirestance")
    path = tmp_path / "q.jsonl"
    append(path, json.dumps({"body": "a"}))
    records = follow_records([str(path)])
    new(records)
    append(path, json.dumps({"body": "b"}))
    new(records)
    assert caplog.messages == [f"{path}: took text from 'body'"]


@pytest.mark.parametrize(("name", "options", "told"), [
    ("nowhere", {}, "nowhere: cannot be followed"),
    ("-", {}, "-: cannot be followed"),
    ("a\0b", {}, "cannot be followed"),
    ("", {"format": "bogus"}, "'bogus' is unknown; allowed are text"),
    ("", {"fields": {"author": "by"}}, "'author' is unknown; allowed are text"),
])  # fmt: skip
def test_what_cannot_be_followed_is_refused_at_once(tmp_path, name, options, told):
    with pytest.raises(InputError, match=told):
        follow_records([str(tmp_path / name) if name != "-" else name], **options)


def test_a_file_that_is_removed_is_let_go_and_one_that_comes_back_is_read(growing, caplog):
    path, records = growing
    path.unlink()
    assert texts(records) == []
    assert texts(records) == []
    assert caplog.messages == [f"{path}: is let go: No such file or directory; a new one there will be read"]
    append(path, item("second"))
    assert texts(records) == ["second"]


def test_a_file_that_is_removed_does_not_end_what_others_give(tmp_path):
    gone, there = tmp_path / "gone.jsonl", tmp_path / "there.jsonl"
    append(gone, item("a"))
    append(there, item("b"))
    records = follow_records([str(gone), str(there)])
    assert texts(records) == ["a", "b"]
    gone.unlink()
    append(there, item("c"))
    assert texts(records) == ["c"]


def test_a_file_that_is_replaced_is_read_from_its_beginning(growing, caplog):
    path, records = growing
    path.rename(path.with_name("q.jsonl.1"))
    append(path.with_name("q.jsonl.1"), item("last of the old"))
    append(path, item("a new one, longer than what was read"), item("and more"))
    old, first, second = new(records)
    assert [old.text, first.text, second.text] == [
        "last of the old",
        "a new one, longer than what was read",
        "and more",
    ]
    assert [old.number, first.number, second.number] == [2, 3, 4]
    assert len({old.id, first.id, second.id}) == 3
    assert caplog.messages == [f"{path}: is a new file; it is read from its beginning, as line 3"]
    append(path, item("third"))
    assert texts(records) == ["third"]


def test_a_file_that_is_removed_and_written_anew_at_once_is_read_from_its_beginning(growing):
    path, records = growing
    path.unlink()
    append(path, item("a new one, longer than what was read"))
    assert texts(records) == ["a new one, longer than what was read"]


def test_a_file_that_is_shortened_is_read_from_its_beginning(growing, caplog):
    path, records = growing
    before = path.stat().st_size
    path.write_text(item("new") + "\n")
    after = path.stat().st_size
    assert texts(records) == ["new"]
    assert caplog.messages == [
        f"{path}: has {after} bytes, of which {before} were read before; it is read from its beginning, as line 2"
    ]


def test_a_file_that_only_grows_is_not_taken_for_another(growing, caplog):
    path, records = growing
    append(path, item("second"))
    assert texts(records) == ["second"]
    assert texts(records) == []
    assert caplog.messages == []


def test_a_place_that_cannot_be_looked_at_is_told_once(tmp_path, monkeypatch):
    for name in ("a.txt", "closed.txt"):
        (tmp_path / name).write_text("Baku said so.")
    looked = Path.is_file

    def is_file(path):
        if path.name == "closed.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return looked(path)

    monkeypatch.setattr(Path, "is_file", is_file)
    records = follow_records([str(tmp_path)])
    assert texts(records) == ["cannot be read: Permission denied", "Baku said so."]
    (tmp_path / "b.txt").write_text("Yerevan said so.")
    assert texts(records) == ["Yerevan said so."]


@pytest.mark.parametrize(
    ("forced", "told"), [(None, "Baku."), ("ninjs", "Baku."), ("jsonl", "has no field that can be")]
)
def test_lines_of_ninjs_are_read_as_in_a_whole_file(tmp_path, forced, told):
    path = tmp_path / "q.jsonl"
    append(path, json.dumps({"uri": "a", "standard": {"name": "ninjs"}, "bodies": [{"value": "Baku."}]}))
    (text,) = texts(follow_records([str(path)], format=forced))
    assert text.startswith(told)
