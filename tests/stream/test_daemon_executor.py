import asyncio
import threading

import pytest

from ticker_gui.stream.daemon_executor import DaemonExecutor


@pytest.mark.parametrize("loop", ["run", "run_qt"])
def test_calls_return_their_result_or_raise_their_exception(loop: str, request: pytest.FixtureRequest) -> None:
    async def test() -> None:
        asyncio.get_running_loop().set_default_executor(DaemonExecutor())
        assert await asyncio.to_thread(sum, [1, 2, 3]) == 6
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(divmod, 1, 0)

    request.getfixturevalue(loop)(test())


@pytest.mark.parametrize("loop", ["run", "run_qt"])
def test_a_call_that_hangs_does_not_delay_the_end(loop: str, request: pytest.FixtureRequest) -> None:
    release, has_returned = threading.Event(), threading.Event()

    def hang() -> None:
        release.wait(60)
        has_returned.set()

    async def test() -> None:
        asyncio.get_running_loop().set_default_executor(DaemonExecutor())
        hanging = asyncio.ensure_future(asyncio.to_thread(hang))
        await asyncio.sleep(0)
        hanging.cancel()

    request.getfixturevalue(loop)(test())
    assert not has_returned.is_set()
    release.set()


def test_the_threads_are_daemons() -> None:
    assert DaemonExecutor().submit(lambda: threading.current_thread().daemon).result(10)


def test_a_shutdown_does_not_wait() -> None:
    executor, gate = DaemonExecutor(), threading.Event()
    future = executor.submit(gate.wait, 60)
    executor.shutdown()
    assert not future.done()
    gate.set()
    assert future.result(10)


def test_what_a_call_uses_is_released_by_the_thread_that_made_the_call() -> None:
    releases: list[threading.Thread] = []

    class Window:
        def __call__(self) -> None:
            gate.wait(60)

        def __del__(self) -> None:
            releases.append(threading.current_thread())

    executor, gate = DaemonExecutor(), threading.Event()
    future = executor.submit(Window())
    thread = next(one for one in threading.enumerate() if one.name == "blocking call")
    gate.set()
    future.result(60)
    del future
    thread.join(60)
    executor.submit(sum, ()).result(60)
    assert releases == [threading.current_thread()]
