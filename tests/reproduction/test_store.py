import json

from km3aid.reproduction.store import Store, identity_hash


def test_a_whole_number_written_as_a_float_is_the_same_identity(tmp_path):
    """Earlier versions kept the whole numbers of a preset where its setting is a float."""
    stored = {"model": {"threshold_ppm": 1, "shape": [3, 5]}}
    (tmp_path / "a.json").write_text(json.dumps({"identity_sha256": identity_hash(stored), "identity": stored}))
    store = Store(tmp_path, tmp_path)
    assert store.is_done("a", {"model": {"threshold_ppm": 1.0, "shape": (3, 5)}})
    assert not store.is_done("a", {"model": {"threshold_ppm": 1.5, "shape": (3, 5)}})
    assert not store.is_done("b", stored)
