"""What an answer says of itself in words: verdicts, "none of these", members of a hit. Peaks and atoms count from 1."""

from __future__ import annotations

from km3aid.engine.results import Assignment, Elucidation, Hit, Hits, Misfit, SharedPart, Verification
from km3aid.render.numbering import atoms_from_1


def verdict_line(answer: Assignment | Verification) -> str:
    """The verdict on a structure; empty where the model has none.

    >>> verdict_line(Assignment(None, "CCO", (), (), (), 0.0, verdict="undecided", probability=0.62))
    'undecided: 62 % by the fit of the lines alone; isomers were not compared'
    """
    if answer.verdict is None or answer.probability is None:
        return ""
    if isinstance(answer, Assignment):
        how = "by the fit of the lines alone; isomers were not compared"
    else:
        how = f"beside {answer.compared} isomers, if a close wrong structure were as likely"
    return f"{answer.verdict}: {answer.probability:.0%} {how}".replace("%", " %", 1)


def hits_lines(answer: Hits) -> list[str]:
    """The chance of "none of these", and the members of hits that have several."""
    if isinstance(answer, Elucidation):
        lines = [members_line(hit) for hit in answer.hits[:1] if len({m.smiles for m in hit.members}) > 1]
    else:
        lines = _several(answer)
    if isinstance(answer, Elucidation) and answer.shared is not None:
        lines.append(shared_line(answer.shared))
    if answer.present is not None:
        lines.append(none_of_these(answer.present))
    return lines


def members_line(hit: Hit) -> str:
    """How sure the configuration of a proposal is."""
    share = hit.members[0].probability / hit.probability if hit.probability else 0.0
    return f"proposal {hit.rank} may be {hit.members[0].smiles} ({100 * share:.0f} % of it), or another configuration"


def _several(answer: Hits) -> list[str]:
    return [
        f"hit {hit.rank} stands for {len(hit.members)} structures of one connectivity; --by structure shows them"
        for hit in answer.hits
        if hit.members
    ]


def effort_line(answer: Elucidation) -> str:
    """What an elucidation did.

    >>> effort_line(Elucidation(None, (), 9000, 5000.0, estimated=50000, exhausted=True))
    '9,000 molecules scored, 50,000 estimated, 5 s; nothing was left to try'
    """
    done = f"{answer.candidates:,} molecules scored, {answer.estimated:,} estimated, {answer.elapsed_ms / 1000:.0f} s"
    return f"{done}; nothing was left to try" if answer.exhausted else done


def shared_line(shared: SharedPart) -> str:
    """What the likeliest proposals have in common.

    >>> shared_line(SharedPart("CCO", (0, 1, 2), 0.5, 3))
    'the first 3 proposals share 50 %: CCO'
    """
    if shared.proposals == 1:
        return "the first proposal has nearly all of the probability"
    return f"the first {shared.proposals} proposals share {100 * shared.share:.0f} %: {shared.smiles}"


def none_of_these(present: float) -> str:
    """The probability that the right structure is not among those compared, in words.

    >>> none_of_these(0.62)
    'none of these: 38 %'
    """
    return f"none of these: {100 * (1 - present):.0f} %"


def misfit_lines(answer: Verification) -> list[str]:
    """What the structure does not explain."""
    return [_misfit(misfit) for misfit in answer.misfits]


def rival_lines(answer: Verification) -> list[str]:
    """The isomers that explain the spectrum better, or almost as well."""
    lines = []
    for rival in answer.rivals:
        how = "better" if rival.ahead > 0 else "almost as well"
        name = f" ({rival.name})" if rival.name else ""
        lines.append(f"{rival.smiles}{name} explains the spectrum {how}: {rival.ahead:+.1f} log-odds")
    return lines


def _misfit(misfit: Misfit) -> str:
    atoms = atoms_from_1(misfit.atoms)
    if misfit.peak is None:
        return f"no peak at {misfit.predicted_ppm:g} ppm, for atoms {atoms}"
    if not misfit.atoms:
        return f"peak {misfit.peak + 1} at {misfit.observed_ppm:g} ppm fits no carbon"
    predicted = f"{misfit.predicted_ppm:g} ± {misfit.std_ppm:g} predicted for atoms {atoms}"
    return f"peak {misfit.peak + 1} at {misfit.observed_ppm:g} ppm: {predicted} (p {misfit.p_value:.2g})"
