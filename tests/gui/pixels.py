"""The colors of an image, read all at once: a call for each pixel takes a hundred times as long."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

_OPAQUE = 255


def argb(image: QImage) -> npt.NDArray[np.uint32]:
    """Return the rows of an image, with each pixel as 0xaarrggbb."""
    converted = image.convertToFormat(QImage.Format.Format_ARGB32)
    flat = np.frombuffer(converted.constBits(), np.uint32)
    return flat.reshape(converted.height(), -1)[:, : converted.width()].copy()


def alphas(image: QImage) -> npt.NDArray[np.uint32]:
    """Return the rows of an image, with the opacity of each pixel from 0 to 255."""
    return argb(image) >> np.uint32(24)


def color_names(image: QImage, *, only_opaque: bool = False) -> set[str]:
    """Return the names of all colors in an image, such as ``#ff0000``."""
    found = np.unique(argb(image))
    return {f"#{int(one) & 0xFFFFFF:06x}" for one in found if not only_opaque or one >> 24 == _OPAQUE}
