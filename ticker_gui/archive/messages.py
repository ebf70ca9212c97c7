"""What the archive reports to the user, as sentences."""

from __future__ import annotations

from typing import Final

KEPT: Final = "Received data cannot be stored: {reason}. Up to {most:,} records are kept in memory in the meantime."
STORED_AGAIN: Final = "Received data is being stored again."
LOST: Final = "Some received data is not stored because of an internal error. Details are in the log."
NOT_OPENED: Final = "Nothing is stored in this session because of an internal error. Details are in the log."
DELETED: Final = "The file with stored data, {name}, was deleted or renamed, so a new file was created."
