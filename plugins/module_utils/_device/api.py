# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The XML API of a firewall, directly or through Panorama.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from copy import copy
from urllib.parse import urlencode
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.envelope import Envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CommandRefused,
    DeviceBusy,
    DeviceError,
    MalformedAnswer,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.https import (
    HttpAnswer,
    HttpsConnection,
    HttpStream,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    PUSHED_VALUES_MAY_BE_MISSING,
    Answer,
    SystemLogQuery,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.pruning import tag_at
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import Redactor, excerpt, flatten

MAX_ANSWER_BYTES = 32 * 1024 * 1024
# A log job searches the whole log; it may take this many calls' time.
LOG_JOB_CALLS = 4
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0

_READING_TYPES = frozenset({"keygen", "log", "version"})
_READING_ACTIONS = frozenset({"get", "show"})
_READING_OPS = ("<show>", "<ping>", "<test>", "<check>", "<tail>", "<request><license><info>")
# Without an action an export may start a job.
_READING_EXPORTS = frozenset({"status", "get", "finish"})


class XmlApi:
    """One session: one connection, one key.

    ``redactor`` knows the session's secrets, also the key that a password got. ``limit`` is that of the whole session,
    in place of one for each call.
    """

    def __init__(self, options: ConnectionOptions, limit: Deadline | None = None) -> None:
        self.options = options
        self._limit = limit
        self.redactor = Redactor(options.secrets).known_to_excerpts()
        self._connection = HttpsConnection(options, MAX_ANSWER_BYTES)
        self._key = options.api_key
        self._failure: DeviceError | None = None
        credential = "API key" if options.api_key is not None else f"user name and password of {options.username!r}"
        self._credential = f"the {credential} in the option {options.option}"

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._connection.requests

    @property
    def handshakes(self) -> int:
        """How many connections were opened."""
        return self._connection.handshakes

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def renew(self) -> None:
        """Begins the session anew: a new connection, and a new key where a password gets one.

        For a session that the firewall has ended. Not for credentials that it did not accept: see ``call``.
        """
        self._connection.close()
        self._key = self.options.api_key
        self._failure = None

    def op(self, cmd: str, seconds: float | None = None, asked: str | None = None) -> Envelope:
        """Asks an operational command, given as XML; ``asked`` names it in messages.

        Raises:
            DeviceError: the subclass that fits.
        """
        return self.call({"type": "op", "cmd": cmd}, seconds, asked)

    def call(self, fields: Mapping[str, str], seconds: float | None = None, asked: str | None = None) -> Envelope:
        """Sends one request of any type and gives its successful answer; the key and ``target`` are added.

        A first connection that failed and credentials that were not accepted are not tried again in this session:
        every attempt would take its time, and failed logins lock accounts.

        Raises:
            DeviceError: the subclass that fits.
        """
        asked = asked or _asked(fields)
        return self.checked(self._exchange(fields, self._deadline(asked, seconds)), asked)

    def checked(self, body: bytes, asked: str) -> Envelope:
        """Parses the body of an answer, and gives it where it is a success.

        Raises:
            DeviceError: the subclass that fits.
        """
        try:
            return envelope.check(envelope.parse(body), asked, self._credential)
        except DeviceError as error:
            raise self._noted(self._redacted(self._beyond_panorama(error))) from None

    def finish(self, fields: Mapping[str, str]) -> None:
        """Ends a job, best effort: PAN-OS removes one by itself once its result was fetched, and then refuses this."""
        with suppress(DeviceError):
            self.call({**fields, "action": "finish"}, min(self.options.timeout, 5.0))

    @contextmanager
    def stream(self, fields: Mapping[str, str], deadline: Deadline, max_bytes: int) -> Iterator[HttpStream]:
        """Sends one request and gives its answer while the body is still coming, whatever it holds.

        Raises:
            DeviceError: as ``call``, before the body; what reading the body raises: see ``https.HttpStream``.
        """
        if self._failure is not None:
            raise self._failure
        with ExitStack() as opened:
            try:
                sent, headers = self._signed(fields, deadline)
                answer = opened.enter_context(
                    self._connection.post_stream(*_form(sent, headers), deadline, _only_reads(sent), max_bytes)
                )
                if answer.status != 200:
                    said = answer.body.read(MAX_ANSWER_BYTES)
                    raise self._http_failure(
                        HttpAnswer(answer.status, answer.reason, said, answer.location), _asked(fields)
                    )
            except DeviceError as error:
                raise self._noted(error) from error.__cause__
            yield answer

    def _exchange(self, fields: Mapping[str, str], deadline: Deadline) -> bytes:
        """The body of the answer, whatever PAN-OS says in it."""
        if self._failure is not None:
            raise self._failure
        try:
            return self._post(*self._signed(fields, deadline), deadline)
        except DeviceError as error:
            raise self._noted(error) from error.__cause__

    def _signed(self, fields: Mapping[str, str], deadline: Deadline) -> tuple[dict[str, str], dict[str, str]]:
        """The fields and the headers that are sent; a password gets its key first."""
        if self._key is None:
            self._key = self._keygen(deadline)
            self.redactor.add(self._key)
        sent = dict(fields)
        if self.options.serial_number is not None and fields.get("type") != "version":
            sent["target"] = self.options.serial_number
        return sent, {"X-PAN-KEY": self._key}

    def _noted(self, error: DeviceError) -> DeviceError:
        if isinstance(error, AuthenticationFailure) or not self.handshakes:
            self._failure = error
        return error

    def _deadline(self, asked: str, seconds: float | None) -> Deadline:
        if self._limit is not None:
            return self._limit
        return Deadline(self.options.timeout if seconds is None else seconds, f"the XML API call ({asked})")

    def _keygen(self, deadline: Deadline) -> str:
        fields = {"type": "keygen", "user": self.options.username or "", "password": self.options.password or ""}
        answer = envelope.parse(self._post(fields, {}, deadline))
        try:
            envelope.check(answer, "keygen", self._credential)
        except DeviceError as error:
            raise self._redacted(error) from None
        key = answer.root.findtext("./result/key", "").strip()
        if not key or not key.isascii() or not key.isprintable():
            raise MalformedAnswer("the firewall answered keygen without a usable key")
        return key

    def _post(self, fields: Mapping[str, str], headers: Mapping[str, str], deadline: Deadline) -> bytes:
        answer = self._connection.post(*_form(fields, headers), deadline, repeatable=_only_reads(fields))
        if answer.status != 200:
            raise self._http_failure(answer, _asked(fields))
        if not answer.body:
            raise MalformedAnswer(f"the firewall answered {_asked(fields)} with nothing")
        return answer.body

    def _http_failure(self, answer: HttpAnswer, asked: str) -> DeviceError:
        return self._redacted(self._beyond_panorama(self._status_failure(answer, asked)))

    def _status_failure(self, answer: HttpAnswer, asked: str) -> DeviceError:
        status = f"HTTP {answer.status} {excerpt(answer.reason, 80)}".strip()
        try:
            said = envelope.parse(answer.body)
        except MalformedAnswer:
            said = None
        if said is not None and not said.succeeded:
            code = said.code or str(answer.status)
            return envelope.failure(code, said.message or said.text or status, asked, self._credential)
        if answer.status == 401:
            return AuthenticationFailure(
                f"the firewall does not accept {self._credential}: {status}",
                remedy=f"Check {self._credential}.",
            )
        if answer.status == 403:
            return envelope.failure("403", status, asked, self._credential)
        if answer.status in {429, 503}:
            return DeviceBusy(f"the firewall is busy: {asked}: {status}", remedy="Wait, then ask again.")
        if answer.location is not None:
            return envelope.malformed(f"the answer to {asked} is a redirect ({status})", answer.location.encode())
        return envelope.malformed(f"the answer to {asked} is {status}", answer.body)

    def _redacted(self, error: DeviceError) -> DeviceError:
        return type(error)(self.redactor.redact_message(error.message), error.remedy)

    def _beyond_panorama(self, error: DeviceError) -> DeviceError:
        """A Panorama's error about the firewall behind it; its exact words are not published."""
        serial = self.options.serial_number
        if serial is None or error.kind != DeviceError.kind or "not connected" not in error.message.lower():
            return error
        said = error.message.removeprefix("the firewall answered with an error to ")
        return Unreachable(
            f"Panorama {self.options.host} does not reach the firewall {serial}: {said}",
            remedy="Look at the firewall under Panorama > Managed Devices, or ask it at its own address.",
        )

    def effective_config(self, path: str) -> Answer:
        """Reads a subtree of the effective configuration, or of the running one with a note (see ``interface.Device``).

        Source: CLI hierarchy (``show config effective-running xpath``). What the API answers is not documented, so it
        counts only when it is the node that was asked for.
        """
        cmd = f"<show><config><effective-running><xpath>{escape(path)}</xpath></effective-running></config></show>"
        command = f"show config effective-running xpath {path}"
        try:
            answer = self.op(cmd)
        except CommandRefused:
            return self.running_config(path)
        result = _only_node(answer, path)
        if result is None:
            return self.running_config(path)
        return Answer(command, "api", flatten(result), result)

    def running_config(self, path: str) -> Answer:
        """Reads a subtree of the running configuration; the answer notes that pushed values may be missing."""
        return self._config("show", path, (PUSHED_VALUES_MAY_BE_MISSING,))

    def candidate_config(self, path: str) -> Answer:
        """Reads a subtree of the candidate configuration; ``path`` and ``result`` as in ``effective_config``."""
        return self._config("get", path, ())

    def _config(self, action: str, path: str, notes: tuple[str, ...]) -> Answer:
        answer = self.call({"type": "config", "action": action, "xpath": f"/config/{path}"})
        result = _only_node(answer, path)
        if result is None:
            raise MalformedAnswer(f"the firewall answered action={action} for {path} with another node")
        return Answer(f"action={action} xpath=/config/{path}", "api", flatten(result), result, notes=notes)

    def system_log(self, query: SystemLogQuery) -> Answer:
        """Asks the system log: starts the job, polls it with pauses, fetches and ends it.

        The whole takes at most ``LOG_JOB_CALLS`` times the option ``timeout``.
        """
        expression = query.expression
        if query.since is not None:
            expression = f"({expression}) and (receive_time geq '{query.since:%Y/%m/%d %H:%M:%S}')"
        deadline = Deadline(LOG_JOB_CALLS * self.options.timeout, "the search in the system log")
        started = self.call(
            {
                "type": "log",
                "log-type": "system",
                "query": expression,
                "nlogs": str(min(max(query.limit, 1), 5000)),
                "dir": "backward",
            }
        )
        job = started.root.findtext("./result/job", "").strip()
        if not (job.isascii() and job.isdigit()):
            raise MalformedAnswer("the firewall answered the question to the system log without a job")
        try:
            answer = self._finished_log(job, deadline)
        finally:
            self.finish({"type": "log", "job-id": job})
        return Answer(f"show log system query equal {expression!r}", "api", answer.text, answer.result)

    def _finished_log(self, job: str, deadline: Deadline) -> Envelope:
        pause = _FIRST_PAUSE
        while True:
            seconds = min(self.options.timeout, deadline.remaining())
            answer = self.call({"type": "log", "action": "get", "job-id": job}, seconds)
            if answer.absent:
                raise DeviceError(f"the firewall has lost the search {job} in the system log", remedy="Ask again.")
            status = answer.root.findtext("./result/job/status", "").strip()
            if answer.root.find("./result/log") is not None and status in {"FIN", ""}:
                return answer
            if pause >= deadline.remaining():
                raise deadline.exceeded()
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _form(fields: Mapping[str, str], headers: Mapping[str, str]) -> tuple[str, bytes, dict[str, str]]:
    """A request's path, body and headers."""
    return "/api/", urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded", **headers}


def _only_reads(fields: Mapping[str, str]) -> bool:
    kind = fields.get("type", "")
    if kind == "config":
        return fields.get("action") in _READING_ACTIONS
    if kind == "op":
        return fields.get("cmd", "").startswith(_READING_OPS)
    if kind == "export":
        return fields.get("action") in _READING_EXPORTS
    return kind in _READING_TYPES


def _asked(fields: Mapping[str, str]) -> str:
    """What was asked, for messages; never with an element or a password in it."""
    kind = fields.get("type", "")
    if kind == "op":
        return fields.get("cmd", "")[:200]
    return " ".join(
        f"{name}={fields[name][:200]}" for name in ("type", "category", "action", "xpath", "log-type") if name in fields
    )


def _only_node(answer: Envelope, path: str) -> Element | None:
    """A ``<result>`` that holds the node at ``path`` as its only child, or nothing where it is absent.

    None where the answer holds something else. An answer from ``<config>`` on is descended.
    """
    wrapped = Element("result")
    if answer.absent or answer.result is None or not len(answer.result):
        return wrapped
    node: Element | None = answer.result[0]
    tag = tag_at(path)
    if len(answer.result) == 1 and node is not None and node.tag == "config" and tag != "config":
        node = node.find(path)
        if node is None:
            return wrapped
    if node is None or len(answer.result) != 1 or node.tag != tag:
        return None
    wrapped.append(copy(node))
    return wrapped
