"""The chart: panes, drawing, interaction and menus."""

from ticker_gui.gui.chart import lazy_qt_names

lazy_qt_names.install()  # before any module of this package imports pyqtgraph
