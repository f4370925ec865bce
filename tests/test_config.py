"""Plain values become dataclasses or errors that say where and why, whatever a file holds."""

import json
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Gt, Interval, Le, Len, Lt, MaxLen, MinLen
from hypothesis import given
from hypothesis import strategies as st

from km3aid.config import from_dict, to_dict
from km3aid.errors import ConfigError


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Inner:
    size: Annotated[int, Ge(1)] = 1
    share: Annotated[float, Gt(0), Lt(1)] = 0.5


@dataclass(frozen=True, slots=True)
class Every:
    """One field of every kind that an annotation can name."""

    text: str
    number: float = 0.0
    flag: bool = False
    path: Path = Path("a")
    choice: Literal["one", 2] = "one"
    colour: Colour = Colour.RED
    maybe: int | None = None
    names: Annotated[list[str], MaxLen(3)] = field(default_factory=list)
    pair: tuple[int, str] = (1, "a")
    many: tuple[float, ...] = ()
    kinds: frozenset[str] = frozenset()
    held: dict[int, list[int]] = field(default_factory=dict)
    inner: Inner = field(default_factory=Inner)
    either: list[Inner | float] = field(default_factory=list)
    anything: Any = None
    made: int = field(default=7, init=False)

    def __post_init__(self) -> None:
        if self.text == "bad":
            raise ConfigError("text and number contradict each other")


finite = st.floats(allow_nan=False, allow_infinity=False)
inners = st.builds(Inner, st.integers(1), st.floats(0.01, 0.99))
everything = st.builds(
    Every,
    text=st.text().filter(lambda t: t != "bad"),
    number=finite,
    flag=st.booleans(),
    path=st.sampled_from(["a", "a/b", "/c"]).map(Path),
    choice=st.sampled_from(["one", 2]),
    colour=st.sampled_from(Colour),
    maybe=st.none() | st.integers(),
    names=st.lists(st.text(), max_size=3),
    pair=st.tuples(st.integers(), st.text()),
    many=st.lists(finite).map(tuple),
    kinds=st.frozensets(st.text()),
    held=st.dictionaries(st.integers(-(10**9), 10**9), st.lists(st.integers())),
    inner=inners,
    either=st.lists(inners | finite),
    anything=st.none() | st.text() | st.lists(st.integers()),
)


def fault(values, kind=Every):
    with pytest.raises(ConfigError) as error:
        from_dict(kind, {"text": "a", **values}, "here")
    return str(error.value)


@given(everything)
def test_what_is_written_as_json_is_read_back(value):
    table = {key: item for key, item in json.loads(json.dumps(to_dict(value))).items() if key != "made"}
    assert from_dict(Every, table, "x") == value


@given(everything)
def test_a_dataclass_that_is_made_already_is_taken(value):
    assert from_dict(Every, {"text": "", "inner": value.inner, "either": value.either}, "x").either == value.either


def test_what_is_not_given_has_its_default():
    assert from_dict(Every, {"text": "a"}, "x") == Every("a")


