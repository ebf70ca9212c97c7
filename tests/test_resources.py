import tomllib
from pathlib import Path

import pytest

from ticker_gui import resources


@pytest.mark.parametrize("parts", [("icons", "ticker-gui.svg"), ("themes", "dark.toml"), ("themes", "light.toml")])
def test_assets_are_found(parts: tuple[str, ...]) -> None:
    assert resources.asset(*parts).is_file()


def test_an_installed_package_has_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assets").mkdir()
    monkeypatch.setattr(resources, "_HERE", tmp_path)
    assert resources.asset("icons") == tmp_path / "assets" / "icons"


def test_the_wheel_takes_them_along() -> None:
    project = tomllib.loads(Path(__file__).parent.parent.joinpath("pyproject.toml").read_text())
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {"assets": "ticker_gui/assets"}
