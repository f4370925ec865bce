// Prints as JSON what NMRium's own loader makes of a .nmrium file, and the atoms of its molecules by OpenChemLib.
import { readFileSync } from 'node:fs';

import { readNMRiumObject } from 'nmr-load-save';
import { Molecule } from 'openchemlib';

const errors = [];
const logger = { error: (message) => errors.push(String(message)) };
const state = await readNMRiumObject(JSON.parse(readFileSync(process.argv[2], 'utf8')), { logger });
const spectra = state.data.spectra.map(({ id, info, ranges, peaks, data }) => ({
  id,
  info,
  ranges: ranges.values,
  peaks: peaks.values,
  points: data.x.length,
}));
const molecules = state.data.molecules.map(({ label, molfile }) => {
  const molecule = Molecule.fromMolfile(molfile);
  const atoms = Array.from({ length: molecule.getAllAtoms() }, (_, i) => molecule.getAtomLabel(i));
  return { label, atoms };
});
console.log(JSON.stringify({ version: state.version, spectra, molecules, errors }));
