# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tech-support file's members hold: sections, generations of devsrv.log, tables, configurations; all hostile."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    DeviceBusy,
    NotObtainable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    PUSHED_VALUES_MAY_BE_MISSING,
    Answer,
    Command,
    SystemLogQuery,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport import configuration_file, log_lines
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport import contents as techsupport_contents
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.contents import (
    MERGED,
    NETSTAT,
    RUNNING,
    SYSTEM_LOG,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.device import ArchiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._evidence import devsrv_log
from ansible_collections.panops.mlav.tests.unit.device.archives import (
    COMMANDS,
    DEVSRV,
    MEGABYTE,
    Item,
    causes_of,
    commands_of,
    files_of,
    one_diagnosed,
    opened,
    packed,
    peak_of,
    reasons_of,
    streamed,
    tar,
)

STATUS = "show mlav cloud-status"
# Below the limits of what is kept, with what Python adds to it; far below what the hostile members hold.
MOST_MEMORY = 64.0


def of_text(text: bytes) -> ArchiveDevice:
    return opened(tar(Item(COMMANDS, text)))


def answer(device: ArchiveDevice, command: str) -> str:
    return device.run(Command(command)).text


def why_not(ask: Callable[[], object]) -> str:
    with pytest.raises(NotObtainable) as raised:
        ask()
    return raised.value.message


# --- sections ---


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (b"> show clock\n\nMon\n\n> show system info\n", "\nMon\n\n"),
        (b"> show clock\r\n\r\nMon\r\n> x y\r\n", "\r\nMon\r\n"),
        (b"> show clock  \t\nMon", "Mon"),
        (b"> show clock", ""),
        (b"> show clock\n> show clock\nMon\n", "Mon\n"),
        (b"> show clock\n \n> show clock\nMon\n> show clock\n", "Mon\n"),
        (b"> show clock\nMon\n> show clock\nTue\n", "Mon\n"),
        (b"> show clock\n>Mon\n>> x\n > show system info\n", ">Mon\n>> x\n > show system info\n"),
        (b"> show clock\n> Mon\n> 1\n>\n", "> Mon\n> 1\n>\n"),
        (b" > show clock\nMon\n\n  > show system info\nTue\n", "Mon\n\n"),
        (b"\n\t> show clock\r\nMon\r\n \r\n > show system info\r\nTue\r\n", "Mon\r\n \r\n"),
        (b"> show clock\nMon\n> show system info\nTue\n", "Mon\n"),
        (b"> show clock\nMon \xe9\xff\n", "Mon \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}\n"),
        (b"> show clock\nM\0n\n", "M\0n\n"),
        (b"\xef\xbb\xbf\n> show clock\nMon\n", "Mon\n"),
        (b"> show clock\n" + b"a" * 4096 + b"> show system info\nMon\n", "a" * 4096 + "\nMon\n"),
        (b"> show clock\nMon\n> " + b"a" * 300 + b"\nTue\n", "Mon\n> " + "a" * 300 + "\nTue\n"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_section_is_what_stands_below_its_heading(text: bytes, kept: str) -> None:
    assert answer(of_text(text), "show clock") == kept


@pytest.mark.parametrize(
    "text", [b"", b"show clock\nMon\n", b">show clock\nMon\n", b"x> show clock\nMon\n", b"\0" * 900]
)
def test_without_a_heading_there_is_no_section(text: bytes) -> None:
    device = of_text(text)
    assert device.contents.sections == {}
    assert why_not(lambda: answer(device, "show clock")) == "the tech-support file has no section '> show clock'"


def test_a_live_question_has_no_answer() -> None:
    why = why_not(lambda: answer(of_text(b""), "ping count 3 host x"))
    assert why == "a tech-support file holds no answer to 'ping count 3 host x'"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"Server error : device busy or unavailable\n", DeviceBusy),
        (b"Unknown command: show mlav\n", CommandRefused),
        (b"Invalid syntax.\n", CommandRefused),
    ],
)
def test_a_section_may_hold_an_error(text: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        answer(of_text(b"> show mlav cloud-status\n" + text), STATUS)


def test_a_section_of_many_megabytes_is_bounded() -> None:
    size = 50 * MEGABYTE
    long = b"hostname: " + b"a" * 1013 + b"\n"

    def content() -> Iterator[bytes]:
        yield b"> show system info\n" + b"x" * 1004 + b"\n"
        for _number in range(size // 1024 - 2):
            yield long
        yield b"> show clock\n" + b"x" * 1011

    device, peak = peak_of(lambda: opened(streamed(COMMANDS, size, content())))
    found = device.run(Command("show system info"))
    assert found.truncated
    assert MEGABYTE - 1024 < len(found.text) <= MEGABYTE
    assert answer(device, "show clock") == "x" * 1011
    assert peak < MOST_MEMORY


def test_a_line_of_many_megabytes_is_bounded() -> None:
    text = b"> show system info\n" + b"a" * (20 * MEGABYTE) + b"> show clock\nhostname: fw\n"
    device, peak = peak_of(lambda: of_text(text))
    assert answer(device, "show system info") == "a" * 4096 + "\nhostname: fw\n"
    assert peak < MOST_MEMORY


@pytest.mark.parametrize("within", [False, True], ids=["at every line", "within every line"])
def test_a_text_that_ends_early_proves_nothing_else(within: bool, tmp_path: Path) -> None:
    files = files_of("tls_interception")
    whole = causes_of(one_diagnosed(packed(files), tmp_path))
    assert whole == [("tls_interception", "likely")]
    commands = commands_of(files)
    lines = files[commands].partition(b"> debug dataplane")[0].splitlines(keepends=True)
    found = set()
    for count in range(len(lines)):
        kept = b"".join(lines[:count]) + (lines[count][: len(lines[count]) // 2] if within else b"")
        diagnosis = one_diagnosed(packed({**files, commands: kept}), tmp_path)
        found.add((diagnosis["verdict"], *causes_of(diagnosis)))
        assert "crash" not in {item["kind"] for item in diagnosis["missing"]}
        if diagnosis["verdict"] == "undetermined":
            assert "cloud_status" in reasons_of(diagnosis)
    assert found == {("undetermined", ("tls_interception", "possible")), ("broken", *whole)}


# --- devsrv.log ---


def line(minute: int, text: str = "curl error: Timeout was reached", day: int = 23, offset: str = " +0000") -> bytes:
    told = f"2026-11-{day} 10:{minute:02d}:00.000{offset} Error: pan_mlav_send_query(pan_mlav_cloud.c:1394): {text}\n"
    return told.encode()


def logs(device: ArchiveDevice, name: str = "devsrv.log") -> list[tuple[str, str]]:
    return [(found.command, found.text) for found in device.process_log(name, 5000)]


def test_generations_come_newest_first_wherever_they_stand() -> None:
    names = [".3.gz", ".2", "", ".10", ".1"]
    items = [
        Item(f"{DEVSRV}{name}", gzip.compress(line(number)) if name.endswith("gz") else line(number))
        for number, name in enumerate(names)
    ]
    expected = [(f"{DEVSRV}{name}", line(names.index(name)).decode()) for name in ["", ".1", ".2", ".3.gz", ".10"]]
    assert logs(opened(tar(*items))) == expected
    assert logs(opened(tar(*reversed(items)))) == expected


@pytest.mark.parametrize("name", [".old", ".old.gz", ".1", ".1.gz", ".0", ".000", ".gz", ".100"])
def test_rotations_without_the_live_file_do_not_tell_the_present(name: str) -> None:
    data = gzip.compress(line(1)) if name.endswith("gz") else line(1)
    device = opened(tar(Item(f"{DEVSRV}{name}", data)))
    why = why_not(lambda: logs(device))
    assert why == "the tech-support file has no var/log/pan/devsrv.log"
    # It is a rotation all the same.
    both = opened(tar(Item(f"{DEVSRV}{name}", data), Item(DEVSRV, line(2))))
    assert logs(both) == [(DEVSRV, line(2).decode()), (f"{DEVSRV}{name}", line(1).decode())]


@pytest.mark.parametrize(
    "name", [".1000", ".bak", ".1.bz2", "-1", ".-1", ".1.2", ".old.1", "x", ".gz.1", "/devsrv.log", ".\u0661"]
)
def test_what_is_no_generation_is_not_read(name: str) -> None:
    device = opened(tar(Item(DEVSRV, line(2)), Item(f"{DEVSRV}{name}", line(1))))
    assert logs(device) == [(DEVSRV, line(2).decode())]


def test_a_live_file_that_is_cut_is_no_evidence_beside_whole_rotations() -> None:
    device = opened(tar(Item(f"{DEVSRV}.1", line(1)), Item(DEVSRV, line(2), size=10**6), end=b""))
    why = why_not(lambda: logs(device))
    assert why.startswith(f"{DEVSRV} is cut off in the archive; fw.tgz is cut off or damaged after 0.0 MiB")


def test_an_empty_live_file_with_rotations_is_evidence() -> None:
    device = opened(tar(Item(DEVSRV), Item(f"{DEVSRV}.old", line(1))))
    assert logs(device) == [(DEVSRV, ""), (f"{DEVSRV}.old", line(1).decode())]
    found = devsrv_log.probe_devsrv_log(device).value
    assert found is not None
    assert [item.text for item in found.signatures] == ["Timeout was reached"]


def test_the_other_name_of_the_log_is_read_where_the_first_is_not_there() -> None:
    other = DEVSRV.replace("devsrv.", "devsrvr.")
    device = opened(tar(Item(other, line(1)), Item(f"{other}.1", line(0))))
    found = devsrv_log.probe_devsrv_log(device).value
    assert found is not None
    assert found.lines == 2
    both = opened(tar(Item(other, line(1)), Item(DEVSRV, line(2, "curl error: other"))))
    found = devsrv_log.probe_devsrv_log(both).value
    assert found is not None
    assert [item.text for item in found.signatures] == ["other"]


def test_only_what_matters_of_a_log_is_kept() -> None:
    noise = b"2026-11-23 10:%02d:30.000 +0000 pan_cfg_handler(a.c:1): secret session of bob\n"
    text = [noise % 0, b"continued\n", line(1), *[b"<html>%d</html>\n" % n for n in range(9)], noise % 2, noise % 3]
    device = opened(tar(Item(DEVSRV, b"".join(text))))
    kept = [noise % 0, line(1), *[b"<html>%d</html>\n" % n for n in range(5)], noise % 3]
    assert logs(device) == [(DEVSRV, b"".join(kept).decode())]


@pytest.mark.parametrize("undated", [b"mlav\n", b"\n", b"x" * 9000 + b"\n"], ids=["text", "empty", "long"])
def test_a_flood_of_lines_without_a_time_hides_nothing_behind_it(undated: bytes) -> None:
    flood = undated * (MEGABYTE // len(undated))
    device = opened(tar(Item(DEVSRV, flood + line(1) + flood + line(2))))
    (found,) = device.process_log("devsrv.log", 5000)
    assert [told for told in found.text.splitlines(keepends=True) if told[0].isdigit()] == [
        line(1).decode(),
        line(2).decode(),
    ]
    assert len(found.text.splitlines()) == 7
    table = opened(tar(Item(SYSTEM_LOG, flood + row(22).encode() + flood + row(23).encode())))
    kept = [told for told in table.system_log(SystemLogQuery("", None, 500)).text.splitlines() if told[:1].isdigit()]
    assert kept == [row(23)[:-1], row(22)[:-1]]


def test_times_decide_and_not_the_generation() -> None:
    """A clock that was set back leaves newer times in older files."""
    items = [Item(DEVSRV, line(1, "curl error: old")), Item(f"{DEVSRV}.1", line(9, "curl error: new") + line(0))]
    found = devsrv_log.probe_devsrv_log(opened(tar(*items))).value
    assert found is not None
    assert [item.text for item in found.signatures] == ["new", "old", "Timeout was reached"]


def flood(megabytes: int) -> Iterator[bytes]:
    for number in range(megabytes):
        block = line(number % 60, f"curl error: flood {number:06d} ")
        yield block * (MEGABYTE // len(block)) + b"\n" * (MEGABYTE % len(block))


def test_of_a_flood_of_lines_the_newest_are_kept() -> None:
    device = opened(streamed(DEVSRV, 300 * MEGABYTE, flood(300), Item(NETSTAT, b"x")))
    (found,) = device.process_log("devsrv.log", 5000)
    assert found.truncated
    assert re.findall("flood [0-9]{6}", found.text)[:2] == ["flood 000000", "flood 000294"]
    assert found.text.splitlines()[-1].endswith("flood 000299 ")
    assert len(found.text) <= 8 * MEGABYTE
    assert device.contents.netstat is not None


@pytest.mark.parametrize("text", [line(1), b"a\n", b"\n", b"a", b"2026-11-23 10:00:00 mlav\n", b"\0\xff\n"], ids=str)
def test_a_flood_of_lines_takes_no_memory(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short lines take more than their bytes."""
    monkeypatch.setattr(log_lines, "PROCESS_LOG_BYTES", MEGABYTE // 2)
    size = MEGABYTE // len(text) * len(text)
    device, peak = peak_of(lambda: opened(streamed(DEVSRV, size, [text * (size // len(text))])))
    (found,) = device.process_log("devsrv.log", 5000)
    assert len(found.text) <= MEGABYTE // 2
    assert peak < 6


def test_many_large_generations_leave_out_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    log = b"".join(line(number) for number in range(50))
    monkeypatch.setattr(techsupport_contents, "ALL_PROCESS_LOGS_BYTES", 3 * len(log))
    items = [Item(f"{DEVSRV}.{number}.gz", gzip.compress(log)) for number in range(5, 0, -1)]
    device = opened(tar(*items, Item(DEVSRV, log)))
    assert [name for name, _text in logs(device)] == [DEVSRV, f"{DEVSRV}.1.gz", f"{DEVSRV}.2.gz"]
    assert device.process_log("devsrv.log", 0)[0].notes == tuple(
        f"{DEVSRV}.{number}.gz was left out: the newer generations are large" for number in (5, 4, 3)
    )


def test_a_log_without_offsets_takes_that_of_the_clock(tmp_path: Path) -> None:
    with_offset = one_diagnosed(packed(files_of("tls_interception")), tmp_path)
    files = files_of("tls_interception", archive_log_offset="no", archive_rotations="gz")
    assert b"EDT" in files[commands_of(files)]
    assert b"-0400" not in files[DEVSRV]
    without = one_diagnosed(packed(files), tmp_path)
    assert (without["verdict"], causes_of(without)) == (with_offset["verdict"], causes_of(with_offset))
    assert causes_of(without) == [("tls_interception", "likely")]


# --- tables ---


def test_a_table_of_connections_is_bounded() -> None:
    device = opened(tar(Item(NETSTAT, b"a" * (5 * MEGABYTE))))
    found = device.run(Command("show netstat numeric-hosts yes numeric-ports yes"))
    assert found.truncated
    assert len(found.text) == 4 * MEGABYTE


def row(day: int, text: str = "MLAV: Unknown error.", separator: str = "/") -> str:
    return f"2026{separator}11{separator}{day:02d} 10:00:00 high     general general 0  {text}\n"


def test_the_system_log_gives_the_newest_rows_of_the_window() -> None:
    head = "Time                Severity Subtype Object EventID ID Description\n" + "=" * 60 + "\n"
    rows = [row(21), row(23), row(22, separator="-"), row(23, "PANDB: Unknown error."), row(20)]
    device = opened(tar(Item(SYSTEM_LOG, (head + "".join(rows)).encode())))
    found = device.system_log(SystemLogQuery("", datetime(2026, 11, 21, 10), 500))
    kept = [told for told in found.text.splitlines() if told[:1].isdigit()]
    assert kept == [told[:-1] for told in (row(23), row(21), row(22, separator="-"))]
    assert found.text.startswith(head)
    assert not found.truncated
    limited = device.system_log(SystemLogQuery("", None, 2))
    assert limited.truncated
    assert len([told for told in limited.text.splitlines() if told[:1].isdigit()]) == 2


def test_a_flood_of_rows_keeps_the_newest() -> None:
    rows = "".join(
        f"2026/11/{day:02d} {hour:02d}:{minute:02d}:00 high x y 0 MLAV {'z' * 3000}\n"
        for day in range(1, 5)
        for hour in range(24)
        for minute in range(60)
    )
    device, peak = peak_of(lambda: opened(tar(Item(SYSTEM_LOG, rows.encode()))))
    found = device.system_log(SystemLogQuery("", datetime(2026, 11, 1), 5000))
    assert found.truncated
    kept = [told for told in found.text.splitlines() if told]
    assert (kept[0][:16], len(kept)) == ("2026/11/04 23:59", 5000)
    assert peak < MOST_MEMORY + len(rows) / MEGABYTE


@pytest.mark.parametrize("name", [NETSTAT, SYSTEM_LOG, MERGED, RUNNING, DEVSRV])
def test_why_a_member_is_no_evidence_is_said(name: str) -> None:
    device = opened(tar(Item(name, b"<config>", size=10**6), end=b""))
    asks: dict[str, Callable[[], object]] = {
        NETSTAT: lambda: answer(device, "show netstat numeric-hosts yes numeric-ports yes"),
        SYSTEM_LOG: lambda: device.system_log(SystemLogQuery("", None, 500)),
        MERGED: lambda: device.effective_config("devices"),
        RUNNING: lambda: device.effective_config("devices"),
        DEVSRV: lambda: logs(device),
    }
    assert why_not(asks[name]).startswith(f"{name} is cut off in the archive; fw.tgz is cut off or damaged")


# --- configurations ---

VSYS = "devices/entry/vsys"
RULE = '<rulebase><decryption><rules><entry name="%s"/></rules></decryption></rulebase>'


def config(rule: str) -> bytes:
    vsys = f'<vsys><entry name="vsys1">{RULE % rule}<service><entry name="secret"/></service></entry></vsys>'
    return f'<?xml version="1.0"?>\n<config><devices><entry name="x">{vsys}</entry></devices></config>'.encode()


def rules(found: Answer) -> list[str | None]:
    assert found.result is not None
    return [entry.get("name") for entry in found.result.iter("entry") if entry.get("name") != "vsys1"]


def effective(*items: Item) -> Answer:
    return opened(tar(*items)).effective_config(VSYS)


def test_the_merged_configuration_goes_before_the_running_one() -> None:
    for items in (
        (Item(MERGED, config("m")), Item(RUNNING, config("r"))),
        (Item(RUNNING, config("r")), Item(MERGED, config("m"))),
    ):
        found = effective(*items)
        assert (rules(found), found.notes, found.command) == (["m"], (), f"{MERGED}: {VSYS}")


@pytest.mark.parametrize("merged", [[], [Item(MERGED, b"<config>")], [Item(MERGED, b"")]])
def test_the_running_configuration_alone_may_lack_what_is_pushed(merged: list[Item]) -> None:
    found = effective(*merged, Item(RUNNING, config("r")))
    assert (rules(found), found.notes) == (["r"], (PUSHED_VALUES_MAY_BE_MISSING,))


def with_objects(count: int, name: bytes = b"o") -> bytes:
    objects = b"".join(
        b'<entry name="%s%d"><ip-netmask>198.51.100.5/24</ip-netmask><tag><member>x</member></tag></entry>'
        % (name, number)
        for number in range(count)
    )
    shared = b"<shared><address>%s</address><ssl-decrypt><a/></ssl-decrypt></shared>" % objects
    return b"<config>" + shared + (IN_VSYS % b"<a/>").removeprefix(b"<config>")


def test_address_objects_are_kept_with_their_address_alone() -> None:
    device = opened(tar(Item(MERGED, with_objects(3))))
    result = device.effective_config("shared/address/entry[@name='o1']").result
    assert result is not None
    [found] = result
    assert [(child.tag, child.text) for child in found] == [("ip-netmask", "198.51.100.5/24")]


@pytest.mark.parametrize("text", [b"o", b"o" * 5000])
def test_too_many_address_objects_cost_nothing_else(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is kept rather than some, and what is needed counts for itself."""
    monkeypatch.setattr(configuration_file, "MAX_EXTRA_TAGS", 99 if len(text) == 1 else 10**6)
    monkeypatch.setattr(configuration_file, "_MAX_EXTRA_TEXT", 10**6 if len(text) == 1 else 90_000)
    monkeypatch.setattr(configuration_file, "MAX_TAGS", 20)
    for count, kept in ((10, 10), (100, 0)):
        contents = opened(tar(Item(MERGED, with_objects(count, text)))).contents
        tree = contents.configurations[MERGED]
        assert contents.faults == {}
        assert len(tree.findall("shared/address/entry/ip-netmask")) == kept
        assert len(tree.findall("shared/address")) == bool(kept)
        assert tree.find("shared/ssl-decrypt/a") is not None
        assert tree.find("devices/entry/vsys/entry/ssl-decrypt/a") is not None


def test_an_absent_subtree_is_an_answer() -> None:
    found = opened(tar(Item(MERGED, b"<config/>"))).effective_config(VSYS)
    assert found.result is not None
    assert (len(found.result), found.text) == (0, "")


BOMB = (
    b'<!DOCTYPE config [<!ENTITY a "'
    + b"a" * 1000
    + b'">'
    + b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><config>&b;</config>'
)
IN_VSYS = (
    b"<config><devices><entry><vsys><entry><ssl-decrypt>%s</ssl-decrypt></entry></vsys></entry></devices></config>"
)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is not well-formed XML (no element found: line 1, column 0)"),
        (b"<config><devices>", "is not well-formed XML (no element found: line 1, column 17)"),
        (b"<config/><config/>", "is not well-formed XML (junk after document element: line 1, column 9)"),
        (b"<config>\x01</config>", "is not well-formed XML (not well-formed (invalid token): line 1, column 8)"),
        (b"<config>\0</config>", "is not well-formed XML (not well-formed (invalid token): line 1, column 8)"),
        (b"<config>&x;</config>", "is not well-formed XML (undefined entity: line 1, column 8)"),
        (b"<html/>", "is not a configuration: expected <config>, got <html>"),
        (b"<" + b"a" * 5000 + b"/>", f"is not a configuration: expected <config>, got <{'a' * 40}>"),
        (b"<!DOCTYPE config><config/>", "declares a document type"),
        (BOMB, "declares a document type"),
        (b'<!DOCTYPE c SYSTEM "file:///etc/passwd"><config/>', "declares a document type"),
        (b" " * 70_000 + b"<config/>", "is not well-formed XML (no element found: line 1, column 65536)"),
        (b"<config>" + b"<a>" * 300, "nests deeper than 200 elements"),
        (
            b"<config><!--" + b"a" * (4 * MEGABYTE) + b"--></config>",
            "holds a tag or a comment of more than 1048576 bytes",
        ),
        (
            b'<config><a b="' + b"a" * (4 * MEGABYTE) + b'"/></config>',
            "holds a tag or a comment of more than 1048576 bytes",
        ),
        (b"<config><" + b"a" * (4 * MEGABYTE), "holds a tag or a comment of more than 1048576 bytes"),
        (
            b'<?xml version="1.0" encoding="none-such"?><config/>',
            "is not well-formed XML (unknown encoding: none-such)",
        ),
        (
            b'<?xml version="1.0" encoding="utf-7"?><config/>',
            "is not well-formed XML (multi-byte encodings are not supported)",
        ),
    ],
    ids=range(18),
)
def test_a_broken_configuration_is_no_evidence(data: bytes, why: str) -> None:
    items = (Item(MERGED, data), Item(RUNNING, data), Item(NETSTAT, b"x"))
    device, peak = peak_of(lambda: opened(tar(*items)))
    assert device.contents.faults == {MERGED: f"{MERGED} {why}", RUNNING: f"{RUNNING} {why}"}
    assert why_not(lambda: device.effective_config(VSYS)) == f"{MERGED} {why}; {RUNNING} {why}"
    # What stands behind is read all the same.
    assert device.contents.netstat is not None
    assert peak < 6 * len(data) / MEGABYTE + 300


@pytest.mark.parametrize(
    ("inner", "fits"), [(b"<a/>" * 94, True), (b"<a/>" * 95, False), (b'<a b="" c=""/>' * 32, False)]
)
def test_elements_and_attributes_that_matter_are_counted(
    inner: bytes, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration_file, "MAX_TAGS", 99)
    contents = opened(tar(Item(MERGED, IN_VSYS % inner))).contents
    told = {} if fits else {MERGED: f"{MERGED} is too large: expected at most 99 relevant elements"}
    assert (contents.faults, list(contents.configurations)) == (told, [MERGED] if fits else [])


@pytest.mark.parametrize(
    ("inner", "fits"),
    [
        (b"<a>" + b"a" * 1000 + b"</a>", True),
        (b"<a>" + b"a" * 1001 + b"</a>", False),
        (b'<a b="' + b"a" * 999 + b'"/>', True),
        (b'<a b="' + b"a" * 999 + b'"/><c>d</c>', False),
    ],
    ids=range(4),
)
def test_characters_that_matter_are_counted(inner: bytes, fits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration_file, "_MAX_TEXT", 1000)
    contents = opened(tar(Item(MERGED, IN_VSYS % inner))).contents
    told = {} if fits else {MERGED: f"{MERGED} is too large: expected at most 1000 relevant characters"}
    assert (contents.faults, list(contents.configurations)) == (told, [MERGED] if fits else [])


@pytest.mark.parametrize("declared", [b"", b'<?xml version="1.0"?>', b'<?xml version="1.0" encoding="UTF-8"?>'])
@pytest.mark.parametrize("place", [0, 1, 65_530, 131_071])
@pytest.mark.parametrize("text", [b"Z\xfcrich", b"Z\xc3\xbcrich \xfc", b"\xe2\x82", b"\x80\xff"])
def test_bytes_of_another_encoding_hide_nothing(declared: bytes, place: int, text: bytes) -> None:
    """Wherever a piece of the file ends, also within a character."""
    banner = b"a" * place + text
    data = declared + b"<config><shared><x>%s</x></shared>" % banner + (IN_VSYS % b"<a/>").removeprefix(b"<config>")
    contents = opened(tar(Item(MERGED, data))).contents
    assert (contents.faults, list(contents.configurations)) == ({}, [MERGED])
    assert contents.configurations[MERGED].find("devices/entry/vsys/entry/ssl-decrypt/a") is not None


def test_what_a_latin_1_byte_meant_is_kept() -> None:
    contents = opened(tar(Item(MERGED, IN_VSYS % b"<a>Z\xfcrich \xc3\xbc</a>"))).contents
    assert contents.configurations[MERGED].findtext("devices/entry/vsys/entry/ssl-decrypt/a") == "Z\xfcrich \xfc"


def test_a_configuration_in_utf_16_is_read() -> None:
    assert rules(
        effective(Item(MERGED, config("m").decode().replace("?>", ' encoding="UTF-16"?>').encode("utf-16")))
    ) == ["m"]


# Address objects are wanted where there are not too many.
@pytest.mark.parametrize(("tag", "part"), [(b"service", 8), (b"address", 2)])
def test_what_is_not_wanted_of_a_configuration_takes_no_memory(tag: bytes, part: int) -> None:
    many = b'<entry name="x"><ip-netmask>192.0.2.1</ip-netmask></entry>' * 1000
    opening = b"<config><devices><entry><vsys><entry><" + tag + b">"
    closing = b"</" + tag + b">" + (RULE % "m").encode() + b"</entry></vsys></entry></devices></config>"

    def content() -> Iterator[bytes]:
        yield opening
        for _number in range(200):
            yield many
        yield closing

    device, peak = peak_of(lambda: opened(streamed(MERGED, sum(map(len, content())), content())))
    assert rules(device.effective_config(VSYS)) == [None, "m"]
    assert peak < MOST_MEMORY / part


def test_who_decrypts_is_unknown_where_pushed_rules_may_be_missing(tmp_path: Path) -> None:
    files = files_of("tls_interception")
    assert one_diagnosed(packed(files), tmp_path)["causes"][0]["details"]["decrypts"] == "elsewhere"
    for left_out in ([MERGED], [MERGED, RUNNING]):
        less = {name: data for name, data in files.items() if name not in left_out}
        (cause,) = one_diagnosed(packed(less), tmp_path)["causes"]
        assert (cause["id"], cause["details"]["decrypts"]) == ("tls_interception", "unknown")


@pytest.mark.parametrize("device", ["fw-1", "fw_1", "a_20261123_1015", "x.y"])
def test_the_text_s_name_tells_the_firewall_and_the_time(device: str) -> None:
    contents = opened(tar(Item(f"tmp/cli/techsupport_{device}_20251123_2359.txt"))).contents
    assert (contents.device_name, contents.written_at) == (device, datetime(2025, 11, 23, 23, 59))
    contents = opened(tar(Item(f"tmp/cli/techsupport_{device}_20259999_2359.txt"))).contents
    assert (contents.device_name, contents.written_at) == (device, None)


@pytest.mark.parametrize(
    ("name", "device", "written_at"),
    [
        ("techsupport_20260609.txt", None, None),
        ("techsupport_fw-1_20260609.txt", "fw-1", None),
        ("techsupport_20260609_1000.txt", None, datetime(2026, 6, 9, 10, 0)),
        ("techsupport_fw-1_20260609_100059.txt", "fw-1", datetime(2026, 6, 9, 10, 0)),
    ],
)
def test_names_without_a_time_or_a_device_are_read(name: str, device: str | None, written_at: datetime | None) -> None:
    contents = opened(tar(Item(f"tmp/cli/{name}", b"> show clock\nMon\n"))).contents
    assert (contents.device_name, contents.written_at) == (device, written_at)
    assert contents.sections["show clock"].text == "Mon\n"
