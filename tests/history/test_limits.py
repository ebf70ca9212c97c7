from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.history.limits import describe_pause

_NOON_S = 1_780_000_000 // 86_400 * 86_400 + 43_200


def test_a_pause_ends_at_a_time_of_day_or_on_another_date() -> None:
    now_ns = _NOON_S * SECOND_NS
    end = local_time(_NOON_S + 65, None)
    assert (
        describe_pause(now_ns, 65.0, "Past bars are requested") == f"Past bars are requested again at {end:%H:%M:%S}."
    )
    later = local_time(_NOON_S + 3 * 86_400, None)
    assert describe_pause(now_ns, 3 * 86_400.0, "It is requested").endswith(f" again at {later:%Y-%m-%d %H:%M:%S}.")


@given(st.integers(0, 10**9), st.floats(0.0, 300_000.0))
def test_the_time_is_never_before_the_end_of_the_pause(fraction_ns: int, pause_s: float) -> None:
    now_ns = _NOON_S * SECOND_NS + fraction_ns
    text = describe_pause(now_ns, pause_s, "It is requested").removesuffix(".")
    end_s = -(-(now_ns + int(pause_s * SECOND_NS)) // SECOND_NS)
    assert text.endswith(f"{local_time(end_s, None):%H:%M:%S}")
