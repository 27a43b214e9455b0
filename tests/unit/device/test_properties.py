# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options and bytes of any sort: what is wrong with them is said in the documented error, and in no other."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.durations import duration
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure, InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.document import SavedEvidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.subset import parse_subset
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.windows import MaintenanceWindows

from .archives import END, MEGABYTE, Item, opened, peak_of

SECRET = "Zebra-4711-stripes"
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.dates()
    | st.datetimes()
    | st.sampled_from(["192.0.2.7", "22:00", "1h", "yes", "Europe/London", "mon", "FREQ=DAILY", "~", "/", "443"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


def message_of(expected: type[ExpectedFailure], read: Callable[[Any], object], value: Any) -> str | None:
    """What the documented error says, None where there is none; any other passes through."""
    try:
        read(value)
    except expected as error:
        return error.message
    return None


def changed(good: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A good mapping with one value that may be any."""
    return st.builds(lambda key, value: {**good, key: value}, st.sampled_from(sorted(good)), VALUES)


def given_some(*keys: str) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these keys, each with any value."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, VALUES))


PROVIDER = given_some("ip_address", "username", "password", "api_key", "port", "serial_number") | changed(
    {"ip_address": "192.0.2.7", "username": "u", "password": SECRET, "port": 443, "serial_number": "001606000117"}
)
SSH = given_some(
    *("host", "port", "username", "password", "key_file", "key_passphrase", "known_hosts", "host_key_checking")
)
WINDOW = (
    given_some("start", "end", "duration", "weekdays", "time_zone", "from", "to", "rrule", "first")
    | changed({"start": "22:00", "duration": "4h", "weekdays": ["sat"], "time_zone": "Europe/London"})
    | changed({"rrule": "FREQ=MONTHLY;BYDAY=2SA", "start": "22:00", "end": "02:00", "time_zone": "UTC"})
    | changed({"from": "2026-12-01T22:00Z", "to": "2026-12-02T02:00Z", "time_zone": "UTC"})
)

OPTIONS: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], Any]]] = {
    "provider": (PROVIDER | VALUES, lambda value: ConnectionOptions.from_params({"provider": value})),
    "ssh": (
        SSH | VALUES,
        lambda value: ConnectionOptions.from_params(
            {"provider": {"ip_address": "192.0.2.7", "username": "u", "password": SECRET}, "ssh": value}
        ),
    ),
    "timeout": (
        VALUES,
        lambda value: ConnectionOptions.from_params(
            {"provider": {"ip_address": "192.0.2.7", "api_key": SECRET}, "timeout": value}
        ),
    ),
    "maintenance_window": (
        st.lists(WINDOW | VALUES, max_size=2) | VALUES,
        lambda value: MaintenanceWindows.from_option("maintenance_window", value),
    ),
    "log_window": (VALUES, lambda value: duration("log_window", value)),
}


@pytest.mark.parametrize("option", OPTIONS)
@settings(max_examples=80)
@given(data=st.data())
def test_a_wrong_value_is_an_invalid_option_that_is_named(option: str, data: st.DataObject) -> None:
    values, read = OPTIONS[option]
    said = message_of(InvalidOption, read, data.draw(values))
    assert said is None or (option in said and any(word in said for word in ("expected ", "; set ")))
    assert said is None or (len(said) < 2000 and SECRET not in said)


@settings(max_examples=80)
@given(names=st.lists(st.sampled_from(["all", "!all", "ping", "!ping", "netstat", "clock"]) | st.text(max_size=8)))
def test_a_subset(names: list[str]) -> None:
    said = message_of(InvalidOption, parse_subset, names)
    assert said is None or "expected some of " in said


@settings(max_examples=60)
@given(number=st.integers(1, 9_999_999), unit=st.sampled_from("smhd"), space=st.sampled_from(["", " ", "  "]))
def test_a_duration_is_read_as_it_was_written(number: int, unit: str, space: str) -> None:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
    assert duration("x", f"{space}{number}{space}{unit}{space}") == timedelta(seconds=number * seconds)


XML = st.lists(
    st.sampled_from(
        [
            *(b"<response status='success'>", b"<response status = 'error' code = '403'>", b"<result>", b"</result>"),
            *(b"</response>", b"<msg><line>", b"</line></msg>", b"<![CDATA[", b"]]>", b"<!DOCTYPE a [", b"]>", b"&#0;"),
            *(b"<!--", b"-->", b"<?xml version='1.0' encoding='x'?>", b"\xff\xfe", b"\x00", b"<a b='c' b='d'/>"),
        ]
    )
    | st.binary(max_size=20),
    max_size=10,
).map(b"".join)


ANSWERS = st.builds(
    lambda status, code, inner: f"<response status={status!r} code={code!r}>{inner}</response>".encode(),
    st.sampled_from(["success", "error", "", "unauth"]),
    st.sampled_from(["", "0", "7", "13", "16", "17", "18", "19", "22", "403", "x"]),
    st.sampled_from(
        [
            *("", "<result/>", "<msg>no</msg>", "<msg><line><line>No such node</line></line></msg>"),
            *("<result>x</result>", "<a>" * 300 + "</a>" * 300, "<result><msg>Invalid Credential</msg></result>"),
            *("<msg><line> ping not available to xmlapi client</line></msg>", "<result><key>k</key></result>"),
        ]
    ),
)


@settings(max_examples=200)
@given(body=XML | ANSWERS)
def test_any_body_is_an_answer_or_a_device_error(body: bytes) -> None:
    said = message_of(
        ExpectedFailure, lambda given: envelope.check(envelope.parse(given), "show clock", "the key"), body
    )
    assert said is None or (len(said) < 2000 and said.isprintable())


@settings(max_examples=100)
@given(data=VALUES, version=st.booleans())
def test_any_document_is_evidence_or_a_device_error(data: Any, version: bool) -> None:
    if version and isinstance(data, dict):
        data = {"schema": "panops.mlav/evidence/1", **data}
    with pytest.raises(ExpectedFailure, match=r"expected .*, got "):
        SavedEvidence.from_document(data)


MEMBERS = st.lists(
    st.builds(
        Item,
        name=st.sampled_from(["var/log/pan/devsrv.log", "tmp/cli/techsupport_a.txt", "../../x", "/etc/passwd", "."])
        | st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=150),
        data=st.binary(max_size=600),
        kind=st.sampled_from([b"0", b"1", b"2", b"3", b"5", b"6", b"7", b"L", b"K", b"x", b"g", b"S", b"Z"]),
        link=st.sampled_from(["", "../../../etc/passwd", "var/log/pan/devsrv.log"]),
        size=st.none() | st.integers(0, 8**11 - 1),
    ),
    max_size=4,
)


@settings(max_examples=150)
@given(items=MEMBERS, noise=st.binary(max_size=200), packed=st.booleans(), ended=st.booleans())
def test_any_archive_is_a_device_or_a_device_error(items: list[Item], noise: bytes, packed: bool, ended: bool) -> None:
    data = b"".join(map(bytes, items)) + (END if ended else b"") + noise
    said = message_of(ExpectedFailure, opened, gzip.compress(data, 1) if packed else data)
    assert said is None or len(said) < 2000


def test_a_packed_archive_never_fills_the_memory() -> None:
    """Zeros upon zeros upon zeros: gzip of gzip of gzip, and a member that never ends."""
    zeros = gzip.compress(bytes(64 * MEGABYTE), 1)
    nested = gzip.compress(gzip.compress(zeros, 1), 1)
    member = bytes(Item("var/log/pan/devsrv.log.1.gz", zeros)) + bytes(Item("var/log/pan/devsrv.log", bytes(MEGABYTE)))
    for data in (
        nested,
        gzip.compress(member, 1),
        gzip.compress(bytes(Item("x", size=8**11 - 1)) + bytes(MEGABYTE), 1),
    ):
        assert peak_of(partial(message_of, ExpectedFailure, opened, data))[1] < 48
