"""Array types that the columns of bars, trades and drawings share."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]  # prices, volumes, values, coordinates
Times: TypeAlias = npt.NDArray[np.int64]  # nanoseconds since the epoch
Indices: TypeAlias = npt.NDArray[np.int64]  # row numbers
Mask: TypeAlias = npt.NDArray[np.bool_]  # one flag per row
