"""Choose the compounds of the starter library and write their list; `make starter-list` runs this.

python benchmarks/starter.py --chemicals chemicals-1.5.2-py3-none-any.whl --structures nmrshiftdb2_structures.smi.gz \
  --public library.smi.gz --out src/km3aid/starter/compounds.smi.gz

Common compounds with their names come from the package `chemicals` (MIT; identifiers of PubChem, which are in the
public domain), those with the most synonyms first. Natural products come from nmrshiftdb2: the likest ones by the score
of Ertl et al. (J. Chem. Inf. Model. 48 (2008) 68, in RDKit's Contrib), those first that other public collections hold.
`src/km3aid/starter/SOURCES.md` names sources and licences.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from rdkit import Chem, RDConfig, RDLogger
from rdkit.Chem.MolStandardize import rdMolStandardize

COMMON, NATURAL = 15_000, 5_000
SHORT = 10  # characters
MOST_ATOMS, MOST_CHARACTERS, MOST_STEREOISOMERS = 60, 60, 4
LIKENESS = 0.5
FILES = ("pubchem small", "pubchem large", "example user db")
ELEMENTS = {"H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Se", "Br", "I"}
CODE = re.compile(
    r"[\d-]+|(?:nsc|chembl|einecs|unii|zinc|mfcd|dsstox|schembl|ac1l|chebi|bdbm|akos)\W?\w*|(?=\w*\d)\w{10}", re.I
)
SALT = re.compile(
    r"[ -](?:mono|di)?(?:hydrochloride|hydrobromide|maleate|fumarate|mesylate|hydrate|salt|besylate|hcl)$", re.I
)


class Compound(NamedTuple):
    """A compound, how well known it is, and whether its configuration is stated in full."""

    smiles: str
    name: str
    rank: float
    connectivity: str
    stated: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for option in ("--chemicals", "--structures", "--public", "--out"):
        parser.add_argument(option, type=Path, required=True)
    options = parser.parse_args()
    RDLogger.DisableLog("rdApp.*")
    common = distinct(chemicals(options.chemicals))[:COMMON]
    known = {compound.connectivity for compound in common}
    natural = [c for c in distinct(natural_products(options.structures, options.public)) if c.connectivity not in known]
    chosen = common + natural[:NATURAL]
    text = "".join(f"{c.smiles} {c.name}".rstrip() + "\n" for c in chosen)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(common):,} common compounds, {len(chosen) - len(common):,} natural products: {options.out}")


def chemicals(wheel: Path) -> Iterator[Compound]:
    """The compounds of the package, whose tables have identifiers in the first columns, then names."""
    with zipfile.ZipFile(wheel) as archive:
        for which in FILES:
            with archive.open(f"chemicals/Identifiers/chemical identifiers {which}.tsv") as raw:
                for line in io.TextIOWrapper(raw, encoding="utf-8"):
                    cells = line.rstrip("\n").split("\t")
                    if (made := compound(cells[4], named(cells[7:]), -len(cells))) is not None:
                        yield made._replace(name=SALT.sub("", made.name) if "." in cells[4] else made.name)


def named(names: list[str]) -> str:
    """The common name: the second, which may be a code; the first is systematic, and good where it is a short word."""
    short = [n for n in names[:1] if len(n) <= SHORT and n.isalpha()]
    good = short or [n for n in names[1:] if not CODE.fullmatch(n)] or names[:1]
    name = good[0] if good else ""
    return name.lower() if name.isupper() and len(name) > 6 else name


def natural_products(structures: Path, public: Path) -> Iterator[Compound]:
    """What looks like a natural product, without names."""
    with gzip.open(public, "rt", encoding="utf-8") as lines:
        elsewhere = {line.split()[0] for line in lines if line.strip()}
    scorer = contributed("NP_Score/npscorer.py")
    model = scorer.readNPModel()
    with gzip.open(structures, "rt", encoding="utf-8") as lines:
        for line in lines:
            smiles = line.split()[0]
            mol = Chem.MolFromSmiles(smiles)
            if mol is None or not 10 <= mol.GetNumHeavyAtoms() <= MOST_ATOMS:
                continue
            likeness = scorer.scoreMol(mol, model)
            if likeness >= LIKENESS and (made := compound(smiles, "", -likeness)) is not None:
                yield made._replace(rank=made.rank - 100 * (smiles in elsewhere))


def contributed(file: str) -> ModuleType:
    """A module of RDKit's Contrib folder."""
    path = Path(RDConfig.RDContribDir) / file
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def compound(smiles: str, name: str, rank: float) -> Compound | None:
    """A compound of the organic chemist's elements with a carbon; of a salt its organic part; None for any other."""
    mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        return None
    others = sorted(smiles.split("."), key=len)[:-1]
    if any("C" in part.replace("Cl", "") or "c" in part for part in others) and not SALT.search(name):
        return None  # a mixture
    try:
        mol = rdMolStandardize.ChargeParent(mol) if others else mol
    except ValueError:  # of a valence that RDKit does not know
        return None
    symbols = {atom.GetSymbol() for atom in mol.GetAtoms()}
    odd = any(atom.GetIsotope() or atom.GetNumRadicalElectrons() for atom in mol.GetAtoms())
    carbons = sum(atom.GetSymbol() == "C" for atom in mol.GetAtoms())
    if odd or not symbols <= ELEMENTS or not 1 <= carbons <= mol.GetNumAtoms() <= MOST_ATOMS or "\t" in name:
        return None
    stated = all(info.specified == Chem.StereoSpecified.Specified for info in Chem.FindPotentialStereo(mol))
    short = name if len(name) <= MOST_CHARACTERS else ""
    return Compound(Chem.MolToSmiles(mol), short, rank, Chem.MolToInchiKey(mol)[:14], stated)


def distinct(found: Iterator[Compound]) -> list[Compound]:
    """The best known first, each structure once; of one connectivity those with a configuration, if there are any."""
    ordered = sorted(found, key=lambda c: (c.rank, c.smiles))
    with_configuration = {c.connectivity for c in ordered if c.stated}
    seen: set[str] = set()
    held: dict[str, int] = {}
    kept = []
    for c in ordered:
        if c.smiles in seen or held.get(c.connectivity, 0) >= MOST_STEREOISOMERS or not c.connectivity:
            continue
        if not c.stated and (c.connectivity in with_configuration or c.connectivity in held):
            continue
        seen.add(c.smiles)
        held[c.connectivity] = held.get(c.connectivity, 0) + 1
        kept.append(c)
    return kept


if __name__ == "__main__":
    main()
