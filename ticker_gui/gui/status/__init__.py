"""Connection and freshness, in words."""
