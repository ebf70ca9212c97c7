"""The state of each feed as the window shows it, without Qt: rows of the Feeds panel, rates, and the banner."""
