from __future__ import annotations

import socket

import pytest

from ticker_gui.desk.broker_errors import connect_failure, forbidden, sentence, stream_failure

SERVER = "nats://host:4222"


@pytest.mark.parametrize(
    ("error", "has_key", "text"),
    [
        (
            ConnectionRefusedError(111, "x"),
            False,
            "cannot be reached: Connection refused. Check that nats-server is running there.",
        ),
        (socket.gaierror(-2, "x"), False, "was not found. Check its name and the network."),
        (TimeoutError(), False, "does not answer like a NATS server."),
        (Exception("nats: 'Authorization Violation'"), True, "does not accept the key."),
        (Exception("nats: 'Authorization Violation'"), False, "requires a key."),
        (OSError("No route s3cret"), True, "cannot be reached: No route •••. Trying again."),
    ],
)
def test_a_failure_names_the_server_the_reason_and_what_to_do(error: Exception, has_key: bool, text: str) -> None:
    assert connect_failure(error, SERVER, frozenset({"s3cret"}), has_key=has_key).startswith(f"{SERVER} {text}")


def test_texts_of_the_library_become_sentences() -> None:
    assert sentence(Exception("nats: timeout")) == "timeout."
    assert sentence(ValueError()) == "ValueError."


def test_a_missing_permission_names_the_subject_and_the_remedy() -> None:
    text = forbidden(Exception('nats: Permissions Violation for Publish to "ticker.a.trade.B"'))
    assert '(for Publish to "ticker.a.trade.B")' in text
    assert "nats-server.conf" in text
    inbox = forbidden(Exception('nats: permissions violation for subscription to "_inbox.xug7lr.*"'))
    assert '"_INBOX.>"' in inbox
    assert forbidden(Exception("nats: stale connection")) == ""


def test_a_refused_stream_names_the_reason_and_the_remedy() -> None:
    assert "no JetStream" in stream_failure("TICKS", 2_048, None)
    assert "{ store_dir: store }" in stream_failure("TICKS", 2_048, None)
    full = stream_failure("TICKS", 2_048, "insufficient storage resources available")
    assert full.startswith("The NATS server refused the stream TICKS (up to 2,048 MB): insufficient storage")
    assert "--tick-megabytes" in full
    assert stream_failure("BARS", 1, "subjects overlap with an existing stream").endswith("existing stream.")
