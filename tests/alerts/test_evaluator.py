from __future__ import annotations

from msgspec.structs import replace

from tests.alerts.monitored import Monitored
from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.evaluator import AlertEvaluator, Arming
from ticker_gui.alerts.firing import Firing, Outcome
from ticker_gui.domain.events import Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.feeds.history import StockHours


class Evaluated(Monitored):
    """A symbol at 99 whose alerts are those of a book. Its provider may have the trading days of US stocks."""

    def __init__(self, *alerts: Alert, is_replay: bool = False, has_us_stocks: bool = False) -> None:
        super().__init__()
        if has_us_stocks:
            self.market.set_us_stocks(StockHours.WITH_SESSION)
            self.state = self.market.watch("A", "A")
        self.trades(99.0)
        self.book = AlertBook()
        self.book.add(alerts)
        self.evaluator = AlertEvaluator(self.book, is_replay=is_replay)
        self.firings: list[Firing] = []
        self.evaluator.on_firing = lambda firing, alert: self.firings.append(firing)
        self.arm()

    def arm(self) -> None:
        """Arm all alerts that are not paused or done, and start evaluating them."""
        self.evaluator.arm(
            {
                record.alert.id: Arming(record.alert, self.book.condition_of(record.alert.id), (self.state,))
                for record in self.book.records
                if not record.is_paused and not record.is_done
            },
            self.now_ns,
        )
        self.monitor = self.evaluator.monitors.get(self.state, self.monitor)


def alert(condition: str = "last crosses 100", **changes: object) -> Alert:
    made = Alert("a", condition, "A", repeat=Repeat.EVERY_TIME, is_confirmed=False, cooldown_s=0.0)
    return replace(made, **changes)


def test_a_price_level_is_confirmed_by_default() -> None:
    own = Evaluated(alert(is_confirmed=None))
    own.trades(101.0)
    assert own.firings == []
    own.trades(101.0)
    assert len(own.firings) == 1


def test_an_alert_that_fires_once_is_no_longer_evaluated() -> None:
    own = Evaluated(alert(repeat=Repeat.ONCE))
    own.trades(101.0, 98.0, 102.0)
    assert [firing.observation.price for firing in own.firings] == [101.0]
    assert own.evaluator.monitors == {}


def test_every_time_waits_for_the_cooldown_and_counts_what_it_suppressed() -> None:
    own = Evaluated(alert(cooldown_s=60.0))
    own.trades(101.0, 98.0, 102.0)
    own.now_ns += 60 * SECOND_NS
    own.trades(98.0)
    assert [(firing.observation.price, firing.suppressed) for firing in own.firings] == [(101.0, 0), (98.0, 2)]


def test_an_alert_fires_once_per_bar_or_day() -> None:
    for repeat, width_s in ((Repeat.PER_BAR, 300), (Repeat.PER_DAY, 86_400)):
        own = Evaluated(alert(repeat=repeat, timeframe="5m"))
        own.trades(101.0, 98.0, 102.0)
        own.now_ns += width_s * SECOND_NS
        own.trades(98.0)
        assert [firing.observation.price for firing in own.firings] == [101.0, 98.0]


def test_an_alert_once_per_daily_bar_waits_for_the_next_trading_day_also_after_midnight_utc() -> None:
    own = Evaluated(alert(repeat=Repeat.PER_BAR, timeframe="1d"), has_us_stocks=True)
    own.trades(101.0, 98.0)
    own.now_ns += 3 * 3_600 * SECOND_NS
    own.trades(102.0, 97.0)
    assert [firing.observation.price for firing in own.firings] == [101.0]
    own.now_ns += 12 * 3_600 * SECOND_NS
    own.trades(103.0)
    assert [firing.observation.price for firing in own.firings] == [101.0, 103.0]


def test_editing_takes_the_current_price_as_the_baseline() -> None:
    own = Evaluated(alert("last > 100"))
    own.trades(99.5)
    own.book.edit(alert("last > 99"))
    own.arm()
    own.trades(99.6)
    assert own.firings == []
    assert own.evaluator.true_at_arming("a") == [own.state]


