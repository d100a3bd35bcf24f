from __future__ import annotations

from content.load import load_pack


def test_a_changed_copy_of_a_pack_does_not_remember_the_numbers_of_the_other() -> None:
    pack = load_pack()
    assert list(pack.observations)
    without = pack.model_copy(update={"figures": {}, "series": {}})
    assert list(without.observations) == []
    assert list(pack.observations)
