"""The chart: panes, drawing, interaction and menus."""

from ticker_gui.gui.chart import lazy_pyqtgraph

lazy_pyqtgraph.install()  # before any module of this package imports pyqtgraph
