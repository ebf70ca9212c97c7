"""Sends an alert to a URL as JSON, over https or on this computer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import quote

from ticker_gui.alerts.actions.actions import SECRET_PLACEHOLDER, WebhookAction, find_problem, webhook_host
from ticker_gui.alerts.actions.message import AlertMessage, message_json
from ticker_gui.alerts.actions.result import ActionError, ActionSuccess
from ticker_gui.alerts.actions.slots import Slots
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feeds.history import HttpResponse
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.logs.log_redaction import KNOWN_SECRETS

TIMEOUT_S: Final = 10.0
MAX_ANSWER_BYTES: Final = 1 << 20
MAX_RUNNING: Final = 4
MAX_WAITING: Final = 16
_MAX_OUTPUT_LENGTH: Final = 500
_REMEDIES: Final[Mapping[int, str]] = {
    400: "Check the URL and the JSON that it expects.",
    401: "Check the secret.",
    403: "Check the secret and its permissions.",
    404: "Check the URL.",
    405: "Check the URL: it accepts no POST requests.",
    410: "The webhook has been removed there. Check the URL.",
    429: "It received too many requests: let the alert fire less often.",
}


class Post(Protocol):
    """Sends data by an HTTP POST request."""

    def __call__(
        self, url: str, headers: Mapping[str, str], body: bytes, credentials: Credentials
    ) -> Awaitable[HttpResponse]:
        """Return the response, whatever its status.

        Raises:
            TickerError: there was none; the message is a sentence without secrets.
        """


class WebhookSender:
    """Sends the webhooks of alerts, at most four at once.

    ``read_keyring`` returns a secret by its name in the keyring, or raises a `TickerError`; it may block.
    """

    def __init__(
        self, post: Post, read_keyring: Callable[[str], str], environment: Mapping[str, str] = os.environ
    ) -> None:
        self._post: Final = post
        self._read_keyring: Final = read_keyring
        self._environment: Final = environment
        self._slots: Final = Slots(MAX_RUNNING, MAX_WAITING)

    async def send(self, action: WebhookAction, message: AlertMessage) -> ActionSuccess:
        """Send a message, and return a sentence about the response.

        Raises:
            ActionError: it could not be sent, or the server rejected it.
        """
        if problem := find_problem(action):
            raise ActionError(problem)
        async with self._slots.acquire("webhooks"):
            access = _access(action, await self._find_secret(action))
            KNOWN_SECRETS.add(access)
            try:
                response = await self._post(access.url, access.headers, message_json(message), access)
            except TickerError as error:
                raise ActionError(f"The webhook was not sent: {error}") from None
        return _describe(webhook_host(action), response, access)

    async def _find_secret(self, action: WebhookAction) -> str | None:
        secret: str | None = None
        if action.secret_keyring:
            try:
                secret = await asyncio.to_thread(self._read_keyring, action.secret_keyring)
            except TickerError as error:
                raise ActionError(f"The webhook was not sent: {error}") from None
        elif action.secret_env:
            secret = self._environment.get(action.secret_env, "").strip()
        if secret is None:
            return None
        source = "keyring entry" if action.secret_keyring else "environment variable"
        name = action.secret_keyring or action.secret_env
        if not secret:
            raise ActionError(
                f"The webhook was not sent: the {source} {name} that holds its secret is empty or not set."
            )
        if not secret.isascii() or not secret.isprintable():
            raise ActionError(
                f"The webhook was not sent: the {source} {name} contains a character that cannot be sent."
            )
        return secret


def _access(action: WebhookAction, secret: str | None) -> Credentials:
    """Return the URL and the headers of a webhook with its secret."""
    headers = {"Content-Type": "application/json"} | dict(action.headers)
    url = action.url
    if secret is not None:
        has_placeholder = SECRET_PLACEHOLDER in url or any(SECRET_PLACEHOLDER in text for text in headers.values())
        url = url.replace(SECRET_PLACEHOLDER, quote(secret, safe=""))
        headers = {name: text.replace(SECRET_PLACEHOLDER, secret) for name, text in headers.items()}
        if not has_placeholder:
            headers["Authorization"] = f"Bearer {secret}"
    return Credentials(url, secret, headers)


def _describe(host: str, response: HttpResponse, access: Credentials) -> ActionSuccess:
    """Return a sentence about a response.

    Raises:
        ActionError: the server rejected the webhook.
    """
    status = response.status
    output = access.redact(sanitize_text(response.body.decode("utf-8", "replace"), _MAX_OUTPUT_LENGTH))
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return ActionSuccess(f"{host} accepted the webhook (HTTP {status}).", output)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        remedy = "Enter the address to which it redirects."
    else:
        remedy = _REMEDIES.get(status, "")
    raise ActionError(f"{host} did not accept the webhook (HTTP {status}). {remedy}".strip(), output)
