"""The artifact: an intact one loads, an incomplete or changed one is refused with the file and the reason."""

import json
import re
import shutil
from pathlib import Path

import pytest

from wirestance import LABELS, StanceClassifier
from wirestance.model.artifact import (
    FORMAT,
    METRICS,
    NETWORK,
    PART,
    PLOTS,
    STANCE,
    TOKENIZER,
    WEIGHTS,
    digest,
    load_stance,
    save_stance,
    write_whole,
)
from wirestance.model.errors import ArtifactError
from wirestance.training.recipe import load_mirror


@pytest.fixture
def artifact(tiny_model, tmp_path):
    return shutil.copytree(tiny_model, tmp_path / "model")


def edit(directory, **changes):
    content = json.loads((directory / STANCE).read_text(encoding="utf-8")) | changes
    kept = {key: value for key, value in content.items() if value is not ...}
    (directory / STANCE).write_text(json.dumps(kept), encoding="utf-8")


def refusal(directory, named):
    with pytest.raises(ArtifactError, match="^" + re.escape(f"{named}: ")) as refused:
        load_stance(directory)
    return str(refused.value)


def test_an_intact_artifact_loads(artifact, tiny_recipe):
    stance = load_stance(artifact)
    assert (stance.labels, stance.format, stance.max_tokens) == (LABELS, FORMAT, tiny_recipe.max_tokens)
    assert stance.mirror.rows == load_mirror().rows
    assert StanceClassifier.load(artifact).stance == stance


def test_every_file_is_recorded(artifact):
    files = json.loads((artifact / STANCE).read_text(encoding="utf-8"))["files"]
    there = {path.relative_to(artifact) for path in artifact.rglob("*") if path.is_file()}
    assert set(files) == {path.as_posix() for path in there if path.parts[0] != PLOTS} - {STANCE}
    assert {NETWORK, TOKENIZER, WEIGHTS, "config.json"} <= set(files)


def test_its_plots_are_no_part_of_the_model(artifact):
    stance = StanceClassifier.load(artifact).stance
    (artifact / PLOTS).mkdir(exist_ok=True)
    for content in (b"first", b"second"):
        (artifact / PLOTS / "confusion.png").write_bytes(content)
        assert StanceClassifier.load(artifact).stance == stance
        save_stance(artifact, stance)


def test_the_full_precision_weights_may_be_missing(artifact):
    before = StanceClassifier.load(artifact).predict("Talks went on.")
    (artifact / WEIGHTS).unlink()
    assert StanceClassifier.load(artifact).predict("Talks went on.") == before


def test_the_full_precision_weights_are_checked_where_they_are_read_only(artifact):
    """As after a training into the same directory that was cut short, or beside a model that came without them."""
    stance = load_stance(artifact)
    (artifact / WEIGHTS).write_bytes(b"another")
    assert StanceClassifier.load(artifact).stance == stance
    with pytest.raises(ArtifactError, match=f"{WEIGHTS}: changed since it was saved"):
        load_stance(artifact, unchecked=())


@pytest.mark.parametrize("name", [NETWORK, TOKENIZER, "config.json"])
def test_a_changed_file_is_refused(artifact, name):
    recorded = digest(artifact / name)
    with (artifact / name).open("ab") as file:
        file.write(b" ")
    message = refusal(artifact, artifact / name)
    assert "changed since it was saved" in message
    assert recorded in message
    assert digest(artifact / name) in message


def test_a_file_that_is_about_to_be_replaced_may_be_any(artifact):
    """As an earlier try left it that was cut short; what is not replaced is checked all the same."""
    stance = load_stance(artifact)
    (artifact / NETWORK).write_bytes(b"another")
    assert load_stance(artifact, unchecked=(NETWORK, METRICS)) == stance
    (artifact / NETWORK).unlink()
    assert load_stance(artifact, unchecked=(NETWORK, METRICS)) == stance
    (artifact / WEIGHTS).write_bytes(b"another")
    with pytest.raises(ArtifactError, match="changed since it was saved"):
        load_stance(artifact, unchecked=(NETWORK, METRICS))


