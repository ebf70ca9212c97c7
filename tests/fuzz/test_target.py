from collections.abc import Sequence

import pytest
from hypothesis import settings

from tests.fuzz.target import FuzzError, FuzzTarget
from ticker_gui.domain.events import Fact
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.registry import PROVIDERS

_FRAMES = 3_000


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_mutated_frames_give_facts_or_are_rejected(provider: type[FeedProtocol]) -> None:
    target = FuzzTarget(provider, seed=1)
    target.run(20 * settings().max_examples)
    assert target.outcomes["rejected"]
    assert target.outcomes["fact"]


class _Fragile(Demo):
    """A decoder that fails on one byte in a hundred."""

    def decode(self, payload: bytes) -> Sequence[Fact]:
        facts = super().decode(payload)
        if len(payload) % 100 == 7:
            raise KeyError(payload[:10])
        return facts


def test_another_exception_is_a_failure_that_names_the_frame() -> None:
    with pytest.raises(FuzzError, match=r"demo: KeyError: .*; frame b'"):
        FuzzTarget(_Fragile, seed=1).run(_FRAMES)


def test_the_same_seed_gives_the_same_frames() -> None:
    first, second = FuzzTarget(Demo, seed=4), FuzzTarget(Demo, seed=4)
    first.run(500)
    second.run(500)
    assert first.outcomes == second.outcomes
