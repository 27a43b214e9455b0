# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The third view of a world: its tech-support archive. techsupport_parts says what is in it, this file packs it."""

from __future__ import annotations

import gzip
import io
import os
import random
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .scenario import panorama_scenario
from .techsupport_parts import LOGS, PARTS, Member, frozen, members
from .world import World

MEGABYTE = 1024 * 1024
FILLER_MEMBER_MB = 16


@dataclass(frozen=True)
class Layout:
    """How the archive is packed."""

    prefix: str = ""  # "" | "./"
    seed: int | None = None  # shuffles the members; None keeps the natural order, fillers first
    filler_mb: int = 0  # megabytes of other logs, made up while they are written
    include: frozenset[str] = PARTS  # PARTS - {"show clock", "merged"} leaves a section and a file out
    mode: int = 0o644  # real archives also have 0o000
    directories: bool = False  # entries for the folders, as tar makes them of a whole tree


def write_archive(world: World, path: Path, layout: Layout = Layout()) -> Path:
    """Write the archive: .tgz, .tar.gz or .tar by the name's ending, without one an unpacked folder."""
    still = frozen(world)
    if path.name.endswith((".tgz", ".tar.gz")):
        with path.open("wb") as file:
            _write_gzip(still, file, layout)
    elif path.name.endswith(".tar"):
        with path.open("wb") as file:
            _write_tar(still, file, layout)
    else:
        _write_folder(still, path, layout)
    return path


def archive_bytes(world: World, layout: Layout = Layout()) -> bytes:
    """The gzipped tar."""
    buffer = io.BytesIO()
    _write_gzip(frozen(world), buffer, layout)
    return buffer.getvalue()


def panorama_archive(path: Path, hostname: str = "pano-1", model: str = "M-600") -> Path:
    """The archive of a Panorama."""
    return write_archive(panorama_scenario(model).world(hostname), path)


def _ordered(world: World, layout: Layout) -> list[Member]:
    found = [*_fillers(layout.filler_mb), *members(world, layout.include)]
    if layout.seed is not None:
        random.Random(layout.seed).shuffle(found)
    return found


def _fillers(megabytes: int) -> Iterator[Member]:
    for number, first in enumerate(range(0, megabytes, FILLER_MEMBER_MB), 1):
        size = min(FILLER_MEMBER_MB, megabytes - first) * MEGABYTE
        yield Member(f"{LOGS}/pan_task_{number}.log", filler=size)


def _write_gzip(world: World, file: IO[bytes], layout: Layout) -> None:
    # The header's own time and name would make two archives of one world differ.
    with gzip.GzipFile("", "wb", 6, file, int(world.now())) as packed:
        _write_tar(world, packed, layout)


def _write_tar(world: World, file: IO[bytes] | gzip.GzipFile, layout: Layout) -> None:
    with tarfile.open(fileobj=file, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        made: set[str] = set()
        for member in _ordered(world, layout):
            for folder in _folders(member.name) if layout.directories else ():
                if folder not in made:
                    made.add(folder)
                    tar.addfile(_info(layout.prefix + folder, world, 0o755, tarfile.DIRTYPE))
            info = _info(layout.prefix + member.name, world, layout.mode)
            info.size = member.filler or len(member.data)
            tar.addfile(info, Filler(member.name, member.filler) if member.filler else io.BytesIO(member.data))


def _info(name: str, world: World, mode: int, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.mtime = kind, mode, int(world.now())
    info.uname = info.gname = "root"
    return info


def _folders(name: str) -> Iterator[str]:
    parts = name.split("/")[:-1]
    for length in range(1, len(parts) + 1):
        yield "/".join(parts[:length])


def _write_folder(world: World, path: Path, layout: Layout) -> None:
    path.mkdir(parents=True, exist_ok=True)
    at = int(world.now())
    for member in _ordered(world, layout):
        target = path / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.write(member.data)
            filler = Filler(member.name, member.filler)
            while block := filler.read(MEGABYTE):
                file.write(block)
        target.chmod(layout.mode)
        os.utime(target, (at, at))


class Filler(io.RawIOBase):
    """A log of the wanted size that is never whole in memory; the same for the same name."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__()
        self._left = size
        self._dice = random.Random(name)
        # Larger than the window of gzip, so that it compresses like a log and not to nothing.
        self._pool = b"".join(self._line(number) for number in range(2000)) if size else b""

    def _line(self, number: int) -> bytes:
        dice = self._dice
        return (
            f"2026-01-{1 + number % 28:02d} {number % 24:02d}:{dice.randrange(60):02d}:{dice.randrange(60):02d}."
            f"{dice.randrange(1000):03d} +0000 pan_task_{dice.randrange(9)}(pan_task.c:{dice.randrange(4000)}): "
            f"session {dice.getrandbits(48):012x} closed\n"
        ).encode()

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`."""
        wanted = self._left if size < 0 else min(size, self._left)
        begin = self._dice.randrange(len(self._pool)) if wanted else 0
        data = (self._pool[begin:] + self._pool * (wanted // max(1, len(self._pool)) + 1))[:wanted]
        self._left -= wanted
        return data
