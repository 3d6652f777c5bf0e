"""Wires come from files, directories, pipes and standard input alike; nothing is loaded that they do not need."""

import io
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from wire_documents import SAMPLES, sample

from wirestance.inference.wires.read import read_records, read_wires
from wirestance.inference.wires.record import Wire
from wirestance.model.errors import InputError

HEAVY = {"lxml", "feedparser", "pyarrow", "dateutil", "trafilatura", "NewsMLG2"}


def test_a_directory_is_read_in_the_order_of_its_paths(tmp_path):
    for name in ("b/2.txt", "b/10.txt", "a.txt", "c.txt", ".hidden", "b/.hidden", ".git/x", "d/"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.mkdir() if name.endswith("/") else path.write_text(f"Text of {name}.")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    found = [Path(wire.file).relative_to(tmp_path).as_posix() for wire in read_records(tmp_path)]
    assert found == ["a.txt", "b/10.txt", "b/2.txt", "c.txt"]
    (empty,) = read_records(tmp_path / "d")
    assert (empty.number, empty.reason) == (0, "is a directory without any file to read")


@pytest.mark.parametrize("name", ["report.txt", "records.jsonl", "rss.xml", "table.csv"])
def test_standard_input_is_read_like_a_file(monkeypatch, name):
    content = (SAMPLES / name).read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    here = [record.text for record in sample(name) if isinstance(record, Wire)]
    read = list(read_wires("-", rejected=lambda _: None))
    assert [wire.text for wire in read] == here
    assert {wire.file for wire in read} == {"standard input"}


def test_a_pipe_is_read_like_a_file(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes((SAMPLES / "records.jsonl").read_bytes()))
    writer.start()
    assert len(list(read_records(pipe))) == 3
    writer.join()


def test_closed_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    (told,) = read_records("-")
    assert (told.number, told.reason) == (0, "is closed")


def test_rejections_go_where_they_are_asked_to(caplog):
    told = []
    assert len(list(read_wires(SAMPLES / "atom.xml", rejected=told.append))) == 2
    assert [rejection.number for rejection in told] == [2]
    assert caplog.messages == []
    list(read_wires(SAMPLES / "atom.xml"))
    assert caplog.messages == [str(told[0])]


@pytest.mark.parametrize("options", [
    {"format": "docx"}, {"fields": {"author": "by"}}, {"fields": {"text": ""}}, {"fields": {"text": 3}},
])  # fmt: skip
def test_what_is_unknown_is_refused_at_once(options):
    with pytest.raises(InputError, match=r"'docx'.*parquet|'author'.*language|text is"):
        read_records(SAMPLES, **options)


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "feedparser", None)
    with pytest.raises(InputError, match=r'needs feedparser: pip install "wirestance\[wires\]"'):
        list(read_records(SAMPLES / "rss.xml"))


def test_nothing_heavy_is_loaded_before_it_is_needed():
    code = (
        "import sys; from wirestance.inference.wires.read import read_records\n"
        "for path in sys.argv[1:]: list(read_records(path))\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    light = [str(SAMPLES / name) for name in ("report.txt", "records.jsonl", "table.csv")]
    done = subprocess.run([sys.executable, "-c", code, *light], capture_output=True, text=True, check=True, timeout=60)
    assert not HEAVY & set(done.stdout.split())
