"""Print the lowest version that pyproject.toml allows of each dependency, as constraints for pip."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
for line in project["dependencies"]:
    requirement = Requirement(line)
    lowest = re.search(r">=\s*([0-9.]+)", str(requirement.specifier))
    if lowest and (requirement.marker is None or requirement.marker.evaluate()):
        print(f"{requirement.name}=={lowest[1]}")
