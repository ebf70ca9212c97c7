"""The check command: diagnose a feed step by step."""
