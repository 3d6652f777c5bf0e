"""The judging half of training: figures, voice, plots, card, curve, and its command line."""

import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import wirestance.training.__main__
import wirestance.training.curve
import wirestance.training.errors
import wirestance.training.judge
import wirestance.training.split
from wirestance import LABELS, ArtifactError, Prediction, StanceClassifier
from wirestance.model.artifact import CARD, METRICS, WEIGHTS, load_stance, save_stance
from wirestance.model.errors import ConfigError, CorpusError
from wirestance.model.labels import NEUTRAL
from wirestance.training.__main__ import training
from wirestance.training.card import card
from wirestance.training.corpus import Statement, labelled
from wirestance.training.curve import CURVE, PLOT, SCRATCH, first_families, keep_curve
from wirestance.training.errors import TRAITS
from wirestance.training.evaluate import evaluate, plain
from wirestance.training.recipe import RECIPE, load_mirror
from wirestance.training.run import CORPUS, agreement, export
from wirestance.training.split import SPLIT, families
from wirestance.training.voice import evaluate_voice


@pytest.fixture
def few(tiny_parts, monkeypatch):
    """A small corpus in place of the whole one."""
    monkeypatch.setattr(wirestance.training.split, "corpus_split", lambda: tiny_parts)
    return tiny_parts


