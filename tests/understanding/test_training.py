from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from bot.understanding.lexical import Hashed
from bot.understanding.training import fit_lexical, sparse_matrix
from bot.understanding.views import View


def test_letters_fitted_at_the_same_time_are_as_if_fitted_alone() -> None:
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 12, 3000)
    buckets = draw.integers(0, 2000, (3000, 40)) + 20 * labels[:, None]
    hashed = [Hashed(np.unique(row).astype(np.int32), np.ones(len(np.unique(row)), np.float32)) for row in buckets]
    counts = sparse_matrix([View("", one, ()) for one in hashed])
    weights = np.ones(3000, np.float32)
    alone = fit_lexical(counts, labels, weights, 12)
    with ThreadPoolExecutor(3) as workers:
        together = list(workers.map(lambda _: fit_lexical(counts, labels, weights, 12), range(3)))
    for found in together:
        assert np.array_equal(found.weights, alone.weights)
