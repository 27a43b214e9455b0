# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tech-support file, read once from its beginning to its end: a tar, gzipped or not, or an unpacked folder.

Nothing is unpacked to disk. The archive is hostile input: links, devices, sparse files and names that lead out of the
tree are passed over, headers and compression ratios are bounded, and what is cut off is said.
Source: the guide to such files in tbortolossi/tsf-anonymizer.
"""

from __future__ import annotations

import gzip
import io
import itertools
import os
import re
import shlex
import stat
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from tarfile import EOFHeaderError, HeaderError, TarFile, TarInfo  # type: ignore[attr-defined]
from typing import BinaryIO, Protocol

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    DeviceError,
    ExpectedFailure,
    MalformedAnswer,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt

# A file of 400 MB holds several thousand members and unpacks to a few gigabytes.
MAX_MEMBERS = 500_000
MAX_UNPACKED_BYTES = 32 * 1024**3
# Logs compress to a tenth or less; what shrinks further than this is made to fill memory or time.
MAX_RATIO = 250
_RATIO_COUNTS_FROM = 64 * 1024**2
# What tarfile may read to understand one member: long names and extended headers. Python's without the fix of
# CVE-2024-6232 take a time that grows with the square of it.
_MAX_HEADER_BYTES = 128 * 1024
# gzip reads a name in its header byte by byte.
_MAX_GZIP_HEADER_BYTES = 64 * 1024
# To skip a member, tarfile reads as often as its size demands, even where there is nothing more to read.
_MAX_READS_AT_END = 64
_CHUNK = 64 * 1024
_GZIP = b"\x1f\x8b"
_OTHER_COMPRESSIONS = {b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "Zstandard", b"PK\x03\x04": "ZIP"}

_PROGRESS_EVERY_S = 2.0


class Reader(Protocol):
    """Takes what is wanted out of the members. Named by their paths, without a leading ``./``."""

    def wants(self, name: str) -> bool:
        """Whether the member is to be read."""

    def read(self, name: str, content: BinaryIO) -> None:
        """Reads a member as far as it wants. Raises what reading ``content`` raises."""

    def damaged(self, name: str, why: str) -> None:
        """A wanted member that cannot be evidence."""

    def cut_off(self, why: str) -> None:
        """The archive ends before its end: members may be missing."""


class _Cut(Exception):
    """The archive cannot be read further; the message says why."""


class Progress:
    """Says every other second how far the reading of ``name`` is; ``total`` bytes, None where not known."""

    def __init__(self, say: Callable[[str], None], name: str, total: int | None) -> None:
        self._say = say
        self._name = excerpt(name, 100)
        self._total = total
        self._next = time.monotonic() + _PROGRESS_EVERY_S

    def at(self, position: int) -> None:
        """``position``: bytes read so far."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PROGRESS_EVERY_S
        read = f"{position // 1024**2} MiB"
        if self._total:
            read += f" of {self._total // 1024**2} MiB read ({min(100, 100 * position // self._total)} %)"
        else:
            read += " read"
        self._say(f"{self._name}: {read}")


def read_path(path: Path, reader: Reader, say: Callable[[str], None]) -> None:
    """Reads an archive or an unpacked folder.

    Raises:
        MalformedAnswer: it is not a tar archive, or nothing at all could be read of it.
        DeviceError: it cannot be opened.
    """
    try:
        if path.is_dir():
            _read_folder(path, reader, say)
            return
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise MalformedAnswer(f"{excerpt(str(path))} is neither a file nor a folder")
            read_stream(file, path.name, status.st_size, reader, say)
    except OSError as error:
        raise DeviceError(
            f"{excerpt(str(path))} cannot be read: {error.strerror or error}",
            "Give the account that runs Ansible the right to read it.",
        ) from error


