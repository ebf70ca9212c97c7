"""The connection of a publisher to the NATS server."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from ticker_gui.desk.outbox import Outgoing
from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.domain.redaction import redact
from ticker_gui.domain.sanitize import sanitize_text

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

Stored: TypeAlias = "asyncio.Future[None] | None"
ANSWER_TIMEOUT_S: Final = 5.0
_CONNECT_TIMEOUT_S: Final = 5
_PING_S: Final = 5
_REQUESTS_AT_ONCE: Final = 50
_MISSING: Final = "Publishing needs the package nats-py. Install it with: pip install 'ticker-gui[desk]'"


class BrokerAddress(NamedTuple):
    """Where the broker is, and how to log in: a file of credentials, or a token, ``user:password`` or nkey seed."""

    url: str
    key: str | None = None
    credentials: Path | None = None
    cafile: Path | None = None

    @property
    def display(self) -> str:
        """The address without secrets."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}:{parts.port or 4222}"

    @property
    def secrets(self) -> frozenset[str]:
        """The texts that must not be displayed."""
        parts = urlsplit(self.url)
        texts = (self.key or "", *(self.key or "").split(":"), parts.password or "", parts.username or "")
        return frozenset(filter(None, texts))


def check_library() -> None:
    """Raise `SettingsError` if the library for NATS is not installed."""
    try:
        import nats  # noqa: F401
    except ImportError:
        raise SettingsError(_MISSING) from None


class Broker:
    """An open connection. It does not reconnect, so that nothing is sent twice without the publisher's knowledge."""

    def __init__(self, client: Client) -> None:
        self._client: Final = client
        self.context: Final[JetStreamContext] = client.jetstream(timeout=ANSWER_TIMEOUT_S)
        self.closed: Final = asyncio.Event()
        self._inbox: Final = f"{client.new_inbox()}."
        self._answers: dict[int, asyncio.Future[None]] = {}
        self._answers_requested = 0

    @classmethod
    async def connect(cls, address: BrokerAddress) -> Broker:
        """Open a connection.

        Raises:
            TickerError: it is not possible, with the reason.
        """
        from nats.aio.client import Client
        from nats.errors import Error

        client, broker = Client(), None
        failures: list[Exception] = []

        async def note_failure(error: Exception) -> None:
            failures[:] = [error]

        async def note_closed() -> None:
            if broker is not None:
                broker.closed.set()

        try:
            await client.connect(
                address.url,
                allow_reconnect=False,
                max_reconnect_attempts=1,  # 0 would be unlimited
                reconnect_time_wait=0,
                connect_timeout=_CONNECT_TIMEOUT_S,
                ping_interval=_PING_S,
                max_outstanding_pings=2,
                name="ticker-gui publish",
                error_cb=note_failure,
                disconnected_cb=note_closed,
                closed_cb=note_closed,
                **await asyncio.to_thread(_login, address),
            )
        except (Error, OSError, ValueError, ssl.SSLError) as error:
            reason = _reason(failures[0] if failures else error, address)
            raise TickerError(f"{address.display} cannot be reached: {reason}") from error
        broker = cls(client)
        if not client.is_connected:
            broker.closed.set()
        else:
            await client.subscribe(f"{broker._inbox}*", cb=broker._receive_answer)
        return broker

    async def send(self, messages: Sequence[Outgoing]) -> Stored:
        """Send messages, and return what can be waited for: that the broker has them, and has stored the trades."""
        last = max((at for at, message in enumerate(messages) if message.is_trade), default=None)
        stored = None if last is None else self._expect_answer()
        for at, message in enumerate(messages):
            reply = f"{self._inbox}{self._answers_requested}" if at == last else ""
            await self._client.publish(message.subject, message.payload, reply)
        return stored

    def _expect_answer(self) -> asyncio.Future[None]:
        self._answers_requested += 1
        answer = self._answers[self._answers_requested] = asyncio.get_running_loop().create_future()
        return answer

    async def _receive_answer(self, message: Msg) -> None:
        """Receive what JetStream answers to a message that it was to store."""
        from nats.js.errors import APIError, NoStreamResponseError

        answer = self._answers.pop(int(message.subject.rpartition(".")[2]), None)
        if answer is None or answer.done():
            return
        if message.header is not None:  # there is no stream
            answer.set_exception(NoStreamResponseError())
        elif (error := json.loads(message.data).get("error")) is not None:
            answer.set_exception(APIError.from_error(error))
        else:
            answer.set_result(None)
            return
        answer.exception()  # mark it as retrieved: the connection may be given up for an earlier one

    async def wait_until(self, stored: Sequence[Stored]) -> None:
        """Wait until the broker has what was sent, oldest first, and has stored the trades in it.

        Raises:
            nats.errors.Error: the connection is lost, or the broker does not answer.
        """
        from nats import errors

        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                for one in stored:
                    if one is not None:
                        await one
        except TimeoutError:
            raise errors.TimeoutError from None
        if stored[-1] is None:
            await self._client.flush(timeout=int(ANSWER_TIMEOUT_S))

    async def publish(self, subject: str, payload: bytes) -> None:
        """Send one message without waiting for an answer."""
        await self._client.publish(subject, payload)

    async def last_messages(self, stream: str, subjects: Iterable[str]) -> dict[str, bytes]:
        """Return the last stored message of each subject that has one.

        Raises:
            nats.errors.Error: the connection is lost, or the broker does not answer.
        """
        from nats.js.errors import NotFoundError

        found: dict[str, bytes] = {}

        async def request(subject: str) -> None:
            try:
                message = await self.context.get_last_msg(stream, subject, direct=True)
            except NotFoundError:
                return
            found[subject] = message.data or b""

        names = list(subjects)
        for at in range(0, len(names), _REQUESTS_AT_ONCE):
            await asyncio.gather(*map(request, names[at : at + _REQUESTS_AT_ONCE]))
        return found

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()


def _login(address: BrokerAddress) -> dict[str, Any]:
    """Return the options of a login; reads files."""
    options: dict[str, Any] = {}
    if address.cafile is not None:
        options["tls"] = ssl.create_default_context(cafile=str(address.cafile))
    elif urlsplit(address.url).scheme == "tls":
        options["tls"] = ssl.create_default_context()
    key = address.key or ""
    if address.credentials is not None:
        if not address.credentials.is_file():
            raise TickerError(f"The file of credentials {address.credentials} does not exist.")
        options["user_credentials"] = str(address.credentials)
    elif key.startswith("SU") and ":" not in key:
        options["nkeys_seed_str"] = key
    elif ":" in key:
        options["user"], _, options["password"] = key.partition(":")
    elif key:
        options["token"] = key
    return options


def _reason(error: BaseException, address: BrokerAddress) -> str:
    # asyncio's own text of a refused connection is one for developers.
    described = os.strerror(error.errno) if isinstance(error, ConnectionError) and error.errno else str(error)
    text = sanitize_text(redact(described, address.secrets))[:200] or type(error).__name__
    return text if text.endswith(".") else f"{text}."
