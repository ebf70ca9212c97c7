from __future__ import annotations

import pytest

from ticker_gui.feeds.generic.field_names import ROLES, is_opaque, role_score


def best(name: str) -> str | None:
    role = max(ROLES, key=lambda role: role_score(role, name))
    return role if role_score(role, name) > 0 else None


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("price", "price"),
        ("lastPrice", "price"),
        ("last_trade_price", "price"),
        ("LTP", "price"),
        ("px", "price"),
        ("data.price", "price"),
        ("bid", "bid"),
        ("bidPx", "bid"),
        ("best_bid_price", "bid"),
        ("closeoutBid", "bid"),
        ("bid.price", "bid"),
        ("b[0]", "bid"),
        ("bidSize", "bid_size"),
        ("best_bid_quantity", "bid_size"),
        ("B", "bid_size"),
        ("bid.size", "bid_size"),
        ("askPx", "ask"),
        ("offer", "ask"),
        ("askSz", "ask_size"),
        ("qty", "size"),
        ("lastSz", "size"),
        ("high24h", "high"),
        ("low_24h", "low"),
        ("open24h", "open"),
        ("prevClosePrice", "previous_close"),
        ("volume24h", "volume"),
        ("vol24h", "volume"),
        ("timestamp", "time"),
        ("transactTime", "time"),
        ("trade_id", "trade_id"),
        ('"last price"', "price"),
    ],
)
def test_a_name_fits_its_role(name: str, role: str) -> None:
    assert best(name) == role


@pytest.mark.parametrize(
    "name",
    ["priceChange", "price_change_percent", "priceChangePercent", "weightedAvgPrice", "openInterest", "volume_30d", "high_52_w", "fundingRate",
     "price_24h", "price24hr", "mark.price", "index.px", "data.oracle.price", "mark.bid", "bidCount", "turnover24h", "tickSize", "quoteVolumeChange", "side", "currency", "[2]", "bid[1]", ""],
)  # fmt: skip
def test_a_name_with_another_meaning_fits_no_role(name: str) -> None:
    assert best(name) in (None, "time") if name == "[2]" else best(name) is None


def test_a_row_has_no_names_but_may_have_a_time() -> None:
    assert 0 < role_score("time", "[1]") < 1
    assert role_score("price", "[1]") == 0


@pytest.mark.parametrize(
    "name",
    ["markPrice", "mark_price", "indexPrice", "midPrice", "mid", "fairPrice", "settlementPrice", "vwap", "avgPrice", "priceEp",
     "lastEp", "price_e8", "stopPrice", "limitPrice", "orderPrice", "strikePrice", "acc_trade_price", "prevPrice24h", "bid_id",
     "total_ask_size", "sequence", "trade_count", "grossValue", "openInterest", "impactMidPrice"],
)  # fmt: skip
def test_names_that_are_neither_price_nor_size_fit_no_role(name: str) -> None:
    assert all(role_score(role, name) == 0 for role in ("price", "size", "bid", "ask"))


@pytest.mark.parametrize(("name", "expected"), [("kurs", True), ("[2]", True), ("foo", True), ("seq", False), ("price", False),
                                                ("markPrice", False), ("channelId", False), ("vw_avg", False), ("n_e8", False)])  # fmt: skip
def test_only_a_name_without_a_known_meaning_is_opaque(name: str, expected: bool) -> None:
    assert is_opaque(name) is expected
