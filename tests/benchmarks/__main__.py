"""Runs the benchmarks and prints a table of results: ``python -m tests.benchmarks [--quick] [NAME …]``."""

from __future__ import annotations

import argparse
import os
import platform
import sys

from tests.benchmarks import (
    alerts,
    archive,
    calm,
    chart,
    console,
    crowd,
    decode,
    desk,
    idle,
    late,
    latency,
    live_chart,
    memory,
    recording,
    startup,
    stored_chart,
    switching,
    table,
    throughput,
)

BENCHMARKS = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        throughput,
        decode,
        table,
        crowd,
        late,
        latency,
        chart,
        live_chart,
        console,
        switching,
        idle,
        calm,
        startup,
        memory,
        archive,
        stored_chart,
        recording,
        alerts,
        desk,
    )
}


def main() -> int:
    """Run the requested benchmarks, or all; return 1 if a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--quick", action="store_true", help="short runs with less accurate results")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"unknown benchmark: {', '.join(sorted(unknown))}")
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}\n")
    print(f"{'':60}{'measured':>12}{'target':>12}")
    missed = 0
    for name in options.names or BENCHMARKS:
        for figure in BENCHMARKS[name].figures(quick=options.quick):
            missed += not figure.is_met
            sign = "≥" if figure.is_minimum else "≤"
            value, target = (f"{number:.2f} {figure.unit}".strip() for number in (figure.value, figure.target))
            verdict = "" if figure.is_met else "  MISSED"
            print(f"{figure.name:60}{value:>12}{f'{sign} {target}':>12}  {figure.note}{verdict}", flush=True)
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
