"""Paths on Ray: on a disk, or in any file system that Arrow or fsspec knows; looked at before a run begins."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wirestance.inference.extras import need
from wirestance.inference.wires.read import files_below
from wirestance.model.errors import InputError

SCHEME = "://"


def absolute(path: str) -> str:
    """A path that means the same in every process."""
    return path if SCHEME in path else str(Path(path).absolute())


def files_of(path: str) -> list[str]:
    """The files of a directory on a disk, as a single process reads them; any other path is left to Ray.

    Raises:
        InputError: there is none.
        OSError: a folder in it cannot be listed.
    """
    if SCHEME in path or not Path(path).is_dir():
        return [path]
    closed: list[OSError] = []
    files = [str(file) for file in files_below(Path(path), closed.append)]
    if closed:
        raise closed[0]
    if not files:
        raise InputError(f"{path}: is a directory without any file to read")
    return files


def check_inputs(paths: Sequence[str]) -> None:
    """Look whether every input is there: Ray passes over those that it cannot make out.

    Raises:
        InputError: one is not, its scheme is not known, or they are in more than one file system.
        OSError: its file system cannot be reached.
    """
    schemes = sorted({path.partition(SCHEME)[0] if SCHEME in path else "a disk" for path in paths})
    if len(schemes) > 1:
        raise InputError(f"the inputs are on {' and '.join(schemes)}; Ray reads one file system in one run")
    for path in paths:
        filesystem, inner = _located(path)
        if filesystem.get_file_info(inner).type == _fs().FileType.NotFound:
            raise InputError(f"{path}: there is no such file or directory")


def check_free(path: str) -> None:
    """Look whether an output can be written there.

    Raises:
        InputError: there is a file, or a directory that is not empty; or the scheme is not known.
        OSError: its file system cannot be reached.
    """
    fs = _fs()
    filesystem, inner = _located(path)
    there = filesystem.get_file_info(inner).type
    if there == fs.FileType.File:
        raise InputError(f"{path}: is a file; Ray writes a directory of files")
    if there == fs.FileType.Directory and filesystem.get_file_info(fs.FileSelector(inner)):
        raise InputError(f"{path}: is there already and not empty; give another, or remove it")


def _located(path: str) -> tuple[Any, str]:
    """The file system of a path, and the path in it."""
    fs = _fs()
    if SCHEME not in path:
        return fs.LocalFileSystem(), path
    try:
        filesystem, inner = fs.FileSystem.from_uri(path)
    except ValueError:  # not one of Arrow's own; Ray asks fsspec for it
        try:
            found, inner = need("fsspec.core", "scoring on Ray", "ray").url_to_fs(path)
        except (ImportError, ValueError) as error:
            raise InputError(f"{path}: {error}") from error
        filesystem = fs.PyFileSystem(fs.FSSpecHandler(found))
    return filesystem, str(inner)


def _fs() -> Any:
    return need("pyarrow.fs", "scoring on Ray", "ray")
