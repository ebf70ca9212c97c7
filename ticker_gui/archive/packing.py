"""Trades as compact blocks: differences of consecutive values, sorted by byte and compressed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.arrays import Floats, Times

_FORMAT: Final = 1
_LEVEL: Final = 1  # of zlib: higher levels take several times as long and save little
_HEADER: Final = struct.Struct("<BIbb")  # format, number of trades, decimals of prices and of sizes
_LENGTH: Final = struct.Struct("<I")
_MAX_DECIMALS: Final = 10
_MAX_EXACT: Final = 2.0**53
_NOT_DECIMAL: Final = -1
_SEPARATOR: Final = "\0"


class TradeColumns(NamedTuple):
    """Trades as columns of equal length, oldest first.

    ``seq`` orders trades of the same time; it is the provider's id where that is an integer. ``updates`` contains
    values of `domain.events.Updates`, with `records.BACKFILLED_FLAG` for trades that were requested after a gap.
    ``ids`` are the ids that are not integers and ``conditions`` the sale conditions separated by commas; both are empty
    where there are none.
    """

    times_ns: Times
    seq: Times
    prices: Floats
    sizes: Floats
    updates: npt.NDArray[np.uint8]
    ids: tuple[str, ...]
    conditions: tuple[str, ...]

    def select(self, rows: npt.NDArray[np.int64]) -> TradeColumns:
        """Return the trades at these indices."""
        indices = rows.tolist()
        return TradeColumns(
            self.times_ns[rows],
            self.seq[rows],
            self.prices[rows],
            self.sizes[rows],
            self.updates[rows],
            _select_texts(self.ids, indices),
            _select_texts(self.conditions, indices),
        )


def trade_columns(rows: Sequence[tuple[int, int, float, float, int, str | None, str | None]]) -> TradeColumns:
    """Return rows of time, seq, price, size, updates, id and conditions as columns."""
    if not rows:
        return join_trades(())
    times, seq, prices, sizes, updates, ids, conditions = zip(*rows, strict=True)
    return TradeColumns(
        np.array(times, np.int64),
        np.array(seq, np.int64),
        np.array(prices, np.float64),
        np.array(sizes, np.float64),
        np.array(updates, np.uint8),
        tuple([text or "" for text in ids]) if any(ids) else (),
        tuple([text or "" for text in conditions]) if any(conditions) else (),
    )


def join_trades(parts: Iterable[TradeColumns]) -> TradeColumns:
    """Return the trades of several parts, sorted by time and seq, each once."""
    parts = [part for part in parts if len(part.times_ns)]
    if not parts:
        none = np.empty(0, np.int64)
        return TradeColumns(none, none, np.empty(0), np.empty(0), np.empty(0, np.uint8), (), ())
    joined = parts[0] if len(parts) == 1 else _concatenated(parts)
    times, seq = joined.times_ns, joined.seq
    later = times[1:] > times[:-1]
    if bool((later | ((times[1:] == times[:-1]) & (seq[1:] > seq[:-1]))).all()):
        return joined
    order = np.lexsort((seq, times))
    times, seq = times[order], seq[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (times[1:] != times[:-1]) | (seq[1:] != seq[:-1])
    return joined.select(order[is_first])


def pack(trades: TradeColumns) -> bytes:
    """Return trades as one block; `unpack` returns exactly the same values."""
    price_decimals, prices = _as_integers(trades.prices)
    size_decimals, sizes = _as_integers(trades.sizes)
    parts = [_HEADER.pack(_FORMAT, len(trades.times_ns), price_decimals, size_decimals)]
    for column in (_differences(trades.times_ns), _differences(trades.seq), prices, sizes):
        parts += _compressed(column.view(np.uint8).reshape(-1, 8).T.tobytes())
    parts += _compressed(trades.updates.tobytes())
    parts += _compressed(_SEPARATOR.join(trades.ids).encode("utf-8", "surrogatepass"))
    parts += _compressed(_SEPARATOR.join(trades.conditions).encode("utf-8", "surrogatepass"))
    return b"".join(parts)


def unpack(block: bytes) -> TradeColumns:
    """Return the trades of a block.

    Raises:
        ValueError: the block is damaged, or of a newer format.
    """
    try:
        return _unpack(block)
    except (struct.error, zlib.error, TypeError) as error:
        raise ValueError(f"a block of trades is damaged: {error}") from error


def _unpack(block: bytes) -> TradeColumns:
    version, count, price_decimals, size_decimals = _HEADER.unpack_from(block)
    if version != _FORMAT:
        raise ValueError(f"a block of trades has the unknown format {version}")
    position, columns = _HEADER.size, []
    for _ in range(7):
        (length,) = _LENGTH.unpack_from(block, position)
        position += _LENGTH.size
        columns.append(zlib.decompress(block[position : position + length]))
        position += length
    times, seq, prices, sizes = (_transposed(column, count) for column in columns[:4])
    return TradeColumns(
        np.cumsum(times, dtype=np.int64),
        np.cumsum(seq, dtype=np.int64),
        _as_floats(prices, price_decimals),
        _as_floats(sizes, size_decimals),
        np.frombuffer(columns[4], np.uint8, count),
        _split_texts(columns[5], count),
        _split_texts(columns[6], count),
    )


def _compressed(data: bytes) -> tuple[bytes, bytes]:
    packed = zlib.compress(data, _LEVEL)
    return _LENGTH.pack(len(packed)), packed


def _transposed(data: bytes, count: int) -> Times:
    columns = np.frombuffer(data, np.uint8, count * 8).reshape(8, count)
    return np.ascontiguousarray(columns.T).view(np.int64).reshape(count)


def _differences(values: Times) -> Times:
    """Return the first value and the difference of each to the one before; it may wrap around."""
    return np.diff(values, prepend=np.int64(0))


def _as_integers(values: Floats) -> tuple[int, Times]:
    """Return the number of decimals, and differences of integers; or the bits of the values if that is not exact."""
    if np.isfinite(values).all() and not (np.signbit(values) & (values == 0)).any():
        for decimals in range(_MAX_DECIMALS + 1):
            scaled = np.rint(values * 10.0**decimals)
            if np.abs(scaled).max(initial=0.0) >= _MAX_EXACT:
                break
            if np.array_equal(scaled / 10.0**decimals, values):
                return decimals, _differences(scaled.astype(np.int64))
    return _NOT_DECIMAL, np.ascontiguousarray(values).view(np.int64)


def _as_floats(values: Times, decimals: int) -> Floats:
    if decimals == _NOT_DECIMAL:
        return values.view(np.float64)
    return np.cumsum(values, dtype=np.int64) / 10.0**decimals


def _split_texts(data: bytes, count: int) -> tuple[str, ...]:
    return tuple(data.decode("utf-8", "surrogatepass").split(_SEPARATOR)) if data and count else ()


def _select_texts(texts: tuple[str, ...], rows: Sequence[int]) -> tuple[str, ...]:
    return tuple([texts[row] for row in rows]) if texts else ()


def _concatenated(parts: Sequence[TradeColumns]) -> TradeColumns:
    return TradeColumns(
        np.concatenate([part.times_ns for part in parts]),
        np.concatenate([part.seq for part in parts]),
        np.concatenate([part.prices for part in parts]),
        np.concatenate([part.sizes for part in parts]),
        np.concatenate([part.updates for part in parts]),
        _join_texts([(part.ids, len(part.times_ns)) for part in parts]),
        _join_texts([(part.conditions, len(part.times_ns)) for part in parts]),
    )


def _join_texts(parts: Sequence[tuple[tuple[str, ...], int]]) -> tuple[str, ...]:
    if not any(texts for texts, _ in parts):
        return ()
    return tuple([text for texts, count in parts for text in texts or ("",) * count])
