# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dataclasses to JSON and back: what is read is what may be written, and a misfit names its place."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any, Literal, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import Misfit, decoder, encode, utc
from ansible_collections.panops.mlav.plugins.module_utils._device.constraints import (
    FilledText,
    Items,
    LeftOut,
    Natural,
    Shape,
    Text,
    Utc,
    UtcSeconds,
    Words,
)

AT = datetime(2026, 11, 23, 10, 15, tzinfo=timezone.utc)


class Facts(TypedDict, total=False):
    serial: str | None
    uptime_s: int


@dataclass(frozen=True)
class Part:
    name: FilledText
    size: Natural = 0
    note: Annotated[str | None, LeftOut()] = None


@dataclass(frozen=True)
class Choice:
    """Exactly one of the two."""

    __shape__ = Shape(unknown_keys="ignored", either=("xml", "text"))

    text: str | None = None
    xml: str | None = None


@dataclass(frozen=True)
class Whole:
    __shape__ = Shape("example/whole/1")

    at: UtcSeconds
    exact: Annotated[datetime, Utc(years=range(1970, 2200))]
    local: datetime | None
    color: Literal["red", "green"]
    animal: Annotated[str, Words("animal")]
    code: Annotated[str, Text(pattern=r"^X\d{2}$", example="X01")]
    parts: tuple[Part, ...]
    tags: Annotated[tuple[str, ...], Items(min_items=1, unique=True)]
    facts: Facts
    either: Choice
    open: Any
    one_or_many: dict[str, Any] | list[Any] | None
    share: float = 0.5
    ok: bool = True
    by_name: dict[str, tuple[int, ...]] | None = None
    ended: UtcSeconds | None = None


read = decoder(Whole, {"animal": ("cat", "dog")})

WHOLE = Whole(
    at=AT,
    exact=AT.replace(microsecond=7),
    local=datetime(2026, 11, 23, 11, 15),
    color="red",
    animal="cat",
    code="X07",
    parts=(Part("a", 1), Part("b", note="x")),
    tags=("t",),
    facts={"serial": None, "uptime_s": 7},
    either=Choice(xml="<a/>"),
    open={"x": [1, None, 2.5]},
    one_or_many=[{"a": 1}],
    by_name={"n": (1, 2)},
    ended=AT.replace(microsecond=7),
)
DATA: dict[str, Any] = {
    "schema": "example/whole/1",
    "at": "2026-11-23T10:15:00Z",
    "exact": "2026-11-23T10:15:00.000007Z",
    "local": "2026-11-23T11:15:00",
    "color": "red",
    "animal": "cat",
    "code": "X07",
    "parts": [{"name": "a", "size": 1}, {"name": "b", "size": 0, "note": "x"}],
    "tags": ["t"],
    "facts": {"serial": None, "uptime_s": 7},
    "either": {"xml": "<a/>"},
    "open": {"x": [1, None, 2.5]},
    "one_or_many": [{"a": 1}],
    "share": 0.5,
    "ok": True,
    "by_name": {"n": [1, 2]},
    "ended": "2026-11-23T10:15:00Z",
}


def test_both_ways() -> None:
    assert encode(WHOLE) == DATA
    assert list(encode(WHOLE)) == list(DATA)
    assert read(DATA) == replace(WHOLE, ended=AT)


def test_keys_with_a_default_may_be_absent_and_an_open_mapping_keeps_its_own() -> None:
    data = {name: value for name, value in DATA.items() if name not in ("share", "ok", "by_name", "ended")}
    found = read({**data, "facts": {"new": [1]}, "either": {"text": "t", "later": 1}})
    assert (found.share, found.ok, found.by_name) == (0.5, True, None)
    assert encode(found.facts) == {"new": [1]}
    assert encode(found.either) == {"text": "t"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "example/other/1"}, "schema: expected example/whole/1, got 'example/other/1'"),
        ({"schema": 7}, "schema: expected example/whole/1, got 7"),
        (
            {"schema": "example/whole/2"},
            "schema: expected example/whole/1, got 'example/whole/2' "
            "(written by a newer release of this collection, which can read it)",
        ),
        ({"more": 1}, "more: expected no key of this name, got 1"),
        ({"at": "2026-11-23T10:15:00.5Z"}, "at: expected a time in UTC such as 2026-11-23T10:15:00Z, got "),
        ({"at": "2026-13-23T10:15:00Z"}, "at: expected a time in UTC "),
        ({"at": "2026-11-23T10:15:00+00:00"}, "at: expected a time in UTC "),
        ({"exact": "1969-11-23T10:15:00Z"}, "exact: expected a time in UTC "),
        ({"local": "11:15"}, "local: expected a time such as 2026-11-23T10:15:00, got '11:15'"),
        ({"color": "blue"}, "color: expected one of red, green, got 'blue'"),
        ({"color": ["red"]}, "color: expected one of red, green, got a list"),
        ({"animal": "cow"}, "animal: expected one of cat, dog, got 'cow'"),
        ({"code": "X07\n"}, "code: expected a text such as X01, got "),
        ({"code": "X٠٧"}, "code: expected a text such as X01, got "),
        ({"parts": {}}, "parts: expected a list, got a mapping"),
        ({"parts": [{"name": "a"}, {"name": ""}]}, "parts[1].name: expected a text that is not empty, got ''"),
        ({"parts": [{"name": "a", "size": -1}]}, "parts[0].size: expected a whole number of at least 0, got -1"),
        ({"parts": [{"name": "a", "size": True}]}, "parts[0].size: expected a whole number, got true"),
        ({"parts": [{"name": "a", "size": 1.5}]}, "parts[0].size: expected a whole number, got 1.5"),
        ({"parts": [{"name": "a", "note": None}]}, "parts[0].note: expected a text, got null"),
        ({"parts": [{}]}, "parts[0]: expected a mapping with name, got a mapping"),
        ({"tags": []}, "tags: expected a list of at least 1, each once, got a list"),
        ({"tags": ["t", "t"]}, "tags: expected a list of at least 1, each once, got a list"),
        ({"facts": {"uptime_s": None}}, "facts.uptime_s: expected a whole number, got null"),
        ({"either": {}}, "either: expected either xml or text, got a mapping"),
        ({"either": {"xml": "", "text": ""}}, "either: expected either xml or text, got a mapping"),
        ({"one_or_many": "x"}, "one_or_many: expected a mapping or a list or null, got 'x'"),
        ({"open": float("nan")}, "open: expected a value that JSON has, got a number"),
        ({"open": {1, 2}}, "open: expected a value that JSON has, got something else"),
        ({"share": "half"}, "share: expected a number, got 'half'"),
        ({"share": float("inf")}, "share: expected a number, got a number"),
        ({"ok": 1}, "ok: expected true or false, got 1"),
        ({"by_name": {"n": ["x"]}}, "by_name.n[0]: expected a whole number, got 'x'"),
    ],
)
def test_a_misfit_names_the_place_the_value_and_what_belongs_there(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Misfit) as raised:
        read({**DATA, **change})
    assert str(raised.value).startswith(said)


