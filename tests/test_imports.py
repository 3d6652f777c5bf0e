"""Labelling loads nothing of training: no torch, no transformers, and on a pipe not even rich."""

import ast
import subprocess
import sys
from importlib.util import resolve_name
from pathlib import Path

import pytest

from wirestance import StanceClassifier

REPOSITORY = Path(__file__).parents[1]
TRAINING = {"torch", "transformers", "datasets", "sklearn", "scipy", "yaml", "wirestance.training"}
LIGHT = [
    *sorted(REPOSITORY.glob("inference/**/*.py")),
    *(REPOSITORY / "model" / f"{name}.py" for name in ("labels", "mirror", "artifact", "errors")),
]
LABEL_ONE = """
import sys
from wirestance.inference.cli import main
sys.argv[1:] = ["--model", sys.argv[1], "Talks went on."]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
"""


@pytest.fixture(scope="module")
def classifier(tiny_model):
    return StanceClassifier.load(tiny_model)


def loaded(code, *arguments):
    """The modules in a fresh process after some code, and what it printed."""
    code += "\nprint(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", "import sys\n" + code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split()), done.stdout


def within(name, packages):
    """Whether a module is one of the packages or inside one."""
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def imports(path):
    """Every module that a file imports anywhere, with every name that it imports from one."""
    package = ".".join(["wirestance", *path.relative_to(REPOSITORY).parent.parts[:1]])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def read(path):
    return path.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize("module", ["wirestance", "wirestance.inference.cli"])
def test_an_import_loads_nothing_of_training(module):
    modules, _ = loaded(f"import {module}")
    assert module in modules
    assert [name for name in modules if within(name, TRAINING | {"rich"})] == []


def test_labelling_on_a_pipe_loads_nothing_of_training(tiny_model, classifier):
    modules, shown = loaded(LABEL_ONE, tiny_model)
    assert f'"score": {round(classifier.predict("Talks went on.").score, 4)}' in shown
    assert [name for name in modules if within(name, TRAINING | {"rich"})] == []


@pytest.mark.parametrize("path", LIGHT, ids=read)
def test_no_statement_of_the_light_part_imports_training(path):
    assert [name for name in imports(path) if within(name, TRAINING)] == []


@pytest.mark.parametrize("path", sorted(REPOSITORY.glob("model/*.py")), ids=read)
def test_the_model_knows_neither_training_nor_inference(path):
    named = [name for name in imports(path) if within(name, {"wirestance"})]
    assert [name for name in named if not within(name, {"wirestance.model"})] == []


def test_these_tests_see_imports_wherever_they_stand():
    assert {"torch.nn", "torch"} <= set(imports(REPOSITORY / "model" / "network.py"))
    assert "rich.console.Console" in imports(REPOSITORY / "inference" / "cli.py")
    assert {"wirestance.model.labels.LABELS"} <= set(imports(REPOSITORY / "model" / "artifact.py"))
