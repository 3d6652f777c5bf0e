"""How the command ends: when it is interrupted, and when its input or output goes away."""

import json
import os
import signal
import sys
from pathlib import Path
from subprocess import PIPE, Popen, run

import pytest

SCRIPT = Path(sys.executable).with_name("wirestance")
TEXT = "Talks went on."
NEEDS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")


def interruptible():
    """A job in a shell's background ignores SIGINT, and so would what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("command", ["label", "explain"])
def test_an_interrupted_command_says_so_by_its_exit_code(tiny_model, command):
    arguments = [SCRIPT, command, "--model", tiny_model, "-"]
    streams = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE}
    with Popen(arguments, **streams, bufsize=0, preexec_fn=interruptible) as running:  # noqa: PLW1509
        running.stdin.write(TEXT.encode() + b"\n")
        assert running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert (running.wait(60), running.stderr.read().strip()) == (130, b"")


def test_it_can_be_interrupted_while_it_is_loaded(tmp_path):
    (tmp_path / "onnxruntime.py").write_text(
        "import os, signal\n"
        "try:\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "except KeyboardInterrupt as error:\n"
        "    raise ImportError('initialization failed') from error\n"
    )
    start = [sys.executable, "-c", "from wirestance.inference.start import main; main()", TEXT]
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = run(start, capture_output=True, check=False, env=env, preexec_fn=interruptible, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_a_reader_that_stops_early_is_no_error(tiny_model, tmp_path):
    (tmp_path / "wires.txt").write_text("".join(f"Talks went on, round {n}.\n" for n in range(10_000)))
    command = [SCRIPT, "--model", tiny_model, tmp_path / "wires.txt"]
    with Popen(command, stdout=PIPE, stderr=PIPE) as running:
        assert json.loads(running.stdout.readline())["text"] == "Talks went on, round 0."
        running.stdout.close()
        assert running.stderr.read() == b""


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        ("exec <&-; ", b"standard input: is closed"),
        ("exec >&-; ", b"cannot be written"),
        pytest.param("exec >/dev/full; ", b"cannot be written", marks=NEEDS_FULL),
    ],
)
def test_a_broken_stream_is_an_error(tiny_model, closed, said):
    done = run(
        ["sh", "-c", f'{closed}"$0" --model "$1" -', SCRIPT, tiny_model],
        capture_output=True,
        input=TEXT.encode(),
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
