from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.conftest import RunQt
from tests.doubles import Ring, until
from tests.rest_servers import Answer, Asked, Handler, serving_rest
from ticker_gui.alerts.actions.actions import WebhookAction
from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.alerts.actions.result import ActionError, ActionSuccess
from ticker_gui.alerts.actions.webhook import WebhookSender
from ticker_gui.config.credentials import read_key
from ticker_gui.feeds.history import HttpResponse
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.history.http_client import HttpClient

MESSAGE = AlertMessage("BTC-USD above 100", "Last 100.5", {"price": 100.5})
SECRET = "h00k-s3cret"
ENVIRONMENT = {"HOOK": SECRET, "EMPTY": " ", "ODD": "a\nb"}


def ok(asked: Asked) -> Answer:
    return 200, b"thanks", {}


def send(
    run: RunQt, handler: Handler, make: Callable[[str], WebhookAction]
) -> tuple[ActionSuccess | ActionError, list[Asked]]:
    """Send a webhook to a server; return the result and what the server received."""

    async def test() -> ActionSuccess | ActionError:
        client = HttpClient(timeout_s=20.0)
        try:
            return await WebhookSender(client.post, read_key, ENVIRONMENT).send(make(server.url), MESSAGE)
        except ActionError as error:
            return error
        finally:
            await client.close()

    with serving_rest(handler) as server:
        return run(test()), server.asked


def failure(run: RunQt, handler: Handler, make: Callable[[str], WebhookAction]) -> str:
    result, _ = send(run, handler, make)
    assert isinstance(result, ActionError)
    return str(result)


def test_the_alert_is_posted_as_json_and_the_response_is_kept(run: RunQt) -> None:
    result, asked = send(run, ok, lambda url: WebhookAction(f"{url}/hook?a=b", {"X-Own": "1"}))
    assert result == ActionSuccess("127.0.0.1 accepted the webhook (HTTP 200).", "thanks")
    assert (asked[0].method, asked[0].target) == ("POST", "/hook?a=b")
    assert asked[0].headers["Content-Type"] == "application/json"
    assert asked[0].headers["X-Own"] == "1"
    assert "Authorization" not in asked[0].headers
    assert json.loads(asked[0].body)["price"] == 100.5


def test_webhooks_work_on_the_loop_of_the_window(run_qt: RunQt) -> None:
    result, _ = send(run_qt, ok, WebhookAction)
    assert isinstance(result, ActionSuccess)


def test_a_secret_of_the_environment_is_sent_as_a_bearer_token(run: RunQt) -> None:
    _, asked = send(run, ok, lambda url: WebhookAction(url, secret_env="HOOK"))
    assert asked[0].headers["Authorization"] == f"Bearer {SECRET}"


def test_a_secret_of_the_keyring_replaces_its_placeholder(run: RunQt, ring: Ring) -> None:
    ring.set_password("ticker-gui", "hook", "k/ey&1")
    _, asked = send(
        run, ok, lambda url: WebhookAction(f"{url}/$SECRET", {"X-Key": "id:$SECRET"}, secret_keyring="hook")
    )
    assert asked[0].target == "/k%2Fey%261"
    assert asked[0].headers["X-Key"] == "id:k/ey&1"
    assert "Authorization" not in asked[0].headers


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"secret_env": "NOT_SET"}, "the environment variable NOT_SET that holds its secret is empty or not set."),
        ({"secret_env": "EMPTY"}, "the environment variable EMPTY that holds its secret is empty"),
        ({"secret_env": "ODD"}, "ODD contains a character that cannot be sent."),
        ({"secret_keyring": "none"}, "Store one with: ticker-gui key set none"),
    ],
)
def test_a_secret_that_cannot_be_used_is_reported_and_nothing_is_sent(
    run: RunQt, ring: Ring, options: dict[str, Any], reason: str
) -> None:
    result, asked = send(run, ok, lambda url: WebhookAction(url, **options))
    assert isinstance(result, ActionError)
    assert reason in str(result)
    assert not asked


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (204, ""),
        (302, "Enter the address to which it redirects."),
        (401, "(HTTP 401). Check the secret."),
        (404, "(HTTP 404). Check the URL."),
        (429, "too many requests"),
        (500, "(HTTP 500)."),
    ],
)
def test_the_status_is_described(run: RunQt, status: int, reason: str) -> None:
    result, _ = send(run, lambda asked: (status, b"", {"Location": "/elsewhere"}), WebhookAction)
    assert reason in (result.text if isinstance(result, ActionSuccess) else str(result))
    assert isinstance(result, ActionSuccess) is (status < 300)


def test_a_redirect_to_another_host_is_not_followed(run: RunQt) -> None:
    reason = failure(run, lambda asked: (307, b"", {"Location": "https://elsewhere.test/"}), WebhookAction)
    assert reason == (
        "The webhook was not sent: 127.0.0.1 redirected the request to another address, and such redirects are not "
        "followed. Ask the provider for the new URL."
    )


def test_a_response_shows_neither_the_secret_nor_control_characters(run: RunQt) -> None:
    def answer(asked: Asked) -> Answer:
        return 403, f"\x1b[31mno access for {asked.headers['Authorization']}".encode() + b"\xff" * 9999, {}

    result, _ = send(run, answer, lambda url: WebhookAction(url, secret_env="HOOK"))
    assert isinstance(result, ActionError)
    assert result.output.isprintable()
    assert SECRET not in result.output
    assert len(result.output) <= 500


def test_a_server_that_is_not_there_is_reported(run: RunQt) -> None:
    def make(url: str) -> WebhookAction:
        return WebhookAction("http://127.0.0.1:9/", secret_env="HOOK")

    reason = failure(run, ok, make)
    assert reason.startswith("The webhook was not sent: ")
    assert "127.0.0.1:9" in reason


def test_nothing_is_sent_without_encryption(run: RunQt) -> None:
    result, asked = send(run, ok, lambda url: WebhookAction("http://example.com/"))
    assert "must use https://" in str(result)
    assert not asked


def test_four_webhooks_are_sent_at_once_and_others_wait(run: RunQt) -> None:
    async def test() -> None:
        may_end = asyncio.Event()
        running: list[str] = []

        async def post(url: str, headers: Mapping[str, str], body: bytes, credentials: Credentials) -> HttpResponse:
            running.append(url)
            await may_end.wait()
            return HttpResponse(200, b"")

        sender = WebhookSender(post, read_key)
        action = WebhookAction("https://example.com/")
        tasks = [asyncio.create_task(sender.send(action, MESSAGE)) for _ in range(20)]
        await until(lambda: len(running) == 4)
        with pytest.raises(ActionError, match="4 webhooks are running and 16 are waiting"):
            await sender.send(action, MESSAGE)
        may_end.set()
        assert len(await asyncio.gather(*tasks)) == 20

    run(test())
