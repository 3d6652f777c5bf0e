"""The archive: every row once and once only, whatever interrupts the writing."""

import json
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from wirestance.inference.archive import Archive
from wirestance.inference.wires.record import Rejection
from wirestance.model.errors import InputError

SCRIPT = Path(__file__).with_name("killed_run.py")
KILLS = 25
"""Of each format: 50 in all."""
COLUMNS = {"name": str, "number": int, "share": float, "own": bool}
ROW = {"name": "Bakı, “a”\nb", "number": 1, "share": 0.5, "own": True}
SETTINGS = {"model": "a", "threshold": 0.5}


@pytest.fixture
def wires(tmp_path):
    """A directory of wires: JSON lines with bad ones among them, and plain files."""
    folder = tmp_path / "wires"
    folder.mkdir()
    for name in ("a", "b"):
        lines = [
            json.dumps(
                {
                    "id": f"{name}{number}",
                    "source": name,
                    "text": "Shots were heard. Nobody was hurt. " * (1 + number % 3),
                }
            )
            for number in range(40)
        ]
        lines[7], lines[30] = "{broken", json.dumps({"id": f"{name}3", "source": name, "text": "Again the same id."})
        (folder / f"{name}.jsonl").write_text("\n".join(lines))
    for number in range(20):
        (folder / f"c{number:02}.txt").write_text(
            f"Headline {number}\n\nTalks were held in Geneva. They end on Friday."
        )
    (folder / "d.txt").write_bytes(b"\xff\xff")
    return folder


def run(wires, out):
    return subprocess.Popen([sys.executable, SCRIPT, wires, out])


def outputs(out):
    rejected = out.with_name(out.name + ".rejected.jsonl")
    return out.read_bytes(), rejected.read_bytes()


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_run_that_is_killed_again_and_again_writes_what_an_uninterrupted_one_does(wires, tmp_path, ending):
    whole, out = tmp_path / f"whole.{ending}", tmp_path / f"out.{ending}"
    started = time.monotonic()
    assert run(wires, whole).wait() == 0
    took = time.monotonic() - started
    chance, kills = random.Random(ending), 0
    while kills < KILLS:
        process = run(wires, out)
        try:
            assert process.wait(chance.uniform(0.2, 0.9) * took) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
        else:  # it got through before it was killed: once more from the beginning
            assert outputs(out) == outputs(whole)
            for file in tmp_path.glob(f"out.{ending}*"):
                file.unlink()
    assert run(wires, out).wait() == 0
    assert outputs(out) == outputs(whole)


def test_what_was_not_committed_is_cut_off(tmp_path):
    out = tmp_path / "out.jsonl"
    with Archive(out, COLUMNS, SETTINGS, resume=False) as archive:
        archive.commit([ROW], [Rejection(file="f", number=3, reason="is empty")], {"f": 2})
    for file in (out, archive.rejected_path):
        file.write_bytes(file.read_bytes() + b'{"half a r')
    journal = tmp_path / "out.jsonl.progress"
    journal.write_bytes(journal.read_bytes() + b'{"bytes": [1')
    with Archive(out, COLUMNS, SETTINGS, resume=True) as archive:
        assert archive.done == {"f": 2}
        assert (archive.rows, archive.rejected) == (1, 1)
        archive.commit([ROW], [], {"f": 1, "g": 1})
    assert [json.loads(line) for line in out.read_text().splitlines()] == [ROW, ROW]
    with Archive(out, COLUMNS, SETTINGS, resume=True) as archive:
        assert archive.done == {"f": 3, "g": 1}


def test_rejections_of_whole_files_stand_behind_the_others_and_are_not_noted(tmp_path):
    out = tmp_path / "out.jsonl"
    whole, bad = Rejection(file="f", number=0, reason="is no file"), Rejection(file="g", number=3, reason="is empty")
    with Archive(out, COLUMNS, SETTINGS, resume=False) as archive:
        for rejection in (whole, bad, replace(whole, file="h"), replace(bad, number=4)):
            archive.commit([ROW], [rejection], {})
        archive.finish()
    told = [json.loads(line) for line in archive.rejected_path.read_text().splitlines()]
    assert [(one["file"], one["number"]) for one in told] == [("g", 3), ("g", 4), ("f", 0), ("h", 0)]
    assert archive.rejected == 4
    with Archive(out, COLUMNS, SETTINGS, resume=True) as archive:
        archive.finish()
    assert archive.rejected == 2
    assert archive.rejected_path.read_text().splitlines() == [json.dumps(one) for one in told[:2]]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_an_error_before_the_first_row_leaves_nothing(tmp_path, ending):
    rejections = [Rejection(file="f", number=number, reason="is empty") for number in range(9)]
    out = tmp_path / f"out.{ending}"
    with (
        pytest.raises(InputError, match=r"nothing could be scored: f:1: is empty; .*f:5: is empty; and 4 more$"),
        Archive(out, COLUMNS, SETTINGS, resume=False) as archive,
    ):
        archive.commit([], rejections, {"f": 8})
        archive.finish()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_stop_before_the_first_row_is_no_error(tmp_path, stop):
    out = tmp_path / "out.jsonl"
    with pytest.raises(stop), Archive(out, COLUMNS, SETTINGS, resume=False) as archive:
        archive.commit([], [Rejection(file="f", number=3, reason="is empty")], {"f": 1})
        raise stop
    with Archive(out, COLUMNS, SETTINGS, resume=True) as archive:
        assert (archive.done, archive.rejected) == ({"f": 1}, 1)


