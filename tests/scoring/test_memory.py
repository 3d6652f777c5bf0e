"""Scoring takes no more memory for ten times as many statements."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(sys.executable).with_name("wirestance")
FEW, MANY = 600, 6_000
"""Wires of five statements each."""
GROWTH = 1.1
MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], check=False, capture_output=True)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(tiny_model, directory, wires):
    source, out = directory / f"{wires}.jsonl", directory / f"{wires}.out.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for number in range(wires):
            text = " ".join(f"The {number}th patrol of sector {part} met nobody near the bridge." for part in range(5))
            file.write(json.dumps({"id": str(number), "source": "A", "text": text}) + "\n")
    command = [SCRIPT, "score", source, "-o", out, "--model", tiny_model, "--threshold", "0"]
    found = subprocess.run([sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=True)
    code, kilobytes = map(int, found.stdout.split())
    assert code == 0
    with out.open(encoding="utf-8") as rows:
        assert sum(1 for _ in rows) == 5 * wires
    return kilobytes


def test_the_peak_memory_for_30_000_statements_is_that_for_3_000(tiny_model, tmp_path):
    assert peak(tiny_model, tmp_path, MANY) <= GROWTH * peak(tiny_model, tmp_path, FEW)
