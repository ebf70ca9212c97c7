"""Text and lines over the chart: legend, price lines, crosshair, gaps, measurements."""
