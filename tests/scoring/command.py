"""The command `wirestance score`, as a test calls it, and a wire for it."""

from click.testing import CliRunner

from wirestance.inference.cli import wirestance

GOOD = {"id": "1", "source": "A", "text": "Talks were held in Geneva. They end on Friday."}


def score(*arguments, code=0):
    """Run it in this process; it must end with the exit code."""
    done = CliRunner().invoke(wirestance, ["score", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done
