"""`wirestance score` and `wirestance report` on a month of wires from six sources in six formats."""

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from command import GOOD, score
from month import SOURCES, make_month

from wirestance import InputError, StanceClassifier, lean, read_scored, read_wires, score_wires
from wirestance.inference.cli import main, wirestance
from wirestance.inference.score_files import check_sources

SCRIPT = Path(sys.executable).with_name("wirestance")


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    directory = tmp_path_factory.mktemp("month")
    assert make_month(directory, 1) == 6 * 31
    return directory


@pytest.fixture(scope="module")
def scored(month):
    out = month.with_name("scored.jsonl")
    done = CliRunner().invoke(wirestance, ["score", str(month), "-o", str(out)])
    assert done.exit_code == 0, done.output
    return out


def test_a_month_of_wires_becomes_rows(month, scored):
    rows = list(read_scored(scored))
    assert {row.source for row in rows} == set(SOURCES)
    assert len({(row.source, row.wire) for row in rows}) == 6 * 31
    assert not scored.with_name("scored.jsonl.rejected.jsonl").exists()
    wires = {(wire.source, wire.id): wire for wire in read_wires(month)}
    for row in rows:
        wire = wires[row.source, row.wire]
        assert row.text == (wire.text if row.part == "text" else wire.title)[row.start : row.end]


def test_the_lean_of_the_sources_is_what_they_were_composed_with(scored):
    found = {one.key: one for one in lean(read_scored(scored))}
    assert found["Caspian Wire"].everything.low > 0 > found["Ararat Courier"].everything.high
    assert abs(found["Tiflis Monitor"].everything.lean) < 0.2
    assert sum(one.copies for one in found.values()) > 0


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_every_output_format_holds_the_same_rows(month, scored, tmp_path, ending):
    out, source = tmp_path / f"scored.{ending}", month / "bosphorus.jsonl"
    score(source, "-o", out)
    assert list(read_scored(out)) == [row for row in read_scored(scored) if row.file == str(source)]


def test_a_row_a_wire(month, scored, tmp_path):
    out = tmp_path / "wires.csv"
    source = month / "tiflis.xml"
    score(source, "-o", out, "--per", "wire")
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 31
    assert sum(int(row["statements"]) for row in rows) == sum(
        row.read for row in read_scored(scored) if row.file == str(source)
    )


def test_bad_records_are_told_and_the_rest_is_scored(tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        json.dumps(GOOD),
        "{broken",
        json.dumps(GOOD | {"text": "The same id."}),
        json.dumps(GOOD | {"id": "2", "text": None}),
    ]
    source.write_text("\n".join(lines))
    done = score(source, tmp_path / "nowhere.txt", "-o", out, code=1)
    assert len(out.read_text().splitlines()) == 2
    rejected = [json.loads(line) for line in (tmp_path / "out.jsonl.rejected.jsonl").read_text().splitlines()]
    assert [(Path(one["file"]).name, one["number"]) for one in rejected] == [
        ("in.jsonl", 2), ("in.jsonl", 3), ("in.jsonl", 4), ("nowhere.txt", 0)
    ]  # fmt: skip
    assert "4 records rejected" in done.output


def test_what_is_guessed_alike_for_many_files_is_told_once(tmp_path):
    for name, field in (("a", "body"), ("b", "body"), ("c", "story")):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"id": name, field: "Talks were held in Geneva."}))
    for out in ("out.jsonl", "again.jsonl"):
        told = score(*(tmp_path / f"{name}.jsonl" for name in "abc"), "-o", tmp_path / out).output
        assert (told.count("took text from 'body'"), told.count("took text from 'story'")) == (1, 1)


