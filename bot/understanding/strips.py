"""Products of few rows with a large matrix, in the order in which a processor has the least to fetch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_SMALL = 10**6
"""Multiplications up to which the library takes both factors as they lie, instead of sorting them first."""
_HELD = 2**20
"""Bytes of strips that are brought into the processor's cache before they are multiplied."""
_MANY = 128
"""Rows from which on sorting the factors pays."""


@dataclass(frozen=True, slots=True)
class Strips:
    """A matrix [k, n], kept as strips of neighbouring columns [count, k, width], the last one filled up with zeros.

    A library for large products sorts both factors before it multiplies. With few rows that takes longer than the
    product, which is small enough for each strip to be taken as it lies.
    """

    strips: Floats
    columns: int

    @classmethod
    def of(cls, matrix: Floats, width: int) -> Strips:
        """Return a matrix in strips `width` columns wide. The matrix itself is not needed any more."""
        rows, columns = matrix.shape
        count = -(-columns // width)
        strips = np.zeros((count, rows, width), np.float32)
        for number in range(count):
            part = matrix[:, number * width : (number + 1) * width]
            strips[number, :, : part.shape[1]] = part
        return cls(strips, columns)

    def after(self, rows: Floats) -> Floats:
        """Return the product [m, n] of rows [m, k] and the matrix."""
        count, size, width = self.strips.shape
        if len(rows) >= _MANY:
            return rows @ self.matrix()
        result = np.empty((len(rows), count * width), np.float32)
        by_strip = result.reshape(len(rows), count, width).transpose(1, 0, 2)
        together = count if len(rows) == 1 else max(_HELD // self.strips[0].nbytes, 1)
        step = max(_SMALL // (size * width), 1)
        for first in range(0, count, together):
            strips, found = self.strips[first : first + together], by_strip[first : first + together]
            if len(rows) > 1:
                np.maximum.reduce(strips, axis=None)  # read in order they are in the cache soonest
            for start in range(0, len(rows), step):
                np.matmul(rows[start : start + step], strips, out=found[:, start : start + step])
        return result[:, : self.columns]

    def matrix(self) -> Floats:
        """Return the matrix [k, n] as it was, a copy."""
        return self.strips.transpose(1, 0, 2).reshape(self.strips.shape[1], -1)[:, : self.columns]
