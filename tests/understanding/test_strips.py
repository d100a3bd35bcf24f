from __future__ import annotations

import numpy as np
import pytest

from bot.understanding.strips import Strips


@pytest.mark.parametrize("width", [32, 1024])
@pytest.mark.parametrize("rows", [1, 2, 40, 200])
@pytest.mark.parametrize(("size", "columns"), [(1, 1), (64, 2000), (512, 75), (70_000, 3)])
def test_rows_times_a_matrix_in_strips_are_rows_times_the_matrix(
    rows: int, size: int, columns: int, width: int
) -> None:
    draw = np.random.default_rng(0)
    matrix = draw.standard_normal((size, columns)).astype(np.float32)
    left = draw.standard_normal((rows, size)).astype(np.float32)
    strips = Strips.of(matrix, width)
    assert np.array_equal(strips.matrix(), matrix)
    assert strips.after(left) == pytest.approx(left @ matrix, rel=1e-3, abs=1e-3 * size**0.5)