@pytest.fixture(scope="module")
def wires(tmp_path_factory):
    """A labelled file from elsewhere: nine statements in three families."""
    path = tmp_path_factory.mktemp("elsewhere") / "wires.jsonl"
    lines = [
        {"text": f"Baku blamed Yerevan {number} times.", "label": LABELS[number % 3], "group": f"family {number // 4}"}
        for number in range(9)
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def recorded(tiny_model, tiny_parts, wires, tmp_path_factory):
    """A model with its record, and what `record` printed."""
    model = shutil.copytree(tiny_model, tmp_path_factory.mktemp("recorded") / "model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wirestance.training.split, "corpus_split", lambda: tiny_parts)
        return model, command("record", "--model", model, wires)


@pytest.fixture
def judged(recorded, few, monkeypatch):
    """In place of the judging, at once: figures that are other ones each time."""
    figures, times = json.loads((recorded[0] / METRICS).read_text(encoding="utf-8")), iter(range(1, 100))
    monkeypatch.setattr(
        wirestance.training.judge, "judge", lambda *_: figures | {"names_only_neutral": next(times) / 100}
    )


def interrupted(*_, **__):
    raise KeyboardInterrupt


def cut_short(*arguments):
    """A command that is interrupted."""
    found = CliRunner().invoke(training, [str(argument) for argument in arguments])
    assert found.exit_code == 1
    assert found.output.endswith("Aborted!\n")


def command(*arguments):
    found = CliRunner().invoke(training, [str(argument) for argument in arguments], catch_exceptions=False)
    assert found.exit_code == 0
    return found.output


def test_a_record_is_the_figures_the_plots_and_the_card(recorded, few, wires, tmp_path):
    model, shown = shutil.copytree(recorded[0], tmp_path / "model"), recorded[1]
    classifier, figures = StanceClassifier.load(model), json.loads((model / METRICS).read_text(encoding="utf-8"))
    assert list(figures["evaluation"]) == ["test", "article", "wires"]
    assert figures["evaluation"]["test"] == plain(evaluate(classifier, few.test))
    assert figures["agreement"] == agreement(classifier, model, few.test)
    assert set(figures["baselines"]["TF-IDF + logistic regression"]) == {"test", "article", "wires"}
    assert (model / CARD).read_text(encoding="utf-8") == card(classifier.stance, figures)
    kinds = ("confusion", "reliability", "risk-coverage")
    plots = {path.name for path in (model / "plots").iterdir()}
    assert plots == {f"{name}-{kind}.png" for name in figures["evaluation"] for kind in kinds}
    assert "wires: by label" in shown
    base = classifier.stance.provenance["recipe"]["base"]
    assert f"base_model: {base}\n" in (model / CARD).read_text(encoding="utf-8")
    assert list(figures["calibration"]["wires"]) == [
        "floor", "before", "unweighted", "own_share", "own_share_floor",
    ]  # fmt: skip
    for told in (" ".join(shown.split()), " ".join((model / CARD).read_text(encoding="utf-8").split())):
        assert "learns from 10,000 training statements at most" in told
    (model / WEIGHTS).unlink()
    made = {key: classifier.stance.provenance[key] for key in (SPLIT, CORPUS, RECIPE)}
    curve = {"shares": [0.5, 1.0], "macro_f1": {"test": [0.25, 0.375]}, **made}
    (model / "plots" / CURVE).write_text(json.dumps(curve), encoding="utf-8")
    with pytest.raises(ArtifactError, match=f"has no {WEIGHTS}"):
        export(None, model, few, None, {})
    with pytest.raises(ArtifactError, match=f"has no {WEIGHTS}"):
        agreement(classifier, model, few.test)
    command("record", "--model", model, wires)
    assert json.loads((model / METRICS).read_text(encoding="utf-8")) == figures | {"learning_curve": curve}
    assert "| 100% | 0.375 |" in (model / CARD).read_text(encoding="utf-8")


def test_the_card_tells_of_other_files_only_where_there_are_some(recorded, tiny_model):
    figures, stance = json.loads((recorded[0] / METRICS).read_text(encoding="utf-8")), load_stance(tiny_model)
    assert "\nThe other columns are labelled files" in card(stance, figures)
    del figures["evaluation"]["wires"]
    assert "other columns" not in card(stance, figures)


@pytest.mark.parametrize("arguments", [("export",), ("record", "--model")])
def test_other_weights_than_the_model_has_are_refused(tiny_model, few, tmp_path, monkeypatch, arguments):
    monkeypatch.setattr(wirestance.training.judge, "judge", interrupted)
    model = shutil.copytree(tiny_model, tmp_path / "model")
    (model / WEIGHTS).write_bytes(b"another")
    found = CliRunner().invoke(training, [*arguments, str(model)])
    assert isinstance(found.exception, ArtifactError)
    assert f"{WEIGHTS}: changed since it was saved" in str(found.exception)


@pytest.mark.parametrize("command", ["evaluate", "record", "audit", "errors", "curve"])
def test_what_is_held_out_must_be_known(tiny_model, few, tmp_path, monkeypatch, command):
    """A model that was made with another split may have been trained on what is held out by this one."""
    other = few._replace(train=few.test, test=few.train)
    monkeypatch.setattr(wirestance.training.split, "corpus_split", lambda: other)
    model = shutil.copytree(tiny_model, tmp_path / "model")
    plot = model / "plots" / "test-confusion.png"
    plot.parent.mkdir(exist_ok=True)
    plot.write_bytes(b"")
    found = CliRunner().invoke(training, [command, "--model", str(model)])
    assert plot.exists()
    assert isinstance(found.exception, ConfigError)
    assert "or by another scikit-learn; it may have been trained on those that are held out" in str(found.exception)


def test_the_curve_of_another_model_is_removed(tiny_model, tmp_path):
    stance = StanceClassifier.load(tiny_model).stance
    made_from = {key: stance.provenance[key] for key in (SPLIT, CORPUS, RECIPE)}
    own = {"shares": [1.0], "macro_f1": {"test": [0.5]}} | made_from
    others = [own | {key: {}} for key in made_from]
    for curve, kept in ((own, {CURVE, PLOT}), *((other, set()) for other in others)):
        for name in (PLOT, "old-confusion.png"):
            (tmp_path / name).write_bytes(b"")
        (tmp_path / CURVE).write_text(json.dumps(curve), encoding="utf-8")
        unfinished = tmp_path / f"{SCRATCH}0.25"
        unfinished.mkdir(exist_ok=True)
        assert keep_curve(tmp_path, stance) == (curve if kept else None)
        assert {path.name for path in tmp_path.iterdir()} == kept | {unfinished.name}


def test_a_record_that_is_cut_short_leaves_the_model_as_it_was(tiny_model, few, wires, tmp_path, monkeypatch):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    before = {path: path.read_bytes() for path in model.rglob("*") if path.is_file()}

    monkeypatch.setattr(wirestance.training.judge, "evaluate_baselines", interrupted)
    cut_short("record", "--model", model, wires)
    assert {path: path.read_bytes() for path in model.rglob("*") if path.is_file()} == before


def test_a_record_that_is_cut_short_while_it_is_written_can_be_made_again(recorded, judged, tmp_path, monkeypatch):
    model = shutil.copytree(recorded[0], tmp_path / "model")
    with monkeypatch.context() as patch:
        patch.setattr(wirestance.training.__main__, "save_stance", interrupted)
        cut_short("record", "--model", model)
    command("record", "--model", model)
    assert StanceClassifier.load(model).stance == load_stance(recorded[0])
    assert json.loads((model / METRICS).read_text(encoding="utf-8"))["names_only_neutral"] == 0.02


@pytest.mark.parametrize("figures", [None, "{", "{}", "[]"])
def test_what_a_record_needs_is_looked_for_before_the_judging(tiny_model, few, tmp_path, monkeypatch, figures):
    monkeypatch.setattr(wirestance.training.judge, "judge", interrupted)
    model = shutil.copytree(tiny_model, tmp_path / "model")
    (model / WEIGHTS).unlink()
    if figures:
        (model / METRICS).write_text(figures, encoding="utf-8")
    found = CliRunner().invoke(training, ["record", "--model", str(model)])
    assert isinstance(found.exception, ArtifactError)
    assert f"has no {WEIGHTS}, and no agreement with it recorded in {METRICS}" in str(found.exception)


@pytest.mark.parametrize("arguments", [("export",), ("record", "--model"), ("curve", "--model")])
def test_a_model_without_a_recipe_is_refused(tiny_model, few, tmp_path, arguments):
    model, stance = shutil.copytree(tiny_model, tmp_path / "model"), load_stance(tiny_model)
    made_from = {key: value for key, value in stance.provenance.items() if key != RECIPE}
    save_stance(model, replace(stance, provenance=made_from))
    found = CliRunner().invoke(training, [*arguments, str(model)])
    assert isinstance(found.exception, ConfigError)
    assert "provenance has no 'recipe'" in str(found.exception)


def test_a_record_holds_no_text_from_outside(recorded):
    for path in (recorded[0] / METRICS, recorded[0] / CARD):
        assert "Baku blamed Yerevan" not in path.read_text(encoding="utf-8")


def test_an_evaluation_is_written(tiny_model, few, wires, tmp_path):
    shown = command("evaluate", "--model", tiny_model, "--out", tmp_path / "out", wires)
    figures = json.loads((tmp_path / "out" / METRICS).read_text(encoding="utf-8"))
    assert figures["evaluation"]["wires"]["statements"] == 9
    assert f"{figures['evaluation']['wires']['macro_f1']['value']:.3f}" in shown


def test_errors_are_looked_for_in_the_validation_part(tiny_model, few, wires, monkeypatch):
    monkeypatch.setattr(wirestance.training.errors, "FEWEST", 5)  # of the few statements there are
    shown = command("errors", "--model", tiny_model, wires)
    for trait in ("label", "voice", "rule", "words"):
        assert f"validation: errors by {trait}" in shown
    assert "test" not in shown


@pytest.mark.parametrize(
    ("year", "period"), [(1915, "before 1988"), (1988, "1988–1994"), (2020, "2020"), (2030, "2023 on"), (None, None)]
)
def test_a_statement_belongs_to_a_period(year, period):
    assert TRAITS["period"](Statement("a", "Talks.", NEUTRAL, "a", year=year)) == period


def test_the_curve_trains_on_growing_shares(tiny_model, few, wires, tmp_path, monkeypatch):
    trained = []

    def train(recipe, directory, parts):
        directory.mkdir()
        trained.append(parts.train)
        return StanceClassifier.load(tiny_model)

    monkeypatch.setattr(wirestance.training.curve, "train", train)
    command("curve", "--model", tiny_model, "--out", tmp_path, wires)
    quarter, half = trained
    assert set(families(quarter)) < set(families(few.train))
    assert len(quarter) == pytest.approx(len(few.train) / 4, abs=20)
    assert len(half) == pytest.approx(len(few.train) / 2, abs=20)
    curves = json.loads((tmp_path / "learning-curve.json").read_text(encoding="utf-8"))
    assert curves["shares"] == [round(len(part) / len(few.train), 4) for part in (quarter, half, few.train)]
    assert {name: len(values) for name, values in curves["macro_f1"].items()} == {"test": 3, "wires": 3}
    assert (tmp_path / "learning-curve.png").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in tmp_path.iterdir()} == {CURVE, PLOT}


def test_a_share_cuts_no_family():
    statements = [Statement(str(n), f"Statement {n}.", LABELS[2], f"family {n // 5}") for n in range(100)]
    part = first_families(statements, 0.5)
    assert len(part) == 50
    assert all(sum(one.group == family for one in part) == 5 for family in {one.group for one in part})


def test_every_speaker_that_is_shown_counts():
    """One right, one wrong, one where nobody was named, one not shown since the voice is called the outlet's own."""
    heard = [
        ("Baku was right, Aliyev said.", "Aliyev", 0.9),
        ("Baku was right, Aliyev said.", "Pashinyan", 0.9),
        ("Baku was right, Aliyev said.", None, 0.9),
        ("Baku was right, Aliyev said.", "Aliyev", 0.1),
        ("Shells fell.", None, 0.1),
    ]
    fake = SimpleNamespace(
        answer=lambda texts, threshold: [Prediction(LABELS[2], 1.0, {}, reported) for _, _, reported in heard]
    )
    found = evaluate_voice(
        fake,
        [Statement(str(n), text, LABELS[2], "a", "reported", speaker=who) for n, (text, who, _) in enumerate(heard)],
    )
    assert found.accuracy.value == 3 / 5
    assert (found.speaker_given, found.speaker_right) == (2 / 3, 1 / 3)


@pytest.mark.parametrize("names", [("test.jsonl",), ("a/x.jsonl", "b/x.jsonl")])
def test_two_sets_of_one_name_are_refused(wires, names, tmp_path):
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        shutil.copy(wires, path)
    with pytest.raises(CorpusError, match="another set of statements is called"):
        labelled(paths, load_mirror())