def test_a_file_is_written_whole_or_not_at_all(artifact, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    before = (artifact / STANCE).read_bytes()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", interrupted)
        save_stance(artifact, load_stance(artifact))
    assert (artifact / STANCE).read_bytes() == before
    assert (artifact / (STANCE + PART)).exists()
    write_whole(artifact / "config.json", "{}")
    assert (artifact / "config.json").read_text(encoding="utf-8") == "{}"
    save_stance(artifact, load_stance(artifact, unchecked=("config.json",)))
    assert not [name for name in json.loads((artifact / STANCE).read_bytes())["files"] if PART in name]


@pytest.mark.parametrize("name", [NETWORK, TOKENIZER])
def test_a_missing_file_is_refused(artifact, name):
    (artifact / name).unlink()
    assert "missing from the model" in refusal(artifact, artifact / name)


def test_a_directory_without_stance_is_refused(artifact):
    (artifact / STANCE).unlink()
    assert f"it has no {STANCE}" in refusal(artifact, artifact)


@pytest.mark.parametrize("content", ["{", "", "[]", "null", "1", '{"format": 1}'])
def test_a_broken_stance_is_refused(artifact, content):
    (artifact / STANCE).write_text(content, encoding="utf-8")
    assert f"not a valid {STANCE}" in refusal(artifact, artifact / STANCE)


@pytest.mark.parametrize(
    ("changes", "fragments"),
    [
        ({"format": FORMAT + 1}, [f"format is {FORMAT + 1}", f"reads format {FORMAT}"]),
        ({"format": str(FORMAT)}, [f"format is '{FORMAT}'"]),
        ({"labels": LABELS[::-1]}, [str(list(LABELS[::-1])), str(list(LABELS)), "in this order"]),
        ({"labels": LABELS[:2]}, [str(list(LABELS[:2])), "in this order"]),
        ({"labels": ...}, [f"not a valid {STANCE}", "labels"]),
        ({"files": {}}, ["lists no digest of", NETWORK]),
        ({"threshold": 1.0}, ["threshold 1.0", "from 0 to below 1", "out of range"]),
        ({"threshold": -0.1}, ["threshold -0.1", "out of range"]),
        ({"threshold": float("nan")}, ["threshold nan", "out of range"]),
        ({"threshold": "high"}, [f"not a valid {STANCE}"]),
        ({"threshold": ...}, [f"not a valid {STANCE}", "threshold"]),
        ({"temperature": 0}, ["temperature 0 (above 0.001, finite)", "out of range"]),
        ({"temperature": float("inf")}, ["temperature inf", "out of range"]),
        ({"max_tokens": 2}, ["max_tokens 2 (allowed: 3 to 512)", "out of range"]),
        ({"max_tokens": 100_000}, ["max_tokens 100000", "out of range"]),
        ({"neutral_share": 1}, ["neutral_share 1", "out of range"]),
        ({"names": {}}, [f"not a valid {STANCE}", "names"]),
        ({"colour": "red"}, [f"not a valid {STANCE}", "colour"]),
        ({"names": [{"azerbaijan": ["Baku"], "armenia": []}]}, [f"not a valid {STANCE}", "Baku"]),
        ({"names": None}, [f"not a valid {STANCE}"]),
    ],
)
def test_a_wrong_stance_is_refused(artifact, changes, fragments):
    edit(artifact, **changes)
    message = refusal(artifact, artifact / STANCE)
    assert [fragment for fragment in fragments if fragment not in message] == []


@pytest.mark.parametrize("threshold", [0, 0.999])
def test_a_threshold_in_range_loads(artifact, threshold):
    edit(artifact, threshold=threshold)
    assert load_stance(artifact).threshold == threshold


def test_what_is_no_directory_is_refused(artifact, tmp_path):
    for path in (tmp_path / "nothing", artifact / STANCE):
        assert "no such model directory" in refusal(path, path)
        with pytest.raises(ArtifactError, match=re.escape(str(path))):
            StanceClassifier.load(path)
