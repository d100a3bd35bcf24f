from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy import sparse

from bot.understanding.lexical import BUCKETS
from bot.understanding.training import fit_lexical


def test_letters_fitted_at_the_same_time_are_as_if_fitted_alone() -> None:
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 12, 3000)
    columns = draw.integers(0, 2000, (3000, 40)) + 20 * labels[:, None]
    starts = np.arange(0, columns.size + 1, 40)
    counts = sparse.csr_matrix((np.ones(columns.size, np.float32), columns.ravel(), starts), shape=(3000, BUCKETS))
    weights = np.ones(3000, np.float32)
    alone = fit_lexical(counts, labels, weights, 12)
    with ThreadPoolExecutor(3) as workers:
        together = list(workers.map(lambda _: fit_lexical(counts, labels, weights, 12), range(3)))
    for found in together:
        assert np.array_equal(found.weights, alone.weights)
