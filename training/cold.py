"""From cold: seconds from the start of a process to its end, and the memory that it takes."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from transformers import AutoTokenizer

from wirestance.training.full_precision import read_back
from wirestance.training.tables import table

ROUNDS = 5
ONE = "Azerbaijani forces repelled an attack."

MEASURE = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - start
unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 2**20, file=sys.stderr)
"""

PIPELINE_SCRIPT = """
import sys
from transformers import pipeline
print(pipeline("text-classification", model=sys.argv[1])(sys.argv[2]))
"""


def cold(directory: Path) -> dict[str, float]:
    """Print and return the times of both commands and of the import, in turn."""
    with tempfile.TemporaryDirectory() as scratch:
        read_back(directory).save_pretrained(scratch)
        AutoTokenizer.from_pretrained(directory).save_pretrained(scratch)
        commands = {
            "wirestance": [*command_of(directory), ONE],
            "pipeline": [sys.executable, "-c", PIPELINE_SCRIPT, scratch, ONE],
            "interpreter": [sys.executable, "-c", "pass"],
            "importing": [sys.executable, "-c", "import wirestance"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        peaks: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                seconds, peak = run_process(command)
                times[name].append(seconds)
                peaks[name].append(peak)
    took = {name: median(found) for name, found in times.items()}
    figures = {
        "wirestance from cold, s": took["wirestance"],
        "peak memory, MiB": max(peaks["wirestance"]),
        "transformers pipeline from cold, s": took["pipeline"],
        "its peak memory, MiB": max(peaks["pipeline"]),
        "times faster from cold": took["pipeline"] / took["wirestance"],
        "import wirestance beyond the interpreter, s": took["importing"] - took["interpreter"],
    }
    table("from cold", ["figure", "value"], [(name, f"{value:.2f}") for name, value in figures.items()])
    return figures


def command_of(directory: Path) -> list[str]:
    """The command `wirestance` with the model in a directory; what it is to read comes behind."""
    return [str(Path(sys.executable).with_name("wirestance")), "--model", str(directory)]


def run_process(command: Sequence[str]) -> tuple[float, float]:
    """The seconds that a process takes, and its peak memory in MiB; what it prints is dropped."""
    output = subprocess.run([sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=True)
    seconds, peak = output.stderr.split()[-2:]
    return float(seconds), float(peak)
