from __future__ import annotations

import multiprocessing.connection
import socket
from pathlib import Path

import pytest

from tests.ports import PORTS, free_port

CHOSEN = Path("/proc/sys/net/ipv4/ip_local_port_range")


def _send_ports(pipe: multiprocessing.connection.Connection, count: int) -> None:
    pipe.send([free_port() for _ in range(count)])


def test_no_port_is_returned_twice_in_any_process() -> None:
    fork = multiprocessing.get_context("fork")
    ports = [free_port() for _ in range(20)]
    for _ in range(4):
        ours, theirs = fork.Pipe()
        process = fork.Process(target=_send_ports, args=(theirs, 20))
        process.start()
        ports += ours.recv()
        process.join()
    assert len(set(ports)) == 100


def test_a_port_in_use_is_left_out() -> None:
    with socket.create_server(("127.0.0.1", free_port() + 1)) as taken:
        assert free_port() > taken.getsockname()[1]


@pytest.mark.skipif(not CHOSEN.exists(), reason="the system does not say which ports it chooses")
def test_the_system_chooses_other_ports() -> None:
    assert int(CHOSEN.read_text("ascii").split()[0]) > max(PORTS)
