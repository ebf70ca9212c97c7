"""A desk: one program publishes a feed to a NATS server, many desktops watch it.

Each event is published as a JSON line of ``ticker-gui stream`` to ``ticker.<feed>.<event>.<symbol>``. Closed minute
bars are published as ``minute``, the state of the feed every two seconds as ``ticker.<feed>.state``, and its symbols
as ``ticker.<feed>.symbols``. `ticker_gui.feeds.providers.nats` reads all of it.
"""
