// Peaks that are held on carbons by hand.

/**
 * The pins after one more peak is held on `atoms` and on those equivalent to them; another peak that is held there keeps
 * the rest of them. `carbons` are the classes of equivalent carbons.
 */
export function pinned(pins, peak, atoms, carbons, perCarbon) {
  const kept = Object.fromEntries(Object.entries(pins).filter(([other]) => Number(other) !== peak));
  const wanted = reach(kept, atoms, carbons, perCarbon);
  for (const [other, held] of Object.entries(kept)) {
    const left = held.filter((atom) => !wanted.includes(atom));
    if (held.length && !left.length) delete kept[other];
    else kept[other] = left;
  }
  return { ...kept, [peak]: wanted };
}

function reach(kept, atoms, carbons, perCarbon) {
  if (perCarbon) return atoms.slice(0, 1);
  if (atoms.length !== 1) return atoms;
  const equivalent = carbons.find((carbon) => carbon.atoms.includes(atoms[0]))?.atoms ?? atoms;
  const shared = Object.values(kept).some((held) => held.some((atom) => equivalent.includes(atom)));
  return shared && equivalent.length > 1 ? atoms : equivalent;
}

export const unpinned = (pins, peak) => Object.fromEntries(Object.entries(pins).filter(([other]) => Number(other) !== peak));
