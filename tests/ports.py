"""Ports whose number is known before a server listens there, or that stay its own while it does not.

A port that the system chose is given to any other process as soon as nothing listens there any more.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket

PORTS = range(10_000, 32_000)  # below those that the systems choose
_PORTS_PER_PROCESS = 100
_numbers = itertools.count()


def free_port() -> int:
    """Return a port at which nothing listens, and which is returned neither again nor in other processes of a run."""
    for number in _numbers:
        port = PORTS[(os.getpid() * _PORTS_PER_PROCESS + number) % len(PORTS)]
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            break
    return port
