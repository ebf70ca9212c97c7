"""A desktop session with an accessibility bus and the program in it: ``dbus-run-session -- python -m …``.

Prints what the reader found, and then how the program ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
SYSTEM_PYTHON = "/usr/bin/python3"
READER = Path(__file__).with_name("at_spi_reader.py")
_PATIENCE_S = 135.0  # below that of the test; a busy machine shows the window late


def main() -> None:
    """Run all three, and stop those that still run."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "XDG_CONFIG_HOME": folder,
            "XDG_DATA_HOME": folder,
        }
        # What it starts outlives it for a moment, and must not hold our output open for as long.
        quiet = subprocess.DEVNULL
        launcher = subprocess.Popen([LAUNCHER, "--launch-immediately"], env=environment, stdout=quiet, stderr=quiet)
        program = subprocess.Popen([sys.executable, "-m", "ticker_gui"], env=environment)
        try:
            command = [SYSTEM_PYTHON, str(READER)]
            read = subprocess.run(
                command, env=environment, stdout=subprocess.PIPE, timeout=_PATIENCE_S, check=True, text=True
            )
            print(read.stdout.strip(), flush=True)
            print(program.wait(_PATIENCE_S), flush=True)
        finally:
            for process in (program, launcher):
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
