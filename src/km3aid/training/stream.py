"""The batches of every epoch, drawn from the seed and the epoch's number alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.batches import AS_RECORDED, Augmentation, Batch, cut_batch
from km3aid.data.filled import FixedSizes, fixed_sizes, molecule_counts
from km3aid.training.config import TrainingConfig
from km3aid.training.order import apart_last, epoch_order, molecule_sizes
from km3aid.training.split import Material, grown

_HIDE_MULTIPLICITY = 0.3  # share of the augmented batches whose node level sees no multiplicity


class Cut(NamedTuple):
    """A batch, and the rows of its spectra (B,)."""

    batch: Batch
    spectra: NDArray[np.int64]


class Epoch(NamedTuple):
    """How many batches an epoch has, and these as they come: a `Cut` each, or what a feeder makes of it."""

    steps: int
    batches: Iterator[Any]


class Stream:
    """Cuts the batches of a process, number `share[0]` of `share[1]` that train together.

    With `sizes`, molecules that are too large for batches of fixed sizes come together in the last batches of an epoch.
    """

    def __init__(
        self,
        material: Material,
        config: TrainingConfig,
        share: tuple[int, int] = (0, 1),
        sizes: FixedSizes | None = None,
    ) -> None:
        self.config, self.share, self.fixed = config, share, sizes
        self._take(material)

    def epoch(self, number: int) -> Epoch:
        """The epoch `number`, with what a teacher has labelled by now; to be taken before the next one."""
        now = grown(self.material)
        if now is not self.material:
            self._take(now)
        rng = np.random.default_rng([self.config.seed, number])
        passes = [self._drawn(rng) for _ in range(self.config.passes)]
        rows, spectra = (np.concatenate(part) for part in zip(*passes, strict=True))
        return Epoch(len(rows) // self.config.batch_size, self._cut(rows, spectra, rng))

    def rows(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """The measured molecules of one pass, and its share of the teacher's."""
        train, taught = self.material.split.train, self.material.taught
        if not len(taught):
            return train
        return np.concatenate([train, rng.permutation(taught)[: int(self.config.taught * len(train))]])

    def _take(self, material: Material) -> None:
        self.material, self.sizes = material, molecule_sizes(material.data)
        self.large = np.zeros(len(material.data), np.bool_)
        if self.fixed is not None:
            self.large |= (molecule_counts(material.data) > np.array(self.fixed.largest)).any(axis=1)

    def _drawn(self, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The molecules of one pass in their order, each with one of its spectra; whole batches alone."""
        data, batch = self.material.data, self.config.batch_size
        rank, processes = self.share
        rows = self.rows(rng)
        mine = rng.permutation(rows)[rank::processes]  # every process its own
        mine = mine[: len(rows) // processes]
        if self.fixed is None:
            order = epoch_order(mine, self.sizes[mine], batch, self.config.alike, rng)
        else:
            usual, apart = apart_last(mine, self.large[mine], batch)
            order = epoch_order(usual, self.sizes[usual], batch, self.config.alike, rng)
            order = np.concatenate([order[: len(order) // batch * batch], apart])
        each = data.spectrum_offset[order + 1] - data.spectrum_offset[order]
        spectra_of_each = each if self.config.augment else 1  # unless varied, the fullest
        spectra = data.spectrum_offset[order] + (rng.random(len(order)) * spectra_of_each).astype(np.int64)
        whole = len(order) // batch * batch
        return order[:whole], spectra[:whole]

    def _cut(self, rows: NDArray[np.int64], spectra: NDArray[np.int64], rng: np.random.Generator) -> Iterator[Cut]:
        data, size, augment = self.material.data, self.config.batch_size, self.config.augment
        how = Augmentation() if augment else AS_RECORDED
        for start in range(0, len(rows), size):
            part = slice(start, start + size)
            batch = cut_batch(data, rows[part], spectra[part], how, rng)
            if augment and rng.random() < _HIDE_MULTIPLICITY:
                batch = batch.without_multiplicity()
            yield Cut(batch, spectra[part])


def sizes_of_batches(material: Material, batch_size: int, group: int) -> FixedSizes:
    """Fixed sizes for batches of any mixture of the measured molecules that train and of the teacher's."""
    counts = molecule_counts(material.data)
    return fixed_sizes([counts[material.split.train], counts[material.taught]], batch_size, group)
