"""The command line: arguments in, messages and exit codes out; everything else is done by the library."""

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise, tee

import click

from wirestance.inference.classifier import StanceClassifier
from wirestance.inference.cli_serve import serve
from wirestance.inference.cli_wires import neutral_share, report, score
from wirestance.inference.explain import Explanation
from wirestance.inference.options import BAD_INPUT, is_terminal, runs_a_model
from wirestance.inference.prediction import Prediction
from wirestance.inference.render import explanation_line, json_line, print_explanation, print_row
from wirestance.inference.sources import Sourced, is_there, read_sources
from wirestance.inference.start import INTERRUPTED
from wirestance.model.errors import InputError, WirestanceError

EXAMPLES = """\b
Examples:
  wirestance "Azerbaijani forces repelled an attack."
  wirestance "Shelling resumed overnight." "Talks resume in Geneva today."
  wirestance --probabilities wires.txt
  wirestance explain "Yerevan denied Baku's claim that its forces shelled Ganja."
  tail -n 100 wires.txt | wirestance --json -
"""

EXPLAIN_EXAMPLES = """\b
Examples:
  wirestance explain "Yerevan denied Baku's claim that its forces shelled Ganja."
"""

ALIKE = 0.8
"""How like the name of a command a word has to be to be taken for a mistyped one: `scroe` is just so like `score`."""


class DefaultGroup(click.Group):
    """A group whose first command may be left out: `wirestance TEXT` is `wirestance label TEXT`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front of arguments that name none."""
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        if not args or (args[0] not in self.commands and args[0] not in own):
            if args:
                self._check_spelling(ctx, args[0])
            if named := self._named_behind(args):
                ctx.fail(f"write the command {named!r} first, its options and statements behind it")
            args = ["label", *args]
        return super().parse_args(ctx, args)

    def _named_behind(self, args: list[str]) -> str | None:
        """A command that is named behind other arguments; the value of an option, and what is behind `--`, is none."""
        options = (option for command in self.commands.values() for option in command.params)
        valued = {name for option in options if not getattr(option, "is_flag", True) for name in option.opts}
        for before, arg in pairwise(["", *args]):
            if arg == "--":
                return None
            if arg in self.commands and before not in valued:
                return arg
        return None

    def _check_spelling(self, ctx: click.Context, first: str) -> None:
        """Fail if the first argument is a mistyped command rather than a statement, a file or an option."""
        if first.startswith("-") or any(map(str.isspace, first)) or is_there(first):
            return
        if first == "help":
            ctx.fail("no such command 'help'; see wirestance --help")
        from difflib import get_close_matches  # only here: most statements have several words

        if close := get_close_matches(first.lower(), self.commands, n=1, cutoff=ALIKE):
            ctx.fail(f"no such command {first!r}; did you mean {close[0]!r}?")


@click.group(cls=DefaultGroup, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wirestance", message="%(prog)s %(version)s")
def wirestance() -> None:
    """Label the partisanship of statements about the Armenia–Azerbaijan conflict.

    Without a command, statements are labelled. Exit codes: 0; 1 for input that could not be read; 2 for wrong usage;
    130 when interrupted.
    """


@wirestance.command(epilog=EXAMPLES, short_help="Label statements (the default command).")
@click.argument("sources", nargs=-1, metavar="[TEXT | FILE | -]...")
@click.option("--json", "as_json", is_flag=True, help="JSON lines on a terminal too; on a pipe they are the default.")
@click.option("--probabilities", is_flag=True, help="Show the probability of every label.")
@runs_a_model
def label(
    classifier: StanceClassifier,
    sources: tuple[str, ...],
    as_json: bool,
    probabilities: bool,
    threshold: float | None,
) -> None:
    """Label statements: texts, plain-text files of one statement a line, or standard input.

    The answer is pro-azerbaijan, pro-armenia, neutral-diplomatic or "can't tell", with its probability.
    """
    show = _printer(as_json=as_json, probabilities=probabilities)
    failed = False
    for statement, prediction in _predictions(classifier, read_sources(sources), threshold):
        if prediction.problem and not prediction.withheld:
            click.echo(f"wirestance: {statement.place}: {prediction.problem}", err=True)
            failed = True
        else:
            show(str(statement.text).strip(), prediction)
    if failed:
        sys.exit(BAD_INPUT)


@wirestance.command(name="explain", epilog=EXPLAIN_EXAMPLES, short_help="Show which words moved a label.")
@click.argument("sources", nargs=-1, metavar="[TEXT | FILE | -]...")
@click.option("--json", "as_json", is_flag=True, help="JSON lines on a terminal too; on a pipe they are the default.")
@runs_a_model
def explain_command(
    classifier: StanceClassifier, sources: tuple[str, ...], as_json: bool, threshold: float | None
) -> None:
    """Show which words moved the label of a statement, by leaving each of them out.

    A word's number is what the label's probability loses without it; a word below zero speaks against the label.
    """
    show = _shower(as_json)
    failed = False
    for statement in read_sources(sources):
        try:
            if statement.text is None:
                raise InputError(statement.problem)
            show(classifier.explain(statement.text.strip(), threshold=threshold))
        except InputError as error:
            click.echo(f"wirestance: {statement.place}: {error}", err=True)
            failed = True
    if failed:
        sys.exit(BAD_INPUT)


wirestance.add_command(score)
wirestance.add_command(report)
wirestance.add_command(neutral_share)
wirestance.add_command(serve)


def _predictions(
    classifier: StanceClassifier, statements: Iterable[Sourced], threshold: float | None
) -> Iterator[tuple[Sourced, Prediction]]:
    """Each statement with its prediction; one that could not be read, with its problem."""
    places, texts = tee(statements)  # one is never further than a window of the stream ahead of the other
    answers = classifier.stream((statement.text or "" for statement in texts), threshold=threshold)
    for statement, answer in zip(places, answers, strict=True):
        yield statement, answer if statement.text is not None else Prediction.unread(statement.problem)


def _printer(*, as_json: bool, probabilities: bool) -> Callable[[str, Prediction], None]:
    if as_json or not is_terminal(sys.stdout):
        return lambda text, prediction: _echo(json_line(text, prediction, probabilities=probabilities))
    from rich.console import Console  # only here: it takes longer to import than a label takes to find

    console = Console(highlight=False)
    return lambda text, prediction: print_row(console, text, prediction, probabilities=probabilities)


def _shower(as_json: bool) -> Callable[[Explanation], None]:
    if as_json or not is_terminal(sys.stdout):
        return lambda explanation: _echo(explanation_line(explanation))
    from rich.console import Console

    console = Console(highlight=False)
    return lambda explanation: print_explanation(console, explanation)


def _echo(line: str) -> None:
    """Write a line of JSON in UTF-8, whatever the locale says."""
    if sys.stdout is None:  # its descriptor was closed before the start
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    click.echo(line.encode())


def main() -> None:
    """Run the command line; an error that the caller can mend becomes a message, and each end has its exit code."""
    try:
        sys.exit(wirestance(standalone_mode=False))  # click itself would end with 1 when interrupted
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except WirestanceError as error:
        click.echo(f"wirestance: {error}", err=True)
        sys.exit(BAD_INPUT)
    except OSError as error:  # mostly the output, which is full or gone
        click.echo(f"wirestance: {error.filename or 'the answers cannot be written'}: {error.strerror}", err=True)
        os._exit(BAD_INPUT)  # without another try to flush them
