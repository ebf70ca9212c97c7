"""The state of each feed for display: rows of the Feeds panel, rates and the banner (drawn by `gui.feeds`)."""
