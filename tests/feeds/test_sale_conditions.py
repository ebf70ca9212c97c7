from __future__ import annotations

from functools import reduce
from operator import and_

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.events import UPDATES_EVERYTHING, Updates
from ticker_gui.feeds.sale_conditions import CTA, FINNHUB, IEX, MASSIVE, TAPES, UNKNOWN_TAPE, UTP, Codes

EVERYTHING, NOTHING = UPDATES_EVERYTHING, Updates.NOTHING
VOLUME = Updates.VOLUME
NOT_LAST = Updates.HIGH_LOW | Updates.VOLUME
NOT_VOLUME = Updates.LAST | Updates.HIGH_LOW

# The consolidated columns of both plans' matrices, letter by letter.
CTA_RULES = {
    **dict.fromkeys("@ EFKLOX568", EVERYTHING),
    **dict.fromkeys("BCHINRTUV7", VOLUME),
    **dict.fromkeys("GPZ4", NOT_LAST),
    **dict.fromkeys("MQ", NOTHING),
    "9": NOT_VOLUME,
}
UTP_RULES = {
    **dict.fromkeys("@ABDFKLOSXY12568", EVERYTHING),
    **dict.fromkeys("CHINRTUVW7", VOLUME),
    **dict.fromkeys("GPZ34", NOT_LAST),
    **dict.fromkeys("MQ", NOTHING),
    "9": NOT_VOLUME,
}
# What Massive publishes at /v3/reference/conditions.
MASSIVE_RULES = {
    **dict.fromkeys((0, 1, 3, 4, 8, 9, 11, 14, 17, 18, 19, 23, 24, 25, 27, 28, 30, 31, 34, 36, 41), EVERYTHING),
    **dict.fromkeys((208, 209, 210, 219, 227, 232, 245), EVERYTHING),
    **dict.fromkeys((2, 7, 12, 13, 20, 21, 29, 37, 52, 53, 246, 247, 248), VOLUME),
    **dict.fromkeys((5, 10, 22, 32, 33), NOT_LAST),
    **dict.fromkeys((15, 16, *range(201, 208)), NOTHING),
    38: NOT_VOLUME,
}
# Finnhub's numbers, in the words of its list.
FINNHUB_RULES = {
    **dict.fromkeys(("1", "2", "4", "6", "7", "8", "13", "14", "15", "18", "19", "23", "28", "29", "31"), EVERYTHING),
    **dict.fromkeys(("33", "34", "35", "36", "38", "41"), EVERYTHING),
    **dict.fromkeys(("3", "5", "10", "12", "17", "22", "24", "25", "26", "27", "37"), VOLUME),
    **dict.fromkeys(("9", "21", "30", "32"), NOT_LAST),
    **dict.fromkeys(("16", "20"), NOTHING),
    "39": NOT_VOLUME,
}
RULES = [
    *((CTA, code, updates) for code, updates in CTA_RULES.items()),
    *((UTP, code, updates) for code, updates in UTP_RULES.items()),
    *((MASSIVE, code, updates) for code, updates in MASSIVE_RULES.items()),
    *((FINNHUB, code, updates) for code, updates in FINNHUB_RULES.items()),
]
NAMES = {CTA: "CTA", UTP: "UTP", MASSIVE: "Massive", FINNHUB: "Finnhub"}
codes = st.lists(st.integers(0, 60), max_size=4)


def test_each_condition_updates_the_values_that_the_plans_allow() -> None:
    for table, code, updates in RULES:
        assert table.read((code,)) == ((str(code),), updates), f"{NAMES[table]} {code!r}"


def test_a_contingent_trade_far_from_the_market_updates_the_volume_only() -> None:
    assert MASSIVE.read((53, 52, 41)) == (("53", "52", "41"), VOLUME)


@pytest.mark.parametrize("padded", [" 37", "37 "])
def test_a_condition_may_have_spaces_around_it(padded: str) -> None:
    assert MASSIVE.read((padded,)) == ((padded,), VOLUME)


def test_a_regular_trade_with_details_updates_everything() -> None:
    assert CTA.read(("@", "F")) == (("@", "F"), EVERYTHING)
    assert FINNHUB.read(("1", "8"))[1] is EVERYTHING  # the very object that writers compare with


@given(several=codes)
def test_the_strictest_of_several_conditions_decides_in_any_order(several: list[int]) -> None:
    alone = [MASSIVE.read((code,))[1] for code in several]
    assert MASSIVE.read(tuple(several))[1] == reduce(and_, alone, EVERYTHING)
    assert MASSIVE.read(tuple(reversed(several)))[1] == MASSIVE.read(tuple(several))[1]


@given(known=codes, unknown=st.text(alphabet="abcxyz?", min_size=1, max_size=4))
def test_an_unknown_condition_restricts_nothing(known: list[int], unknown: str) -> None:
    assert MASSIVE.read((*known, unknown))[1] == MASSIVE.read(tuple(known))[1]


def test_letters_are_those_of_the_tape() -> None:
    assert TAPES["A"] is TAPES["B"] is CTA
    assert TAPES["C"] is TAPES["O"] is UTP
    assert (CTA.read(("B",))[1], UTP.read(("B",))[1]) == (VOLUME, EVERYTHING)


@given(letters=st.lists(st.sampled_from(sorted({*CTA_RULES, *UTP_RULES})), max_size=4))
def test_on_an_unknown_tape_a_letter_has_its_more_restrictive_meaning(letters: list[str]) -> None:
    assert UNKNOWN_TAPE.read(tuple(letters))[1] == CTA.read(tuple(letters))[1] & UTP.read(tuple(letters))[1]


def test_the_flags_of_iex_have_the_meaning_of_the_letters() -> None:
    assert IEX.read(())[1] is EVERYTHING
    assert IEX.read(("intermarket sweep", "trade through exempt"))[1] is EVERYTHING
    assert IEX.read(("odd lot",))[1] == VOLUME
    assert IEX.read(("after hours",))[1] == VOLUME


@pytest.mark.parametrize("written", [["x" * 9], list(range(17))], ids=["long code", "many codes"])
def test_conditions_beyond_the_bounds_are_rejected(written: list[str | int]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(written, Codes)
