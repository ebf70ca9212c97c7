"""The dialog that connects a feed: provider, key, symbols, and a test before saving."""
