from __future__ import annotations

from pathlib import Path

import pytest
from nats.js.api import StreamConfig, StreamInfo

from tests.conftest import RunQt
from tests.desk.nats_server import NatsServer, needs_nats_server
from ticker_gui.desk.broker import Broker, BrokerAddress
from ticker_gui.desk.streams import StreamLimits, ensure_streams
from ticker_gui.domain.errors import TickerError

pytestmark = needs_nats_server


def test_missing_streams_are_created_and_others_changed(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        broker = await Broker.connect(BrokerAddress(nats_server.url))
        await ensure_streams(broker.context, StreamLimits(1.0, 64, 1.0, 64))
        await ensure_streams(broker.context, StreamLimits(1.0, 64, 1.0, 64))
        ticks = (await broker.context.stream_info("TICKS")).config
        assert ticks.subjects == ["ticker.*.trade.*", "ticker.*.correction.*", "ticker.*.gap.*"]
        assert (ticks.max_age, ticks.max_bytes) == (3_600.0, 64 << 20)
        await ensure_streams(broker.context, StreamLimits(2.0, 32, 1.0, 64))
        ticks = (await broker.context.stream_info("TICKS")).config
        assert (ticks.max_age, ticks.max_bytes) == (7_200.0, 32 << 20)
        for name in ("BARS", "LAST", "STATES"):
            config = (await broker.context.stream_info(name)).config
            assert config.max_bytes is not None
            assert config.max_bytes > 0
            assert config.max_age
            assert config.allow_direct
        await broker.close()

    run(test())


@pytest.mark.parametrize("limits", [StreamLimits(1e12, 64, 1e12, 64), StreamLimits(1e-9, 64, 1e-9, 64)])
def test_times_that_a_server_cannot_count_are_as_long_or_short_as_possible(
    run: RunQt, nats_server: NatsServer, limits: StreamLimits
) -> None:
    async def test() -> None:
        broker = await Broker.connect(BrokerAddress(nats_server.url))
        await ensure_streams(broker.context, limits)
        await ensure_streams(broker.context, limits)
        await broker.close()

    run(test())


def test_replicas_that_a_cluster_has_stay(run: RunQt, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        broker = await Broker.connect(BrokerAddress(nats_server.url))
        await ensure_streams(broker.context, StreamLimits(1.0, 64, 1.0, 64))
        read, changed = broker.context.stream_info, list[StreamConfig]()

        async def stream_info(name: str) -> StreamInfo:
            info = await read(name)
            info.config.num_replicas = 3
            return info

        async def update_stream(config: StreamConfig) -> None:
            changed.append(config)

        monkeypatch.setattr(broker.context, "stream_info", stream_info)
        monkeypatch.setattr(broker.context, "update_stream", update_stream)
        await ensure_streams(broker.context, StreamLimits(2.0, 64, 1.0, 64))
        assert [(config.name, config.num_replicas) for config in changed] == [("TICKS", 3)]
        await broker.close()

    run(test())


def test_a_server_with_less_room_says_which_stream_it_refuses(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        broker = await Broker.connect(BrokerAddress(nats_server.url))
        with pytest.raises(TickerError, match=r"refused the stream TICKS \(up to 1,000,000,000 MB\)"):
            await ensure_streams(broker.context, StreamLimits(tick_megabytes=1_000_000_000))
        await broker.close()

    run(test())


def test_a_server_without_jetstream_is_distinguished_from_one_that_refuses(run: RunQt, tmp_path: Path) -> None:
    server = NatsServer(tmp_path)
    config = tmp_path / "nats.conf"
    config.write_text(config.read_text("utf-8").replace("jetstream { store_dir: store }", ""), "utf-8")
    server.start()

    async def test() -> None:
        broker = await Broker.connect(BrokerAddress(server.url))
        with pytest.raises(TickerError, match=r"has no JetStream.*Add jetstream \{"):
            await ensure_streams(broker.context, StreamLimits(1.0, 64, 1.0, 64))
        await broker.close()

    try:
        run(test())
    finally:
        server.kill()
