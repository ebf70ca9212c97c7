"""The window: everything that uses PySide6 and pyqtgraph."""
