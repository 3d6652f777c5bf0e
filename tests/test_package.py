"""The wheel: every file of the package under its import name, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

REPOSITORY = Path(__file__).parents[1]
PACKED = [
    "model/**/*.py",
    "model/shipped/**/*",
    "training/**/*.py",
    "inference/**/*.py",
    "inference/report/*.html",
    "inference/api/py.typed",
    "configs/**/*.yaml",
    "seeds/**/*",
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the repository as a commit of it would be: without anything built."""
    copy = tmp_path_factory.mktemp("package") / "tree"
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (REPOSITORY / name).is_file():  # not one that was removed since the last commit
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(REPOSITORY / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def wheel(tree, tmp_path_factory):
    """The names in the wheel of the tree."""
    directory = tmp_path_factory.mktemp("wheel")
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", directory]
    command = [sys.executable, "-m", "pip", "wheel", *options, tree]
    built = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = directory.iterdir()
    with ZipFile(path) as file:
        return file.namelist()


def test_the_wheel_holds_the_package_and_nothing_else(tree, wheel):
    files = {path.relative_to(tree).as_posix() for pattern in PACKED for path in tree.glob(pattern) if path.is_file()}
    expected = ["wirestance/" + name.removeprefix("inference/api/") for name in files]
    assert sorted(name for name in wheel if ".dist-info/" not in name) == sorted(expected)