def test_what_a_directory_hides_and_standard_input_are_other_sources(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_sources([".", "-", ".hidden/a.jsonl"])
    with pytest.raises(InputError, match="is given more than once"):
        check_sources(["-", "-"])


@pytest.mark.parametrize("sources", [["in/a.jsonl", "in/../in/a.jsonl"], ["in", "in/a.jsonl"], ["in/a.jsonl", "link"]])
def test_a_source_that_is_given_twice_is_refused(tmp_path, monkeypatch, sources):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text(json.dumps(GOOD))
    (tmp_path / "link").symlink_to("in")
    refused = score(*sources, "-o", "out.jsonl", code=2)
    assert f"{sources[1]}: is given more than once" in " ".join(refused.output.split())
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["-o", "out.xls"], 2, "'.xls' is not known; allowed are .jsonl, .csv, .parquet"),
        (["-o", "out.jsonl", "--format", "rss"], 2, "'rss' is unknown; allowed are text"),
        (["-o", "out.jsonl", "--field", "text"], 2, "'text' is not OURS=THEIRS"),
        (["-o", "out.jsonl", "--field", "headline=h"], 2, "headline"),
        (["-o", "out.jsonl", "--field", "text=a", "--field", "text=b"], 2, "'text' is given more than once"),
        (["-o", "out.jsonl", "--ray", "local", "--format", "rss"], 2, "'rss' is unknown; allowed are text"),
    ],
)
def test_bad_usage(tmp_path, monkeypatch, capsys, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text(json.dumps(GOOD))
    monkeypatch.setattr(sys, "argv", ["wirestance", "score", "in.jsonl", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    assert message in capsys.readouterr().err


def test_following_scores_wires_as_they_arrive(tmp_path):
    spool, growing, out = tmp_path / "spool", tmp_path / "growing.jsonl", tmp_path / "out.jsonl"
    spool.mkdir()
    growing.write_text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | {"id": "cut"})[:20])
    process = subprocess.Popen(
        [SCRIPT, "score", spool, growing, "--follow", "-o", out],
        stderr=subprocess.PIPE,
        text=True,
        # A job in a shell's background ignores it, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # no thread holds a lock
    )
    try:
        wait_for(out, 2)
        with growing.open("a") as file:
            file.write(json.dumps(GOOD | {"id": "cut"})[20:] + "\n")
        (spool / "later.txt").write_text("A later wire. It has two statements.")
        wait_for(out, 6)
    finally:
        process.send_signal(signal.SIGINT)
        _, message = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "--resume goes on" in message
    rows = list(read_scored(out))
    assert [row.wire for row in rows[:2]] == ["1", "1"]
    assert {row.wire for row in rows} == {"1", "cut", str(spool / "later.txt")}


def test_an_interruption_while_the_model_is_loaded_has_its_exit_code(tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(StanceClassifier, "load", interrupted)
    monkeypatch.setattr(sys, "argv", ["wirestance", "score", "in.jsonl", "-o", str(tmp_path / "out.jsonl")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "out"),
    [
        ("in", "in/out.jsonl"),
        (".", "out.csv"),
        ("in", "in/deeper/out.jsonl"),
        ("in", "link/out.jsonl"),
        ("link", "in/out.parquet"),
        ("in/a.jsonl", "in/a.jsonl"),
        ("in/../in/a.jsonl", "link/a.jsonl"),
        ("out.jsonl.progress", "out.jsonl"),
        ("out.jsonl.rejected.jsonl", "out.jsonl"),
        ("out.parquet.rows.jsonl", "./out.parquet"),
    ],
)
def test_an_output_that_would_be_read_is_refused(tmp_path, monkeypatch, source, out):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    (tmp_path / "in" / "a.jsonl").write_text(json.dumps(GOOD))
    (tmp_path / "link").symlink_to("in")
    before = sorted(tmp_path.rglob("*"))
    for options in ([], ["--resume"], [] if out.endswith(".parquet") else ["--follow"]):
        done = score(source, "-o", out, *options, code=2)
        assert f"{Path(out)}: would itself be read, as part of the source {source};" in " ".join(done.output.split())
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "in" / "a.jsonl").read_text() == json.dumps(GOOD)


def test_an_output_may_lie_beside_the_sources_or_hidden_in_them(tmp_path):
    folder = tmp_path / "in"
    (folder / ".scored").mkdir(parents=True)
    (folder / "a.jsonl").write_text(json.dumps(GOOD))
    for out in (tmp_path / "in.jsonl", folder / ".scored" / "out.jsonl"):
        score(folder, "-o", out)
        assert len(out.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere", "-o", "out.jsonl"], "nowhere: cannot be followed"),
        (["spool", "-o", "out.jsonl", "--format", "bogus"], "'bogus' is unknown"),
        (["spool", "-o", "out.xls"], "'.xls' is not known"),
    ],
)
def test_what_cannot_be_followed_leaves_no_output(tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spool").mkdir()
    done = score(*arguments, "--follow", code=2)
    assert told in " ".join(done.output.split())
    assert [path.name for path in tmp_path.iterdir()] == ["spool"]


def test_following_into_parquet_is_wrong_usage(tmp_path):
    done = score(tmp_path, "--follow", "-o", tmp_path.with_suffix(".parquet"), code=2)
    assert "--follow has none; give .jsonl or .csv" in " ".join(done.output.split())
    assert not list(tmp_path.parent.glob("*.parquet*"))


def wait_for(out, rows, seconds=20):
    until = time.monotonic() + seconds
    while not (out.exists() and len(out.read_text().splitlines()) >= rows):
        assert time.monotonic() < until, out.read_text() if out.exists() else "no output"
        time.sleep(0.1)


def test_the_report_of_a_month(scored, tmp_path):
    page = tmp_path / "report.html"
    done = CliRunner().invoke(wirestance, ["report", str(scored), "-o", str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    assert all(source in text for source in SOURCES)


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("in/report.html", "in/report.html: would itself be read, as part of the source in;"),
        ("in/scored.jsonl", "in/scored.jsonl: would itself be read"),
        ("-", "a page is not written to standard output"),
    ],
)
def test_a_page_that_would_be_read_or_is_no_file_is_refused(scored, tmp_path, monkeypatch, out, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "scored.jsonl").write_bytes(scored.read_bytes())
    done = CliRunner().invoke(wirestance, ["report", "in", "-o", out])
    assert done.exit_code == 2
    assert told in " ".join(done.output.split())
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "scored.jsonl"]


def test_the_report_of_standard_input(scored, tmp_path):
    pages = [tmp_path / "of-file.html", tmp_path / "of-input.html"]
    for source, page in zip((scored, "-"), pages, strict=True):
        done = CliRunner().invoke(wirestance, ["report", str(source), "-o", str(page)], input=scored.read_bytes())
        assert done.exit_code == 0, done.output
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_a_report_of_something_else_is_refused(tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(GOOD))
    done = CliRunner().invoke(wirestance, ["report", str(other), "-o", str(tmp_path / "report.html")])
    assert isinstance(done.exception, InputError)
    assert str(done.exception).startswith(f"{other}:1: not a scored statement")
    assert [path.name for path in tmp_path.iterdir()] == ["other.jsonl"]


def test_the_python_side(month, shipped):
    rows = score_wires(read_wires(month / "levant.csv"), shipped)
    (found,) = lean(rows)
    assert found.key == "Levant Gazette"
    assert found.wires + found.copies == 31
