"""`python -m wirestance.training`: make a model and judge it."""

import sys
from pathlib import Path

import click

from wirestance.model.artifact import (
    CARD,
    METRICS,
    NETWORK,
    PLOTS,
    SHIPPED,
    WEIGHTS,
    load_stance,
    save_stance,
)
from wirestance.model.errors import ArtifactError, WirestanceError

MODEL = click.option(
    "--model", type=click.Path(path_type=Path), default=SHIPPED, help="A model directory; the shipped one by default."
)
FILES = click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
OUT = click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/evaluation"), show_default=True,
    help="The directory where figures and plots go.",
)  # fmt: skip
LOADED = 1024
"""Statements of the load test: two requests of 32 for each of its 16 connections."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def training() -> None:
    """Make a stance model from the seeds, and judge one."""


@training.command()
@click.option("--recipe", default="minilm-l6", show_default=True, help="A name in configs/recipes, or a YAML file.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override one key of the recipe.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/model"), show_default=True,
    help="The directory of the model.",
)  # fmt: skip
@click.option(
    "--evaluate", "files", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A labelled file to judge the model on as well; for the card, never trained on.",
)  # fmt: skip
def train(recipe: str, overrides: tuple[str, ...], out: Path, files: tuple[Path, ...]) -> None:
    """Train, export, calibrate and judge a model; goes on where an interrupted run stopped."""
    import shutil

    from wirestance.training.corpus import labelled
    from wirestance.training.recipe import load_mirror, load_recipe
    from wirestance.training.run import checkpoints_of
    from wirestance.training.run import train as run

    labelled(files, load_mirror())  # a broken one is told before the training, not after
    run(load_recipe(recipe, overrides), out)
    _record(out, files)
    shutil.rmtree(checkpoints_of(out))


@training.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@FILES
def export(directory: Path, files: tuple[Path, ...]) -> None:
    """Export and calibrate a trained model anew from its model.safetensors, and judge it; FILES as for evaluate."""
    from wirestance.training.recipe import recipe_of
    from wirestance.training.run import export as run
    from wirestance.training.split import split_of

    stance = load_stance(directory, unchecked=(NETWORK, METRICS, CARD))
    run(recipe_of(stance), directory, split_of(stance), stance.mirror, stance.provenance)
    _record(directory, files)


@training.command()
@MODEL
@FILES
def record(model: Path, files: tuple[Path, ...]) -> None:
    """Judge a model and write figures, plots and card into it.

    Without model.safetensors, the recorded agreement with the network in full precision is kept.
    """
    _record(model, files)


def _record(directory: Path, files: tuple[Path, ...]) -> None:
    import shutil
    from tempfile import TemporaryDirectory

    from wirestance import StanceClassifier
    from wirestance.inference.runtime import Runtime
    from wirestance.training.card import write_card
    from wirestance.training.curve import keep_curve
    from wirestance.training.judge import judge
    from wirestance.training.run import agreement
    from wirestance.training.split import split_of

    stance = load_stance(directory, unchecked=(METRICS, CARD))
    classifier = StanceClassifier(stance, Runtime(directory, stance.max_tokens, None))
    recorded = None if (directory / WEIGHTS).is_file() else _recorded_agreement(directory)
    with TemporaryDirectory() as scratch:  # a run that is cut short leaves the model as it was
        figures = judge(classifier, files, Path(scratch))
        figures["agreement"] = agreement(classifier, directory, split_of(stance).test) if recorded is None else recorded
        if curve := keep_curve(directory / PLOTS, stance):
            figures["learning_curve"] = curve
        (directory / PLOTS).mkdir(exist_ok=True)
        for plot in Path(scratch).iterdir():  # not the directory itself, which is for its owner alone
            shutil.copyfile(plot, directory / PLOTS / plot.name)
    click.echo(f"8 bits and full precision agree on {figures['agreement']:.1%} of the test labels")
    write_card(directory, stance, figures)
    save_stance(directory, stance)


def _recorded_agreement(directory: Path) -> float:
    import json

    try:
        return float(json.loads((directory / METRICS).read_text(encoding="utf-8"))["agreement"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"{directory}: has no {WEIGHTS}, and no agreement with it recorded in {METRICS}; put the weights there"
        ) from error


@training.command()
@MODEL
@OUT
@FILES
def evaluate(model: Path, out: Path, files: tuple[Path, ...]) -> None:
    """Print and write every figure of a model: on the held-out part, the source article and any labelled FILES."""
    import json

    from wirestance import StanceClassifier
    from wirestance.training.judge import judge

    figures = judge(StanceClassifier.load(model), files, out)
    (out / METRICS).write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(f"figures and plots are in {out}")


@training.command()
@MODEL
@FILES
def audit(model: Path, files: tuple[Path, ...]) -> None:
    """Print how even-handed a model is, on FILES of statements (labelled or not) or on the held-out part."""
    from wirestance import StanceClassifier
    from wirestance.training.audit import audit as run
    from wirestance.training.audit import audit_statements
    from wirestance.training.corpus import load_any
    from wirestance.training.split import split_of
    from wirestance.training.tables import print_audit

    classifier = StanceClassifier.load(model)
    if not files:
        print_audit("test", audit_statements(classifier, split_of(classifier.stance).test))
    for path in files:
        texts, statements = load_any(path)
        print_audit(
            path.name, run(classifier, texts) if statements is None else audit_statements(classifier, statements)
        )


@training.command()
@MODEL
@FILES
def errors(model: Path, files: tuple[Path, ...]) -> None:
    """Print where a model is wrong, by rule, register, length, period and voice: on the validation part and FILES."""
    from wirestance import StanceClassifier
    from wirestance.training.corpus import labelled
    from wirestance.training.errors import print_errors
    from wirestance.training.split import split_of

    classifier = StanceClassifier.load(model)
    sets = {"validation": split_of(classifier.stance).validation} | labelled(files, classifier.stance.mirror)
    for name, statements in sets.items():
        print_errors(name, classifier, statements)


@training.command()
@MODEL
@OUT
@FILES
def curve(model: Path, out: Path, files: tuple[Path, ...]) -> None:
    """Train on a quarter and half of the training part, beside a model made of all of it; plot what each is worth.

    With the model's own plots as OUT, `record` tells the curve in its card.
    """
    from wirestance import StanceClassifier
    from wirestance.training.corpus import labelled
    from wirestance.training.curve import curve as run

    classifier = StanceClassifier.load(model)
    run(classifier, labelled(files, classifier.stance.mirror), out)


@training.command()
@MODEL
@OUT
@click.option("--most", default=10_000, show_default=True, help="Statements of the longest stream; up to 1000000.")
def bench(model: Path, out: Path, most: int) -> None:
    """Measure a model's speed and memory beside the usual ways of running its weights."""
    import json

    from wirestance.training.bench import bench as run

    out.mkdir(parents=True, exist_ok=True)
    (out / "bench.json").write_text(json.dumps(run(model, out, most), indent=1) + "\n", encoding="utf-8")


