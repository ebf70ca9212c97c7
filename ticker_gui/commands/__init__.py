"""The commands of ``ticker-gui``, one module each, and what their arguments mean."""
