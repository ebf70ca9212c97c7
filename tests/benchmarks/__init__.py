"""The figures the README tells, each a ratio against a reference of the same run: ``python -m tests.benchmarks``."""
