# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A diagnosis from elsewhere is read exactly as the published schema allows."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import Misfit, encode
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.document import read_diagnoses, read_diagnosis
from ansible_collections.panops.mlav.tests.unit.report.diagnoses import diagnosis
from tests.tooling.schemas import schema, validator

SCHEMA = validator("diagnosis")
PUBLISHED = schema("diagnosis")
REMEDY = PUBLISHED["$defs"]["remedy"]["properties"]

WHOLE = diagnosis(
    "fw-a",
    "broken",
    "tls_interception",
    device={"serial": "001", "multi_vsys": False, "uptime_s": 7, "clock_skew_s": None, "new_in_a_release": [1]},
    history=[
        {
            "id": "clock_skew",
            "code": "MLAV0301",
            "reason": "older than the last reconnect",
            "first_seen": None,
            "last_seen": "2026-11-23T10:15:00",
            "count": 2,
            "sample": "a line",
        }
    ],
    missing=[{"evidence": "ping", "kind": "refused", "reason": "no", "hint": "SSH"}],
)
VALUES: tuple[Any, ...] = (None, True, -1, 0, 7, 1.5, "", "some text", "MLAV0102", [], ["x"], [{}], {}, {"x": 1})

Place = tuple[str | int, ...]


def places(data: Any, place: Place = ()) -> Iterator[Place]:
    yield place
    members = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, member in members:
        yield from places(member, (*place, name))


def changed(place: Place, value: Any = None, drop: bool = False) -> Any:
    """WHOLE with another value at a place, or without it."""
    if not place:
        return value
    data = copy.deepcopy(WHOLE)
    parent: Any = data
    for step in place[:-1]:
        parent = parent[step]
    if drop:
        del parent[place[-1]]
    else:
        parent[place[-1]] = value
    return data


def taken(data: Any) -> bool:
    try:
        read_diagnosis(data)
    except Misfit:
        return False
    return True


def test_a_whole_diagnosis_fits_and_is_written_as_it_was_read() -> None:
    assert SCHEMA.is_valid(WHOLE)
    assert encode(read_diagnosis(WHOLE)) == WHOLE


@pytest.mark.parametrize("place", list(places(WHOLE)), ids=str)
def test_every_change_at_every_place_is_judged_as_the_schema_judges_it(place: Place) -> None:
    variants = [changed(place, value) for value in VALUES]
    if place:
        variants.append(changed(place, drop=True))
    found: Any = WHOLE
    for step in place:
        found = found[step]
    if isinstance(found, dict):
        variants.append(changed(place, {**found, "added": 1}))
    if isinstance(found, list):
        variants.append(changed(place, [*found, *found]))
    assert [(variant, taken(variant)) for variant in variants] == [
        (variant, SCHEMA.is_valid(variant)) for variant in variants
    ]


@pytest.mark.parametrize("name", PUBLISHED["$defs"]["deviceFacts"]["properties"])
def test_what_is_told_of_the_device_is_judged_as_the_schema_judges_it(name: str) -> None:
    variants = [changed(("device",), {name: value}) for value in VALUES]
    assert [taken(variant) for variant in variants] == [SCHEMA.is_valid(variant) for variant in variants]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (("causes", 0, "remedy", "actor"), REMEDY["actor"]["enum"]),
        (("causes", 0, "remedy", "risk"), REMEDY["risk"]["enum"]),
        (("source",), PUBLISHED["properties"]["source"]["enum"]),
    ],
)
def test_every_word_of_the_schema_is_taken(place: Place, words: list[str]) -> None:
    assert [word for word in words if not taken(changed(place, word))] == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"schema": "other/1"}, "[0].schema: expected panops.mlav/diagnosis/1, got 'other/1'"),
        ({}, "[0].schema: expected panops.mlav/diagnosis/1, got null"),
        ("text", "[0]: expected a mapping, got 'text'"),
        (["x"], "[0]: expected a mapping, got a list"),
        (7, "[0]: expected a mapping, got 7"),
    ],
)
def test_data_that_is_no_diagnosis(data: Any, said: str) -> None:
    with pytest.raises(Misfit) as raised:
        list(read_diagnoses([data]))
    assert str(raised.value) == said


@pytest.mark.parametrize(("place", "name"), [(("device",), "x"), (("causes", 0, "details"), "x")])
def test_data_too_deep_to_be_written_is_refused(place: Place, name: str) -> None:
    def nested(levels: int) -> Any:
        data: Any = []
        for _ in range(levels - 1):
            data = [data]
        return {name: data}

    assert taken(changed(place, nested(50)))
    with pytest.raises(Misfit, match=r"expected data at most 50 levels deep, got a list"):
        read_diagnosis(changed(place, nested(51)))


def test_a_misfit_names_the_place_and_shows_no_secret() -> None:
    with pytest.raises(Misfit) as raised:
        list(read_diagnoses([WHOLE, changed(("checks", 0, "status"), "password=hunter2 " + 200 * "x")]))
    said = str(raised.value)
    assert said.startswith("[1].checks[0].status: expected one of pass, warn, fail, error, skipped, got 'password=")
    assert "hunter2" not in said
    assert len(said) < 250