def test_a_whole_number_will_do_for_a_float():
    made = from_dict(Every, {"text": "a", "number": 2, "many": [1, 2.5]}, "x")
    assert (made.number, made.many) == (2.0, (1.0, 2.5))
    assert type(made.number) is type(made.many[0]) is float


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": 5}, "here: text: 5; expected text"),
        ({"maybe": "wide"}, "here: maybe: 'wide'; expected a whole number"),
        ({"maybe": 8.5}, "here: maybe: 8.5; expected a whole number"),
        ({"maybe": True}, "here: maybe: True; expected a whole number"),
        ({"number": True}, "here: number: True; expected a number"),
        ({"number": "1"}, "here: number: '1'; expected a number"),
        ({"number": float("nan")}, "here: number: nan; expected a finite number"),
        ({"number": float("-inf")}, "here: number: -inf; expected a finite number"),
        ({"number": 10**400}, "expected a finite number"),
        ({"number": 10**5000}, "here: number: a huge number; expected a finite number"),
        ({"number": None}, "here: number: None; expected a number"),
        ({"flag": 1}, "here: flag: 1; expected true or false"),
        ({"path": 1}, "here: path: 1; expected a path"),
        ({"choice": "two"}, "here: choice: 'two'; expected one or 2"),
        ({"choice": 2.0}, "here: choice: 2.0; expected one or 2"),
        ({"colour": "green"}, "here: colour: 'green'; expected red or blue"),
        ({"colour": []}, "here: colour: []; expected red or blue"),
        ({"names": "abc"}, "here: names: 'abc'; expected a list"),
        ({"names": ["a", 1]}, "here: names, item 2: 1; expected text"),
        ({"names": list("abcd")}, "here: names: 4 entries; expected 3 or fewer"),
        ({"pair": [1]}, "here: pair: 1 values; expected 2"),
        ({"pair": ["a", 1]}, "here: pair, item 1: 'a'; expected a whole number"),
        ({"many": [1, "a"]}, "here: many, item 2: 'a'; expected a number"),
        ({"kinds": {"a": 1}}, "here: kinds: {'a': 1}; expected a list"),
        ({"held": []}, "here: held: []; expected a table of values"),
        ({"held": {"a": []}}, "here: held: key 'a': 'a'; expected a whole number"),
        ({"held": {"9" * 5000: []}}, "999…; expected a whole number"),
        ({"held": {"1": ["a"]}}, "here: held: 1, item 1: 'a'; expected a whole number"),
        ({"held": {"1": [], "01": []}}, "here: held: key '01' comes twice"),
        ({"inner": 3}, "here: inner: 3; expected a table of values"),
        ({"inner": {"size": 0}}, "here: inner: size: 0; expected 1 or more"),
        ({"inner": {"size": -3}}, "here: inner: size: -3; expected 1 or more"),
        ({"inner": {"share": 1}}, "here: inner: share: 1.0; expected less than 1"),
        ({"inner": {"sise": 2}}, "here: inner: unknown key 'sise'; did you mean 'size'?"),
        ({"either": [{"sise": 2}]}, "here: either, item 1: unknown key 'sise'; did you mean 'size'?"),
        ({"either": [1.0, "a"]}, "here: either, item 2: 'a'; expected a table of values or a number"),
        ({"either": [{"size": "a"}]}, "here: either, item 1: size: 'a'; expected a whole number"),
        ({"either": [{"size": 0}]}, "here: either, item 1: size: 0; expected 1 or more"),
        ({"made": 3}, "here: unknown key 'made'; did you mean 'maybe'?"),
        ({3: 3}, "here: unknown key 3; known are anything, choice"),
        ({"text": "bad"}, "here: text and number contradict each other"),
        ({"text": ["x" * 100]}, "xxx…; expected text"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(values, said):
    assert said in fault(values)


def test_a_table_is_expected_and_what_it_must_hold():
    for values, said in (
        ([], r"here: \[\]; expected a table of values"),
        (None, "here: None; expected a table"),
        ({}, "here: 'text' is missing"),
    ):
        with pytest.raises(ConfigError, match=said):
            from_dict(Every, values, "here")


@dataclass(frozen=True)
class Bounded:
    text: Annotated[str, MinLen(1)] = "a"
    optional: Annotated[float | None, Le(3)] = None
    between: Annotated[int, Interval(ge=2, lt=5)] = 2
    two: Annotated[list[int], Len(2, 3)] = field(default_factory=lambda: [1, 2])
    either: str | Annotated[float, Ge(0)] = 0.0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": ""}, "here: text: 0 characters; expected 1 or more"),
        ({"optional": 4}, "here: optional: 4.0; expected 3 or less"),
        ({"between": 1}, "here: between: 1; expected 2 or more"),
        ({"between": 5}, "here: between: 5; expected less than 5"),
        ({"two": [1]}, "here: two: 1 entries; expected 2 or more"),
        ({"two": [1] * 4}, "here: two: 4 entries; expected 3 or fewer"),
        ({"either": -1}, "here: either: -1.0; expected 0 or more"),
        ({"either": []}, "here: either: []; expected text or a number"),
    ],
)
def test_bounds_hold(values, said):
    assert said in fault(values, Bounded)


def test_what_lies_on_a_bound_is_taken():
    made = from_dict(Bounded, {"optional": 3, "between": 4, "two": [1, 2, 3], "either": 0}, "x")
    assert (made.optional, made.between, made.two, made.either) == (3.0, 4, [1, 2, 3], 0.0)
    assert from_dict(Bounded, {"optional": None}, "x").optional is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*Every.__dataclass_fields__]), json_values))
def test_any_json_is_read_or_refused(values):
    try:
        made = from_dict(Every, values, "here")
    except ConfigError as error:
        made = error
    assert isinstance(made, Every) or str(made).startswith("here: ")
