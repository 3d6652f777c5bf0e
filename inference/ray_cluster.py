"""A connection to a Ray cluster, and how many actors it can have."""

import logging
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from wirestance.inference.extras import need
from wirestance.inference.runtime import usable_cores
from wirestance.model.errors import InputError

LOCAL = "local"
AUTO = "auto"
PATIENCE = 5
"""Seconds in which a cluster has to answer, and to have CPUs free: those of a run that just ended it gives late."""

PAUSE = 0.2
"""Seconds between two looks at what is free."""

SPARE = 1
"""CPUs that are left to reading and writing: if actors held all of them, nothing would come to them."""


@contextmanager
def connected(address: str, actors: int | None = None) -> Iterator[int]:
    """Connect this process to a cluster; what comes out is the number of actors.

    Args:
        address: `local` starts one on this machine, with a CPU for every actor and one to spare, and ends it again;
            `auto` looks for one that runs here; otherwise HOST:PORT, or ray://HOST:PORT
            for a Ray client, which needs `ray[client]`.
        actors: how many are wanted; None takes all usable cores for `local`, elsewhere all free CPUs of the cluster but
            one.

    Raises:
        InputError: Ray is not installed, the cluster cannot be reached, is too small, or others use it.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray = need("ray", "scoring on a cluster", "ray")
    data = need("ray.data", "scoring on a cluster", "ray")
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == LOCAL:
        options |= {"num_cpus": (actors or usable_cores()) + SPARE, "include_dashboard": False}
    elif address != AUTO:
        _knock(address)
    try:
        ray.init(address, **options)
    except (ImportError, OSError, RuntimeError, ValueError) as error:  # ConnectionError is an OSError
        raise InputError(f"no Ray cluster can be used at {address!r}: {error}") from error
    try:
        data.DataContext.get_current().enable_progress_bars = sys.stderr is not None and sys.stderr.isatty()
        started = time.monotonic()
        while (free := _cpus(ray.available_resources())) < _least(actors) and time.monotonic() - started < PATIENCE:
            time.sleep(PAUSE)
        yield fitting(free, _cpus(ray.cluster_resources()), actors)
    finally:
        ray.shutdown()


def fitting(free: int, cpus: int, actors: int | None) -> int:
    """How many actors to have.

    Args:
        free: CPUs that nobody uses: for others Ray would wait, for ever if need be.
        cpus: all that there are.
        actors: how many are wanted; None takes as many as fit.

    Raises:
        InputError: more are wanted than fit, or not even one fits.
    """
    if free < _least(actors):
        raise InputError(
            f"the cluster has {cpus} CPUs, {free} of them free, too few for {actors or 1} actors: each takes one, "
            "and one is left to reading and writing"
        )
    return actors or free - SPARE


def _least(actors: int | None) -> int:
    """CPUs without which there cannot be so many actors."""
    return max(1, actors or 1) + SPARE


def _cpus(resources: Mapping[str, float]) -> int:
    return int(resources.get("CPU", 0))


def _knock(address: str) -> None:
    """Find out at once whether somebody is there; Ray would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        raise InputError(
            f"the address {address!r} is not known; allowed are local, auto, HOST:PORT and ray://HOST:PORT"
        )
    try:
        socket.create_connection((host, int(port)), PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"no Ray cluster can be reached at {address!r}: {error}") from error
