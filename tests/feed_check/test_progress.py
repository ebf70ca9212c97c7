"""The steps of a running check, as the user sees them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import msgspec
from websockets.asyncio.server import ServerConnection

from tests.conftest import RunQt
from tests.doubles import until
from tests.servers import receive_forever, serving
from ticker_gui.config.session_keys import credentials_with
from ticker_gui.config.settings import Feed
from ticker_gui.domain.events import Fact, Reply, Trade
from ticker_gui.feed_check.feed_check import FeedCheck
from ticker_gui.feed_check.progress import ProgressStep, StepStatus, progress
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.market.limits import Limits
from ticker_gui.stream.timeouts import Timeouts


def a_check(url: str, *symbols: str, provider: str = "demo", seconds: float = 20, **more: object) -> FeedCheck:
    feed = Feed(url, symbols, "desk", provider)
    return FeedCheck(feed, Limits(), seconds, ends_when_answered=True, timeouts=Timeouts(open_timeout=5), **more)  # type: ignore[arg-type]


def line(fact: Fact) -> str:
    return msgspec.json.encode(fact).decode()


def statuses(steps: list[ProgressStep]) -> dict[str, StepStatus]:
    return {step.name: step.status for step in steps}


async def run_observed(check: FeedCheck, note: Callable[[], object]) -> None:
    """Run a check, and call ``note`` all the time meanwhile."""

    async def observe() -> None:
        while True:
            note()
            await asyncio.sleep(0.001)

    observing = asyncio.create_task(observe())
    await check.run()
    observing.cancel()


def test_before_it_starts_every_step_is_still_to_come() -> None:
    steps = progress(a_check("wss://127.0.0.1:9", "A"), is_running=False)
    assert [step.title for step in steps] == [
        "Server name",
        "Connection",
        "Encryption",
        "WebSocket",
        "Symbols",
        "First price",
    ]
    assert set(statuses(steps).values()) == {StepStatus.PENDING}


def test_while_the_check_runs_one_step_is_running_and_the_missing_symbol_is_named(run: RunQt) -> None:
    seen: list[dict[str, StepStatus]] = []
    details: list[str] = []

    async def serve(client: ServerConnection) -> None:
        await client.recv()
        await client.send(line(Reply(("A", "B"), ok=True)))
        await client.send(line(Trade("A", 5.0, time_ns=time.time_ns())))
        await until(lambda: bool(details))
        await client.send(line(Trade("B", 6.0, time_ns=time.time_ns())))
        await receive_forever(client)

    async def test(url: str) -> list[ProgressStep]:
        def note() -> None:
            steps = progress(check, is_running=True)
            seen.append(statuses(steps))
            if steps[-1].detail == "1 of 2: waiting for B":
                details.append(steps[-1].detail)

        check = a_check(url, "A", "B")
        await run_observed(check, note)
        return progress(check, is_running=False)

    with serving(serve) as server:
        steps = run(test(server.url))
    assert details
    assert any(each["handshake"] is StepStatus.RUNNING for each in seen if "handshake" in each)
    assert [step.status for step in steps] == [StepStatus.DONE] * 5
    assert steps[-1].detail == "2 of 2 symbols"
    assert steps[-2].detail == "2 of 2 symbols"
    assert all(step.ms is not None for step in steps)


def test_the_check_ends_as_soon_as_every_symbol_has_a_price(run: RunQt) -> None:
    async def serve(client: ServerConnection) -> None:
        await client.recv()
        await client.send(line(Trade("A", 5.0)))
        await receive_forever(client)

    async def test(url: str) -> None:
        check = a_check(url, "A", seconds=1e6)
        await check.run()
        assert check.is_answered

    with serving(serve) as server:
        run(test(server.url))


def test_a_failed_step_says_what_happened_and_what_to_do_and_ends_the_list(run: RunQt) -> None:
    async def test() -> list[ProgressStep]:
        check = a_check("ws://127.0.0.1:9", "A")
        await check.run()
        return progress(check, is_running=False)

    steps = run(test())
    assert statuses(steps) == {"dns": StepStatus.DONE, "tcp": StepStatus.FAILED}
    assert steps[-1].detail
    assert steps[-1].remedy


def test_the_typed_key_is_used_and_not_a_stored_one(run: RunQt) -> None:
    paths: list[str] = []

    async def serve(client: ServerConnection) -> None:
        assert client.request is not None
        paths.append(client.request.path)
        await client.send('{"type":"error","msg":"Invalid API key"}')
        await receive_forever(client)

    def typed(feed: Feed) -> Credentials:
        return credentials_with(feed, "typed-key")

    async def test(url: str) -> list[ProgressStep]:
        check = a_check(url, "AAPL", provider="finnhub", find_credentials=typed)
        await check.run()
        assert "typed-key" not in str(check.report())
        return progress(check, is_running=False)

    with serving(serve) as server:
        steps = run(test(server.url))
    assert paths == ["/?token=typed-key"]
    assert steps[-1].status is StepStatus.FAILED
    assert steps[-1].remedy.startswith("Check the key and ")


def test_a_cancelled_check_leaves_no_step_running(run: RunQt) -> None:
    async def test(url: str) -> list[ProgressStep]:
        check = a_check(url, "A")
        task = asyncio.ensure_future(check.run())
        await until(lambda: any(step.name == "subscription" for step in check.steps()))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return progress(check, is_running=False)

    with serving(receive_forever) as server:
        steps = run(test(server.url))
    assert StepStatus.RUNNING not in statuses(steps).values()
    assert statuses(steps)["subscription"] is StepStatus.SKIPPED


def test_a_failed_detection_says_what_the_user_can_do_in_the_window(run: RunQt) -> None:
    running = list[str]()

    async def serve(client: ServerConnection) -> None:
        for number in range(200):
            await client.send(f'{{"a": "x", "b": {number}}}')
            if number == 0:
                await until(lambda: "detecting the format of the messages…" in running)
        await receive_forever(client)

    async def test(url: str) -> list[ProgressStep]:
        check = a_check(url, provider="guess")
        await run_observed(check, lambda: running.append(progress(check, is_running=True)[-2].detail))
        return progress(check, is_running=False)

    with serving(serve) as server:
        steps = run(test(server.url))
    assert steps[-1].status is StepStatus.FAILED
    assert steps[-1].remedy.startswith("Click the price and the symbol in a message below")


def test_after_the_end_no_step_is_still_to_come(run: RunQt) -> None:
    async def serve(client: ServerConnection) -> None:
        await client.recv()
        await client.send(line(Trade("A", 5.0)))
        await receive_forever(client)

    async def test(url: str) -> None:
        check = a_check(url, "A")
        await check.run()
        assert check.has_ended
        check._timestamps.pop("data")  # so that there is no first price
        assert StepStatus.PENDING not in statuses(progress(check, is_running=False)).values()
        stopped = a_check(url, "A")
        assert not stopped.has_ended
        assert StepStatus.PENDING in statuses(progress(stopped, is_running=False)).values()

    with serving(serve) as server:
        run(test(server.url))