def test_a_misfit_shows_no_secret_and_stays_short() -> None:
    with pytest.raises(Misfit) as raised:
        read({**DATA, "color": "password=hunter2 " + 500 * "x", 300 * "k": 1})
    assert "hunter2" not in str(raised.value)
    assert len(str(raised.value)) < 250


def test_open_data_is_bounded_in_depth() -> None:
    deep: Any = []
    for _ in range(49):
        deep = [deep]
    assert encode(read({**DATA, "open": deep}).open) == deep
    with pytest.raises(Misfit, match=r"^open: expected data at most 50 levels deep, got a list$"):
        read({**DATA, "open": [deep]})


def test_every_text_and_open_key_goes_through_the_given_function() -> None:
    loud = decoder(Whole, {"animal": ("cat",)}, str.upper)(DATA)
    assert (loud.parts[0].name, loud.tags, loud.open, loud.by_name) == (
        "A",
        ("T",),
        {"X": [1, None, 2.5]},
        {"N": (1, 2)},
    )
    assert (loud.color, loud.animal) == ("red", "cat")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 23, 12, 15, 0, 9, timezone(timedelta(hours=2))), "2026-11-23T10:15:00Z"),
        (datetime(2026, 11, 23, 10, 15), "2026-11-23T10:15:00Z"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))), "0001-01-01T00:00:00Z"),
    ],
)
def test_utc_to_the_second(moment: datetime, text: str) -> None:
    assert utc(moment) == text


def test_what_json_does_not_have_is_written_as_text() -> None:
    assert encode({1: timedelta(hours=1), "at": AT, "there": AT.astimezone(timezone(timedelta(hours=2)))}) == {
        "1": "1:00:00",
        "at": "2026-11-23T10:15:00Z",
        "there": "2026-11-23T12:15:00+02:00",
    }


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
MOMENTS = st.datetimes(timezones=st.just(timezone.utc))
WHOLES = st.builds(
    Whole,
    at=MOMENTS.map(lambda moment: moment.replace(microsecond=0)),
    exact=st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(timezone.utc)),
    local=st.none() | st.datetimes() | MOMENTS,
    color=st.sampled_from(["red", "green"]),
    animal=st.sampled_from(["cat", "dog"]),
    code=st.from_regex(r"\AX[0-9]{2}\Z"),
    parts=st.lists(
        st.builds(Part, st.text(min_size=1), st.integers(0), st.none() | st.text()),
        max_size=3,
    ).map(tuple),
    tags=st.lists(st.text(), min_size=1, max_size=3, unique=True).map(tuple),
    facts=st.fixed_dictionaries({}, optional={"serial": st.none() | st.text(), "uptime_s": st.integers(), "new": JSON}),
    either=st.builds(Choice, text=st.text()) | st.builds(Choice, xml=st.text()),
    open=JSON,
    one_or_many=st.none() | st.lists(JSON, max_size=2) | st.dictionaries(st.text(), JSON, max_size=2),
    share=st.floats(allow_nan=False, allow_infinity=False),
    ok=st.booleans(),
    by_name=st.none() | st.dictionaries(st.text(), st.lists(st.integers()).map(tuple), max_size=2),
    ended=st.none() | MOMENTS.map(lambda moment: moment.replace(microsecond=0)),
)


@given(WHOLES)
def test_what_is_written_is_read_as_it_was(whole: Whole) -> None:
    assert read(json.loads(json.dumps(encode(whole)))) == whole


@given(JSON, st.sampled_from(sorted(DATA)))
def test_data_of_any_sort_is_read_or_a_misfit(value: Any, key: str) -> None:
    for data in (value, {**DATA, key: value}):
        with suppress(Misfit):
            found = read(data)
            assert read(encode(found)) == found
