"""Scoring on a real Ray cluster on this machine, of two actors in processes of their own."""

import json
import logging
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from month import make_month
from readme import STATEMENTS, labels_of, run_recipe

from wirestance import InputError, StanceClassifier, read_scored
from wirestance.inference import ray_cluster, score_ray
from wirestance.inference.rows import statement_rows, wire_rows
from wirestance.inference.score_ray import score_on_ray
from wirestance.inference.scoring import ScoredWire, score_records
from wirestance.inference.wires.read import read_records

SCRIPT = Path(sys.executable).with_name("wirestance")
GOOD = {"id": "1", "source": "A", "text": "Talks were held in Geneva. They end on Friday."}


@pytest.fixture(scope="module")
def cluster():
    """Its address; this process is connected to it."""
    import ray

    with ray_cluster.connected("local", 2) as actors:
        assert actors == 2
        yield ray.get_runtime_context().gcs_address


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    directory = tmp_path_factory.mktemp("month")
    make_month(directory, 1)
    return directory


@pytest.fixture(scope="module")
def classifier(tiny_model):
    return StanceClassifier.load(tiny_model, threads=1)


def single(paths, classifier, rows=statement_rows):
    """The rows of a single process, and what it rejects."""
    records = (record for path in paths for record in read_records(path))
    outcomes = [outcome for chunk in score_records(records, classifier) for outcome in chunk]
    scored = [outcome for outcome in outcomes if isinstance(outcome, ScoredWire)]
    return list(rows(scored)), [outcome for outcome in outcomes if not isinstance(outcome, ScoredWire)]


def in_order(rows):
    """Sorted, with numbers to twelve digits: JSON lines hold fifteen."""
    rows = [{name: round(x, 12) if isinstance(x, float) else x for name, x in row.items()} for row in rows]
    return sorted(rows, key=lambda row: (row["file"], row["number"], row.get("part", ""), row.get("start", 0)))


def written(out):
    from pyarrow import parquet

    if out.suffix == ".parquet":
        return in_order(parquet.read_table(out).to_pylist())
    return in_order(json.loads(line) for file in out.iterdir() for line in file.read_text("utf-8").splitlines())


def test_a_directory_is_read_as_by_a_single_process(cluster, classifier, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "scored.jsonl"
    for number, name in enumerate(("a", "_b", "_x/c", "deep/_d", ".e", "deep/.f", ".git/g")):
        path = folder / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(GOOD | {"id": str(number)}))
    score_on_ray([str(folder)], str(out), classifier, actors=2)
    assert written(out) == in_order(single([folder], classifier)[0])
    assert {row["wire"] for row in written(out)} == set("0123")


@pytest.mark.parametrize(
    ("ending", "per", "rows"), [("parquet", "statement", statement_rows), ("jsonl", "wire", wire_rows)]
)
def test_the_rows_are_those_of_a_single_process(cluster, month, classifier, tmp_path, ending, per, rows):
    sources = [month / "bosphorus.jsonl", month / "alpine.parquet"]
    out = tmp_path / f"scored.{ending}"
    found = score_on_ray([str(path) for path in sources], str(out), classifier, actors=2, per=per)
    expected, rejected = single(sources, classifier, rows)
    assert written(out) == in_order(expected)
    assert (found.wires, found.rejections) == (2 * 31, rejected == [] and [])


def test_a_killed_actor_loses_nothing_and_doubles_nothing(cluster, month, shipped, tmp_path):
    """It is killed while it scores; the shipped model takes its time."""
    import ray

    killed, out = [], tmp_path / "scored.parquet"

    def kill():
        until = time.monotonic() + 60
        while not killed and time.monotonic() < until:
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    title = " ".join(process.cmdline())
                    if "MapWorker(MapBatches(ScoreWires))." in title and "__init__" not in title:
                        time.sleep(0.3)
                        process.kill()
                        killed.append(process.pid)
                        break
            time.sleep(0.02)

    sources = [month / "bosphorus.jsonl", month / "alpine.parquet"]
    thread = threading.Thread(target=kill)
    thread.start()
    score_on_ray([str(path) for path in sources], str(out), shipped, actors=2)
    assert ray.is_initialized()
    assert len(killed) == 1  # before the end
    thread.join()
    expected, _ = single(sources, shipped)
    found = written(out)
    assert len(found) == len(expected)
    assert found == in_order(expected)


