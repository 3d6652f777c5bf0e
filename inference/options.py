"""What the commands share: the options of a model, and what standard input and output are."""

import sys
from collections.abc import Callable
from functools import wraps
from math import isnan
from typing import Any, TextIO

import click

from wirestance.inference.classifier import StanceClassifier
from wirestance.inference.sources import STDIN

BAD_INPUT = 1
"""The exit code when something of the input could not be read."""


class Share(click.FloatRange):
    """A number between 0 and 1."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the number; nan is none."""
        number = super().convert(value, param, ctx)
        if isnan(number):
            self.fail("nan is not a number between 0 and 1", param, ctx)
        return number


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is open and a terminal."""
    return stream is not None and stream.isatty()


def loads_a_model(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a model, and the `classifier` that they ask for."""

    @wraps(command)
    def run(model: str | None, threads: int | None, neutral_share: float | None, **options: Any) -> None:
        command(StanceClassifier.load(model, threads=threads, neutral_share=neutral_share), **options)

    decorated: Callable[..., None] = run
    for option in (
        click.option("--threads", type=click.IntRange(1), help="Cores to use; all of them if not given."),
        click.option(
            "--neutral-share",
            type=Share(0, 1, min_open=True, max_open=True),
            help="Share of neutral statements to expect, about 0.8 in a raw feed. The model's own if not given.",
        ),
        click.option("--model", type=click.Path(), help="A model directory; the shipped one if not given."),
    ):
        decorated = option(decorated)
    return decorated


def runs_a_model(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what `loads_a_model` gives, a threshold, and standard input where it has no sources."""
    load_and_run = loads_a_model(command)

    @click.option(
        "--threshold",
        type=Share(0, 1, max_open=True),
        help="Lowest probability with which a label is given; 0 answers whatever is in Latin script. The model's own "
        "if not given.",
    )
    @wraps(load_and_run)
    def run(**options: Any) -> None:
        if not options["sources"]:
            if is_terminal(sys.stdin):
                raise click.UsageError("give a text, a file, or - for standard input")
            options["sources"] = (STDIN,)
        load_and_run(**options)

    return run
