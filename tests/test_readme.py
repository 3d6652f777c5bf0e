"""The README's examples do what it says."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from readme import README, REPOSITORY, blocks
from starlette.testclient import TestClient

from wirestance.inference.cli import wirestance
from wirestance.inference.service.app import create_app
from wirestance.inference.service.limits import Limits
from wirestance.inference.service.service import Service
from wirestance.model.artifact import METRICS, SHIPPED
from wirestance.training.card import interval


def test_the_python_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wires.txt").write_text("Talks resume in Geneva.\n", encoding="utf-8")
    (code,) = blocks("python")
    exec(compile(code, "README.md", "exec"), {})


def test_the_python_example_of_wires_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "archive").mkdir()
    record = {"id": "1", "source": "Alpine Press", "text": "Talks resume in Geneva. “We shall stay,” Aliyev said."}
    (tmp_path / "archive" / "wires.jsonl").write_text(json.dumps(record), encoding="utf-8")
    (code,) = blocks("python wires")
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("Alpine Press 1 0 ")


@pytest.mark.parametrize(
    "example", re.findall(r"^\$ (wirestance .*)\n((?:[^$`].*\n)+)", "".join(blocks("console")), re.M)
)
def test_the_console_examples_print_what_they_show(example):
    command, shown = example
    words = shlex.split(command)
    script = Path(sys.executable).with_name(words[0])
    found = subprocess.run([script, *words[1:]], capture_output=True, text=True, check=True).stdout
    assert [rounded(line) for line in found.splitlines()] == [rounded(line) for line in shown.splitlines()]


def test_the_example_of_feeds_runs_in_a_clone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(REPOSITORY / "tests" / "wires" / "samples", tmp_path / "tests" / "wires" / "samples")
    (block,) = blocks("console feed")
    commands = [shlex.split(line.removeprefix("$ wirestance ")) for line in block.splitlines()]
    codes = [CliRunner().invoke(wirestance, words).exit_code for words in commands]
    assert (codes, [words[0] for words in commands]) == ([1, 0], ["score", "report"])
    assert {"scored.jsonl", "scored.jsonl.rejected.jsonl", "report.html"} <= {path.name for path in tmp_path.iterdir()}


def test_the_share_example_prints_about_what_it_shows(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    (block,) = blocks("console share")
    command, shown = block.splitlines()
    found = CliRunner().invoke(wirestance, shlex.split(command.removeprefix("$ wirestance ")))
    assert found.exit_code == 1  # some samples are meant to be rejected
    assert float(found.stdout) == pytest.approx(float(shown), abs=0.01)
    assert f"{shown}" in README.split("--neutral-share ")[1]


def test_the_service_example_answers_what_it_shows(shipped):
    (block,) = blocks("console service")
    command, shown = block.splitlines()
    _, address, option, body = shlex.split(command.removeprefix("$ "))
    assert option == "--json"
    with TestClient(create_app(Service(shipped, Limits()))) as client:
        found = client.post("/" + address.partition("/")[2], content=body, headers={"content-type": "application/json"})
    assert rounded(found.text) == rounded(shown)


SETS = ("test", "article", "real_dev", "feed_dev")
"""The columns of the table of figures."""
ROWS = {
    "macro-F1": ("evaluation", "macro_f1"),
    "macro-F1, told the set's own share of neutral ones": ("evaluation", "macro_f1_at_own_share"),
    "macro-F1, at the share estimated from the texts": ("evaluation", "macro_f1_at_estimated_share"),
    "macro-F1 of the surest 80 %": ("evaluation", "macro_f1_at_coverage"),
    "neutral called partisan, always answering": ("evaluation", "false_alarms"),
    "neutral called partisan, default threshold": ("evaluation", "answered_false_alarms"),
    "right of the partisan answers, default threshold": ("evaluation", "answered_partisan_precision"),
    "answered at the default threshold": ("evaluation", "answered"),
    "exchange-consistency": ("audit", "consistency"),
}


def test_the_figures_are_those_of_the_shipped_model():
    figures = json.loads((SHIPPED / METRICS).read_text(encoding="utf-8"))
    table = README.split("## Figures")[1].split("\n\n")[1]
    rows = {
        name: cells for name, *cells in ([cell.strip() for cell in line.split("|")[1:-1]] for line in table.split("\n"))
    }
    baselines = {f"macro-F1, {name}": found for name, found in figures["baselines"].items()}
    assert set(rows) == {"", "---", *ROWS, *baselines}
    for name, (part, key) in ROWS.items():
        for cell, where in zip(rows[name], SETS, strict=True):
            found = figures[part][where][key]
            assert (
                cell in (interval(found), f"{found['value']:.3f}")
                if isinstance(found, dict)
                else f"{found:.3f}" == cell
            )
    for name, found in baselines.items():
        assert rows[name] == [f"{found[where]['value']:.3f}" for where in SETS]
    said = " ".join(README.split())
    failures, items = (sum(one[what] for one in figures["contrast"].values()) for what in ("failures", "items"))
    assert f"Of {items} contrast items {100 * failures / items:.1f} % fail" in said
    assert f"{100 * figures['agreement']:.1f} % of the held-out labels" in said
    assert f"{100 * figures['voice']['accuracy']['value']:.1f} % of {figures['voice']['statements']} statements" in said


def rounded(line):
    """A line of JSON with its numbers to two digits: the last ones differ between processors."""
    return json.loads(line, parse_float=lambda number: round(float(number), 1))


TREE = README.split("```text\n")[1].split("```")[0]


def test_the_tree_names_every_file():
    folders = {part.split("/")[0]: part for part in re.split(r"\n(?=\S)", TREE)}
    for folder in ("model", "training", "inference", "configs", "seeds"):
        for path in (REPOSITORY / folder).glob("[!_]*.*"):
            assert re.search(rf"^  {re.escape(path.name)} ", folders[folder], re.M), path
    for folder in ("service", "report"):
        for path in (REPOSITORY / "inference" / folder).glob("[!_]*.*"):
            assert re.search(rf"^  {folder}/ .*\b{re.escape(path.name)}\b", TREE, re.M | re.S), path


def test_every_name_in_the_tree_is_there():
    folder, inner = REPOSITORY, REPOSITORY
    for line in TREE.splitlines():
        indent, name = re.fullmatch(r"( *)(\S*?)(?: {2,}.*|$)", line).groups()
        if not indent:
            folder = inner = REPOSITORY / name
        elif len(indent) == 2:
            inner = folder / name
        assert inner.exists(), line
        if inner.is_dir():
            for file in re.findall(r"\b\w+\.(?:py|html)\b", line[len(indent + name) :]):
                assert (inner / file).exists(), (line, file)
