from __future__ import annotations

from ticker_gui.alerts.firing import Firing, Observation, Outcome


def test_a_replay_and_a_muted_feed_run_no_actions() -> None:
    def may_run(*, is_replay: bool = False, is_muted: bool = False) -> bool:
        observation = Observation(1.0, 0, 0)
        firing = Firing(
            1, "a", "f", "A", "last > 1", Outcome.FIRED, 0, observation, is_replay=is_replay, is_muted=is_muted
        )
        return firing.may_run_actions

    assert may_run()
    assert not may_run(is_replay=True)
    assert not may_run(is_muted=True)
