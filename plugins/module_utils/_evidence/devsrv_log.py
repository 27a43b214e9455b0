# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""devsrv.log: what the device server says about MLAV.

Source: KB kA14u000000HDuDCAW. The message part alone decides: function names and source lines differ between releases,
the ``Error:`` prefix and the offset may be missing, and a message's body may follow on lines without a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import NotObtainable
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Device
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import redact
from ansible_collections.panops.mlav.plugins.module_utils._device.relevant_lines import Relevance
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import aware, date_time, lines_of
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe

NAME = "devsrv.log"
# One page of the documentation calls it so.
OTHER_NAME = "devsrvr.log"

# Lines of one incident stand this close together.
_SAME_MOMENT = timedelta(seconds=2)
_LINE_LIMIT = 4096
_TEXT_LIMIT = 200
_SAMPLE_LIMIT = 500
_BODY_LINES = 5
_MOST_SIGNATURES = 100
_MOST_OTHERS = 20

_LINE = re.compile(r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:[.,]\d{1,6})?(?: +[+-]\d{2}:?\d{2})?)(?=\s|$)(.*)")
_PLACE = re.compile(r"\b\w{1,120}\([^\s():]{1,120}:\d{1,9}\):\s*(.*)")
_PREFIX = re.compile(r"\s*(?:error|warn(?:ing)?|crit(?:ical)?|fatal)\s*:\s*(.*)", re.IGNORECASE)

# What an error line says where it has no word in front that marks it as one.
_ERROR = re.compile(
    r"\b(?:fail(?:ed|ure|s)?|errors?|unable|can(?:not|'t)|couldn't|could not|abort(?:ed)?|refused|denied|rejected"
    r"|timed? ?out|invalid|mismatch)\b",
    re.IGNORECASE,
)
# curl_easy_strerror of libcurl 7.60 and 7.61, which these releases use; the beginnings of its texts, in lower case.
CURL_CODES: tuple[tuple[str, int], ...] = (
    ("couldn't resolve proxy name", 5),
    ("couldn't resolve host name", 6),
    ("couldn't connect to server", 7),
    ("out of memory", 27),
    ("timeout was reached", 28),
    ("ssl connect error", 35),
    ("a libcurl function was given a bad argument", 43),
    ("failed binding local connection end", 45),
    ("ssl peer certificate or ssh remote key was not ok", 51),
    ("server returned nothing (no headers, no data)", 52),
    ("failed sending data to the peer", 55),
    ("failure when receiving data from the peer", 56),
    ("proxy connect aborted", 56),
    ("problem with the local ssl certificate", 58),
    ("peer certificate cannot be authenticated", 60),
    ("problem with the ssl ca cert", 77),
)

_RECONNECT = re.compile(r"mlav force_reconnect is true", re.IGNORECASE)
_CURL = re.compile(r"curl error:\s*(\S.*)", re.IGNORECASE)
_HTTP_HEAD = re.compile(r"Got HTTP resp code\s*\[?(\d{3})\b", re.IGNORECASE)
_HTTP_DETAIL = re.compile(r"Server resp code\s*\[(\d{3})\](?:.*?\bmsg:\s*(.*))?", re.IGNORECASE)
_X509_HEAD = re.compile(r"Basic Validation of x509 cert Fail\s*;\s*Code\s*:\s*(\d{1,4})", re.IGNORECASE)
_X509_DETAIL = re.compile(r"Failed to validate x509 cert from ctx:\s*\((\d{1,4})\)\s*(.*)", re.IGNORECASE)

# Written with and without a fault (the article shows it for two different ones), so it proves nothing.
_NO_SIGNATURE = "pan_threatversion"
# What follows from a cause that has a line of its own.
_CONSEQUENCES = (
    "failed to send metadata query",
    "failed to get metadata from cloud",
    "failed to parse type[",
    "meta download s_connection_tries",
)

# The queries of other clients count too, since they say whose certificate failed.
RELEVANT = Relevance(re.compile(rb"mlav|x509|verify_cb|curl error"))


SignatureKind = Literal["x509", "curl", "http", "reconnect", "other"]


@dataclass(frozen=True)
class LogSignature:
    """Equal messages of devsrv.log, put together.

    Attributes:
        kind: ``x509`` (code: OpenSSL's), ``curl`` (text: libcurl's; code: libcurl's, None for a text that it does not
            have), ``http`` (code: HTTP status), ``reconnect`` (mlav force_reconnect) or ``other`` (an MLAV error that
            is none of these).
        code: the number in it, where there is one.
        text: the telling part of the message (``Couldn't resolve host name``, ``invalid content version …``).
        first, last: device time; aware where the line or the clock gave an offset, else naive; None: no time at all.
        count: how often.
        sample: the newest line, whole.
    """

    kind: SignatureKind
    code: int | None
    text: str
    first: datetime | None
    last: datetime | None
    count: int
    sample: str


