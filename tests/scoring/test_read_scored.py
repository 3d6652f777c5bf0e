"""Reading scored statements back: what is none is an error that names the file and the row."""

import csv
import json
import os
import re
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from wirestance import InputError, read_scored
from wirestance.inference.rows import WIRE_COLUMNS
from wirestance.inference.wires.problems import LONGEST_RECORD

ROW = {
    "wire": "w1", "source": "A", "date": None, "title": None, "url": None, "language": None, "file": "f", "number": 1,
    "digest": "d", "part": "text", "start": 0, "end": 4, "text": "Text", "voice": "own", "speaker": None,
    "label": None, "score": 0.5, "p_azerbaijan": 0.3, "p_armenia": 0.2, "p_neutral": 0.5, "truncated": False,
    "problem": "below the threshold",
}  # fmt: skip


def write_csv(path, *rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([ROW, *(row.values() for row in rows)])


def refused(path, place):
    with pytest.raises(InputError, match=f"^{re.escape(str(path) + place)}: ") as told:
        list(read_scored(path))
    return str(told.value)


def test_broken_parquet(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    arrow = pytest.importorskip("pyarrow")
    path = tmp_path / "bad.parquet"
    path.write_bytes(b"PAR1garbage")
    assert "is not Parquet" in refused(path, "")
    parquet.write_table(arrow.Table.from_pylist([ROW]), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + b"\xff" * 200 + whole[204:])
    assert "is not Parquet" in refused(path, "")


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="a pipe has no path here")
@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_a_pipe_is_read_from_its_first_row(tmp_path, ending):
    path, rows = tmp_path / f"scored.{ending}", [ROW, ROW | {"wire": "w2"}]
    if ending == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif ending == "csv":
        write_csv(path, *rows)
    else:
        parquet = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pytest.importorskip("pyarrow").Table.from_pylist(rows), path)
    end, beginning = os.pipe()
    try:
        with os.fdopen(beginning, "wb") as pipe:
            pipe.write(path.read_bytes())
        assert [row.wire for row in read_scored(f"/dev/fd/{end}")] == ["w1", "w2"]
    finally:
        os.close(end)


@pytest.mark.parametrize("length", [140_000, 1_000_000])
def test_a_long_word_in_csv_is_read(tmp_path, length):
    path, before = tmp_path / "long.csv", csv.field_size_limit(131_072)
    try:
        write_csv(path, ROW, ROW | {"text": "x" * length})
        assert [len(row.text) for row in read_scored(path)] == [4, length]
    finally:
        csv.field_size_limit(before)


def test_a_field_beyond_all_bounds_names_its_line(tmp_path):
    path = tmp_path / "bad.csv"
    write_csv(path, ROW)
    path.write_bytes(path.read_bytes() + b"x" * (LONGEST_RECORD + 1))
    refused(path, ":3")


IMPOSSIBLE = [{"number": float("nan")}, {"end": "x"}, {"score": []}, {"score": None}, {"text": None}]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        *((json.dumps(ROW | changes), "not a scored statement") for changes in IMPOSSIBLE),
        (
            json.dumps(ROW | {"label": "neutral"}),
            "the label is 'neutral'; known are pro-azerbaijan, pro-armenia, ",
        ),
        (json.dumps(ROW | {"p_armenia": -0.1}), "p_armenia is -0.1, not in [0, 1]"),
        (json.dumps(ROW | {"score": float("nan")}), "score is nan, not in [0, 1]"),
        (json.dumps(ROW).replace('"number": 1', '"number": 1e999'), "infinity"),
        ("{broken", "not JSON"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(tmp_path, line, said):
    path = tmp_path / "bad.jsonl"
    path.write_text(f"{json.dumps(ROW)}\n{line}\n", encoding="utf-8")
    assert said in refused(path, ":2")


def test_blank_lines_are_passed_over_and_counted(tmp_path):
    path = tmp_path / "scored.jsonl"
    path.write_text(f"\n{json.dumps(ROW)}\n \n\n{json.dumps(ROW)}\n\n", encoding="utf-8")
    assert len(list(read_scored(path))) == 2
    path.write_text(f"{json.dumps(ROW)}\n\n{{broken\n", encoding="utf-8")
    refused(path, ":3")
    path.write_text(f"{json.dumps(ROW)}\n\n{json.dumps(ROW | {'end': 'x'})}\n", encoding="utf-8")
    refused(path, ":3")


def test_a_missing_column_is_named_and_a_row_a_wire_is_known(tmp_path):
    path = tmp_path / "other.jsonl"
    path.write_text(json.dumps({name: value for name, value in ROW.items() if name != "voice"}), encoding="utf-8")
    assert "not a scored statement (has no 'voice'); the rows" in refused(path, ":1")
    path.write_text(json.dumps(dict.fromkeys(WIRE_COLUMNS, 1)), encoding="utf-8")
    assert "(has no 'part' but the columns of `--per wire`); the rows" in refused(path, ":1")
    path.write_text('{"a": 1}\n[]\n', encoding="utf-8")
    assert "(has no 'wire'); the rows" in refused(path, ":1")


def test_what_is_not_there_is_named_once(tmp_path):
    path = tmp_path / "nowhere.jsonl"
    assert refused(path, "") == f"{path}: cannot be read: No such file or directory"


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(json.dumps(ROW).encode())))
    assert [row.wire for row in read_scored("-")] == ["w1"]
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"{broken")))
    with pytest.raises(InputError, match=r"^standard input:1: not JSON"):
        list(read_scored("-"))
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InputError, match=r"^standard input: is closed"):
        list(read_scored("-"))


def test_a_csv_row_that_was_cut_short_names_its_row(tmp_path):
    path = tmp_path / "cut.csv"
    write_csv(path, ROW)
    path.write_text(path.read_text(encoding="utf-8") + "w2,A,,", encoding="utf-8")
    assert "is empty" in refused(path, ":2")


def test_a_csv_that_excel_wrote_again(tmp_path):
    """With a mark at its beginning and truths in capitals; what is no truth is refused."""
    path = tmp_path / "scored.csv"
    write_csv(path, ROW | {"truncated": "TRUE"}, ROW | {"truncated": "FALSE"})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [row.truncated for row in read_scored(path)] == [True, False]
    write_csv(path, ROW | {"truncated": "1"})
    assert "'1'" in refused(path, ":1")


@pytest.mark.parametrize(("field", "known"), [("voice", "own, reported"), ("part", "title, text")])
def test_a_word_that_no_run_writes(tmp_path, field, known):
    path = tmp_path / "scored.jsonl"
    path.write_text(json.dumps(ROW | {field: "Own"}), encoding="utf-8")
    assert f"the {field} is 'Own'; known are {known}" in refused(path, ":1")


def test_in_a_directory_what_is_hidden_is_left_out(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("a.jsonl", "b/a.jsonl"):
        (tmp_path / name).write_text(json.dumps(ROW), encoding="utf-8")
    (tmp_path / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    assert len(list(read_scored(tmp_path))) == 2


def test_in_a_directory_the_bad_file_is_named(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps(ROW), encoding="utf-8")
    bad = tmp_path / "b.jsonl"
    bad.write_text(json.dumps(ROW | {"score": "x"}), encoding="utf-8")
    with pytest.raises(InputError, match=f"^{re.escape(str(bad))}:1: "):
        list(read_scored(tmp_path))
