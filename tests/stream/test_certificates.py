from __future__ import annotations

import os
import ssl
import sys
from pathlib import Path
from types import ModuleType

import pytest
import trustme

from tests.conftest import RunQt
from ticker_gui.domain.errors import FeedRejected
from ticker_gui.stream.certificates import secure_context


class SystemContext(ssl.SSLContext):
    """Stands in for truststore's context, which uses the system's verification."""


def on(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = ModuleType("truststore")
    fake.SSLContext = SystemContext  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "truststore", fake)
    monkeypatch.setattr(sys, "platform", system)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    file = tmp_path / "authority.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    return file


def is_strict(context: ssl.SSLContext) -> bool:
    return context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_macos_and_windows_verify_certificates_themselves(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    on(system, monkeypatch)
    context = run(secure_context(None))
    assert isinstance(context, SystemContext)
    assert is_strict(context)


def test_on_linux_python_reads_the_authorities(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    on("linux", monkeypatch)
    context = run(secure_context(None))
    assert not isinstance(context, SystemContext)
    assert is_strict(context)


@pytest.mark.parametrize("system", ["darwin", "win32", "linux"])
@pytest.mark.parametrize("source", ["cafile", "SSL_CERT_FILE"])
def test_the_users_own_authority_is_trusted_on_every_system(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, authority: Path, system: str, source: str
) -> None:
    on(system, monkeypatch)
    cafile = str(authority)
    if source == "SSL_CERT_FILE":
        monkeypatch.setenv("SSL_CERT_FILE", cafile)
        cafile = None  # type: ignore[assignment]
    subjects = [certificate["subject"] for certificate in run(secure_context(cafile)).get_ca_certs()]
    assert "trustme" in str(subjects)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere.pem", "does not exist|there is no such file"),
        ("text.pem", "it contains no valid certificates in PEM format"),
        ("nul\0.pem", "embedded null byte"),
        (".", "is a folder, not a file"),
        ("pipe.pem", "it is not a regular file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(run: RunQt, tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "text.pem").write_text("none")
    if name == "pipe.pem":
        if not hasattr(os, "mkfifo"):
            pytest.skip("there are no pipes with names")
        os.mkfifo(tmp_path / name)
    with pytest.raises(FeedRejected, match=rf"({reason})\. Check cafile in the settings\."):
        run(secure_context(f"{tmp_path}/{name}"))
