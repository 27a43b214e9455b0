# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same line in other clothes: what stands around the message decides nothing."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.tests.unit.article import article as kb
from ansible_collections.panops.mlav.tests.unit.article.firewall import Firewall, log, ping, socket
from ansible_collections.panops.mlav.tests.unit.article.lines import (
    CLOCK,
    CODE,
    DNS,
    PEER,
    STOPPED,
    UNTRUSTED,
    event,
    firewall,
    line,
    x509,
)
from ansible_collections.panops.mlav.tests.unit.article.rows import at, broken, busy, check

ELSEWHERE = {
    "another function and line": line(5, PEER.replace("pan_mlav_send_query", "pan_mlav_post").replace("1394", "20417")),
    "another file": line(5, PEER.replace("pan_mlav_cloud.c", "pan_mlav_http2.cpp")),
    "no Error:": line(5, PEER, prefix=""),
    "a warning": line(5, PEER, prefix=" Warning:"),
    "in lower case": line(5, PEER.lower()),
    "no offset": line(5, PEER, offset=""),
    "an offset with a colon": line(5, PEER, offset=" +00:00"),
    "no milliseconds": line(5, PEER).replace(".606", ""),
    "a comma before the milliseconds": line(5, PEER).replace(".606", ",606"),
    "another type of request": line(5, PEER.replace("type[3]", "type[12]")),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_message_alone_decides(name: str) -> None:
    check(broken(firewall(ELSEWHERE[name]), "tls_interception"), "ssh")


@pytest.mark.parametrize(
    ("utc_hours", "zone"), [(0, "GMT"), (9, "JST"), (-5, "CDT"), (13, "NZDT"), (-11, "SST"), (4, "+04"), (8, "CST")]
)
def test_the_time_zone_does_not_matter(utc_hours: int, zone: str) -> None:
    offset = f" {utc_hours:+03d}00"
    lines = [told.replace(" +0000", offset) for told in (*x509(60, *UNTRUSTED), line(5, DNS))]
    here = at(str(CLOCK), utc_hours, zone, *lines)
    found = check(broken(here, "name_resolution_intermittent", history=("tls_interception",)), "ssh")
    assert found.device["clock_skew_s"] == 0


@pytest.mark.parametrize(("zone", "utc_hours"), [("UTC", 0), ("EDT", -4)])
def test_a_log_without_offsets_is_in_the_devices_time(zone: str, utc_hours: int) -> None:
    lines = [told.replace(" +0000", "") for told in (*x509(60, *UNTRUSTED), line(5, DNS))]
    here = Firewall(CLOCK, utc_hours, zone, files=(log(*lines),))
    check(broken(here, "name_resolution_intermittent", history=("tls_interception",)), "ssh")


def test_carriage_returns_change_nothing() -> None:
    windows = firewall(
        files=(log(*x509(60, *UNTRUSTED), line(5, CODE.format(404))).replace("\n", "\r\n"),),
        status=kb.DISCONNECTED.replace("\n", "\r\n"),
        ping=ping(received=0).replace("\n", "\r\n"),
        sockets=(socket("ESTABLISHED") + "\r",),
        events=(event(5, STOPPED) + "\r",),
        pending="no\r\n",
    )
    check(broken(windows, "cloud_service_missing", history=("tls_interception",)), "ssh")


# As a terminal decodes them: control characters, latin-1 letters, a byte that is no character, other line breaks.
GARBAGE = "\x00\x07\x1b[31m\xff\xe9\ufffd\x85\x0b\x0c\u2028"


@pytest.mark.parametrize("where", ["own line", "before", "inside"])
def test_garbage_in_the_log_changes_nothing(where: str) -> None:
    told = line(5, DNS)
    lines = {
        "own line": (GARBAGE, told, GARBAGE),
        "before": (told, f"{GARBAGE}{line(1, CODE.format(404))}"),
        "inside": (told.replace("type[3]", f"type[{GARBAGE}]"),),
    }
    check(broken(firewall(*lines[where]), "name_resolution_intermittent"), "ssh")


TEXT = kb.DISCONNECTED.strip()
STATUS = {
    "a member": f'<response status="success"><result><member>{TEXT}</member></result></response>',
    "one line": f'<response status="success"><result>{" ".join(TEXT.split())}</result></response>',
    "tags": '<response status="success"><result><mlav><cloud-connection>disconnected</cloud-connection></mlav></result>'
    "</response>",
}
BUSY = {
    "an error": '<response status="error"><msg><line>device busy or unavailable</line></msg></response>',
    "an error with a code": '<response status="error" code="14"><msg>Device Busy or Unavailable</msg></response>',
    "a success": f'<response status="success"><result><![CDATA[{kb.BUSY}]]></result></response>',
}


@pytest.mark.parametrize("name", STATUS)
def test_the_api_may_say_disconnected_as_it_likes(name: str) -> None:
    check(broken(firewall(*x509(5, *UNTRUSTED), status=STATUS[name]), "tls_interception"), "api")


@pytest.mark.parametrize("name", BUSY)
def test_the_api_may_say_busy_as_it_likes(name: str) -> None:
    check(busy(firewall(status=BUSY[name]), details={"attempts": 4}), "api")
