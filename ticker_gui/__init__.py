"""A live stock and crypto ticker for the desktop.

The floors; imports only point down:

    cli                 arguments → one command
    app | headless      composition with a screen, and without
    gui                 how it looks (Qt, pyqtgraph)
    engine              the application without a screen
    stream              how payloads arrive (asyncio, websockets)
    feeds | market      how providers speak | what we know
    domain              what is said
"""

__version__ = "0.1.0"
