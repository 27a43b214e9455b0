# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tar of a tech-support file is hostile: names, links, sizes, headers and compression that no firewall makes."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Iterator

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError, MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport import tar_stream as techsupport_stream
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.contents import (
    MERGED,
    NETSTAT,
    RUNNING,
    SYSTEM_LOG,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.device import ArchiveDevice, read_archive
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.log_lines import PackedLog
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interest import INTEREST
from ansible_collections.panops.mlav.tests.unit.device.archives import (
    COMMANDS,
    DEVSRV,
    MEGABYTE,
    Item,
    Stream,
    extension,
    gnu_sparse,
    opened,
    pax_sparse,
    peak_of,
    tar,
)

LINE = b"2026-11-23 10:00:00.000 +0000 Error: pan_mlav_send_query(a.c:1): curl error: Timeout was reached\n"
TABLE = b"tcp 0 0 192.0.2.7:41000 198.51.100.25:443 ESTABLISHED\n"
# Behind what is hostile, and read nevertheless.
LAST = Item(NETSTAT, TABLE)
# What understanding a hostile archive may take, in megabytes.
MOST_MEMORY = 16.0


def logs_of(device: ArchiveDevice) -> dict[str, str]:
    return {name: log.kept.text for name, log in device.contents.logs.items()}


def nothing_in(device: ArchiveDevice, beside_logs: bool = False) -> bool:
    """Netstat aside, which stands at the end of most of these archives."""
    contents = device.contents
    return not (
        contents.sections or contents.configurations or contents.system_log or (contents.logs and not beside_logs)
    )


def cut(why: str, name: str = "fw.tgz", after: str = "0.0") -> str:
    return f"{name} is cut off or damaged after {after} MiB ({why})"


# --- names ---


@pytest.mark.parametrize("name", [DEVSRV, f"./{DEVSRV}", ".//var/./log/pan//devsrv.log"])
def test_a_member_within_the_tree_is_read(name: str) -> None:
    device = opened(tar(Item(name, LINE), LAST))
    assert logs_of(device) == {DEVSRV: LINE.decode()}
    assert device.contents.incomplete == ""


@pytest.mark.parametrize(
    "item",
    [
        Item(f"../../{DEVSRV}", LINE),
        Item("var/log/../log/pan/devsrv.log", LINE),
        Item(f"var/log/pan/devsrv.log/../../../../{DEVSRV}", LINE),
        Item(f"/{DEVSRV}", LINE),
        Item(f"//{DEVSRV}", LINE),
        Item(DEVSRV.replace("/", "\\"), LINE),
        Item(f"\\{DEVSRV}", LINE),
        Item(f"C:{DEVSRV}", LINE),
        Item(f"c:/{DEVSRV}", LINE),
        Item(DEVSRV.upper(), LINE),
        Item(f" {DEVSRV}", LINE),
        Item(f"{DEVSRV}\n", LINE),
        Item(f"fw/{DEVSRV}", LINE),
        Item("opt/var.dp0/log/pan/devsrv.log", LINE),
        Item("", LINE),
        Item("a/" * 50_000, LINE),
        Item(f"tmp/cli/techsupport_{'a' * 100_000}_20261123_1015.txt", b"> show clock\n\nx\n"),
        Item("renamed", LINE, pax={"path": f"{DEVSRV}\0.txt"}),
        Item("renamed", LINE, pax={"path": f"../{DEVSRV}"}),
        Item(DEVSRV, LINE, pax={"path": "elsewhere"}),
        Item("opt/pancfg/mgmt/saved-configs/.ha-remote-rc.xml", b"<config/>"),
    ],
    ids=lambda item: item.name[:40] or "empty",
)
def test_every_other_name_is_passed_over(item: Item) -> None:
    device = opened(tar(item, LAST))
    assert nothing_in(device)
    assert device.contents.faults == {}
    assert device.contents.incomplete == ""
    assert device.contents.netstat is not None
    assert device.contents.netstat.text == TABLE.decode()


def test_an_extended_header_may_rename_a_member() -> None:
    assert logs_of(opened(tar(Item("short", LINE, pax={"path": DEVSRV})))) == {DEVSRV: LINE.decode()}


def test_a_name_that_is_not_utf_8_leaves_no_broken_text() -> None:
    device = opened(tar(Item("tmp/cli/techsupport_f\udcff_20261123_1015.txt", b"> show clock\n\nx\n"), LAST))
    assert device.contents.device_name == "f\N{REPLACEMENT CHARACTER}"


def test_of_members_of_one_name_the_last_counts() -> None:
    good, bad = b"<config><shared/></config>", b"<config"
    first = [
        Item(DEVSRV, LINE),
        Item(NETSTAT, b"first"),
        Item(SYSTEM_LOG, b"2026/01/01 00:00:00 mlav first\n"),
        Item(MERGED, good),
        Item(RUNNING, bad),
        Item(f"{DEVSRV}.1.gz", b"not gzipped"),
        Item(COMMANDS, b"> show clock\n\nfirst\n> show system info\n\nfirst\n"),
    ]
    second = [
        Item(DEVSRV, b""),
        Item(NETSTAT, b"second"),
        Item(SYSTEM_LOG, b"2026/01/01 00:00:00 mlav second\n"),
        Item(MERGED, bad),
        Item(RUNNING, good),
        Item(f"{DEVSRV}.1.gz", gzip.compress(LINE)),
        Item(COMMANDS, b"> show clock\n\nsecond\n"),
    ]
    contents = opened(tar(*first, *second)).contents
    assert {name: kept.text for name, kept in contents.sections.items()} == {"show clock": "\nsecond\n"}
    assert contents.netstat is not None
    assert contents.system_log is not None
    assert contents.netstat.text == "second"
    assert contents.system_log.text == "2026/01/01 00:00:00 mlav second\n"
    assert {name: log.kept.text for name, log in contents.logs.items()} == {DEVSRV: "", f"{DEVSRV}.1.gz": LINE.decode()}
    assert list(contents.configurations) == [RUNNING]
    assert list(contents.faults) == [MERGED]


# --- members that are no regular files ---

WANTED = (COMMANDS, NETSTAT, SYSTEM_LOG, DEVSRV, f"{DEVSRV}.1.gz", MERGED, RUNNING)
KINDS: dict[str, tuple[str, Callable[[str], Item | bytes]]] = {
    "symbolic link out of the tree": ("a link", lambda name: Item(name, kind=tarfile.SYMTYPE, link="/etc/passwd")),
    "symbolic link to a member": ("a link", lambda name: Item(name, kind=tarfile.SYMTYPE, link="../../tmp/target")),
    "symbolic link to itself": ("a link", lambda name: Item(name, kind=tarfile.SYMTYPE, link=name.rpartition("/")[2])),
    "hard link out of the tree": ("a link", lambda name: Item(name, kind=tarfile.LNKTYPE, link="/etc/passwd")),
    "hard link to a member": ("a link", lambda name: Item(name, kind=tarfile.LNKTYPE, link="tmp/target")),
    "hard link to itself": ("a link", lambda name: Item(name, kind=tarfile.LNKTYPE, link=name)),
    "link that claims a size": ("a link", lambda name: Item(name, kind=tarfile.SYMTYPE, link="x", size=2**43)),
    "character device": ("no regular file", lambda name: Item(name, kind=tarfile.CHRTYPE)),
    "block device": ("no regular file", lambda name: Item(name, kind=tarfile.BLKTYPE)),
    "fifo": ("no regular file", lambda name: Item(name, kind=tarfile.FIFOTYPE)),
    "folder": ("a folder", lambda name: Item(name, kind=tarfile.DIRTYPE)),
    "unknown kind": ("no regular file", lambda name: Item(name, b"x", kind=b"Z")),
    "sparse file": ("no regular file", lambda name: gnu_sparse(name, 2**43)),
    "sparse file of PAX": ("no regular file", lambda name: pax_sparse(name, 2**43)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", WANTED)
def test_only_regular_files_are_evidence(name: str, kind: str) -> None:
    what, make = KINDS[kind]
    # The target stands before and behind, so that neither order reads it through the link.
    target = Item("tmp/target", LINE)
    device, peak = peak_of(lambda: opened(tar(target, make(name), target, Item(f"{DEVSRV}.old", LINE))))
    assert device.contents.faults == {name: f"{name} is {what} in the archive"}
    assert logs_of(device) == {f"{DEVSRV}.old": LINE.decode()}
    assert nothing_in(device, beside_logs=True)
    assert device.contents.netstat is None
    assert device.contents.incomplete == ""
    assert peak < MOST_MEMORY


# --- sizes and headers ---


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (Item("x", size=-1), "a member has a negative size"),
        (Item("x", size=-(2**70)), "a member has a negative size"),
        (Item("x", size=2**33), "a member is larger than the rest of it"),
        (Item("x", size=2**62), "a member is larger than the rest of it"),
        (Item("x", size=2**87), "a member is larger than the rest of it"),
        (Item("x", pax={"size": "9" * 4000}), "a member is larger than the rest of it"),
        (gnu_sparse("x", 2**62)[:-512] + bytes(Item("x", size=2**62)), "a member is larger than the rest of it"),
    ],
)
def test_an_absurd_size_ends_the_reading_at_once(item: Item | bytes, why: str) -> None:
    device = opened(tar(Item(DEVSRV, LINE), item, LAST))
    assert device.contents.incomplete == cut(why)
    assert logs_of(device) == {DEVSRV: LINE.decode()}
    assert device.contents.netstat is None


@pytest.mark.parametrize("size", [2**33, 2**62])
def test_a_wanted_member_of_an_absurd_size_is_no_evidence(size: int) -> None:
    device = opened(tar(Item(DEVSRV, LINE), Item(NETSTAT, TABLE, size=size)))
    assert device.contents.faults == {NETSTAT: f"{NETSTAT} is cut off in the archive"}
    assert device.contents.netstat is None
    assert device.contents.incomplete == "fw.tgz is cut off or damaged after 0.0 MiB"


def test_a_tar_of_zeros_is_none() -> None:
    with pytest.raises(MalformedAnswer, match=r"got no member in it$"):
        opened(Stream(bytes(MEGABYTE) for _number in range(200)))


def of_one_header(kind: bytes, size: int) -> Stream:
    """A header of ``size`` bytes before the second member of an uncompressed archive."""

    def pieces() -> Iterator[bytes]:
        yield bytes(Item(DEVSRV, LINE)) + extension(kind, b"", size)
        for _number in range(size // MEGABYTE):
            yield b"a" * MEGABYTE
        yield tar(LAST)

    return Stream(pieces())


@pytest.mark.parametrize("kind", [b"L", b"K", b"x", b"g"])
def test_a_huge_header_is_not_taken_into_memory(kind: bytes) -> None:
    device, peak = peak_of(lambda: opened(of_one_header(kind, 64 * MEGABYTE)))
    assert device.contents.incomplete == cut("the header of a member is too large", after="0.3")
    assert logs_of(device) == {DEVSRV: LINE.decode()}
    assert peak < MOST_MEMORY


@pytest.mark.parametrize(
    "before", [Item("x", kind=tarfile.SYMTYPE, link="y", size=2**43), gnu_sparse("x", 2**43), pax_sparse("x", 2**43)]
)
def test_a_member_that_only_claims_to_be_large_makes_no_room_for_a_huge_header(before: Item | bytes) -> None:
    def pieces() -> Iterator[bytes]:
        yield bytes(before) + extension(b"x", b"", 64 * MEGABYTE)
        for _number in range(64):
            yield b"a" * MEGABYTE
        yield tar(LAST)

    device, peak = peak_of(lambda: opened(Stream(pieces())))
    assert device.contents.incomplete == cut("the header of a member is too large", after="0.3")
    assert peak < MOST_MEMORY


def test_a_header_that_takes_long_to_read_is_not_read_to_its_end() -> None:
    """A header of digits: Python's tarfile without the fix of CVE-2024-6232 reads it in a square of its size."""
    device = opened(bytes(Item(DEVSRV, LINE)) + extension(b"x", b"1" * MEGABYTE, MEGABYTE) + tar(LAST))
    assert device.contents.incomplete == cut("the header of a member is too large", after="0.3")
    assert logs_of(device) == {DEVSRV: LINE.decode()}


def test_a_gzip_header_without_an_end_is_not_read_to_its_end() -> None:
    """gzip reads a name in it byte by byte."""
    endless = b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * MEGABYTE
    with pytest.raises(MalformedAnswer, match=r"got the compressed data are cut off or damaged$"):
        opened(endless)
    rotation = io.BytesIO(endless)
    with pytest.raises(gzip.BadGzipFile):
        PackedLog(rotation).read(1)
    assert rotation.tell() < MEGABYTE / 10
    device = opened(tar(Item(DEVSRV, LINE), Item(f"{DEVSRV}.1.gz", endless), LAST))
    assert device.contents.faults == {f"{DEVSRV}.1.gz": f"{DEVSRV}.1.gz is cut off or damaged"}


def test_headers_for_all_members_do_not_pile_up() -> None:
    def pieces() -> Iterator[bytes]:
        for number in range(200):
            key = f"k{number}="
            record = f"{5 + 1 + len(key) + 99_000:05d} {key}".ljust(5 + 1 + len(key) + 98_999, "v") + "\n"
            yield extension(b"g", record.encode()) + bytes(Item(f"x{number}", LINE))
        yield tar(LAST)

    device, peak = peak_of(lambda: opened(Stream(pieces())))
    assert device.contents.incomplete == ""
    assert device.contents.netstat is not None
    assert peak < MOST_MEMORY


@pytest.mark.parametrize("kind", [b"L", b"x"])
def test_headers_before_headers_do_not_nest_without_end(kind: bytes) -> None:
    many = extension(kind, b"a" if kind == b"L" else b"8 a=bcd\n") * 600
    device = opened(tar(Item(DEVSRV, LINE), many, LAST))
    assert device.contents.incomplete == cut("too many headers before one member", after="0.3")
    assert device.contents.netstat is None


def test_a_damaged_header_is_not_the_end() -> None:
    """tarfile takes it for one, and what stands behind it would be missing without a word."""
    data = bytearray(tar(Item(DEVSRV, LINE), Item("x", LINE), LAST))
    data[2 * 512] ^= 1
    device = opened(bytes(data))
    assert device.contents.incomplete == cut("no whole header where a member should begin")
    assert device.contents.netstat is None


@pytest.mark.parametrize(
    ("end", "incomplete"),
    [
        (bytes(512), ""),
        (bytes(1024), ""),
        (bytes(10240), ""),
        (bytes(4 * MEGABYTE), ""),
        (b"", cut("no whole header where a member should begin")),
        (bytes(100), cut("no whole header where a member should begin")),
        (bytes(1024) + bytes(LAST), cut("data behind its end")),
    ],
)
def test_where_an_archive_ends(end: bytes, incomplete: str) -> None:
    device = opened(tar(Item(DEVSRV, LINE), end=end))
    assert device.contents.incomplete == incomplete
    assert logs_of(device) == {DEVSRV: LINE.decode()}


# --- compression ---


def test_a_gzip_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(tar(Item("x", bytes(100 * MEGABYTE)), LAST))
    device, peak = peak_of(lambda: opened(bomb))
    assert device.contents.incomplete == cut("packed more than 250 times", after="0.1")
    assert device.contents.netstat is None
    assert peak < MOST_MEMORY


def test_a_rotation_that_is_a_gzip_bomb_is_no_evidence() -> None:
    bomb = gzip.compress(LINE + bytes(20 * MEGABYTE))
    device, peak = peak_of(lambda: opened(tar(Item(DEVSRV, LINE), Item(f"{DEVSRV}.1.gz", bomb), LAST)))
    assert device.contents.faults == {f"{DEVSRV}.1.gz": f"{DEVSRV}.1.gz unpacks to far more than a log can"}
    assert logs_of(device) == {DEVSRV: LINE.decode()}
    assert device.contents.netstat is not None
    assert device.contents.incomplete == ""
    assert peak < MOST_MEMORY


def test_gzip_within_gzip_is_not_unpacked_again() -> None:
    device = opened(tar(Item(DEVSRV, LINE), Item(f"{DEVSRV}.1.gz", gzip.compress(gzip.compress(LINE)))))
    assert "curl" not in logs_of(device)[f"{DEVSRV}.1.gz"]
    with pytest.raises(MalformedAnswer, match=r"got no whole header where a member should begin$"):
        opened(gzip.compress(gzip.compress(tar(LAST))))


@pytest.mark.parametrize(
    "data",
    [b"not gzipped", gzip.compress(LINE)[:-10], gzip.compress(LINE)[:-8] + b"\0" * 8, gzip.compress(LINE)[:5]],
    ids=range(4),
)
def test_a_damaged_rotation_is_no_evidence(data: bytes) -> None:
    device = opened(tar(Item(DEVSRV, LINE), Item(f"{DEVSRV}.1.gz", data), LAST))
    assert device.contents.faults == {f"{DEVSRV}.1.gz": f"{DEVSRV}.1.gz is cut off or damaged"}
    assert device.process_log("devsrv.log", 0)[0].notes == (f"{DEVSRV}.1.gz is cut off or damaged",)
    assert device.contents.netstat is not None


@pytest.mark.parametrize("size", [64 * 1024, 320 * 1024, 100 * 1024])
def test_a_wrong_checksum_of_the_whole_shows(size: int) -> None:
    """Also where the last block that is needed ends before the gzip stream does."""
    data = tar(Item(DEVSRV, LINE), LAST)
    whole = bytearray(gzip.compress(data.ljust(size, b"\0")))
    assert opened(bytes(whole)).contents.incomplete == ""
    whole[-8] ^= 1
    device = opened(bytes(whole))
    assert device.contents.incomplete == cut("the compressed data are cut off or damaged")
    assert logs_of(device) == {DEVSRV: LINE.decode()}


def test_a_small_archive_with_a_wrong_checksum_is_none() -> None:
    whole = bytearray(gzip.compress(tar(LAST)))
    whole[-8] ^= 1
    with pytest.raises(MalformedAnswer, match=r"got the compressed data are cut off or damaged$"):
        opened(bytes(whole))


# --- limits, at the border ---


@pytest.mark.parametrize(("count", "incomplete"), [(3, ""), (4, cut("more than 3 members"))])
def test_the_number_of_members(count: int, incomplete: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(techsupport_stream, "MAX_MEMBERS", 3)
    device = opened(tar(*(Item(f"x{number}") for number in range(1, count)), LAST))
    assert device.contents.incomplete == incomplete
    assert (device.contents.netstat is None) == bool(incomplete)


@pytest.mark.parametrize(("fewer", "incomplete"), [(0, ""), (1, cut("more than 0 GiB unpacked", after="0.2"))])
def test_the_unpacked_size(fewer: int, incomplete: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tar(LAST, Item("x", bytes(200_000)))
    monkeypatch.setattr(techsupport_stream, "MAX_UNPACKED_BYTES", len(data) - fewer)
    assert opened(data).contents.incomplete == incomplete


# --- what is no archive ---


@pytest.mark.parametrize(
    ("data", "actual"),
    [
        (b"", "an empty file"),
        (b"show mlav cloud-status\n" * 100, "no whole header where a member should begin"),
        (b"x", "no whole header where a member should begin"),
        (b"PK\x03\x04" + bytes(600), "ZIP data"),
        (b"BZh91AY&SY" + bytes(600), "bzip2 data"),
        (b"\xfd7zXZ\x00" + bytes(600), "xz data"),
        (b"\x28\xb5\x2f\xfd" + bytes(600), "Zstandard data"),
        (gzip.compress(b""), "no whole header where a member should begin"),
        (gzip.compress(b"show mlav cloud-status\n"), "no whole header where a member should begin"),
        (gzip.compress(bytes(1024)), "no member in it"),
        (b"\x1f\x8b", "the compressed data are cut off or damaged"),
        (b"\x1f\x8b" + b"\xff" * 600, "the compressed data are cut off or damaged"),
    ],
    ids=range(12),
)
def test_what_is_no_archive_says_what_it_is(data: bytes, actual: str) -> None:
    with pytest.raises(MalformedAnswer) as raised:
        opened(data, "case 4711.tgz")
    assert raised.value.message == (
        "case 4711.tgz is not a tech-support file: "
        f"expected a tar archive, gzipped or not, or an unpacked folder, got {actual}"
    )


class Broken(io.RawIOBase):
    """A stream that breaks after some bytes, as a disk or an export does."""

    def __init__(self, data: bytes, error: Exception) -> None:
        super().__init__()
        self._data = io.BytesIO(data)
        self._error = error

    def read(self, size: int = -1) -> bytes:
        data = self._data.read(size)
        if not data:
            raise self._error
        return data


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(5, "Input/output error"), "the compressed data are cut off or damaged"),
        (DeviceError("the connection was cut"), "the connection was cut"),
    ],
)
def test_a_stream_that_breaks_is_cut_off(error: Exception, why: str) -> None:
    device = opened(Broken(tar(Item(DEVSRV, LINE), Item("x", size=10**6)), error))
    assert device.contents.incomplete == cut(why)
    assert logs_of(device) == {DEVSRV: LINE.decode()}


# --- progress ---


def test_progress_is_told_every_other_second(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(1000))

    class Clock:
        @staticmethod
        def monotonic() -> float:
            return 0.4 * next(ticks)

    monkeypatch.setattr(techsupport_stream, "time", Clock)
    data = tar(Item("x", bytes(4 * MEGABYTE)))
    told: dict[str, list[str]] = {"fw {{ 1 }}\n.tgz": [], "export": []}
    sizes = {"fw {{ 1 }}\n.tgz": len(data), "export": None}
    for name, lines in told.items():
        read_archive(io.BytesIO(data), name, sizes[name], INTEREST, lines.append)
    assert told["fw {{ 1 }}\n.tgz"][:3] == [
        "fw {{ 1 }} .tgz: 0 MiB of 4 MiB read (6 %)",
        "fw {{ 1 }} .tgz: 0 MiB of 4 MiB read (14 %)",
        "fw {{ 1 }} .tgz: 0 MiB of 4 MiB read (21 %)",
    ]
    assert told["export"][-2:] == ["export: 3 MiB read", "export: 4 MiB read"]
    assert len(told["export"]) == 13
