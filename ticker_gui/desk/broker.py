"""The connection of a publisher to the NATS server."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypeVar
from urllib.parse import urlsplit

from ticker_gui.desk.broker_errors import connect_failure, forbidden
from ticker_gui.desk.outbox import OutboxMessage
from ticker_gui.domain.address import is_loopback
from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.formatting.file_errors import NOT_REGULAR, describe_read_error, is_special

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

T = TypeVar("T")
Stored: TypeAlias = "asyncio.Future[None] | None"  # done when the last trade of a batch is stored; None without one
ANSWER_TIMEOUT_S: Final = 5.0
_CONNECT_TIMEOUT_S: Final = 5
_CLOSE_TIMEOUT_S: Final = 2.0
_PING_S: Final = 5
_STORED_PER_BATCH: Final = 500
_INACTIVE_S: Final = 10.0  # after which the broker forgets a consumer
_MISSING: Final = "Publishing needs the nats-py package. Install it with: pip install 'ticker-gui[desk]'"


class BrokerAddress(NamedTuple):
    """Where the broker is, and how to log in: a file of credentials, or a token, ``user:password`` or nkey seed."""

    url: str
    key: str | None = None
    credentials: Path | None = None
    cafile: Path | None = None
    allows_plaintext: bool = False  # to send a token or a password without encryption

    @property
    def needs_tls(self) -> bool:
        """Whether the user has asked for an encrypted connection."""
        return urlsplit(self.url).scheme == "tls" or self.cafile is not None

    @property
    def sends_secret(self) -> bool:
        """Whether the login contains a token or a password; an nkey only signs, and so do credentials."""
        return bool(urlsplit(self.url).username) or (self.credentials is None and bool(self.key) and not self.is_nkey)

    @property
    def is_nkey(self) -> bool:
        """Whether the key is the seed of an nkey."""
        key = self.key or ""
        return key.startswith("SU") and ":" not in key

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


def check_files(address: BrokerAddress) -> None:
    """Raise `SettingsError` if a file of the login is unusable, or a key that begins like an nkey is not one."""
    for option, path in (("--credentials", address.credentials), ("--cafile", address.cafile)):
        if path is not None and (reason := _why_unreadable(path)):
            raise SettingsError(f"The {option} file {path} cannot be read: {reason}.")
    if address.cafile is not None:
        try:
            ssl.create_default_context(cafile=str(address.cafile))
        except ssl.SSLError:
            raise SettingsError(
                f"The --cafile file {address.cafile} contains no valid certificates in PEM format."
            ) from None
    if address.is_nkey:
        try:
            import nkeys  # type: ignore[import-untyped]
        except ImportError:
            raise SettingsError(_MISSING) from None
        try:
            nkeys.from_seed(bytearray((address.key or "").encode()))
        except (nkeys.NkeysError, ValueError):  # no base32, another kind of key, or of another length
            raise SettingsError("The key is not the seed of a user nkey, which begins with SU.") from None


def _why_unreadable(path: Path) -> str:
    """Return why a file cannot be read, as part of a sentence; empty if it can."""
    try:
        if is_special(path):
            return NOT_REGULAR
        with path.open("rb"):
            return ""
    except OSError as error:
        return describe_read_error(error, path)


class Broker:
    """An open connection. It does not reconnect, so that nothing is sent twice without the publisher's knowledge."""

    def __init__(self, client: Client) -> None:
        self._client: Final = client
        self.context: Final[JetStreamContext] = client.jetstream(timeout=ANSWER_TIMEOUT_S)
        self.closed: Final = asyncio.Event()
        self.forbidden = ""  # what the server has refused for want of a permission, as a sentence
        self._inbox: Final = f"{client.new_inbox()}."
        self._answers: dict[int, asyncio.Future[None]] = {}
        self._answers_requested = 0

    @classmethod
    async def connect(cls, address: BrokerAddress) -> Broker:
        """Open a connection.

        Raises:
            TickerError: it is not possible, with the reason.
        """
        from nats.errors import Error

        client, broker = _new_client(address), None
        failures: list[Exception] = []

        async def note_failure(error: Exception) -> None:
            failures[:] = [error]
            if broker is not None and (sentence := forbidden(error)):
                broker.forbidden = sentence
                broker.closed.set()

        async def note_closed() -> None:
            if broker is not None:
                broker.closed.set()

        try:
            opening = client.connect(
                address.url,
                allow_reconnect=False,
                max_reconnect_attempts=1,  # 0 is without end
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
            await _in_own_task(opening)
            broker = cls(client)
        except (Error, OSError, ValueError, ssl.SSLError) as error:
            cause = failures[0] if failures else error
            has_key = bool(address.key or address.credentials or address.secrets)
            reason = connect_failure(cause, address.display, address.secrets, has_key=has_key)
            raise TickerError(reason) from error
        finally:
            if broker is None:
                await _abort(client)
        if not client.is_connected:
            broker.closed.set()
        else:
            await client.subscribe(f"{broker._inbox}*", cb=broker._receive_answer)
        return broker

    async def send(self, messages: Sequence[OutboxMessage]) -> Stored:
        """Send messages; return what `wait_until_stored` waits for."""
        return await _in_own_task(self._send(messages))

    async def _send(self, messages: Sequence[OutboxMessage]) -> Stored:
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

    async def wait_until_stored(self, stored: Sequence[Stored]) -> None:
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
            await _in_own_task(self._client.flush(timeout=int(ANSWER_TIMEOUT_S)))

    async def publish(self, subject: str, payload: bytes) -> None:
        """Send one message without waiting for an answer."""
        await _in_own_task(self._client.publish(subject, payload))

    async def stored_since(self, stream: str, subject: str, seconds: float) -> AsyncIterator[list[tuple[str, bytes]]]:
        """Yield the messages of a subject, which may contain wildcards, that were stored in the last ``seconds``.

        Raises:
            nats.errors.Error: the connection is lost, or the broker does not answer.
        """
        from nats import errors
        from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_TIME,
            opt_start_time=datetime.now(UTC) - timedelta(seconds=seconds),
            ack_policy=AckPolicy.NONE,
            mem_storage=True,
            inactive_threshold=_INACTIVE_S,
        )
        consumer = await self.context.pull_subscribe(subject, stream=stream, config=config)
        pending = (await consumer.consumer_info()).num_pending or 0
        while pending > 0:
            count = min(_STORED_PER_BATCH, pending)
            try:
                batch = await _in_own_task(consumer.fetch(count, timeout=ANSWER_TIMEOUT_S))
            except TimeoutError:
                if (await consumer.consumer_info()).num_pending:
                    raise errors.TimeoutError from None
                break  # the rest was deleted meanwhile
            pending -= len(batch)
            yield [(message.subject, message.data) for message in batch]
        await consumer.unsubscribe()

    async def last_message(self, stream: str, subject: str) -> bytes | None:
        """Return the last stored message of a subject, which may contain wildcards.

        Raises:
            nats.errors.Error: the connection is lost, or the broker does not answer.
        """
        from nats.js.errors import NotFoundError

        try:
            return (await self.context.get_last_msg(stream, subject)).data
        except NotFoundError:
            return None

    async def close(self) -> None:
        """Close the connection; what a server does not read is dropped after two seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await _in_own_task(self._client.close())
        await _abort(self._client)


async def _abort(client: Client) -> None:
    """Close the socket at once. The library leaves it open if it cannot log in, and waits for what is not read."""
    transport = client._transport
    writer, session = (getattr(transport, name, None) for name in ("_io_writer", "_client"))
    if writer is not None:
        writer.transport.abort()
    if session is not None:  # of a WebSocket, which may not be open yet
        await session.close()


def _new_client(address: BrokerAddress) -> Client:
    """Return a client that logs in only over a connection that is as secure as it has to be."""
    from nats.aio.client import Client

    class SecureClient(Client):
        def _connect_command(self) -> bytes:
            # The library goes on without encryption if the server offers none, whatever the URL says.
            parts = urlsplit(address.url)
            if not self._server_info.get("tls_required") and parts.scheme != "wss":
                if address.needs_tls:
                    raise TickerError(f"{address.display} does not use TLS. Nothing was sent to it.")
                if address.sends_secret and not address.allows_plaintext and not is_loopback(parts.hostname or ""):
                    raise TickerError(
                        f"{address.display} would receive the key without encryption. Turn on TLS in its "
                        "configuration, or use --allow-plaintext."
                    )
            return super()._connect_command()

        async def request(self, *arguments: Any, **options: Any) -> Msg:
            return await _in_own_task(super().request(*arguments, **options))

    return SecureClient()


async def _in_own_task(call: Coroutine[Any, Any, T]) -> T:
    """Return the result of a call of the library, in which a cancellation of the current task cannot be lost.

    The library suppresses some cancellations, and so does `asyncio.wait_for` of Python 3.11 at the moment of a result.
    The task would go on, and what has cancelled it would wait without end.
    """
    task = asyncio.create_task(call)
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # mark it as retrieved
    try:
        await asyncio.wait((task,))
    except asyncio.CancelledError:
        task.cancel()
        raise
    return task.result()


def _login(address: BrokerAddress) -> dict[str, Any]:
    """Return the options of a login; reads files."""
    options: dict[str, Any] = {}
    if address.cafile is not None:
        options["tls"] = ssl.create_default_context(cafile=str(address.cafile))
    elif urlsplit(address.url).scheme == "tls":
        options["tls"] = ssl.create_default_context()
    key = address.key or ""
    if address.credentials is not None:
        options["user_credentials"] = str(address.credentials)
    elif address.is_nkey:
        options["nkeys_seed_str"] = key
    elif ":" in key:
        options["user"], _, options["password"] = key.partition(":")
    elif key:
        options["token"] = key
    return options
