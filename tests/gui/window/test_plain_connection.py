"""The connection of the console to any WebSocket, against servers on loopback."""

from __future__ import annotations

from pathlib import Path

from websockets.asyncio.server import ServerConnection

from tests.conftest import RunQt
from tests.doubles import until
from tests.gui.window.test_console_presenter import Shown
from tests.servers import serving
from tests.stream.test_transport import Authority
from ticker_gui.gui.connect.preset import ConnectPreset
from ticker_gui.gui.console.header import WEBSOCKET


async def echo(client: ServerConnection) -> None:
    async for message in client:
        if message == "bye":
            await client.close(4001, "no more room")
            return
        await client.send(message)


class Console(Shown):
    """A console that shows any WebSocket."""

    def open(self, url: str) -> None:
        self.bar_of_connection = self.panel.connection
        self.panel.head.choose_feed(WEBSOCKET)
        self.bar_of_connection.address.setText(url)
        self.bar_of_connection.connect_button.click()

    @property
    def state(self) -> str:
        return self.panel.connection.state.text()


def test_any_websocket_echoes_what_is_typed_until_it_closes_with_a_reason(run_qt: RunQt) -> None:
    async def test() -> None:
        with serving(echo) as server:
            it = Console()
            async with it.shown():
                it.panel.head.choose_feed(WEBSOCKET)
                assert it.panel.connection.isVisible()
                assert it.bar.message.text() == "Not connected: enter an address and choose Connect."
                it.open(server.url)
                await until(lambda: it.state.startswith("Connected since"))
                assert it.bar.send.isEnabled()
                it.send("hello")
                await until(lambda: it.texts == ["hello", "hello"])
                assert it.bar.message.text() == "Sent."
                it.send("AP8Q", "Base64")
                await until(lambda: len(it.panel.shown_entries()) == 4)
                payloads = [entry.frame.payload for entry in it.panel.shown_entries()[2:]]
                assert payloads == [b"\x00\xff\x10"] * 2
                it.panel.table.selectRow(1)
                assert it.panel.details.outcome_title.text() == "Not decoded"
                it.bar.ping.click()
                await until(lambda: it.bar.message.text().startswith("Ping answered after "))
                it.send("bye")
                await until(lambda: "4001" in it.state)
                assert "no more room" in it.state
                assert not it.bar.send.isEnabled()
                assert it.panel.connection.connect_button.text() == "Connect"

    run_qt(test())


def test_a_connection_is_closed_by_its_button_and_opened_again(run_qt: RunQt) -> None:
    async def test() -> None:
        with serving(echo) as server:
            it = Console()
            async with it.shown():
                for _ in range(2):
                    it.open(f"{server.url}/?token=s3cret-key")
                    await until(lambda: it.state.startswith("Connected since"))
                    it.send("my s3cret-key")
                    await until(lambda: it.texts[-2:] == ["my •••", "my •••"])
                    it.panel.connection.connect_button.click()
                    await until(lambda: it.state.startswith("The connection to 127.0.0.1 was closed"))
                assert [draft.text for draft in it.bar.history.drafts] == ["my •••"]

    run_qt(test())


def test_a_connection_that_is_closed_before_it_is_opened_stays_closed(run_qt: RunQt) -> None:
    async def test() -> None:
        with serving(echo) as server:
            it = Console()
            async with it.shown():
                it.open(server.url)
                it.panel.connection.connect_button.click()
                await until(lambda: it.state == "Disconnected.")
                assert it.panel.connection.connect_button.text() == "Connect"

    run_qt(test())


def test_a_certificate_file_of_the_users_own_is_trusted(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        authority = Authority(tmp_path)
        with serving(echo, ssl=authority.server) as server:
            it = Console()
            async with it.shown():
                it.open(server.url.replace("ws:", "wss:"))
                await until(lambda: "set the certificate file under Options" in it.state)
                it.panel.connection.cafile.setText(str(authority.file))
                it.panel.connection.connect_button.click()
                await until(lambda: it.state.startswith("Connected since"))
                it.send("hello")
                await until(lambda: it.texts == ["hello", "hello"])

    run_qt(test())


def test_what_prevents_a_connection_is_explained(run_qt: RunQt) -> None:
    async def test() -> None:
        it = Console()
        async with it.shown():
            it.open("http://host")
            assert it.state.startswith("The URL is not a WebSocket URL.")
            with serving(echo) as server:
                url = server.url
            it.open(url)
            await until(lambda: "refused" in it.state)
            it.send("hello")
            assert it.bar.message.text() == it.state

    run_qt(test())


def test_a_message_is_used_as_a_mapping_with_the_address_of_the_connection(run_qt: RunQt) -> None:
    async def test() -> None:
        with serving(echo) as server:
            it, presets = Console(), list[ConnectPreset]()
            it.window.connect_feed_requested.connect(presets.append)
            async with it.shown():
                it.open(server.url)
                await until(lambda: it.state.startswith("Connected since"))
                it.send('{"price": 5}')
                await until(lambda: len(it.texts) == 2)
                it.panel.table.selectRow(1)
                it.panel.details.mapping.click()
                assert [(preset.address, preset.messages) for preset in presets] == [(server.url, [{"price": 5}])]

    run_qt(test())
