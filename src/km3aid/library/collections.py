"""Public collections of structures from which libraries can be built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from km3aid.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as its keeper offers it.

    `file` is the name under which it is saved, whose suffix says how it is read; `column` and `name_column` are those
    of a table. `page` is where to look when the address has changed.
    """

    name: str
    contents: str
    structures: int  # about
    megabytes: int  # of the download, about
    licence: str
    url: str
    file: str
    page: str
    column: str | None = None
    name_column: str | None = None
    sha256: str | None = None  # where the keeper's file does not change

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        told = ("name", "contents", "structures", "megabytes", "licence", "url", "sha256", "page")
        return {key: getattr(self, key) for key in told}


_COCONUT = "https://coconut.s3.uni-jena.de/prod/downloads/2026-09/coconut_csv-09-2026.zip"
_CHEMBL = "https://ftp.ebi.ac.uk/pub/databases/chembl/ChEMBLdb/releases/chembl_37/chembl_37_chemreps.txt.gz"

# fmt: off
COLLECTIONS = (
    Collection(
        "drugcentral", "approved drugs", 4_100, 1, "CC BY-SA 4.0",
        "https://unmtid-dbs.net/download/DrugCentral/2021_09_01/structures.smiles.tsv", "drugcentral.tsv",
        "https://drugcentral.org/download", "SMILES", "INN",
    ),
    Collection(
        "nmrshiftdb2", "compounds with measured NMR spectra; most are organic", 31_000, 40,
        "nmrshiftdb2 database licence (from ODbL)",
        "https://sourceforge.net/projects/nmrshiftdb2/files/data/nmrshiftdb2withsignals.sd/download", "nmrshiftdb2.sd",
        "https://nmrshiftdb.nmr.uni-koeln.de",
    ),
    Collection(
        "npatlas", "natural products of bacteria and fungi", 36_000, 60, "CC BY 4.0",
        "https://www.npatlas.org/static/downloads/NPAtlas_download.tsv", "npatlas.tsv",
        "https://www.npatlas.org/download", "compound_smiles", "compound_name",
    ),
    Collection(
        "lotus", "natural products, with the organisms that make them", 220_000, 93, "CC0",
        "https://zenodo.org/records/7534071/files/230106_frozen_metadata.csv.gz", "lotus.csv.gz",
        "https://zenodo.org/records/7534071", "structure_smiles", "structure_nameTraditional",
    ),
    Collection(
        "coconut", "natural products of all kinds", 700_000, 700, "CC0", _COCONUT, "coconut.csv",
        "https://coconut.naturalproducts.net/download", "canonical_smiles", "name",
        "38b8a3a73a40c90239ff4d5b0caf832981fd3029f4c8fc0f43c5011b39461800",
    ),
    Collection(
        "chembl", "drug-like molecules from the literature", 2_800_000, 290, "CC BY-SA 3.0", _CHEMBL, "chembl.tsv.gz",
        "https://chembl.gitbook.io/chembl-interface-documentation/downloads", "canonical_smiles", "chembl_id",
    ),
    Collection(
        "pubchem", "nearly all that is known; takes half a day and 60 GB", 120_000_000, 1_500, "public domain",
        "https://ftp.ncbi.nlm.nih.gov/pubchem/Compound/Extras/CID-SMILES.gz", "pubchem.smi.gz",
        "https://pubchem.ncbi.nlm.nih.gov/docs/downloads",
    ),
)
# fmt: on


def collection_named(name: str) -> Collection:
    """The collection of that name; raises `ConfigError`.

    >>> collection_named("lotus").licence
    'CC0'
    """
    for collection in COLLECTIONS:
        if collection.name == name.lower():
            return collection
    raise ConfigError(f"no collection {name!r}; known: {', '.join(c.name for c in COLLECTIONS)}")
