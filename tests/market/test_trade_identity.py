from __future__ import annotations

import pytest

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.trade_identity import ANY_PRICE, is_same_price, is_same_time, is_same_trade, key_of, precision_ns

NOW_NS = 1_700_000_000 * SECOND_NS


def test_an_id_is_the_same_as_a_number_and_as_its_text() -> None:
    assert key_of(7, None) == key_of("7", None) == 7
    assert key_of("07", None) != 7
    different: list[int | str] = ["07", "seven", -1, -2, 2**61, "7" * 30]
    keys = {key_of(one, None) for one in different} | {key_of(7, "XNAS"), key_of(7, 11)}
    assert len(keys) == 8
    assert max(keys) < -1  # those of plain numbers are not negative, and -1 stands for none


@pytest.mark.parametrize(
    ("time_ns", "price", "size", "expected"),
    [
        (NOW_NS, 100.0, 2.0, True),
        (NOW_NS, 100.0 + 1e-6, 2.0, True),  # of 32 bits
        (NOW_NS, ANY_PRICE, 0.0, True),
        (-1, 100.0, 0.0, True),
        (NOW_NS + 1, 100.0, 2.0, True),  # in whole seconds
        (NOW_NS, 100.1, 2.0, False),
        (NOW_NS, 100.0, 3.0, False),
        (NOW_NS + SECOND_NS, 100.0, 2.0, False),
    ],
)
def test_what_both_trades_contain_must_be_equal(time_ns: int, price: float, size: float, expected: bool) -> None:
    assert is_same_trade((NOW_NS, 100.0, 2.0), time_ns, price, size) is expected


def test_times_are_compared_in_the_coarser_precision() -> None:
    assert [precision_ns(NOW_NS + rest) for rest in (0, 1_000_000, 1_000, 1)] == [SECOND_NS, 1_000_000, 1_000, 1]
    assert is_same_time(NOW_NS, NOW_NS + 999_999_999)
    assert not is_same_time(NOW_NS + 1_000_000, NOW_NS + 2_000_001)


def test_prices_may_be_rounded() -> None:
    assert is_same_price(100.0, 100.000001)
    assert not is_same_price(100.0, 100.0001)
