"""The models that the paper compares, and those beside them: changes of single values of preset `paper`."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Variant(NamedTuple):
    """One row of a table."""

    name: str
    title: str
    changes: tuple[str, ...] = ()
    split: Literal["paper", "strict"] = "paper"  # strict: no connectivity of the validation block among the paper's
    encoder: Literal["paper", "rich"] = "paper"  # pretrained on the fold, or on all else that shares no connectivity

    def changed(self, name: str, title: str, *changes: str) -> Variant:
        """The same with further changes."""
        return self._replace(name=name, title=title, changes=(*self.changes, *changes))


def _weak_pairs(threshold_ppm: int) -> Variant:
    changes = ("model.discrimination='weak-pair'", f"model.threshold_ppm={threshold_ppm}")
    return Variant(f"wp-id-{threshold_ppm}", f"WP-ID (th = {threshold_ppm})", changes)


def _released(variant: Variant) -> Variant:
    return variant.changed(f"{variant.name}-released", f"{variant.title}, as released", "model.normalised=false")


def _kernel(name: str, title: str, width_ppm: float) -> Variant:
    return Variant(name, title, ("model.discrimination='laplace'", f"model.kernel_ppm={width_ppm}"))


def seeded(variant: Variant, seed: int) -> Variant:
    """The same from another seed."""
    return variant.changed(f"{variant.name}-seed-{seed}", f"{variant.title}, seed {seed}", f"training.seed={seed}")


def temperature_variant(tau1: str, tau2: str) -> Variant:
    """A row of table C.2, or beside it; the published pair is K-M3AID itself."""
    if (tau1, tau2) == ("1e-5", "1e1"):
        return K_M3AID
    return Variant(f"tau-{tau1}-{tau2}", f"τ1 = {tau1}, τ2 = {tau2}", (f"model.tau1={tau1}", f"model.tau2={tau2}"))


K_M3AID = Variant("k-m3aid", "K-M3AID")
SP_ID = Variant("sp-id", "SP-ID", ("model.discrimination='strong-pair'",))
WP_ID = _weak_pairs(1)
NO_CHANNEL = Variant("no-comm", "No Comm.", ("model.channel=false",))
STRICT = Variant("k-m3aid-strict", "K-M3AID, strict split", (), "strict")
VARIANTS = (K_M3AID, WP_ID, NO_CHANNEL, _weak_pairs(10), SP_ID, _weak_pairs(5))  # the most telling first
RELEASED = tuple(_released(v) for v in (SP_ID, WP_ID, _weak_pairs(5), _weak_pairs(10)))
SP_RELEASED = RELEASED[0]
TABLE_2 = (K_M3AID, SP_RELEASED, WP_ID, NO_CHANNEL)

_CENTRED = ("model.peak_centre_ppm=90.0", "model.peak_unit_ppm=50.0")
CONDITIONED = K_M3AID.changed("k-m3aid-conditioned", "K-M3AID, shifts centred and scaled", *_CENTRED)
RICH = K_M3AID._replace(name="k-m3aid-rich", title="K-M3AID, better pretrained", encoder="rich")
CONDITIONED_RICH = RICH.changed("k-m3aid-conditioned-rich", "K-M3AID, centred and better pretrained", *_CENTRED)
NO_CHANNEL_RICH = CONDITIONED_RICH.changed(
    "no-comm-conditioned-rich", "No Comm., centred and better pretrained", "model.channel=false"
)
BY_KIND = _kernel("laplace-kind", "Laplace, scatter of each kind", 0.0)
GUIDED = (  # targets that differ from those of strong pairs
    temperature_variant("1.0", "12.0"),
    temperature_variant("3.0", "40.0"),
    _kernel("laplace-0.3", "Laplace, 0.3 ppm", 0.3),
    _kernel("laplace-1", "Laplace, 1 ppm", 1.0),
    BY_KIND,
)
BY_KIND_RICH = BY_KIND._replace(encoder="rich").changed(
    "laplace-kind-conditioned-rich", "Laplace by kind, centred and better pretrained", *_CENTRED
)
EQUATION_5 = K_M3AID.changed("alpha-0.5", "K-M3AID, both levels weigh the same (eq. 5)", "model.alpha=0.5")
SEEDS = (43, 44)
SEEDED = (*(seeded(K_M3AID, seed) for seed in SEEDS), seeded(SP_RELEASED, SEEDS[0]))
EVERY_FOLD = (*(v for v in VARIANTS if v != SP_ID), SP_RELEASED, CONDITIONED_RICH)  # SP-ID is K-M3AID itself
BESIDE = (*RELEASED[1:], *GUIDED, CONDITIONED, RICH, BY_KIND_RICH, NO_CHANNEL_RICH, EQUATION_5, *SEEDED)  # on one fold

SHAPES = (  # depth, width, projection: table C.1 in the paper's order
    *((depth, width, size) for size in (128, 256) for depth in (3, 5) for width in (128, 256, 512)),
    *((3, width, 512) for width in (128, 256, 512)),
    *((5, width, 512) for width in (32, 64, 128, 256, 512)),
)
TEMPERATURES = tuple((f"1e-{low}", f"1e{high}") for low in range(1, 6) for high in range(1, 6))  # τ1, τ2: table C.2
UNLIKE_STRONG_PAIRS = (("1e-1", "1e1"),)  # the one point of table C.2 whose targets differ measurably


def shape_variant(depth: int, width: int, projection: int) -> Variant:
    """A row of table C.1; the published shape is K-M3AID itself."""
    if (depth, width, projection) == (5, 128, 512):
        return K_M3AID
    changes = (f"model.layers={depth}", f"model.width={width}", f"model.projection={projection}")
    return Variant(f"shape-{depth}-{width}-{projection}", f"{depth} × {width} × {projection}", changes)