@dataclass(frozen=True)
class DevsrvLog:
    """MLAV's part of devsrv.log. ``lines`` counts what was read; ``oldest``/``newest`` bound it in time.

    ``unrecognized_errors``: those of ``signatures`` that no known text or code explains, newest first.
    """

    signatures: tuple[LogSignature, ...]
    lines: int
    oldest: datetime | None
    newest: datetime | None
    utc_offset_s: int | None = None
    truncated: bool = False
    unrecognized_errors: tuple[LogSignature, ...] = ()


@dataclass
class _Entry:
    """One line with a time, and the lines without one that follow it."""

    time: datetime
    text: str
    whole: str
    body: list[str] = field(default_factory=list)

    @property
    def is_mlav(self) -> bool:
        return "mlav" in self.text.lower()

    @property
    def message(self) -> str:
        placed = _PLACE.search(self.text)
        if placed:
            return placed[1]
        prefixed = _PREFIX.match(self.text)
        return prefixed[1] if prefixed else self.text.strip()


@dataclass(frozen=True)
class _Hit:
    """``detail``: the second line that one incident writes; it tells what the first does not."""

    kind: SignatureKind
    code: int | None
    text: str
    time: datetime
    sample: str
    detail: bool = False


def parse(files: Iterable[str], truncated: bool = False) -> DevsrvLog:
    """MLAV's signatures, newest first.

    ``files`` are the log and its rotations in any order: times decide, not places. Lines without an offset keep naive
    times. An empty log is a value with ``lines`` 0: the absence of an error line proves nothing.
    """
    lines = 0
    entries: list[_Entry] = []
    hits: list[_Hit] = []
    for text in files:
        of_file, count = _entries(text)
        lines += count
        entries += of_file
        hits += _hits(of_file)
    if lines and not entries:
        raise Unrecognized(f"no line of {NAME} begins with a time")
    offset = _newest_offset(entries)
    times = sorted((entry.time for entry in entries), key=lambda time: _order(time, offset))
    hits.sort(key=lambda hit: _order(hit.time, offset))
    signatures = _grouped(_merged(hits, offset), offset)
    return DevsrvLog(
        signatures=signatures,
        lines=lines,
        oldest=times[0] if times else None,
        newest=times[-1] if times else None,
        utc_offset_s=offset,
        truncated=truncated,
        unrecognized_errors=tuple(item for item in signatures if not _is_explained(item)),
    )


def curl_code(text: str) -> int | None:
    """libcurl's number of an error by its text, None for a text that it does not have."""
    told = text.strip().lower().replace("\u2019", "'")
    return next((code for beginning, code in CURL_CODES if told.startswith(beginning)), None)


def _is_explained(item: LogSignature) -> bool:
    """Whether the kind of the error, its code or its text says what went wrong."""
    if item.kind == "curl":
        return item.code is not None
    if item.kind == "http":
        return item.code is not None and (item.code < 300 or 400 <= item.code < 600)
    return item.kind != "other"


def with_offset(log: DevsrvLog, utc_offset_s: int) -> DevsrvLog:
    """The same log with aware times, for the offset that another source told."""

    def shifted(items: tuple[LogSignature, ...]) -> tuple[LogSignature, ...]:
        return tuple(
            replace(item, first=aware(item.first, utc_offset_s), last=aware(item.last, utc_offset_s)) for item in items
        )

    return replace(
        log,
        signatures=shifted(log.signatures),
        unrecognized_errors=shifted(log.unrecognized_errors),
        oldest=aware(log.oldest, utc_offset_s),
        newest=aware(log.newest, utc_offset_s),
    )


def _entries(text: str) -> tuple[list[_Entry], int]:
    entries: list[_Entry] = []
    count = 0
    for raw in lines_of(text):
        line = raw[:_LINE_LIMIT].rstrip()
        if not line:
            continue
        count += 1
        entry = _entry(line)
        if entry is not None:
            entries.append(entry)
        elif entries and len(entries[-1].body) < _BODY_LINES:
            entries[-1].body.append(line.strip())
    return entries, count


def _entry(line: str) -> _Entry | None:
    found = _LINE.match(line)
    if found is None:
        return None
    time = date_time(found[1])
    return _Entry(time, found[2], line) if time is not None else None


def _hits(entries: list[_Entry]) -> list[_Hit]:
    """The signatures of one file, from its end: whether an x509 line counts depends on what follows it."""
    hits: list[_Hit] = []
    next_query: _Entry | None = None
    next_mlav: _Entry | None = None
    for entry in reversed(entries):
        hit = _x509(entry)
        if hit is not None:
            if entry.is_mlav or _belongs(entry, next_query, next_mlav):
                hits.append(hit)
            continue
        if entry.is_mlav and (hit := _mlav(entry)) is not None:
            hits.append(hit)
        if _CURL.search(entry.text):
            next_query = entry
        if "pan_mlav_" in entry.text and _NO_SIGNATURE not in entry.text:
            next_mlav = entry
    hits.reverse()
    return hits