def test_an_input_without_rows_and_rejections_makes_an_empty_output(tmp_path):
    with Archive(tmp_path / "out.jsonl", COLUMNS, SETTINGS, resume=False) as archive:
        archive.finish()
    assert (tmp_path / "out.jsonl").read_bytes() == b""


def test_a_directory_that_is_not_there_is_named(tmp_path):
    out = tmp_path / "nowhere" / "out.jsonl"
    with pytest.raises(InputError, match=rf"{out}: cannot be written: {out.parent} is no directory$"):
        Archive(out, COLUMNS, SETTINGS, resume=False)


def test_an_output_that_is_there_is_not_overwritten(tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("precious")
    with pytest.raises(InputError, match="is there already; --resume goes on"):
        Archive(out, COLUMNS, SETTINGS, resume=False)
    assert out.read_text() == "precious"


@pytest.mark.parametrize("left", ["out.parquet.rows.jsonl", "out.parquet.rejected.jsonl"])
@pytest.mark.parametrize("resume", [True, False])
def test_what_is_left_of_a_run_whose_journal_is_lost_is_not_emptied(tmp_path, left, resume):
    (tmp_path / left).write_text("precious")
    with pytest.raises(InputError, match=f"{left}: is there already"):
        Archive(tmp_path / "out.parquet", COLUMNS, SETTINGS, resume=resume)
    assert (tmp_path / left).read_text() == "precious"


def test_a_run_is_not_resumed_with_another_model(tmp_path):
    out = tmp_path / "out.jsonl"
    Archive(out, COLUMNS, SETTINGS, resume=False).__exit__(None, None, None)
    with pytest.raises(InputError, match="model 'a', not 'b'"):
        Archive(out, COLUMNS, SETTINGS | {"model": "b"}, resume=True)


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("which", ["rows", "rejected"])
@pytest.mark.parametrize("kept", [None, 5])
def test_a_file_that_holds_less_than_its_journal_says_is_not_filled_up(tmp_path, ending, which, kept):
    out = tmp_path / f"out.{ending}"
    with Archive(out, COLUMNS, SETTINGS, resume=False) as archive:
        archive.commit([ROW], [Rejection(file="f", number=3, reason="is empty")], {"f": 2})
    rows = tmp_path / "out.parquet.rows.jsonl" if ending == "parquet" else out
    file = archive.rejected_path if which == "rejected" else rows
    whole = file.read_bytes()
    file.unlink()
    if kept:
        file.write_bytes(whole[:kept])
    told = rf"{file.name}: holds {kept or 0} bytes, and .*out\.{ending}\.progress tells of {len(whole)};"
    with pytest.raises(InputError, match=told):
        Archive(out, COLUMNS, SETTINGS, resume=True)
    assert (file.read_bytes() if file.exists() else None) == (whole[:kept] if kept else None)
    file.write_bytes(whole)
    with Archive(out, COLUMNS, SETTINGS, resume=True) as archive:
        assert archive.done == {"f": 2}


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ("hello\n", 1),
        ("hello\nworld", 1),
        ("[]\n", 1),
        ('{"id": 1}\n', 1),
        ("\xff\n", 1),
        (json.dumps({"settings": SETTINGS}) + '\n{"bytes": [1]}\n', 2),
        (json.dumps({"settings": SETTINGS}) + '\n{"bytes": [1, 0]}\n', 2),
    ],
)
def test_a_journal_that_no_run_has_written_is_refused(tmp_path, lines, number):
    out, journal = tmp_path / "out.jsonl", tmp_path / "out.jsonl.progress"
    journal.write_text(lines, encoding="latin-1")
    with pytest.raises(InputError, match=rf"out\.jsonl\.progress:{number}: .* is no line of the journal"):
        Archive(out, COLUMNS, SETTINGS, resume=True)
    assert journal.read_text(encoding="latin-1") == lines
    assert not out.exists()


def test_an_output_whose_journal_is_empty_is_not_emptied(tmp_path):
    out = tmp_path / "out.jsonl"
    out.write_text("precious")
    (tmp_path / "out.jsonl.progress").touch()
    with pytest.raises(InputError, match="is there already"):
        Archive(out, COLUMNS, SETTINGS, resume=True)
    assert out.read_text() == "precious"


def test_a_second_run_does_not_write_to_the_same_output(tmp_path):
    pytest.importorskip("fcntl")
    out = tmp_path / "out.jsonl"
    with Archive(out, COLUMNS, SETTINGS, resume=False) as archive:
        archive.commit([ROW], [], {"f": 1})
        with pytest.raises(InputError, match=r"out\.jsonl: another run is writing it and holds .*out\.jsonl\.progress"):
            Archive(out, COLUMNS, SETTINGS, resume=True)
        archive.commit([ROW], [], {"f": 1})
    with pytest.raises(InputError, match="was made with model"):
        Archive(out, COLUMNS, SETTINGS | {"model": "b"}, resume=True)
    with Archive(out, COLUMNS, SETTINGS, resume=True) as archive:
        assert archive.done == {"f": 2}


def test_an_unknown_ending_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"'\.xlsx'.*\.jsonl, \.csv, \.parquet"):
        Archive(tmp_path / "out.xlsx", COLUMNS, SETTINGS, resume=False)


def test_parquet_has_the_types_of_the_columns(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    out = tmp_path / "out.parquet"
    with Archive(out, COLUMNS, SETTINGS, resume=False) as archive:
        archive.commit([ROW, ROW | {"name": None, "share": None}], [], {"f": 2})
        assert not out.exists()
        archive.finish()
    table = parquet.read_table(out)
    assert table.to_pylist() == [ROW, ROW | {"name": None, "share": None}]
    assert [str(field.type) for field in table.schema] == ["string", "int64", "double", "bool"]