def test_what_cannot_be_scored_is_told_as_by_a_single_process(cluster, classifier, tmp_path):
    """Among it a wire that repeats an id of another file: the first in the order of the sources is kept."""
    last, first = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text("\n".join([json.dumps(GOOD), "{broken", json.dumps(GOOD | {"id": "2", "text": None})]))
    last.write_text("\n".join([json.dumps(GOOD | {"text": "Repeated."}), json.dumps(GOOD | {"id": "3"})]))
    out = tmp_path / "scored.parquet"
    found = score_on_ray([str(first), str(last)], str(out), classifier, actors=1)
    expected, rejected = single([first, last], classifier)
    assert written(out) == in_order(expected)
    assert found.wires == 2
    assert found.rejections == rejected
    told = written(tmp_path / "scored.parquet.rejected.jsonl")
    assert told == [
        {"file": one.file, "number": one.number, "reason": one.reason}
        for one in sorted(rejected, key=lambda one: one.file)
    ]


def test_names_that_are_guessed_are_told_as_by_a_single_process(cluster, classifier, tmp_path, caplog):
    sources = [tmp_path / "b.csv", tmp_path / "a.csv", tmp_path / "empty.csv"]
    for number, path in enumerate(sources[:2]):
        path.write_text(f"id,description,summary\n{number},Talks were held in Geneva.,Talks.\n")
    sources[2].write_text("id,body\n")
    caplog.set_level(logging.INFO, "wirestance")
    single(sources, classifier)
    expected = list(caplog.messages)
    caplog.clear()
    score_on_ray([str(path) for path in sources], str(tmp_path / "out.jsonl"), classifier, actors=1)
    assert [record.getMessage() for record in caplog.records if record.name == "wirestance"] == expected
    assert "text from 'description'" in expected[0]
    assert len(expected) == 3


UNREADABLE = Path("/proc/self/mem")
NEEDS_PROC = pytest.mark.skipif(not UNREADABLE.exists(), reason=f"needs {UNREADABLE}, which Linux has")


@pytest.mark.parametrize(
    ("later", "message"),
    [("shorter", "1 to be scored"), pytest.param(UNREADABLE, "cannot be read", marks=NEEDS_PROC)],
)
def test_a_file_that_gives_other_wires_when_it_is_scored_is_an_error(
    cluster, classifier, tmp_path, monkeypatch, later, message
):
    """A line of it is gone by then, or reading it fails: UNREADABLE can be opened, and not be read at its start."""
    path, survey = tmp_path / "in.jsonl", score_ray._survey
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | {"id": "2"}))
    (tmp_path / "shorter").write_text(json.dumps(GOOD))

    def and_then(*given):
        found = survey(*given)
        path.unlink()
        path.symlink_to(tmp_path / later)
        return found

    monkeypatch.setattr(score_ray, "_survey", and_then)
    with pytest.raises(InputError, match=rf"in\.jsonl: gave 2 wires when it was looked through, .*{message}") as failed:
        score_on_ray([str(path)], str(tmp_path / "out.parquet"), classifier, actors=1)
    assert "\n" not in str(failed.value)


def test_the_command_uses_a_cluster_by_its_address(cluster, month, tmp_path):
    """And the report reads what it wrote."""
    out, page = tmp_path / "scored.jsonl", tmp_path / "report.html"
    command = [SCRIPT, "score", month / "alpine.parquet", "--ray", cluster, "--actors", "1", "-o", out]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    assert "31 wires scored" in done.stderr
    subprocess.run([SCRIPT, "score", month / "alpine.parquet", "-o", tmp_path / "one.jsonl"], check=True)
    expected = [json.loads(line) for line in (tmp_path / "one.jsonl").read_text("utf-8").splitlines()]
    assert written(out) == in_order(expected)
    assert len(list(read_scored(out))) == len(expected)
    subprocess.run([SCRIPT, "report", out, "-o", page], check=True)