def read_stream(stream: BinaryIO, name: str, size: int | None, reader: Reader, say: Callable[[str], None]) -> None:
    """Reads a tar archive from a stream of ``size`` bytes (None: not known); ``name`` stands in messages.

    Raises:
        MalformedAnswer: it is not a tar archive, or nothing at all could be read of it.
    """
    source = _Source(stream, Progress(say, name, size))
    head = source.peek()
    other = next((kind for magic, kind in _OTHER_COMPRESSIONS.items() if head.startswith(magic)), None)
    if not head or other is not None:
        raise _no_archive(name, f"{other} data" if other else "an empty file")
    unpacked = _Unpacked(gzip.GzipFile(fileobj=source, mode="rb") if head.startswith(_GZIP) else source, source)
    members = 0
    try:
        for member, tar in _members(unpacked):
            members += 1
            _read_member(member, tar, reader)
    except (_Cut, tarfile.TarError, ValueError, OverflowError) as error:
        if not members:
            raise _no_archive(name, excerpt(str(error))) from error
        why = f" ({excerpt(str(error))})" if isinstance(error, _Cut) else ""
        reader.cut_off(f"{excerpt(name)} is cut off or damaged after {_mebibytes(source.position)}{why}")


def _members(unpacked: _Unpacked) -> Iterator[tuple[TarInfo, TarFile]]:
    with tarfile.open(
        fileobj=unpacked, mode="r|", bufsize=_CHUNK, tarinfo=_Member, encoding="utf-8", errors="replace"
    ) as tar:
        for number in itertools.count():
            member = tar.next()
            if member is None:
                _read_padding(unpacked, tar)
                return
            if number == MAX_MEMBERS:
                raise _Cut(f"more than {MAX_MEMBERS} members")
            # tarfile would keep every member that it has seen, and every extended header that is for all of them.
            tar.members.clear()  # type: ignore[attr-defined]
            tar.pax_headers = {}
            if member.size < 0:
                raise _Cut("a member has a negative size")
            unpacked.allow(tar.offset + _MAX_HEADER_BYTES)
            yield member, tar


class _Member(TarInfo):
    """A member of an archive that ends where its mark of the end is, and nowhere else."""

    @classmethod
    def fromtarfile(cls, tarfile: TarFile) -> _Member:
        try:
            return super().fromtarfile(tarfile)
        except EOFHeaderError:
            if tarfile.offset == 0:
                raise _Cut("no member in it") from None
            raise
        except HeaderError as error:
            # tarfile would take it for the end.
            raise _Cut("no whole header where a member should begin") from error
        except RecursionError as error:
            # tarfile takes headers that stand before another header by calling itself.
            raise _Cut("too many headers before one member") from error


def _read_padding(unpacked: _Unpacked, tar: TarFile) -> None:
    """Reads what is behind the mark of the end: only then a checksum of the whole is compared."""
    unpacked.allow(MAX_UNPACKED_BYTES)
    while padding := tar.fileobj.read(_CHUNK):
        if padding.strip(b"\0"):
            raise _Cut("data behind its end")


def _read_member(member: TarInfo, tar: TarFile, reader: Reader) -> None:
    name = inner_name(member.name)
    if name is None or not reader.wants(name):
        return
    if not member.isreg() or member.issparse():
        what = "a link" if member.issym() or member.islnk() else "a folder" if member.isdir() else "no regular file"
        reader.damaged(name, f"{name} is {what} in the archive")
        return
    content = tar.extractfile(member)
    if content is None:  # pragma: no cover - what isreg excludes
        return
    try:
        reader.read(name, content)  # type: ignore[arg-type]
        while content.read(_CHUNK):
            pass
    except (_Cut, tarfile.TarError):
        reader.damaged(name, f"{name} is cut off in the archive")
        raise


def _read_folder(folder: Path, reader: Reader, say: Callable[[str], None]) -> None:
    """Reads the wanted files below ``folder``; links are not followed."""
    progress = Progress(say, folder.name, None)
    position = found = 0

    def unreadable(error: OSError) -> None:
        reader.cut_off(f"the folder {excerpt(str(error.filename))} cannot be read: {_why(error, folder)}")

    for parent, folders, files in os.walk(folder, onerror=unreadable, followlinks=False):
        folders.sort()
        for file in sorted(files):
            path = Path(parent, file)
            name = os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")
            if not reader.wants(name):
                continue
            found += 1
            try:
                handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            except OSError as error:
                reader.damaged(name, f"{name} cannot be read: {_why(error, folder)}")
                continue
            with os.fdopen(handle, "rb") as content:
                status = os.fstat(content.fileno())
                if not stat.S_ISREG(status.st_mode):
                    reader.damaged(name, f"{name} is no regular file")
                    continue
                position += status.st_size
                if position > MAX_UNPACKED_BYTES:
                    raise MalformedAnswer(f"{excerpt(folder.name)} holds more than {_gibibytes(MAX_UNPACKED_BYTES)}")
                try:
                    reader.read(name, content)
                except OSError as error:
                    reader.damaged(name, f"{name} cannot be read: {error.strerror or error}")
                progress.at(position)
    if not found:
        raise _no_archive(folder.name, "a folder without any of its files")