@training.command(name="bench-ray")
@MODEL
@click.option("--statements", type=click.IntRange(1), help="For a measurement; 4096, or what the actors need.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="All are measured in turn.")
def bench_ray_command(model: Path, statements: int | None, rounds: int) -> None:
    """Measure statements a second on Ray by number of actors, beside a single process."""
    from wirestance.training.bench_ray import bench_ray as run

    run(model, statements, rounds)


@training.command()
@MODEL
@OUT
@click.option("--seconds", type=click.FloatRange(0, min_open=True), default=60, show_default=True, help="Of overload.")
@click.option("--threads", type=click.IntRange(1), help="Of the classifier; every core if not given.")
@click.argument("options", nargs=-1, metavar="[-- OPTIONS OF wirestance serve]")
def load(model: Path, out: Path, seconds: float, threads: int | None, options: tuple[str, ...]) -> None:
    """Measure `wirestance serve` with a real client, then under twice its capacity; needs the extra serve, too."""
    import json

    from wirestance.training.load import EXIT_CODE, FAILED
    from wirestance.training.load import load as run
    from wirestance.training.split import corpus_split

    statements = corpus_split().test
    texts = [statement.text for statement in statements[:: max(1, len(statements) // LOADED)]][:LOADED]
    out.mkdir(parents=True, exist_ok=True)
    figures = run(model, texts, seconds, threads, options)
    (out / "load.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if figures["overload"][FAILED] or figures["overload"][EXIT_CODE]:
        sys.exit(1)


def main() -> None:
    """Run the command line; an error that the caller can mend becomes a message and exit code 1.

    So does a library that is missing, as all are without the extra `train`.
    """
    try:
        training()
    except WirestanceError as error:
        click.echo(f"wirestance.training: {error}", err=True)
        sys.exit(1)
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        click.echo(f'wirestance.training: needs {package}: pip install "wirestance[train]"', err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
