"""What kind of experiment a 13C spectrum comes from, by the name of its pulse sequence, and whether it can be used."""

from __future__ import annotations

import re
from enum import StrEnum


class Experiment(StrEnum):
    """An experiment that shows carbons."""

    PLAIN = "plain 13C"
    COUPLED = "coupled 13C"
    APT = "APT"
    PENDANT = "PENDANT"
    DEPTQ = "DEPTQ"
    DEPT = "DEPT"
    DEPT_45 = "DEPT-45"
    DEPT_90 = "DEPT-90"
    DEPT_135 = "DEPT-135"
    INEPT = "INEPT"
    RELAXATION = "relaxation"
    SOLID = "solid-state"
    TWO_D = "2D"

    @property
    def described(self) -> str:
        """What it is, in a few words."""
        article = "an" if self in (Experiment.APT, Experiment.INEPT) else "a"
        noun = (
            "measurement" if self == Experiment.RELAXATION else "experiment" if self == Experiment.TWO_D else "spectrum"
        )
        return f"{article} {self.value} {noun}"


# Names of pulse sequences in lower case (Bruker, Varian and Agilent, JEOL); the first pattern that is found decides.
_SEQUENCES: tuple[tuple[str, Experiment], ...] = (
    (r"cosy|tocsy|noesy|roesy|hsqc|hmqc|hmbc|hsqmbc|h2bc|trosy|hetcor|hxco|coloc|inadequate|^inad", Experiment.TWO_D),
    (r"jres|^mlev|dipsi|^inv[i4]|dosy|ledbp|ledgp|stebp|stegp|dbppste|(?<![a-z0-9])2d(?![a-z0-9])", Experiment.TWO_D),
    (r"dept[\W_]*q", Experiment.DEPTQ),
    (r"dept[a-z\W_]*135", Experiment.DEPT_135),
    (r"dept[a-z\W_]*90", Experiment.DEPT_90),
    (r"dept[a-z\W_]*45", Experiment.DEPT_45),
    (r"dept", Experiment.DEPT),
    (r"pendant", Experiment.PENDANT),
    (r"inept", Experiment.INEPT),
    (r"(?<![a-z])apt(?:gp)?(?![a-z])|jmod|attached[\W_]*proton", Experiment.APT),
    (r"^t[12](?![0-9])|cpmg|inv(?:ersion)?[\W_]*rec|sat(?:uration)?[\W_]*rec", Experiment.RELAXATION),
    (r"^(?:tan|ramp)?cp(?=$|[0-9\W_]|mas|toss|pi|nqs|vt|sel|td|lg|x|lt)|cp[\W_]*mas|toss|hpdec", Experiment.SOLID),
    (r"(?<![a-z])mas(?![a-z])", Experiment.SOLID),
    (r"inv(?:erse)?[\W_]*gat", Experiment.PLAIN),
    (r"^zggd|^zg(?:[0-9]+|pr)?$|coupled(?<!decoupled)|nodec|(?<![a-z])gated", Experiment.COUPLED),
)
_BY_TITLE = (Experiment.DEPTQ, Experiment.DEPT_135, Experiment.DEPT_90, Experiment.DEPT_45, Experiment.APT)

_ANGLE = 10.0  # degrees by which a pulse may be off
_PLAIN = "give the plain 13C spectrum"
_NO_QUATERNARY = f"has no carbons without hydrogen; {_PLAIN}"
_OBSTACLES: dict[Experiment, str] = {
    Experiment.DEPT: f"a DEPT spectrum {_NO_QUATERNARY}, and this one with --dept135 or --dept90",
    Experiment.DEPT_45: f"a DEPT-45 spectrum {_NO_QUATERNARY}",
    Experiment.DEPT_90: f"a DEPT-90 spectrum shows CH only; {_PLAIN}, and this one with --dept90",
    Experiment.DEPT_135: f"a DEPT-135 spectrum {_NO_QUATERNARY}, and this one with --dept135",
    Experiment.INEPT: f"an INEPT spectrum {_NO_QUATERNARY}",
    Experiment.RELAXATION: f"a measurement of relaxation, in which lines are weakened or negative; {_PLAIN}",
    Experiment.SOLID: "a solid-state spectrum, whose shifts and widths are not those of a solution; "
    "give the 13C spectrum of a solution",
    Experiment.TWO_D: "a 2D experiment; give the 1D 13C spectrum, or a list of its shifts with --peaks",
}
_NOTES: dict[Experiment, str] = {
    Experiment.COUPLED: "measured without decoupling of 1H: lines may be split into multiplets",
}
DEPT = (Experiment.DEPT, Experiment.DEPT_45, Experiment.DEPT_90, Experiment.DEPT_135)
SIGNED = (Experiment.APT, Experiment.PENDANT, Experiment.DEPTQ)  # C and CH2 of one sign, CH and CH3 of the other


def experiment_of(*sequences: str, title: str = "") -> Experiment:
    """The experiment by the names of its pulse sequence, the most reliable first; a name that is not known is plain.

    The `title` counts only where no name is given, and only for DEPT and APT.

    >>> experiment_of("deptsp135").value, experiment_of("jmod").value, experiment_of("", title="DEPT-90 of 5a").value
    ('DEPT-135', 'APT', 'DEPT-90')
    """
    names = [plain for name in sequences if (plain := name.strip("<> \t\r\n").lower())]
    for name in names:
        if (found := _by_name(name)) is not None:
            return found
    by_title = None if names else _by_name(title.lower())
    return by_title if by_title in _BY_TITLE else Experiment.PLAIN


def _by_name(name: str) -> Experiment | None:
    return next((experiment for pattern, experiment in _SEQUENCES if re.search(pattern, name)), None)


def dept_of_angle(degrees: float) -> Experiment:
    """The DEPT with that flip angle, of 45, 90 or 135°, give or take 10°.

    >>> dept_of_angle(133.0).value
    'DEPT-135'
    """
    angles = {45: Experiment.DEPT_45, 90: Experiment.DEPT_90, 135: Experiment.DEPT_135}
    return next((kind for angle, kind in angles.items() if abs(degrees - angle) <= _ANGLE), Experiment.DEPT)


def obstacle(experiment: Experiment) -> str | None:
    """Why the experiment cannot be used on its own, and what to give instead; None where it can."""
    return _OBSTACLES.get(experiment)


def note_on(experiment: Experiment) -> str | None:
    """What must be known of the lines of an experiment that can be used; None where they are as usual."""
    return _NOTES.get(experiment)
