"""The status bar and the feed diagnostics panel."""
