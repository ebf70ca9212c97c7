"""Floor 4: how it looks. Everything that imports PySide6 or pyqtgraph."""
