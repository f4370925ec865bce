"""The models that the paper compares: changes of single values of preset `paper`."""

from __future__ import annotations

from typing import NamedTuple


class Variant(NamedTuple):
    """One row of a table of the paper."""

    name: str
    title: str
    changes: tuple[str, ...] = ()
    split: str = "paper"  # or "strict": no connectivity of the validation block among the paper's molecules


def _weak_pairs(threshold_ppm: int) -> Variant:
    changes = ("model.discrimination='weak-pair'", f"model.threshold_ppm={threshold_ppm}")
    return Variant(f"wp-id-{threshold_ppm}", f"WP-ID (th = {threshold_ppm})", changes)


K_M3AID = Variant("k-m3aid", "K-M3AID")
SP_ID = Variant("sp-id", "SP-ID", ("model.discrimination='strong-pair'",))
WP_ID = _weak_pairs(1)
NO_CHANNEL = Variant("no-comm", "No Comm.", ("model.channel=false",))
STRICT = Variant("k-m3aid-strict", "K-M3AID, strict split", (), "strict")
VARIANTS = (K_M3AID, WP_ID, NO_CHANNEL, _weak_pairs(10), SP_ID, _weak_pairs(5))  # the most telling first
TABLE_2 = (K_M3AID, SP_ID, WP_ID, NO_CHANNEL)

SHAPES = (  # depth, width, projection: table C.1 in the paper's order
    *((depth, width, size) for size in (128, 256) for depth in (3, 5) for width in (128, 256, 512)),
    *((3, width, 512) for width in (128, 256, 512)),
    *((5, width, 512) for width in (32, 64, 128, 256, 512)),
)
TEMPERATURES = tuple((f"1e-{low}", f"1e{high}") for low in range(1, 6) for high in range(1, 6))  # τ1, τ2: table C.2


def shape_variant(depth: int, width: int, projection: int) -> Variant:
    """A row of table C.1; the published shape is K-M3AID itself."""
    if (depth, width, projection) == (5, 128, 512):
        return K_M3AID
    changes = (f"model.layers={depth}", f"model.width={width}", f"model.projection={projection}")
    return Variant(f"shape-{depth}-{width}-{projection}", f"{depth} × {width} × {projection}", changes)


def temperature_variant(tau1: str, tau2: str) -> Variant:
    """A row of table C.2; the published pair is K-M3AID itself."""
    if (tau1, tau2) == ("1e-5", "1e1"):
        return K_M3AID
    return Variant(f"tau-{tau1}-{tau2}", f"τ1 = {tau1}, τ2 = {tau2}", (f"model.tau1={tau1}", f"model.tau2={tau2}"))
