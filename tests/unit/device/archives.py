# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds tech-support archives member by member, well-formed and otherwise, and opens them."""

from __future__ import annotations

import io
import tarfile
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.device import ArchiveDevice, read_archive
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interest import INTEREST
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context
from ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport import TECHSUPPORT_INFO
from tests.simulator.parts import WorldSpec, build
from tests.simulator.scenario import load
from tests.simulator.switches import Switches
from tests.simulator.techsupport_parts import frozen, members
from tests.simulator.world import World

T = TypeVar("T")

COMMANDS = "tmp/cli/techsupport_fw-1_20261123_1015.txt"
DEVSRV = "var/log/pan/devsrv.log"
# 2026-11-23 10:15:00 UTC
NOW = 1795428900.0
BLOCK = 512
MEGABYTE = 1024**2
END = bytes(2 * BLOCK)


@dataclass(frozen=True)
class Item:
    """One member. ``size`` is what its header claims, where that is not the size of ``data``."""

    name: str
    data: bytes = b""
    kind: bytes = tarfile.REGTYPE
    link: str = ""
    size: int | None = None
    pax: Mapping[str, str] = field(default_factory=dict)

    def __bytes__(self) -> bytes:
        info = tarfile.TarInfo(self.name)
        info.size = len(self.data) if self.size is None else self.size
        info.type, info.linkname, info.pax_headers = self.kind, self.link, dict(self.pax)
        if self.pax:
            return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape") + padded(self.data)
        return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape") + padded(self.data)


def padded(data: bytes) -> bytes:
    """Filled with zeros to whole blocks."""
    return data + bytes(-len(data) % BLOCK)


def extension(kind: bytes, data: bytes, size: int | None = None) -> bytes:
    """A header that stands before another one: b"L" a long name, b"x" and b"g" of PAX."""
    info = tarfile.TarInfo("././@Extension")
    info.type, info.size = kind, len(data) if size is None else size
    return info.tobuf(tarfile.GNU_FORMAT) + padded(data)


def gnu_sparse(name: str, real_size: int) -> bytes:
    """A sparse member of the old GNU form, without data."""
    block = bytearray(bytes(Item(name, kind=tarfile.GNUTYPE_SPARSE)))
    block[483:495] = b"\x80" + real_size.to_bytes(11, "big")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def pax_sparse(name: str, real_size: int) -> bytes:
    """A sparse member of PAX form 1.0, without data."""
    told = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": name}
    return bytes(Item("sparse", padded(b"1\n0\n0\n"), pax={**told, "GNU.sparse.realsize": str(real_size)}))


def tar(*items: Item | bytes, end: bytes = END) -> bytes:
    """An archive of these members."""
    return b"".join(map(bytes, items)) + end


def opened(data: bytes | io.RawIOBase, name: str = "fw.tgz") -> ArchiveDevice:
    """The archive as a device."""
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    return read_archive(cast("BinaryIO", stream), name, None, INTEREST, lambda line: None)


class Stream(io.RawIOBase):
    """A file whose content is made while it is read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces = iter(pieces)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def streamed(name: str, size: int, content: Iterable[bytes], *others: Item) -> Stream:
    """An archive with one large member, first; ``content`` has ``size`` bytes."""

    def pieces() -> Iterator[bytes]:
        yield bytes(Item(name, size=size))
        yield from content
        yield bytes(-size % BLOCK)
        yield tar(*others)

    return Stream(pieces())


def peak_of(work: Callable[[], T]) -> tuple[T, float]:
    """What ``work`` returns, and the most megabytes that it held at a time."""
    tracemalloc.start()
    try:
        result = work()
        return result, tracemalloc.get_traced_memory()[1] / MEGABYTE
    finally:
        tracemalloc.stop()


def world(scenario: str, now: float = NOW, hostname: str = "fw-1", **switches: Any) -> World:
    """A world whose clock stands still."""
    found = load(scenario)
    return World(
        build(WorldSpec, {**found.firewall, "hostname": hostname}),
        build(Switches, {**found.switches, **switches}),
        now=lambda: now,
    )


def files_of(scenario: str, **switches: Any) -> dict[str, bytes]:
    """What is in a world's archive, by name."""
    return {member.name: member.data for member in members(frozen(world(scenario, **switches)))}


def commands_of(files: Mapping[str, bytes]) -> str:
    """The name of the file that holds the answers of commands."""
    return next(name for name in files if name.startswith("tmp/cli/techsupport_"))


def packed(files: Mapping[str, bytes]) -> bytes:
    """A tar of these files."""
    return tar(*(Item(name, data) for name, data in files.items()))


def write_folder(files: Mapping[str, bytes], folder: Path) -> Path:
    """The files below a folder, as unpacking leaves them."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def diagnosed(path: Path, say: Callable[[str], None] = lambda line: None, **more: Any) -> list[dict[str, Any]]:
    """What the module says on a path; ``more``: other options of it."""
    given = {"path": str(path), "diagnose": True, "log_window": "24h", "log_entries": 500, "save_evidence": None}
    given |= {"doc_url": None, **more}
    found: list[dict[str, Any]] = TECHSUPPORT_INFO.run(given, Context(say=say))["diagnoses"]
    return found


def one_diagnosed(data: bytes, folder: Path, name: str = "fw.tgz") -> dict[str, Any]:
    """What the module says on an archive of these bytes."""
    file = folder / name
    file.write_bytes(data)
    (found,) = diagnosed(file)
    return found


def causes_of(diagnosis: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The causes and how sure they are."""
    return [(cause["id"], cause["confidence"]) for cause in diagnosis["causes"]]


def reasons_of(diagnosis: Mapping[str, Any]) -> dict[str, str]:
    """Why what is missing is missing, by the evidence."""
    return {item["evidence"]: item["reason"] for item in diagnosis["missing"]}