def test_an_alert_that_is_true_already_can_fire_now() -> None:
    own = Evaluated(alert("last < 100"))
    assert own.evaluator.true_at_arming("a") == [own.state]
    own.evaluator.fire_now("a", own.now_ns)
    assert [firing.observation.price for firing in own.firings] == [99.0]
    assert own.evaluator.true_at_arming("a") == []
    own.trades(99.0, 98.0)
    assert len(own.firings) == 1


def test_an_alert_on_a_list_that_fires_once_can_fire_now_for_one_of_its_symbols() -> None:
    own = Evaluated(alert("last < 100", repeat=Repeat.ONCE))
    other = own.market.watch("B", "B")
    own.market.apply(Trade("B", 98.0, 1.0, own.now_ns), own.now_ns)
    arming = Arming(own.book.records[0].alert, own.book.condition_of("a"), (own.state, other))
    own.evaluator.arm({"a": arming}, own.now_ns)
    assert own.evaluator.true_at_arming("a") == [own.state, other]
    own.evaluator.fire_now("a", own.now_ns)
    assert [firing.symbol for firing in own.firings] == ["A"]


def test_arming_again_without_a_change_keeps_the_state() -> None:
    own = Evaluated(alert(is_confirmed=True))
    own.trades(101.0)
    own.arm()
    own.trades(101.0)
    assert len(own.firings) == 1


def test_an_alert_that_fires_too_often_is_paused_and_not_evaluated() -> None:
    own = Evaluated(alert())
    own.trades(*[101.0, 98.0] * 10)
    assert [firing.outcome for firing in own.firings] == [Outcome.FIRED] * 15 + [Outcome.PAUSED]
    assert own.evaluator.monitors == {}


def test_the_firings_of_a_replay_run_no_actions() -> None:
    own = Evaluated(alert(), is_replay=True)
    own.trades(101.0)
    assert own.firings[0].is_replay
    assert not own.firings[0].may_run_actions


def test_a_removed_alert_costs_nothing() -> None:
    own = Evaluated(alert())
    own.book.remove(["a"])
    own.arm()
    assert own.evaluator.monitors == {}
    assert own.evaluator.states_of("a") == ()


def test_a_lost_connection_of_the_feed_is_a_gap() -> None:
    own = Evaluated(alert())
    own.market.on_disconnected(own.now_ns)
    own.evaluator.begin_gap("other")
    assert not own.monitor.is_first_after_gap
    own.evaluator.begin_gap("f")
    own.connect()
    own.trades(101.0)
    assert own.firings[0].outcome is Outcome.CROSSED_IN_GAP


def test_the_values_before_a_gap_are_forgotten_with_the_last_alert_of_their_symbol() -> None:
    own = Evaluated(alert())
    own.market.on_disconnected(own.now_ns)
    own.evaluator.begin_gap("f")
    assert list(own.evaluator._before_gap) == [own.state]
    own.book.remove(["a"])
    own.arm()
    own.connect()
    own.market.on_disconnected(own.now_ns)
    own.evaluator.begin_gap("f")
    assert not own.evaluator._before_gap


def test_a_disconnection_fires_for_the_symbols_of_that_feed_only() -> None:
    own = Evaluated(alert("feed disconnected"))
    for feed, fired in (("f", 0), ("other", 0), ("f", 1)):
        status = FeedStatus.WAITING if fired or feed == "other" else FeedStatus.LIVE
        own.evaluator.note_feed(feed, status, own.now_ns)
        assert len(own.firings) == fired


def test_an_alert_that_lacks_bars_says_so_until_they_are_known() -> None:
    own = Evaluated(alert("volume > 3x average(2)"))
    assert own.evaluator.problem_of("a").startswith("It needs ")
    assert own.evaluator.problem_of("unknown") == ""
    for _ in range(4):
        own.now_ns += MINUTE_NS
        own.trades(99.0)
    assert own.evaluator.problem_of("a") == ""
