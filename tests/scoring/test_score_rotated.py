"""A run goes on behind a file that was rotated while it was followed: nothing of it is written twice."""

import json

import pytest

from wirestance import read_scored
from wirestance.inference.archive import Archive
from wirestance.inference.rows import STATEMENT_COLUMNS
from wirestance.inference.score_files import score_to
from wirestance.inference.wires.follow import follow_records
from wirestance.inference.wires.read import read_records


@pytest.fixture
def source(tmp_path):
    return tmp_path / "wires.jsonl"


def write(source, *texts):
    """Put a new file of wires without ids in the place of the one before."""
    source.unlink(missing_ok=True)
    source.write_text("".join(json.dumps({"text": f"{text} went on."}) + "\n" for text in texts), encoding="utf-8")


def followed(source, *files):
    """The records of files that take each other's place, until nothing more comes."""
    write(source, *files[0])
    records = follow_records([str(source)])
    for texts in files[1:]:
        yield from iter(lambda: next(records), None)
        source.rename(source.with_suffix(".1"))
        write(source, *texts)
    yield from iter(lambda: next(records), None)


def score(records, classifier, out):
    with Archive(out, STATEMENT_COLUMNS, {}, resume=True) as archive:
        score_to(archive, records, classifier)
    return [row.text.split()[0] for row in read_scored(out)]


def test_wires_without_ids_are_not_written_again(shipped, source, tmp_path):
    out = tmp_path / "out.jsonl"
    found = score(followed(source, ["Talks", "Rain"], ["Snow", "Talks"]), shipped, out)
    assert found == ["Talks", "Rain", "Snow", "Talks"]
    write(source, "Snow", "Talks", "Fighting", "Hail", "Hail")
    for _ in range(2):
        found = score(read_records(source), shipped, out)
        assert found == ["Talks", "Rain", "Snow", "Talks", "Fighting", "Hail", "Hail"]


def test_copies_in_a_file_are_all_written_wherever_a_run_stopped(shipped, source, tmp_path):
    texts = ["Talks", "Talks", "Rain", "Talks"]
    for stop in range(len(texts) + 1):
        out = tmp_path / f"out{stop}.jsonl"
        write(source, *texts)
        score(list(read_records(source))[:stop], shipped, out)
        assert score(read_records(source), shipped, out) == texts
