"""The streams of a desk: what the broker stores, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ticker_gui.desk.broker_errors import stream_failure
from ticker_gui.domain.errors import TickerError
from ticker_gui.feeds.nats_desk import BARS, HEARTBEAT_S, LAST, STATES, TICKS
from ticker_gui.feeds.nats_subjects import GAPS, MINUTE_BARS, PREFIX, STATE, SYMBOLS

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from nats.js.api import StreamConfig

_HOUR_S: Final = 3_600.0
_DAY_S: Final = 86_400.0
# A NATS server counts nanoseconds and bytes in 64 bits.
_SHORTEST_S: Final = 0.1
_LONGEST_S: Final = 9e9
_LARGEST_BYTES: Final = 2**63 - 1
_MISSED_HEARTBEATS: Final = 2.5  # fewer than a desktop misses, so that it does not read a state that has ended


class StreamLimits(NamedTuple):
    """How much is stored. Sizes are those of all feeds together."""

    tick_hours: float = 24.0
    tick_megabytes: int = 2_048
    bar_days: float = 30.0
    bar_megabytes: int = 512


class _Stream(NamedTuple):
    name: str
    events: tuple[str, ...]
    max_age_s: float
    max_bytes: int
    per_subject: int  # messages of one subject
    in_memory: bool = False

    @property
    def subjects(self) -> list[str]:
        return [f"{PREFIX}.*.{event}" for event in self.events]


def _streams(limits: StreamLimits) -> list[_Stream]:
    return [
        _Stream(
            TICKS,
            ("trade.*", "correction.*", f"{GAPS}.*"),
            limits.tick_hours * _HOUR_S,
            limits.tick_megabytes << 20,
            1_000_000,
        ),
        _Stream(BARS, (f"{MINUTE_BARS}.*",), limits.bar_days * _DAY_S, limits.bar_megabytes << 20, 100_000),
        _Stream(LAST, ("quote.*", "day.*", SYMBOLS), limits.bar_days * _DAY_S, 256 << 20, 1),
        _Stream(STATES, (STATE,), _MISSED_HEARTBEATS * HEARTBEAT_S, 16 << 20, 1, in_memory=True),
    ]


async def ensure_streams(context: JetStreamContext, limits: StreamLimits) -> None:
    """Create the streams that are missing, and change those with other limits.

    Raises:
        TickerError: the broker refuses, such as for its limits or its permissions.
        nats.errors.Error: the broker does not answer.
    """
    from nats.js.errors import APIError, NotFoundError

    for stream in _streams(limits):
        config = _config(stream)
        try:
            try:
                existing = (await context.stream_info(stream.name)).config
            except NotFoundError:
                await context.add_stream(config)
                continue
            if not _is_same(existing, config):
                config.num_replicas = existing.num_replicas  # which a cluster may have more of
                await context.update_stream(config)
        except APIError as error:
            reason = stream_failure(stream.name, stream.max_bytes >> 20, error.description)
            raise TickerError(reason) from error


def _config(stream: _Stream) -> StreamConfig:
    from nats.js.api import DiscardPolicy, StorageType, StreamConfig

    return StreamConfig(
        name=stream.name,
        subjects=stream.subjects,
        max_age=min(max(stream.max_age_s, _SHORTEST_S), _LONGEST_S),
        max_bytes=min(stream.max_bytes, _LARGEST_BYTES),
        max_msgs_per_subject=stream.per_subject,
        discard=DiscardPolicy.OLD,
        storage=StorageType.MEMORY if stream.in_memory else StorageType.FILE,
        allow_direct=True,
    )


def _is_same(existing: StreamConfig, config: StreamConfig) -> bool:
    return all(
        getattr(existing, name) == getattr(config, name)
        for name in ("subjects", "max_age", "max_bytes", "max_msgs_per_subject", "allow_direct")
    )
