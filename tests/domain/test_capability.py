"""Capabilities as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.capability import DAY_STATISTICS, Capability, describe_capabilities


@pytest.mark.parametrize(
    ("capabilities", "text"),
    [
        ((), ""),
        ((Capability.TRADES,), "prices"),
        ((Capability.TRADE_SIZES, Capability.TRADES), "trades"),
        ((Capability.QUOTES,), "quotes without sizes"),
        ((Capability.QUOTES, Capability.QUOTE_SIZES), "quotes"),
        ((Capability.DAY_VOLUME,), "day volume"),
        ((*DAY_STATISTICS, Capability.PREVIOUS_CLOSE), "day statistics, previous close"),
        ((Capability.BARS,), "bars"),
        ((Capability.HISTORY, Capability.BARS), "bars with history"),
    ],
)
def test_related_capabilities_have_one_name(capabilities: tuple[Capability, ...], text: str) -> None:
    assert describe_capabilities(capabilities) == text


@given(st.lists(st.sampled_from(Capability)))
def test_the_text_does_not_depend_on_the_order(capabilities: list[Capability]) -> None:
    text = describe_capabilities(frozenset(capabilities))
    assert describe_capabilities(capabilities[::-1]) == text
    assert bool(text) == bool(capabilities)


@given(st.sets(st.sampled_from(Capability)), st.sampled_from(Capability))
def test_every_capability_changes_the_text(capabilities: set[Capability], more: Capability) -> None:
    if more not in capabilities:
        assert describe_capabilities(capabilities) != describe_capabilities(capabilities | {more})
