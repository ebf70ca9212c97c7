from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doubles import NOON_NS
from ticker_gui.catalog.catalog import Catalog
from ticker_gui.catalog.saved_catalogs import SavedCatalogs
from ticker_gui.feeds.history import Instrument

LISTED = [Instrument(f"S{number}", f"Näme {number}", "NYSE", 0.01) for number in range(1_234)]
CATALOG = Catalog(NOON_NS, LISTED)
URL = "wss://feed.example"


def only_file(folder: Path) -> Path:
    (path,) = (folder / "symbols").iterdir()
    return path


def test_a_saved_list_is_read_again(tmp_path: Path) -> None:
    saved = SavedCatalogs(tmp_path)
    assert saved.read("kraken", URL) is None
    saved.write("kraken", URL, CATALOG)
    assert saved.read("kraken", URL) == CATALOG
    assert saved.read("kraken", "wss://other.example") is None
    assert saved.read("okx", URL) is None


def test_without_a_folder_nothing_is_saved() -> None:
    saved = SavedCatalogs(None)
    saved.write("kraken", URL, CATALOG)
    assert saved.read("kraken", URL) is None


def test_a_folder_that_cannot_be_written_is_only_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    (tmp_path / "file").write_text("")
    saved = SavedCatalogs(tmp_path / "file")
    saved.write("kraken", URL, CATALOG)
    assert saved.read("kraken", URL) is None
    assert "could not be saved" in caplog.text


def test_a_file_of_another_version_is_ignored(tmp_path: Path) -> None:
    saved = SavedCatalogs(tmp_path)
    saved.write("kraken", URL, CATALOG)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"version":1', b'"version":2', 1))
    assert saved.read("kraken", URL) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), removed=st.integers(0, 2_000), inserted=st.binary(max_size=20))
def test_a_damaged_file_is_ignored_or_read_and_replaced_by_the_next_one(
    tmp_path: Path, at: float, removed: int, inserted: bytes
) -> None:
    saved = SavedCatalogs(tmp_path)
    saved.write("kraken", URL, CATALOG)
    path = only_file(tmp_path)
    content = path.read_bytes()
    place = int(at * len(content))
    path.write_bytes(content[:place] + inserted + content[place + removed :])
    catalog = saved.read("kraken", URL)
    assert catalog is None or len(catalog.instruments) <= len(LISTED)
    saved.write("kraken", URL, CATALOG)
    assert saved.read("kraken", URL) == CATALOG


def test_no_truncated_file_is_read(tmp_path: Path) -> None:
    saved = SavedCatalogs(tmp_path)
    saved.write("kraken", URL, CATALOG)
    path = only_file(tmp_path)
    content = path.read_bytes()
    for size in (0, 1, 40, len(content) // 2, content.rindex(b"\n"), len(content) - 1):
        path.write_bytes(content[:size])
        assert saved.read("kraken", URL) is None
