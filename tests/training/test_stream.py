import shutil
from dataclasses import replace

import numpy as np
import pytest

from km3aid.data.batches import UNKNOWN, Batch
from km3aid.data.dataset import in_memory
from km3aid.data.filled import fill, pack
from km3aid.data.folds import Split, connectivity
from km3aid.errors import DataError, Km3aidError
from km3aid.training.config import TrainingConfig
from km3aid.training.feeder import Feeder
from km3aid.training.split import Material, Source, grown, taught_folders
from km3aid.training.stream import Stream, sizes_of_batches

CONFIG = TrainingConfig(epochs=3, batch_size=8)


@pytest.fixture
def material(small_data):
    return Material(in_memory(small_data), Split(np.arange(48), np.arange(48, 60)))


def packed(stream, number):
    return [pack(cut.batch) for cut in stream.epoch(number).batches]


def test_an_epoch_holds_the_measured_molecules_and_a_share_of_the_teachers(small_data):
    split, taught = Split(np.arange(32), np.arange(48, 60)), np.arange(32, 48)
    stream = Stream(Material(in_memory(small_data), split, taught), replace(CONFIG, taught=0.25))
    rows = stream.rows(np.random.default_rng(0))
    assert rows[:32].tolist() == split.train.tolist()
    assert len(set(rows[32:].tolist())) == 8
    assert set(rows[32:].tolist()) <= set(taught.tolist())
    alone = Stream(Material(in_memory(small_data), split), CONFIG)
    assert alone.rows(np.random.default_rng(0)).tolist() == split.train.tolist()


def test_batches_follow_from_the_seed_and_the_epoch(material):
    stream = Stream(material, CONFIG)
    first, second, again = packed(stream, 0), packed(stream, 1), packed(Stream(material, CONFIG), 0)
    assert len(first) == 6
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any(len(a) != len(b) or (a != b).any() for a, b in zip(first, second, strict=True))
    other = packed(Stream(material, replace(CONFIG, seed=7)), 0)
    assert any(len(a) != len(b) or (a != b).any() for a, b in zip(first, other, strict=True))


def test_spectra_that_are_not_varied_are_the_fullest_of_each_molecule(material):
    data = material.data
    first = data.value_offset[data.spectrum_offset[:-1]]
    several = replace(data, spectrum_offset=2 * np.arange(len(data) + 1), value_offset=np.repeat(first, 2))
    fullest = Stream(Material(several, material.split), replace(CONFIG, augment=False))
    rows, spectra = fullest._drawn(np.random.default_rng(0))
    assert spectra.tolist() == several.spectrum_offset[rows].tolist()
    rows, spectra = Stream(Material(several, material.split), CONFIG)._drawn(np.random.default_rng(0))
    assert set((spectra - several.spectrum_offset[rows]).tolist()) == {0, 1}


def test_some_augmented_batches_hide_the_carbons_multiplicities(material):
    hidden = [
        (cut.batch.carbons.multiplicity == UNKNOWN).all()
        for n in range(9)
        for cut in Stream(material, CONFIG).epoch(n).batches
    ]
    assert 0.1 < np.mean(hidden) < 0.6
    plain = Stream(material, replace(CONFIG, augment=False))
    assert not any((cut.batch.carbons.multiplicity == UNKNOWN).any() for cut in plain.epoch(0).batches)


def test_an_epoch_of_two_passes_sees_every_molecule_twice(material):
    spectra = [cut.spectra for cut in Stream(material, replace(CONFIG, passes=2)).epoch(0).batches]
    assert len(spectra) == 12
    first, second = np.concatenate(spectra[:6]), np.concatenate(spectra[6:])
    assert sorted(first) == sorted(second) == list(range(48))
    assert first.tolist() != second.tolist()


def test_large_molecules_come_together_in_the_last_batches(material):
    sizes = sizes_of_batches(material, 8, 4)
    atoms = np.diff(material.data.atom_offset)[:48]
    limit = int(np.sort(atoms)[-4])
    stream = Stream(material, CONFIG, sizes=replace(sizes, largest=(limit - 1, *sizes.largest[1:])))
    most = [int(np.bincount(cut.batch.graph.atom_molecule).max()) for cut in stream.epoch(0).batches]
    assert max(most[:-1]) < limit <= most[-1]


def test_the_feeder_cuts_the_batches_of_the_stream(material):
    sizes = sizes_of_batches(material, 8, 4)
    edges = [len(cut.batch.graph.edge_kind) for cut in Stream(material, CONFIG, sizes=sizes).epoch(1).batches]
    small = replace(sizes, edges=int(np.median(edges)))  # too small for some
    feeder, stream = Feeder(material, CONFIG, small), Stream(material, CONFIG, sizes=small)
    seen = set()
    try:
        for number in (1, 2):
            steps, batches = feeder.epoch(number)
            found = list(batches)
            assert len(found) == steps == 6
            for fed, cut in zip(found, stream.epoch(number).batches, strict=True):
                expected = fill(cut.batch, small)
                seen.add(type(fed))
                got = pack(fed) if isinstance(fed, Batch) else fed
                assert (got == pack(cut.batch if expected is None else expected)).all()
    finally:
        feeder.close()
    assert seen == {Batch, np.ndarray}
    assert not feeder.process.is_alive()


def test_what_goes_wrong_in_the_feeder_is_told(material, tmp_path):
    gone = material._replace(roots=(tmp_path / "gone",))
    feeder = Feeder(gone, CONFIG, sizes_of_batches(material, 8, 4))
    with pytest.raises(DataError, match="gone"):
        feeder.epoch(0)
    feeder.close()
    feeder = Feeder(material, CONFIG, sizes_of_batches(material, 8, 4))
    list(feeder.epoch(0).batches)
    feeder.process.kill()
    with pytest.raises(Km3aidError, match="the process that cuts batches ended"):
        [list(feeder.epoch(number).batches) for number in range(1, 99)]


def test_folders_that_come_later_are_learned_from(small_source, small_data, tmp_path):
    data = in_memory(small_data)
    folder = tmp_path / "prepared"
    shutil.copytree(small_data.shift_ppm.filename.parent, folder)
    root = tmp_path / "taught"
    root.mkdir()
    source = Source(folder, small_source[1], limit=20, taught=(root,))
    material = source.open("strict")
    assert len(material.taught) == 0
    stream = Stream(material, replace(CONFIG, taught=9.0))
    assert stream.epoch(0).steps == 2
    shutil.copytree(folder, root / "one")
    (root / "unfinished").mkdir()
    assert stream.epoch(1).steps > 2
    now = stream.material
    assert len(now.data) == 2 * len(data)
    trained = set(connectivity(data.inchi_key[material.split.train]))
    assert set(connectivity(now.data.inchi_key[now.taught])) == trained
    assert grown(now) is now
    shutil.copytree(folder, root / "two")
    assert len(grown(now).taught) == 2 * len(now.taught)
    assert taught_folders([folder, root]) == [folder, root / "one", root / "two"]
    (root / "file").touch()
    with pytest.raises(DataError, match="no prepared data here"):
        taught_folders([root])
