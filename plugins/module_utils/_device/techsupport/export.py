# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Has a firewall make a tech-support file, and fetches it over the XML API: the only way there to its process logs.

Making one takes minutes and loads the management plane, so it is started once and never asked for again by itself.

Source: documentation "Export Technical Support Data".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import BinaryIO, NoReturn, TypeVar
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CallTimeout,
    DeviceBusy,
    DeviceError,
    MalformedAnswer,
    NotObtainable,
    Overloaded,
    PermissionFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.https import HttpStream
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._device.sizes import STATUS_BYTES

T = TypeVar("T")

MAX_FILE_BYTES = 4 * 1024**3
FILE_TYPE = "application/octet-stream"

_EXPORT = {"type": "export", "category": "tech-support"}
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0
_BETWEEN_LINES = 30.0
# A job goes on while the management plane that it loads is too busy to tell of it.
_PASSING = (CallTimeout, DeviceBusy, Overloaded, Unreachable, MalformedAnswer)
_PASSING_IN_A_ROW = 3


def fetch_techsupport(
    api: XmlApi,
    limit_s: float,
    say: Callable[[str], None],
    consume: Callable[[BinaryIO, int | None], T],
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """Has a tech-support file made, and gives what ``consume`` makes of it. The job is removed whatever happens.

    Args:
        api: the session with the firewall.
        limit_s: seconds for the whole, ``consume`` included (the option ``techsupport_timeout``).
        say: takes a line about how far it is, at the start and about every 30 s while the file is made.
        consume: reads the file (a .tgz) from a stream as it comes, with its size in bytes where that is known. A read
            raises what ``https.HttpStream`` says; a stream that is left before its end is not checked for one.
        sleep, clock: seconds, for tests.

    Raises:
        NotObtainable: the session goes through Panorama.
        CallTimeout: the limit passed.
        DeviceError: the job failed or was lost, or the subclass that fits an answer.
    """
    if api.options.serial_number is not None:
        raise NotObtainable(
            "Cannot export tech support via Panorama proxied API connection. Please specify the firewall directly.",
            remedy="Set provider.ip_address to the firewall's own address, and leave provider.serial_number out.",
        )
    limit = _Limit(api.options.host, limit_s, clock)
    job = {**_EXPORT, "job-id": _start(api, limit)}
    limit.seen = f"job {job['job-id']}"
    try:
        say(limit.line())
        _wait(api, job, limit, say, sleep)
        with api.stream({**job, "action": "get"}, limit, MAX_FILE_BYTES) as answer:
            if answer.content_type != FILE_TYPE:
                _refuse(api, answer)
            return consume(answer.body, answer.length)
    finally:
        api.finish(job)


class _Limit(Deadline):
    """The limit of the whole. ``seen`` is how far the job is known to be."""

    def __init__(self, host: str, seconds: float, clock: Callable[[], float]) -> None:
        super().__init__(seconds, "the export of the tech-support file")
        self.seen = "no job"
        self._host = host
        self._clock = clock
        self._started = clock()

    def passed(self) -> float:
        return self._clock() - self._started

    def remaining(self) -> float:
        left = self.seconds - self.passed()
        if left <= 0:
            raise self.exceeded()
        return left

    def exceeded(self) -> CallTimeout:
        return CallTimeout(
            f"the export of the tech-support file of {self._host} took too long: expected at most "
            f"{self.seconds:g} s (option "
            f"techsupport_timeout), got {self.seen} after {self.passed():.0f} s",
            remedy="Raise the option techsupport_timeout, or run this again when the firewall is less busy.",
        )

    def line(self) -> str:
        return f"tech-support file, {self.seen}, {self.passed():.0f} s of at most {self.seconds:g} s"


def _start(api: XmlApi, limit: _Limit) -> str:
    """The id of a new job, a plain number."""
    try:
        answer = api.call(_EXPORT, min(api.options.timeout, limit.remaining()))
    except PermissionFailure as error:
        raise PermissionFailure(error.message, "Give the account's admin role the XML-API right export.") from error
    job = answer.root.findtext("./result/job", "").strip()
    if not (job.isascii() and job.isdigit() and len(job) <= 10):
        raise MalformedAnswer(
            "the answer to the export of a tech-support file has no usable job: "
            f"expected a number, got {excerpt(job, 40)!r}"
        )
    return job


def _wait(
    api: XmlApi, job: dict[str, str], limit: _Limit, say: Callable[[str], None], sleep: Callable[[float], None]
) -> None:
    """Returns once the file is made."""
    pause, next_line, failures = _FIRST_PAUSE, _BETWEEN_LINES, 0
    while True:
        sleep(min(pause, limit.remaining()))
        pause = min(2 * pause, _LONGEST_PAUSE)
        try:
            found = _status(api, job, min(api.options.timeout, limit.remaining()))
        except _PASSING:
            # What ended with the limit is told as that.
            limit.remaining()
            failures += 1
            if failures > _PASSING_IN_A_ROW:
                raise
        else:
            failures = 0
            if found.findtext("status", "").strip() == "FIN":
                _check_result(api, job["job-id"], found)
                return
            limit.seen = f"job {job['job-id']}{_progress(found)}"
        if limit.passed() >= next_line:
            say(limit.line())
            next_line = limit.passed() + _BETWEEN_LINES


def _status(api: XmlApi, job: dict[str, str], seconds: float) -> Element:
    answer = api.call({**job, "action": "status"}, seconds)
    if answer.absent:
        raise DeviceError(f"the firewall lost the job {job['job-id']} of a tech-support file", remedy="Run again.")
    found = answer.root.find("./result/job")
    if found is None:
        raise MalformedAnswer(f"the firewall answered the status of the job {job['job-id']} without the job")
    return found


def _progress(job: Element) -> str:
    """A number while the job runs, a time of day at its end."""
    text = job.findtext("progress", "").strip()
    number = text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100
    return f", {int(text)} %" if number else ""


def _check_result(api: XmlApi, number: str, job: Element) -> None:
    result = job.findtext("result", "").strip()
    if result == "OK":
        return
    told = "; ".join(
        text.strip()
        for name in ("details", "warnings")
        for element in job.iterfind(name)
        for text in element.itertext()
        if text.strip()
    )
    raise DeviceError(
        f"the firewall could not generate a tech-support file: job {number}: {excerpt(told) or 'no details'}; "
        f"expected result OK, got {excerpt(result, 20) or 'none'}",
        remedy="Make one in the firewall's web interface (Device > Support), and look at its free disk space.",
    )


def _refuse(api: XmlApi, answer: HttpStream) -> NoReturn:
    """Raises what an answer that is no file says."""
    asked = "the export of the tech-support file"
    api.checked(answer.body.read(STATUS_BYTES), asked)
    raise MalformedAnswer(
        f"{asked} returned no file: expected {FILE_TYPE}, got {excerpt(answer.content_type, 80) or 'no type'}"
    )
