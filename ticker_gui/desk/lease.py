"""The lease of a feed: of several publishers, the one that holds it leads."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.timeframe import NEVER_NS, SECOND_NS
from ticker_gui.feeds.nats_subjects import encode_token

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from nats.js.kv import KeyValue

BUCKET: Final = "ticker_leaders"
TTL_S: Final = 3.0  # after which the lease of a publisher that has ended is free
RENEWAL_S: Final = 1.0
_MARGIN_S: Final = 0.5  # before the end of the lease, in which nothing is sent any more
_HELD_NS: Final = int((TTL_S - _MARGIN_S) * SECOND_NS)


class Lease:
    """The lease of one feed in a key-value bucket of the broker, which forgets it unless it is renewed.

    ``clock`` has to continue during suspend: another publisher has the lease then. ``is_continued`` says that the last
    renewal continued a lease of this publisher; otherwise another one may have held it before.
    """

    def __init__(self, bucket: KeyValue, feed: str, holder: str, clock: Clock) -> None:
        self._bucket: Final = bucket
        self._key: Final = encode_token(feed).replace("%", "=")  # which keys may contain
        self._holder: Final = holder.encode()
        self.is_continued = False
        self._clock: Final = clock
        self._revision = 0
        self._renewed_ns = NEVER_NS

    @property
    def is_held(self) -> bool:
        """Whether this publisher leads, so that it may publish now."""
        return self._clock() < self._renewed_ns + _HELD_NS

    async def renew(self) -> bool:
        """Renew the lease, or take it if nobody holds it; return whether it is held.

        Raises:
            nats.errors.Error: the broker does not answer.
        """
        from nats.js.errors import APIError

        asked_ns = self._clock()
        try:
            if not self._revision:
                self._revision = await self._own_revision()
            self.is_continued = bool(self._revision)
            if self._revision:
                self._revision = await self._bucket.update(self._key, self._holder, last=self._revision)
            else:
                self._revision = await self._bucket.create(self._key, self._holder)
        except APIError:  # another one holds it
            self._revision = 0
            self._renewed_ns = NEVER_NS
        else:
            self._renewed_ns = asked_ns
        return self.is_held

    async def _own_revision(self) -> int:
        """Return the revision of the lease if this publisher has it from an earlier connection, otherwise 0."""
        from nats.js.errors import KeyNotFoundError

        try:
            entry = await self._bucket.get(self._key)
        except KeyNotFoundError:
            return 0
        return (entry.revision or 0) if entry.value == self._holder else 0

    async def release(self) -> None:
        """Let another publisher take over at once."""
        from nats.errors import Error

        if self.is_held:
            self._renewed_ns = NEVER_NS
            with suppress(Error):  # it ends by itself
                await self._bucket.purge(self._key)


async def open_lease(context: JetStreamContext, feed: str, holder: str, clock: Clock) -> Lease:
    """Return the lease of a feed; its bucket is created if it is missing.

    Raises:
        nats.errors.Error: the broker does not answer, or does not allow it.
    """
    from nats.js.api import KeyValueConfig, StorageType
    from nats.js.errors import BucketNotFoundError

    try:
        bucket = await context.key_value(BUCKET)
    except BucketNotFoundError:
        # In memory, because a busy disk must not cost the lease.
        config = KeyValueConfig(BUCKET, ttl=TTL_S, history=1, storage=StorageType.MEMORY)
        bucket = await context.create_key_value(config)
    return Lease(bucket, feed, holder, clock)