def _why(error: OSError, folder: Path) -> str:
    """Why a file of an unpacked archive cannot be read. Members may have the mode 0000, and keep it when unpacked."""
    if not isinstance(error, PermissionError):
        return error.strerror or str(error)
    return f"{error.strerror}; run: chmod -R u+rwX {shlex.quote(excerpt(str(folder)))}"


def inner_name(name: str) -> str | None:
    """A member's path within the tree, None where it is absolute or leads out of it."""
    parts = [part for part in name.split("/") if part != "."]
    if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:|\\", name):
        return None
    return "/".join(part for part in parts if part)


def _no_archive(name: str, actual: str) -> MalformedAnswer:
    return MalformedAnswer(
        f"{excerpt(name)} is not a tech-support file: "
        f"expected a tar archive, gzipped or not, or an unpacked folder, got {actual}",
        "Generate a tech-support file under Device > Support, download it, and use it unchanged.",
    )


def _mebibytes(count: int) -> str:
    return f"{count / 1024**2:.1f} MiB"


def _gibibytes(count: int) -> str:
    return f"{count // 1024**3} GiB"


class PackedBytes(io.RawIOBase):
    """The bytes of a gzip file, counted in ``position``, for ``gzip.GzipFile``.

    Raises:
        gzip.BadGzipFile: a header does not end.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._single = 0
        self.position = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self._single = self._single + 1 if size == 1 else 0
        if self._single > _MAX_GZIP_HEADER_BYTES:
            raise gzip.BadGzipFile("a header that does not end")
        data = self._stream.read(_CHUNK if size < 0 else size)
        self.position += len(data)
        return data


class _Source(PackedBytes):
    """The archive's own bytes."""

    def __init__(self, stream: BinaryIO, progress: Progress) -> None:
        super().__init__(stream)
        self._progress = progress
        self._head = b""

    def peek(self) -> bytes:
        """The first bytes; they are read again."""
        while len(self._head) < 8 and (more := self._stream.read(8 - len(self._head))):
            self._head += more
        return self._head

    def read(self, size: int = -1) -> bytes:
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            self.position += len(data)
        else:
            data = super().read(size)
        self._progress.at(self.position)
        return data


class _Unpacked(io.RawIOBase):
    """The tar's bytes, bounded: in all, in proportion to what they were packed in, and per header."""

    def __init__(self, stream: _Source | gzip.GzipFile, source: _Source) -> None:
        super().__init__()
        self._stream = stream
        self._source = source
        self._count = 0
        self._allowed = _MAX_HEADER_BYTES
        self._ends = 0

    def allow(self, position: int) -> None:
        """Up to where may be read until the next member has begun."""
        self._allowed = position + 2 * _CHUNK

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._count > self._allowed:
            raise _Cut("the header of a member is too large")
        try:
            data = self._stream.read(size)
        except ExpectedFailure as error:
            raise _Cut(error.message) from error
        except (EOFError, zlib.error, OSError) as error:
            raise _Cut("the compressed data are cut off or damaged") from error
        self._count += len(data)
        self._ends += not data
        if self._ends > _MAX_READS_AT_END:
            raise _Cut("a member is larger than the rest of it")
        if self._count > MAX_UNPACKED_BYTES:
            raise _Cut(f"more than {_gibibytes(MAX_UNPACKED_BYTES)} unpacked")
        if self._count > _RATIO_COUNTS_FROM and self._count > MAX_RATIO * self._source.position:
            raise _Cut(f"packed more than {MAX_RATIO} times")
        return data or b""
