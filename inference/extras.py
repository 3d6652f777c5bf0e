"""Libraries that only some uses need: they come as extras of the package and are imported where they are used."""

from importlib import import_module
from typing import Any

from wirestance.model.errors import InputError


def need(module: str, use: str, extra: str = "wires") -> Any:
    """A module of an extra.

    Args:
        module: its name.
        use: what it is for, for the message.
        extra: the extra that brings it.

    Raises:
        InputError: it is not installed; the message says how to install it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise InputError(f'{use} needs {package}: pip install "wirestance[{extra}]"') from error
