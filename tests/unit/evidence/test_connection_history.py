# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Since when there is no session with the cloud, by mp-monitor.log of a tech-support file."""

from __future__ import annotations

import gzip
import io
import re
from datetime import datetime

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport import connection_tables, log_lines
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.connection_tables import (
    sessions_of_tables,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.connection_history import (
    parse,
    probe_connection_history,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import ConnectionHistory
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized
from ansible_collections.panops.mlav.tests.unit.device.archives import Item, opened, tar
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import FULL, NOW, FakeDevice

CLOUD = "203.0.113.10"
SOURCE = "198.51.100.5"
MONITOR = "var/log/pan/mp-monitor.log"
HEAD = "Proto Recv-Q Send-Q Local Address           Foreign Address         State\n"


def session(foreign: str = CLOUD, port: int = 443, state: str = "ESTABLISHED", local: str = SOURCE) -> str:
    return f"tcp        0      0 {local}:40000      {foreign}:{port}         {state}\n"


def table(minute: int, *rows: str, head: str = "2026-06-09 09:{:02d}:00.000 +0000  --- netstat\n") -> str:
    return head.format(minute) + HEAD + "".join(rows) + "udp        0      0 127.0.0.1:514   127.0.0.1:41002  \n\n"


def at(minute: int) -> datetime:
    return datetime(2026, 6, 9, 9, minute)


def history(text: str, *addresses: str, source: str | None = None) -> ConnectionHistory:
    return parse(sessions_of_tables(io.BytesIO(text.encode())).text, addresses, source)


OTHERS = (session("203.0.113.9", 3978), session(state="SYN_SENT"), session("203.0.113.77", local="192.0.2.7"))


@pytest.mark.parametrize(
    ("text", "last", "missing", "connected"),
    [
        (table(0, session()) + table(5, session()), at(5), None, 2),
        (table(0, session()) + table(5, session(), *OTHERS) + table(10, *OTHERS) + table(15), at(5), at(10), 2),
        (table(0) + table(5, *OTHERS), None, at(0), 0),
        (table(0, session()) + table(5) + table(10, session()), at(10), None, 2),
        # Rotations may come in another order, and an older log may stand behind a newer one.
        (table(10) + table(0, session()) + table(5), at(0), at(5), 1),
    ],
)
def test_since_when_there_is_no_session(
    text: str, last: datetime | None, missing: datetime | None, connected: int
) -> None:
    found = history("2026-06-09 08:59:00.000 +0000 top - 1 user\nload average: 0.4\n" + text, CLOUD)
    assert (found.last_connected, found.missing_since, found.connected) == (last, missing, connected)
    assert (found.samples, found.complete, found.addresses) == (text.count("Proto"), True, (CLOUD,))


def test_without_an_address_the_sessions_from_the_source_count() -> None:
    text = table(0, session()) + table(5, session("203.0.113.77", local="192.0.2.7"))
    assert history(text, source=SOURCE).last_connected == at(0)
    assert history(text, source="192.0.2.7").last_connected == at(5)
    assert history(text).missing_since is None
    assert (history(text, source=SOURCE).addresses, history(text, source=SOURCE).source) == ((), SOURCE)


@pytest.mark.parametrize(
    "head",
    [
        "2026/06/09 09:{:02d}:00\n",
        "Tue Jun  9 09:{:02d}:00 UTC 2026\n",
        "2026-06-09 09:{:02d}:00.000 +0900 Active Internet connections (w/o servers)\n",
    ],
)
def test_forms_of_the_time(head: str) -> None:
    found = history(table(0, session(), head=head) + table(5, head=head), CLOUD)
    assert (found.last_connected, found.missing_since) == (at(0), at(5))


def test_tables_without_a_heading_begin_with_a_row() -> None:
    text = (table(0, session()) + table(5, session("203.0.113.9"))).replace(HEAD, "")
    found = history(text, CLOUD)
    assert (found.samples, found.last_connected, found.missing_since) == (2, at(0), at(5))


def test_a_table_without_a_time_says_nothing_and_leaves_a_gap() -> None:
    found = history(HEAD + session() + table(5), CLOUD)
    assert (found.samples, found.last_connected, found.complete) == (1, None, False)


def test_a_table_that_is_not_kept_whole_proves_no_absence() -> None:
    crowd = "".join(session(f"203.0.114.{number}") for number in range(250))
    found = history(table(0, session()) + table(5, crowd, session()) + table(10), CLOUD)
    assert (found.samples, found.last_connected, found.missing_since, found.complete) == (2, at(0), at(10), False)


@pytest.mark.parametrize("text", ["", "2026-06-09 09:00:00 top\n", "no idea\n"])
def test_a_log_without_a_table_is_unrecognized(text: str) -> None:
    with pytest.raises(Unrecognized):
        history(text)


def test_what_is_kept_is_bounded_to_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_tables, "MAX_TABLES", 3)
    kept = sessions_of_tables(io.BytesIO("".join(table(minute, session()) for minute in range(5)).encode()))
    assert kept.truncated
    assert [line[:16] for line in kept.text.splitlines() if line.startswith("2026")] == [
        f"2026-06-09 09:{minute:02d}" for minute in (2, 3, 4)
    ]
    assert not sessions_of_tables(io.BytesIO(table(0).encode())).truncated


def test_a_hostile_log_takes_little_memory() -> None:
    rows = session() * 100_000 + "tcp 0 0 " + "a" * 500_000 + "\n" + HEAD * 50_000
    assert len(sessions_of_tables(io.BytesIO(rows.encode())).text) < 3 * 1024**2


@pytest.mark.parametrize("block", [1, 7, 64, 4096, 5000])
def test_what_is_kept_does_not_depend_on_how_the_log_is_read(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = "top - 09:00:00 up 1 day\n" + "\n" * 70 + "x" * 5000 + "\n"
    log = "".join(noise + table(minute, OTHERS[0], session()) + noise for minute in range(3)).encode()
    whole = sessions_of_tables(io.BytesIO(log))
    assert whole.text.count(":443") == 3
    monkeypatch.setattr(log_lines, "_BLOCK_BYTES", block)
    assert sessions_of_tables(io.BytesIO(log)) == whole


def test_lines_that_say_nothing_are_passed_over_by_the_block() -> None:
    log = b"\n" * 1_000_000 + b"tells\n" + b"\n" * 1_000_000
    lines = list(log_lines.lines_with(re.compile(rb"tells"), io.BytesIO(log)))
    assert lines.count(b"tells\n") == 1
    assert len(lines) < 10


def of_archive(*items: Item) -> ConnectionHistory | None:
    netstat = Item("tmp/cli/logs/cli_netstat.txt", (HEAD + OTHERS[0]).encode())
    now = NOW.replace(year=2026)
    found = gather(opened(tar(netstat, *items)), "fw-1", GatherOptions(source="techsupport", now=lambda: now)).netstat
    assert found.value is not None
    assert found.problem is None
    return found.value.history


def test_a_tech_support_file_has_a_history_over_all_its_rotations() -> None:
    old = gzip.compress(table(0, session()).encode())
    found = of_archive(Item(f"{MONITOR}.1.gz", old), Item(MONITOR, (table(5) + table(10)).encode()))
    assert found is not None
    assert (found.last_connected, found.missing_since, found.samples, found.complete) == (at(0), at(5), 3, True)


def test_a_damaged_rotation_leaves_a_gap_and_hides_no_other() -> None:
    found = of_archive(Item(f"{MONITOR}.1.gz", b"\x1f\x8b nothing"), Item(MONITOR, table(5).encode()))
    assert found is not None
    assert (found.missing_since, found.complete) == (at(5), False)


def test_a_tech_support_file_without_the_log_has_none() -> None:
    assert of_archive() is None


def test_a_firewall_is_not_asked() -> None:
    device = FakeDevice(FULL)
    found = gather(device, "fw", GatherOptions(now=lambda: NOW, sleep=lambda _seconds: None)).netstat.value
    assert found is not None
    assert found.history is None
    assert not any("mp-monitor" in asked for asked in device.asked)


def test_a_log_that_is_not_understood_is_a_problem() -> None:
    found = probe_connection_history(FakeDevice({"less mp-log mp-monitor.log": "no table"}))
    assert found.problem is not None
    assert found.problem.kind == "unrecognized"