def _belongs(entry: _Entry, next_query: _Entry | None, next_mlav: _Entry | None) -> bool:
    """Other cloud clients of the process validate certificates too: the query that fails next says whose it was."""
    if next_query is not None and _soon(entry, next_query):
        return next_query.is_mlav
    return next_mlav is not None and _soon(entry, next_mlav)


def _soon(first: _Entry, second: _Entry) -> bool:
    after = second.time.replace(tzinfo=None) - first.time.replace(tzinfo=None)
    return timedelta(0) <= after <= _SAME_MOMENT


def _x509(entry: _Entry) -> _Hit | None:
    if "x509" not in entry.text:
        return None
    if found := _X509_DETAIL.search(entry.message):
        return _hit(entry, "x509", int(found[1]), found[2], detail=True)
    if found := _X509_HEAD.search(entry.message):
        return _hit(entry, "x509", int(found[1]), "")
    return None


def _mlav(entry: _Entry) -> _Hit | None:
    message = entry.message
    if _RECONNECT.search(message):
        return _hit(entry, "reconnect", None, "mlav force_reconnect is true")
    if found := _CURL.search(message):
        return _hit(entry, "curl", curl_code(found[1]), found[1])
    if found := _HTTP_DETAIL.search(message):
        return _hit(entry, "http", int(found[1]), (found[2] or "").strip() or " ".join(entry.body), detail=True)
    if found := _HTTP_HEAD.search(message):
        return _hit(entry, "http", int(found[1]), "")
    if _NO_SIGNATURE in message or any(text in message.lower() for text in _CONSEQUENCES):
        return None
    is_error = _PREFIX.match(entry.text) is not None or _ERROR.search(message) is not None
    return _hit(entry, "other", None, message) if is_error else None


def _hit(entry: _Entry, kind: SignatureKind, code: int | None, text: str, detail: bool = False) -> _Hit:
    return _Hit(kind, code, text.strip()[:_TEXT_LIMIT], entry.time, entry.whole, detail)


def _merged(hits: list[_Hit], offset: int | None) -> list[_Hit]:
    """One incident writes a line with the code and another with the text: the second stands for both."""
    merged: list[_Hit] = []
    waiting: dict[tuple[SignatureKind, int | None], int] = {}
    for hit in hits:
        key = (hit.kind, hit.code)
        at = waiting.pop(key, None)
        if hit.detail and at is not None and _order(hit.time, offset) - _order(merged[at].time, offset) <= _SAME_MOMENT:
            merged[at] = hit
            continue
        if not hit.detail:
            waiting[key] = len(merged)
        merged.append(hit)
    return merged


def _grouped(hits: list[_Hit], offset: int | None) -> tuple[LogSignature, ...]:
    groups: dict[tuple[SignatureKind, int | None, str], list[_Hit]] = {}
    for hit in hits:
        groups.setdefault((hit.kind, hit.code, hit.text), []).append(hit)
    signatures = [
        LogSignature(kind, code, text, group[0].time, group[-1].time, len(group), group[-1].sample)
        for (kind, code, text), group in groups.items()
    ]
    # A flood of lines that mean nothing must not push out one that does.
    signatures.sort(key=lambda item: _newest_first(item, offset))
    known = [item for item in signatures if item.kind != "other"][:_MOST_SIGNATURES]
    others = [item for item in signatures if item.kind == "other"][:_MOST_OTHERS]
    kept = sorted(known + others, key=lambda item: _newest_first(item, offset))
    return tuple(replace(item, text=redact(item.text), sample=redact(item.sample)[:_SAMPLE_LIMIT]) for item in kept)


def _newest_first(item: LogSignature, offset: int | None) -> timedelta:
    return datetime.max - (_order(item.last, offset) if item.last is not None else datetime.min)


def _newest_offset(entries: list[_Entry]) -> int | None:
    told = [entry.time for entry in entries if entry.time.tzinfo is not None]
    if not told:
        return None
    offset = max(told).utcoffset()
    return round(offset.total_seconds()) if offset is not None else None


def _order(time: datetime, offset: int | None) -> datetime:
    """A naive UTC time to sort by; a line without an offset is taken to have the log's own."""
    if time.tzinfo is None:
        return time - timedelta(seconds=offset or 0)
    return time.astimezone(timezone.utc).replace(tzinfo=None)


def probe_devsrv_log(device: Device, lines: int = 5000) -> Evidence[DevsrvLog]:
    """Reads the last ``lines`` lines of the log and of its rotations; keeps the relevant ones as raw text."""

    def ask(recorder: Recorder) -> DevsrvLog:
        try:
            answers = recorder.process_log(NAME, lines, RELEVANT.part_of)
        except NotObtainable as missing:
            try:
                answers = recorder.process_log(OTHER_NAME, lines, RELEVANT.part_of)
            except NotObtainable:
                raise missing from None
        return parse([answer.text for answer in answers], any(answer.truncated for answer in answers))

    return probe(device, ask)


PROBE = Probe(lambda session: probe_devsrv_log(session.device, session.options.log_lines), "logs")
