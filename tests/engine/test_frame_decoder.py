from __future__ import annotations

import contextlib
import copy
from collections.abc import Sequence

import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, until
from tests.engine.test_engine import feed, payload, running
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.events import Fact, Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.frame_decoder import decode_again
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import Credentials, FeedProtocol
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.registry import PROVIDERS


def test_a_frame_is_decoded_again_without_an_effect_on_its_feed(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(self: Demo, data: bytes) -> Sequence[Fact]:
        if data == b"bug":
            raise RuntimeError("bug")
        self.outgoing.append("answer")
        return original(self, data)

    original = Demo.decode
    monkeypatch.setattr(Demo, "decode", decode)

    async def test() -> None:
        connector = ScriptedConnector()
        engine = Engine([feed("desk", "A")], connector=connector)
        desk = engine.feeds["desk"]
        assert decode_again(desk, payload(Trade("A", 5.0))) is None
        async with running(engine):
            connection = await connector.connection()
            await until(lambda: connection.sent)
            assert decode_again(desk, payload(Trade("A", 5.0))) == (Trade("A", 5.0),)
            assert isinstance(decode_again(desk, b"{"), str)
            assert decode_again(desk, b"bug") == "Internal error. Details are in the log."
            assert desk.errors.count == 1
            assert desk.session.protocol is not None
            assert not desk.session.protocol.outgoing
            assert desk.market.states[0].trades == 0

    run(test())


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
def test_the_protocol_of_every_provider_can_be_copied(provider: type[FeedProtocol]) -> None:
    """Its copy decodes without an effect on the protocol."""
    protocol = provider(Credentials("ws://desk", "k3y:s3cret", mapping=FieldMapping(price="p", symbol="s")))
    protocol.subscribe([provider.wire_symbol(symbol) for symbol in provider.default_symbols[:1]])
    copied = copy.deepcopy(protocol)
    for data in (b'{"event":"subscribed","channel":"trades","chanId":1,"symbol":"A"}', b"[]", b"ping"):
        with contextlib.suppress(TickerError):
            copied.decode(data)
    assert protocol.outgoing == provider(protocol.credentials).outgoing
