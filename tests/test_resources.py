import tomllib
from pathlib import Path

import pytest

from ticker_gui import resources


@pytest.mark.parametrize(
    "parts", [("icons", "ticker-gui.svg"), ("themes", "dark.toml"), ("themes", "light.toml"), ("sounds", "chime.wav")]
)
def test_assets_are_found(parts: tuple[str, ...]) -> None:
    assert resources.asset(*parts).is_file()


def test_an_installed_package_has_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assets").mkdir()
    monkeypatch.setattr(resources, "_HERE", tmp_path)
    assert resources.asset("icons") == tmp_path / "assets" / "icons"


def test_the_wheel_contains_all_assets_but_the_pictures_of_the_readme() -> None:
    top = Path(__file__).parent.parent
    project = tomllib.loads(top.joinpath("pyproject.toml").read_text("utf-8"))
    folders = {path.name for path in top.joinpath("assets").iterdir() if path.is_dir()} - {"screenshots"}
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    expected = {f"assets/{name}": f"ticker_gui/assets/{name}" for name in folders}
    assert included == expected | {"README.md": "ticker_gui/assets/README.md"}


def test_the_readme_is_found_in_a_checkout_and_in_an_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resources.readme_file().read_text("utf-8").startswith("# ")
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "README.md").write_text("# Installed")
    monkeypatch.setattr(resources, "_HERE", tmp_path)
    assert resources.readme_file().read_text() == "# Installed"
