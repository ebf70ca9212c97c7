"""What the NATS server and the library for it report, as sentences for the user."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from typing import Final

from ticker_gui.domain.redaction import redact
from ticker_gui.domain.sanitize import sanitize_text

_REFUSED: Final = "authorization violation"
_FORBIDDEN: Final = "permissions violation"
_NO_JETSTREAM: Final = (
    "The NATS server has no JetStream, in which trades and bars are stored. "
    "Add jetstream { store_dir: store } to its configuration."
)
_NO_ROOM: Final = "Raise max_file_store in its configuration, or lower --tick-megabytes or --bar-megabytes."
_INBOX: Final = re.compile(r"_inbox\.[^\s\"]+", re.IGNORECASE)
_MAX_CHARACTERS: Final = 200


def connect_failure(error: BaseException, server: str, secrets: frozenset[str], *, has_key: bool) -> str:
    """Return why a server cannot be used, and what to do about it."""
    error = getattr(error, "os_error", error)  # aiohttp's error about a WebSocket contains that of the system
    reason = sentence(error, secrets)
    if _REFUSED in reason.lower():
        if has_key:
            return f"{server} does not accept the key. Check the user, the password or the token."
        return f"{server} requires a key. Set it in the environment, or use --key-file or --credentials."
    if isinstance(error, ConnectionRefusedError):
        return f"{server} cannot be reached: {reason} Check that nats-server is running there. Trying again."
    if isinstance(error, socket.gaierror):
        return f"{server} was not found. Check its name and the network. Trying again."
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return f"{server} does not answer like a NATS server. Check the port. Trying again."
    return f"{server} cannot be reached: {reason} Trying again."


def sentence(error: BaseException, secrets: frozenset[str] = frozenset()) -> str:
    """Return the text of an error as a sentence, without secrets."""
    # asyncio's own text of a refused connection is one for developers.
    described = os.strerror(error.errno) if isinstance(error, ConnectionError) and error.errno else str(error)
    text = sanitize_text(redact(described.removeprefix("nats: "), secrets)).strip(" '")[:_MAX_CHARACTERS]
    text = text or type(error).__name__
    return text if text.endswith(".") else f"{text}."


def forbidden(error: BaseException) -> str:
    """Return what the server does not allow this user, if the error is about that; otherwise nothing."""
    text = sentence(error)
    if not text.lower().startswith(_FORBIDDEN):
        return ""
    what = _INBOX.sub("_INBOX.>", text[len(_FORBIDDEN) :].strip().rstrip("."))
    return (
        f"The NATS server denies this user a permission that is needed ({what}). "
        "Grant it the permissions of the publisher in assets/desk/nats-server.conf."
    )


def stream_failure(stream: str, megabytes: int, description: str | None) -> str:
    """Return why the server refused a stream, and what to do about it; without a description, nothing answered."""
    if not description:
        return _NO_JETSTREAM
    text = sanitize_text(description)[:_MAX_CHARACTERS].rstrip(".")
    advice = f" {_NO_ROOM}" if "insufficient storage" in text or "maximum" in text else ""
    return f"The NATS server refused the stream {stream} (up to {megabytes:,} MB): {text}.{advice}"
