"""`km3aid library fetch`: what is listed, and a library of a collection."""

import gzip
import json
import zipfile
from dataclasses import replace

import pytest
from tests.cli.runner import answer, km3aid, refused

from km3aid.files import sha256_of
from km3aid.library import collections


@pytest.fixture
def offered(tmp_path, monkeypatch):
    """Collections on this machine in the forms of the real ones."""
    table = "identifier,canonical_smiles,name\n1,CCO,ethanol\n2,CCCO,propanol\n"
    with zipfile.ZipFile(tmp_path / "coconut.zip", "w") as archive:
        archive.writestr("coconut_csv.csv", table)
    (tmp_path / "CID-SMILES.gz").write_bytes(gzip.compress(b"702\tCCO\n1031\tCCCO\n"))
    made = [
        replace(
            collections.collection_named("coconut"),
            url=(tmp_path / "coconut.zip").as_uri(),
            sha256=sha256_of(tmp_path / "coconut.zip"),
        ),
        replace(collections.collection_named("pubchem"), url=(tmp_path / "CID-SMILES.gz").as_uri()),
    ]
    monkeypatch.setattr(collections, "COLLECTIONS", made)
    return tmp_path


def test_the_list_names_address_size_and_licence():
    listed = answer("library", "fetch", "--format", "json")
    assert {"coconut", "lotus", "chembl", "pubchem"} <= {c["name"] for c in listed}
    assert all(c["url"].startswith("https://") and c["licence"] and c["megabytes"] for c in listed)
    shown = km3aid("library", "fetch").stdout
    assert all(c["url"] in shown for c in listed)


@pytest.mark.parametrize(("name", "hit"), [("coconut", "ethanol"), ("pubchem", "702")])
def test_a_collection_becomes_a_library(offered, name, hit):
    done = km3aid("library", "fetch", name, offered / "lib")
    assert done.returncode == 0, done.stderr
    assert "2 molecules" in done.stderr
    hits = answer("search", "--peaks", "58.3 18.4", "--library", offered / "lib", "--top", 1)["hits"]
    assert hits[0]["name"] == hit
    assert "complete already" in km3aid("library", "fetch", name, offered / "lib").stderr


def test_a_download_that_is_not_the_keepers_is_refused(offered, monkeypatch):
    (wanted, other) = collections.COLLECTIONS
    monkeypatch.setattr(collections, "COLLECTIONS", [replace(wanted, sha256="0" * 64), other])
    assert "delete it and fetch it again" in refused("library", "fetch", "coconut", offered / "lib")


def test_what_cannot_be_fetched_is_one_clear_line(offered):
    assert "known: coconut, pubchem" in refused("library", "fetch", "zinc")
    (offered / "coconut.zip").unlink()
    assert "cannot be fetched" in refused("library", "fetch", "coconut", offered / "lib")


def test_the_list_is_json_lines_of_known_keys():
    assert json.loads(km3aid("library", "fetch", "--format", "json").stdout)[0].keys() == {
        "name", "contents", "structures", "megabytes", "licence", "url", "sha256", "page",
    }  # fmt: skip
