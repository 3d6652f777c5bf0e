"""A run of `wirestance score` goes on with `--resume`, whatever became of its files since."""

import json
import sys

import pytest
from command import GOOD, score

from wirestance import read_scored


def test_resuming_a_finished_run_adds_only_what_is_new(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out.jsonl"
    folder.mkdir()
    (folder / "b.jsonl").write_text(json.dumps(GOOD))
    score(folder, "-o", out)
    (folder / "a.jsonl").write_text(json.dumps(GOOD | {"id": "2"}) + "\n" + json.dumps(GOOD))
    score(folder, "-o", out, "--resume", code=1)
    assert [json.loads(line)["wire"] for line in out.read_text().splitlines()] == ["1", "1", "2", "2"]
    score(folder, "-o", out, "--resume", code=1)
    assert len(out.read_text().splitlines()) == 4


def test_resuming_reads_a_file_that_was_replaced(tmp_path):
    source, out = tmp_path / "wires.jsonl", tmp_path / "out.jsonl"

    def write(*ids):
        source.write_text("".join(json.dumps(GOOD | {"id": number}) + "\n" for number in ids))

    write("1", "2")
    score(source, "-o", out)
    write("3", "4", "5", "2")
    score(source, "-o", out, "--resume")
    write("6")
    score(source, "-o", out, "--resume")
    assert [row.wire for row in read_scored(out)] == [number for number in "123456" for _ in range(2)]


def test_resuming_reads_a_file_that_was_replaced_where_wires_have_no_id(tmp_path):
    """Their places are the same as those of others before; a line that is broken again is none of the new ones."""
    source, out = tmp_path / "wires.jsonl", tmp_path / "out.jsonl"

    def write(*texts):
        source.write_text("".join(json.dumps({"text": f"{text} went on."}) + "\n" for text in texts) + "no JSON\n")

    write("Talks", "Fighting")
    score(source, "-o", out, code=1)
    write("Talks", "Rain", "Fighting")
    score(source, "-o", out, "--resume", code=1)
    write("Snow")
    score(source, "-o", out, "--resume", code=1)
    assert [row.text.split()[0] for row in read_scored(out)] == ["Talks", "Fighting", "Rain", "Snow"]
    rejected = [json.loads(line)["number"] for line in (tmp_path / "out.jsonl.rejected.jsonl").read_text().splitlines()]
    assert rejected == [3, 4, 2]


def test_a_mistyped_source_leaves_nothing_that_is_in_the_way(tmp_path):
    source, out = tmp_path / "wires.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps(GOOD))
    refused = score(tmp_path / "typo.jsonl", "-o", out, code=1)
    assert f"nothing could be scored: {tmp_path / 'typo.jsonl'}: cannot be read: No such file" in str(refused.exception)
    assert list(tmp_path.iterdir()) == [source]
    score(source, "-o", out)
    assert len(out.read_text().splitlines()) == 2


def test_a_missing_extra_leaves_nothing_that_is_in_the_way(tmp_path, monkeypatch):
    source, out = tmp_path / "feed.xml", tmp_path / "out.jsonl"
    source.write_text("<rss version='2.0'><channel><item><title>Talks go on</title></item></channel></rss>")
    monkeypatch.setitem(sys.modules, "feedparser", None)
    refused = score(source, "-o", out, code=1)
    assert "needs feedparser" in str(refused.exception)
    assert list(tmp_path.iterdir()) == [source]


def test_a_file_that_could_not_be_read_is_tried_again(tmp_path):
    """Once it is there, nothing tells of its having been missing; one that is still missing is told once."""
    there, late, out = tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "out.jsonl"
    rejected = tmp_path / "out.jsonl.rejected.jsonl"
    there.write_text(json.dumps(GOOD) + "\n{broken")
    for options in ([], ["--resume"]):
        score(late, there, "-o", out, *options, code=1)
        assert [json.loads(line)["number"] for line in rejected.read_text().splitlines()] == [2, 0]
    late.write_text(json.dumps(GOOD | {"id": "2"}))
    score(late, there, "-o", out, "--resume", code=1)
    assert [row.wire for row in read_scored(out)] == ["1", "1", "2", "2"]
    assert [json.loads(line)["number"] for line in rejected.read_text().splitlines()] == [2]


def test_a_run_whose_one_missing_file_came_ends_well(tmp_path):
    there, late, out = tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "out.jsonl"
    there.write_text(json.dumps(GOOD))
    score(late, there, "-o", out, code=1)
    late.write_text(json.dumps(GOOD | {"id": "2"}))
    score(late, there, "-o", out, "--resume")
    assert not (tmp_path / "out.jsonl.rejected.jsonl").exists()


@pytest.mark.parametrize("name", ["in", "./in", "in/a.jsonl"])
def test_a_run_is_not_resumed_with_its_files_under_other_names(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text(json.dumps(GOOD))
    score(tmp_path / "in", "-o", "out.jsonl")
    refused = score(name, "-o", "out.jsonl", "--resume", code=1)
    assert f"has {tmp_path / 'in' / 'a.jsonl'}, which {name} names otherwise" in str(refused.exception)
    score(tmp_path / "in" / "a.jsonl", "-o", "out.jsonl", "--resume")
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 2


def test_a_wire_that_comes_twice_in_a_replaced_file_is_rejected(tmp_path):
    source, out = tmp_path / "wires.jsonl", tmp_path / "out.jsonl"
    for ids in ("12", "33"):
        source.write_text("".join(json.dumps(GOOD | {"id": number}) + "\n" for number in ids))
        score(source, "-o", out, "--resume", code=ids == "33")
    assert [row.wire for row in read_scored(out)] == [number for number in "123" for _ in range(2)]


@pytest.mark.parametrize("options", [["--format", "jsonl"], ["--field", "text=body"]])
def test_a_run_is_not_resumed_with_another_reading(tmp_path, options):
    source, out = tmp_path / "wires.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps(GOOD | {"body": "Another text."}))
    score(source, "-o", out)
    refused = score(source, "-o", out, "--resume", *options, code=1)
    assert "resume with the same" in str(refused.exception)
