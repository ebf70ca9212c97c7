"""The benchmarks in the README, most of them ratios to a reference in the same run: ``python -m tests.benchmarks``."""
