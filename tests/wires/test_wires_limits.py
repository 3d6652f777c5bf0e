"""What is too large is refused with its size, and is never in memory."""

import subprocess
import sys

import pytest
from wire_documents import GOOD, LIMIT, only_reason

from wirestance.inference.wires.read import read_records
from wirestance.inference.wires.record import Wire


@pytest.mark.parametrize("forced", ["text", "feed", "newsml", "html", "ninjs"])
def test_a_file_over_the_limit_is_refused_with_its_size(tmp_path, forced):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.write(b"[" if forced == "ninjs" else b"<")
        file.truncate(LIMIT + 1)
    assert f"has {LIMIT + 1} bytes" in only_reason(read_records(path, format=forced))


def test_a_file_of_the_limit_is_read(read):
    (wire,) = read(b"a " * (LIMIT // 2))
    assert len(wire.text) == LIMIT - 1


def test_a_field_over_the_limit(read, tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"text": ["a" * (LIMIT + 1), "Baku said so."]}), tmp_path / "a")
    large, good = read((tmp_path / "a").read_bytes())
    assert f"the text has {LIMIT + 1} characters" in large.reason
    assert isinstance(good, Wire)


READ = """
import sys
from wirestance.inference.wires.read import read_records
for record in read_records(sys.argv[1], format=sys.argv[2]):
    print(record.number, getattr(record, "reason", "read"))
"""
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
unit = 1024 if sys.platform == "darwin" else 1
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // unit)
"""
"""A process begins with the peak of the one that started it: pytest's is large, that of a script of its own is not."""


def told_and_peak(path, forced):
    """The records of a file, and the peak memory in KiB of a process that reads it."""
    command = [sys.executable, "-c", MEASURE, sys.executable, "-c", READ, path, forced]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    *told, peak = done.stdout.splitlines()
    return told, int(peak)


@pytest.mark.parametrize(("forced", "first", "last"), [
    ("jsonl", GOOD, GOOD), ("csv", "id,text", "1,Baku said so."), ("text", "A", "B"),
])  # fmt: skip
def test_a_line_of_200_mb_is_never_in_memory(tmp_path, forced, first, last):
    small, path = tmp_path / "small", tmp_path / "large"
    small.write_text(f"{first}\n{last}")
    block = b"a" * 2_000_000
    with path.open("wb") as file:
        file.write(first.encode() + b"\n")
        file.writelines(block for _ in range(100))
        file.write(b"\n" + last.encode())
    size = 200_000_001
    told, peak = told_and_peak(path, forced)
    if forced == "text":
        assert told == [f"0 has {path.stat().st_size} bytes; of this format at most {LIMIT} are read"]
    else:
        assert told[-2:] == [f"2 has {size} bytes up to line 2; at most {LIMIT} are read", "3 read"]
    assert peak - told_and_peak(small, forced)[1] < 60 * 1024