def test_statements_of_any_table_get_their_answers(cluster, classifier, tiny_model):
    import pyarrow
    from ray.data import ActorPoolStrategy, from_arrow

    from wirestance.inference.ray_data import ANSWER, BATCH, StanceBatches

    texts = [f"Azerbaijani forces repelled attack {number}." for number in range(40)] + [None, "", "12"]
    table = pyarrow.table({"n": range(len(texts)), "body": texts})
    answered = from_arrow(table).map_batches(
        StanceBatches,
        fn_constructor_kwargs={"text": "body", "model": str(tiny_model), "threshold": 0},
        compute=ActorPoolStrategy(size=2),
        batch_format="pyarrow",
        batch_size=BATCH,
        num_cpus=1,
    )
    rows = sorted(answered.take_all(), key=lambda row: row["n"])
    assert list(rows[0]) == ["n", "body", *ANSWER]
    expected = classifier.answer(texts, threshold=0)
    assert [row["label"] for row in rows] == [answer.label for answer in expected]
    assert [row["problem"] for row in rows] == [answer.problem for answer in expected]
    assert [row["p_armenia"] for row in rows] == [round(answer.scores["pro-armenia"], 4) for answer in expected]


def test_the_recipe_of_the_readme(cluster, shipped, tmp_path):
    """In a folder with its whole path: the cluster was started elsewhere."""
    import pyarrow
    from pyarrow import parquet

    (tmp_path / "statements").mkdir()
    table = pyarrow.table({"n": range(len(STATEMENTS)), "text": STATEMENTS})
    parquet.write_table(table, tmp_path / "statements" / "1.parquet")
    rows = sorted(run_recipe("ray", tmp_path / "statements").take_all(), key=lambda row: row["n"])
    assert [row["label"] for row in rows] == labels_of(shipped)


def test_places_may_have_a_scheme(cluster, classifier, tmp_path):
    (tmp_path / "in.jsonl").write_text(json.dumps(GOOD))
    found = score_on_ray([f"file://{tmp_path}/in.jsonl"], f"file://{tmp_path}/out.jsonl", classifier, actors=1)
    assert found.wires == 1
    assert [row["text"] for row in written(tmp_path / "out.jsonl")] == [
        "Talks were held in Geneva.", "They end on Friday."
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sources", "out", "options", "message"),
    [
        (["in.jsonl", "nowhere.jsonl"], "out.parquet", {}, r"nowhere\.jsonl: there is no such file"),
        (["in.jsonl", "s3://wires/2024"], "out.parquet", {}, "on a disk and s3; Ray reads one file system"),
        (["empty"], "out.parquet", {}, "is a directory without any file to read"),
        (["nothing://there"], "out.parquet", {}, "nothing://there: Protocol not known"),
        (["in.jsonl"], "out.csv", {}, r"out\.csv: the ending is not known on Ray; allowed are \.parquet, \.jsonl"),
        (["in.jsonl"], "full.parquet", {}, "is there already and not empty"),
        (["in.jsonl"], "file.jsonl", {}, "is a file; Ray writes a directory"),
        (["in.jsonl", "in.jsonl"], "out.jsonl", {}, "in.jsonl: is given more than once"),
        (["-"], "out.jsonl", {}, "standard input cannot be read on Ray"),
        (["in.jsonl"], "out.jsonl", {"wire_format": "rss"}, "'rss' is unknown; allowed are text"),
        (["in.jsonl"], "out.jsonl", {"fields": {"head": "h"}}, "'head' is unknown"),
        (["in.jsonl"], "out.jsonl", {"threshold": 1.0}, "threshold is 1.0"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(
    cluster, classifier, tmp_path, monkeypatch, sources, out, options, message
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text(json.dumps(GOOD))
    (tmp_path / "file.jsonl").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "full.parquet").mkdir()
    (tmp_path / "full.parquet" / "part").write_text("")
    with pytest.raises(InputError, match=message):
        score_on_ray(sources, out, classifier, actors=1, **options)


def test_an_actor_that_has_not_the_model_says_so(cluster, tiny_model, tmp_path):
    """And nothing but the output is there to be removed before the next run."""
    import shutil

    (tmp_path / "in.jsonl").write_text(json.dumps(GOOD) + "\n{broken")
    shutil.copytree(tiny_model, tmp_path / "model")
    gone = StanceClassifier.load(tmp_path / "model")
    shutil.rmtree(tmp_path / "model")
    with pytest.raises(InputError, match="no such model directory"):
        score_on_ray([str(tmp_path / "in.jsonl")], str(tmp_path / "out.parquet"), gone, actors=1)
    assert {path.name for path in tmp_path.iterdir()} <= {"in.jsonl", "out.parquet"}
