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


MEASURED = """
import resource, sys
from wirestance.inference.wires.read import read_records
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for record in read_records(sys.argv[1], format=sys.argv[2]):
    print(record.number, getattr(record, "reason", "read"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize(("forced", "first", "last"), [
    ("jsonl", GOOD, GOOD), ("csv", "id,text", "1,Baku said so."), ("text", "A", "B"),
])  # fmt: skip
def test_a_line_of_200_mb_is_never_in_memory(tmp_path, forced, first, last):
    path = tmp_path / "large"
    block = b"a" * 2_000_000
    with path.open("wb") as file:
        file.write(first.encode() + b"\n")
        file.writelines(block for _ in range(100))
        file.write(b"\n" + last.encode())
    size = 200_000_001
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, path, forced], capture_output=True, text=True, check=True, timeout=120
    )
    *told, grown = done.stdout.splitlines()
    if forced == "text":
        assert told == [f"0 has {path.stat().st_size} bytes; of this format at most {LIMIT} are read"]
    else:
        assert told[-2:] == [f"2 has {size} bytes up to line 2; at most {LIMIT} are read", "3 read"]
    assert int(grown) < 60 * 1024, f"{grown} KiB"
