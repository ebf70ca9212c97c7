"""One running program per state folder: the lock, and the socket on which later starts reach it.

A lock on a file says whether the program runs, because the system releases it even after a crash. A Unix socket in the
same folder passes the request of a later start. Both need only the standard library, so that a later start is finished
before Qt is loaded. Where there are no such sockets, as on Windows, each start opens its own window.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Final

import msgspec

from ticker_gui.domain.decode_errors import DECODE_ERRORS
from ticker_gui.domain.errors import TickerError

LOCK_NAME: Final = "instance.lock"
SOCKET_NAME: Final = "instance.socket"
MAX_REQUEST_BYTES: Final = 1 << 20
_MAX_REPLY_BYTES: Final = 4096
_MAX_TEXT: Final = 1 << 18  # twice the longest argument that Linux passes to a program
_MAX_CONNECTIONS: Final = 8
_MAX_PATH_BYTES: Final = 100  # of a socket's address; the systems allow 104 to 108
_REPLY_TIMEOUT_S: Final = 5.0
_REQUEST_TIMEOUT_S: Final = 2.0
_RETRY_S: Final = 0.05

Text = Annotated[str, msgspec.Meta(max_length=_MAX_TEXT)]


class NoReplyError(TickerError):
    """The running program does not respond. Remedy: the user waits, or ends it."""


class StartRequest(msgspec.Struct, frozen=True):
    """The request of a later start. ``launch_id`` identifies the start to the desktop, so that it may raise the window.

    The other fields are the options of the command line, empty if they are not given.
    """

    version: int = 1
    symbols: Text = ""
    url: Text = ""
    provider: Text = ""
    feed: Text = ""
    launch_id: Text = ""


class StartReply(msgspec.Struct, frozen=True):
    """The reply of the running program: its process, and the display of its window."""

    pid: int = 0
    display: Text = ""


class Instance:
    """The only program of a folder, which replies to later starts. Without a socket, there is nothing to reply to."""

    def __init__(self, lock: int | None = None, listener: socket.socket | None = None, folder: Path = Path()) -> None:
        self._lock, self._listener, self._folder = lock, listener, folder
        self._connections = 0
        self._answer: Callable[[StartRequest], StartReply] = lambda request: StartReply(os.getpid())

    async def serve(self, answer: Callable[[StartRequest], StartReply]) -> None:
        """Reply to later starts until the task is cancelled. Starts that came before are waiting for it."""
        self._answer = answer
        if self._listener is None:
            await asyncio.get_running_loop().create_future()
            return
        server = await asyncio.start_unix_server(self._reply, sock=self._listener.dup(), limit=MAX_REQUEST_BYTES)
        async with server:
            await server.serve_forever()

    async def _reply(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and reply; any program of the user may have connected, and may send anything."""
        self._connections += 1
        try:
            if self._connections <= _MAX_CONNECTIONS:
                async with asyncio.timeout(_REQUEST_TIMEOUT_S):
                    request = msgspec.json.decode(await reader.readuntil(b"\n"), type=StartRequest)
                    writer.write(msgspec.json.encode(self._answer(request)) + b"\n")
                    await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # it is gone, or too slow, or it has sent too much
        except DECODE_ERRORS:
            pass  # it is not a start of this program
        finally:
            self._connections -= 1
            writer.close()

    def close(self) -> None:
        """Let the next start open a window of its own."""
        if self._listener is not None:
            with suppress(OSError), _socket_path(self._folder) as path:
                Path(path).unlink()  # while the lock is held, no other program uses it
            self._listener.close()
            self._listener = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def start_or_pass_on(folder: Path, request: StartRequest, timeout_s: float = _REPLY_TIMEOUT_S) -> Instance | StartReply:
    """Return the instance if this is the only program of a folder, or else the reply of the running one.

    Where a lock or a socket cannot be created, each start is its own instance.

    Raises:
        NoReplyError: there is a running one, but it does not respond.
    """
    if sys.platform == "win32":
        return Instance()
    deadline = time.monotonic() + timeout_s
    try:
        lock = _open_lock(folder)
    except OSError:
        return Instance()
    try:
        while not _lock(lock):  # the running one may be about to listen, or to exit
            with suppress(OSError, ValueError, msgspec.MsgspecError):
                reply = _send(folder, request, deadline)
                os.close(lock)
                return reply
            if time.monotonic() >= deadline:
                raise NoReplyError(_describe_hanging(lock))
            time.sleep(_RETRY_S)
        return _start(folder, lock)
    except OSError:  # this file system has no locks
        os.close(lock)
        return Instance()
    except NoReplyError:
        os.close(lock)
        raise


def _open_lock(folder: Path) -> int:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    if not stat.S_ISREG(os.fstat(lock).st_mode):
        os.close(lock)
        raise OSError(errno.EINVAL, "the lock is not a file")
    return lock


def _lock(lock: int) -> bool:
    """Lock the file and return whether no other program had done so."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _start(folder: Path, lock: int) -> Instance:
    """Listen for later starts. The program keeps the lock, even if it cannot listen."""
    with suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)  # the socket is the user's alone from the start
    try:
        with _socket_path(folder) as path:
            Path(path).unlink(missing_ok=True)  # a crashed program left it: the lock was free
            listener.bind(path)
        listener.listen(_MAX_CONNECTIONS)
    except OSError:
        listener.close()
        os.close(lock)
        return Instance()
    finally:
        os.umask(before)
    return Instance(lock, listener, folder)


def _send(folder: Path, request: StartRequest, deadline: float) -> StartReply:
    """Send a request to the running program and return its reply; raise `OSError` or `ValueError` if there is none."""
    with socket.socket(socket.AF_UNIX) as connection, _socket_path(folder) as path:
        connection.settimeout(max(_RETRY_S, deadline - time.monotonic()))
        connection.connect(path)
        connection.sendall(msgspec.json.encode(request) + b"\n")
        reply = b""
        while not reply.endswith(b"\n") and len(reply) < _MAX_REPLY_BYTES:
            connection.settimeout(max(_RETRY_S, deadline - time.monotonic()))
            if not (received := connection.recv(_MAX_REPLY_BYTES)):
                break
            reply += received
    return msgspec.json.decode(reply, type=StartReply)


@contextmanager
def _socket_path(folder: Path) -> Iterator[str]:
    """Yield the path of the socket, in a short form if it is too long for an address."""
    path = str(folder / SOCKET_NAME)
    if len(os.fsencode(path)) <= _MAX_PATH_BYTES or sys.platform != "linux":
        yield path
        return
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET_NAME}"
    finally:
        os.close(handle)


def _describe_hanging(lock: int) -> str:
    pid = os.pread(lock, 20, 0).strip()
    process = f" (process {int(pid)})" if pid.isdigit() else ""
    return (
        f"Ticker GUI is already running{process}, but it does not respond. "
        "Wait until it does, or end that process, then start again."
    )
