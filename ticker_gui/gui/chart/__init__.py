"""The live chart of one symbol."""
