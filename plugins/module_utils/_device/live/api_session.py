# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One session with the XML API: one connection, one key, bound to one device where that is wanted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import count

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope, sizes
from ansible_collections.panops.mlav.plugins.module_utils._device.envelope import Envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    DeviceChanged,
    DeviceError,
    ExpectedFailure,
    MalformedAnswer,
    NotBound,
    Overloaded,
    OversizedAnswer,
    PermissionFailure,
    SessionFailure,
    TlsFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live import overload
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api_requests import (
    asked_in,
    form,
    in_words,
    only_reads,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.http_status import status_failure
from ansible_collections.panops.mlav.plugins.module_utils._device.live.https import (
    ConnectionLost,
    HttpAnswer,
    HttpsConnection,
    HttpStream,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.options import SERIAL, ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import Redactor
from ansible_collections.panops.mlav.plugins.module_utils._device.watching import Observer, Watch

# A connection may end for another reason than that the server keeps none.
_BINDING_TRIES = 3

_SYSTEM_INFO = "<show><system><info></info></system></show>"


class ApiSession:
    """One session: one connection, one key.

    ``limit`` is that of the whole session, in place of one for each call.

    Attributes:
        redactor: knows the session's secrets, also the key that a password got.
        guard: is called right before each change, and raises what forbids it.
        login_refused: a password got an answer, and no key.
        oversized: an answer was; nothing more is read in this session, but what was begun can still be ended.
        watch: shows the requests to the observer, where there is one.
    """

    guard: Callable[[], None] | None = None

    def __init__(
        self, options: ConnectionOptions, limit: Deadline | None = None, observer: Observer | None = None
    ) -> None:
        self.options = options
        self._limit = limit
        self.redactor = Redactor(options.secrets).known_to_excerpts()
        self.watch = Watch(observer, _transport(options), self.redactor.redact)
        self._connection = HttpsConnection(options, sizes.STATUS_BYTES)
        self._key = options.api_key
        self._failure: ExpectedFailure | None = None
        self._serial: str | None = None
        self._named_on = 0
        self.login_refused = False
        self.oversized: OversizedAnswer | None = None
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

    def serial(self) -> str:
        """Asks the device for its serial number.

        Raises:
            NotBound: it does not tell one.
            DeviceError: the subclass that fits.
        """
        return self._serial_in(self.op(_SYSTEM_INFO, asked="show system info"))

    def bind(self, serial: str) -> None:
        """From now on only the device is asked that has just told this serial number.

        Each new connection is asked for it first, since another device may answer at the same address by then (a
        cluster address, address translation). A change is sent over a connection that has just named it, or not at all;
        through a Panorama, which finds the device by its serial number, over any.

        Calls raise DeviceChanged where another device answers, and NotBound where no connection outlives an answer.
        """
        self._serial, self._named_on = serial, self._connection.handshakes

    @contextmanager
    def unguarded(self) -> Iterator[None]:
        """Within it changes are sent without asking ``guard``."""
        kept, self.guard = self.guard, None
        try:
            yield
        finally:
            self.guard = kept

    def op(self, cmd: str, seconds: float | None = None, asked: str | None = None) -> Envelope:
        """Asks an operational command, given as XML; ``asked`` names it in messages.

        Raises:
            DeviceError: the subclass that fits.
        """
        return self.call({"type": "op", "cmd": cmd}, seconds, asked)

    def call(self, fields: Mapping[str, str], seconds: float | None = None, asked: str | None = None) -> Envelope:
        """Sends one request of any type and gives its successful answer; the key and ``target`` are added.

        A first connection that failed, credentials that were not accepted and a login that got anything but a key are
        not tried again in this session: every attempt would take its time, and failed logins lock accounts. What only
        reads is asked again while the service in front is overloaded, ``overload.ATTEMPTS`` times within the limit.

        Raises:
            DeviceError: the subclass that fits.
        """
        asked = asked or asked_in(fields)
        return self.checked(self._exchange(fields, self._deadline(asked, seconds)), asked, sizes.of_request(fields))

    def checked(self, body: bytes, asked: str, size: int = sizes.STATUS_BYTES) -> Envelope:
        """Parses the body of an answer that may have ``size`` bytes, and gives it where it is a success.

        Raises:
            DeviceError: the subclass that fits.
        """
        try:
            return envelope.check(envelope.parse(body, sizes.limits(size)), asked, self._credential)
        except ExpectedFailure as error:
            failure = self._noted(self._redacted(self._beyond_panorama(error)))
            self.watch.failed(failure)
            raise failure from None

    def finish(self, fields: Mapping[str, str]) -> None:
        """Ends a job, best effort: PAN-OS removes one by itself once its result was fetched, and then refuses this."""
        with suppress(ExpectedFailure):
            self.call({**fields, "action": "finish"}, min(self.options.timeout, 5.0))

    @contextmanager
    def stream(self, fields: Mapping[str, str], deadline: Deadline, max_bytes: int) -> Iterator[HttpStream]:
        """Sends one request and gives its answer while the body is still coming, whatever it holds.

        Raises DeviceError, before the body as ``call``, and within it as ``https.HttpStream``.
        """
        if self._failure is not None:
            raise self._failure
        with ExitStack() as whole, ExitStack() as opened:
            exchange = whole.enter_context(self.watch.exchange(lambda: in_words(fields)))
            opened.callback(lambda: setattr(exchange, "size", self._connection.received))
            try:
                sent, headers = self._signed(fields, deadline)
                for attempt in count(1):
                    answer = opened.enter_context(
                        self._connection.post_stream(*form(sent, headers), deadline, only_reads(sent), max_bytes)
                    )
                    if answer.status == 200:
                        break
                    said = answer.body.read(sizes.STATUS_BYTES)
                    failed = HttpAnswer(answer.status, answer.reason, said, answer.location, answer.retry_after)
                    opened.close()
                    if not self._waited(failed, sent, attempt, deadline):
                        raise self._status_failure(failed, asked_in(fields))
            except ExpectedFailure as error:
                raise self._noted(error) from error.__cause__
            yield answer

    def _exchange(self, fields: Mapping[str, str], deadline: Deadline) -> bytes:
        """The body of the answer, whatever PAN-OS says in it."""
        if self._failure is not None:
            raise self._failure
        if self.oversized is not None and only_reads(fields) and fields.get("action") != "finish":
            raise self.oversized
        try:
            with _before_the_request():
                sent, headers = self._signed(fields, deadline)
            if self._serial is None:
                return self._post(sent, headers, deadline)
            return self._post_bound(sent, headers, deadline)
        except ExpectedFailure as error:
            raise self._noted(error) from error.__cause__

    def _post_bound(self, sent: dict[str, str], headers: dict[str, str], deadline: Deadline) -> bytes:
        changes, unanswered = not only_reads(sent), 0
        for _try in range(_BINDING_TRIES):
            with _before_the_request():
                if changes or self._named_on != self._connection.handshakes:
                    self._require_serial(headers, deadline)
                named_on = self._named_on
                if changes and self.guard is not None:
                    self.guard()
            try:
                found = self.options.serial_number is not None
                return self._post(sent, headers, deadline, on=None if found else named_on)
            except ConnectionLost as lost:
                self._named_on = 0
                unanswered += lost.unanswered
                if unanswered > 1:
                    raise Unreachable(
                        f"{self.options.host} port {self.options.port} closed the connection without an answer"
                    ) from None
        raise NotBound(
            f"{self.options.host} port {self.options.port} closes the connection after each answer, so a change "
            "cannot be bound to one device",
            remedy="Connect to the firewall itself, without a load balancer or proxy in between, or through its "
            "Panorama "
            f"({self.options.option}.serial_number).",
        )

    def _require_serial(self, headers: dict[str, str], deadline: Deadline) -> None:
        """Asks who answers, and notes on which connection. Raises DeviceChanged."""
        asked = "show system info"
        fields = self._targeted({"type": "op", "cmd": _SYSTEM_INFO})
        found = self._serial_in(self.checked(self._post(fields, headers, deadline), asked))
        if found != self._serial:
            raise DeviceChanged(
                f"another device now answers at {self.options.host}: expected serial number {self._serial}, got "
                f"{found}",
                remedy="Check both devices. Connect to each firewall at an address of its own.",
            )
        self._named_on = self._connection.handshakes

    @staticmethod
    def _serial_in(answer: Envelope) -> str:
        said = (answer.root.findtext("./result/system/serial") or "").strip()
        if not SERIAL.fullmatch(said) or said.lower() == "unknown":
            raise NotBound(
                "the firewall reports no serial number, so the session cannot be bound to it",
                remedy="License the firewall, or fix it manually.",
            )
        return said

    def _targeted(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The fields of a request, with the firewall that a Panorama passes it on to."""
        sent = dict(fields)
        if self.options.serial_number is not None and fields.get("type") != "version":
            sent["target"] = self.options.serial_number
        return sent

    def _signed(self, fields: Mapping[str, str], deadline: Deadline) -> tuple[dict[str, str], dict[str, str]]:
        """The fields and the headers that are sent; a password gets its key first."""
        if self._key is None:
            self._key = self._login(deadline)
            self.redactor.add(self._key)
        return self._targeted(fields), {"X-PAN-KEY": self._key}

    def _noted(self, error: ExpectedFailure) -> ExpectedFailure:
        if isinstance(error, AuthenticationFailure) or not self.handshakes:
            self._failure = error
        if isinstance(error, OversizedAnswer):
            self.oversized = error
        return error

    def _deadline(self, asked: str, seconds: float | None) -> Deadline:
        if self._limit is not None:
            return self._limit
        return Deadline(self.options.timeout if seconds is None else seconds, f"the XML API call ({asked})")

    def _login(self, deadline: Deadline) -> str:
        """``_keygen``, whose failure is that of the session where it is an answer."""
        try:
            return self._keygen(deadline)
        except (CallTimeout, Overloaded, TlsFailure, Unreachable):
            raise
        except ExpectedFailure as error:
            self.login_refused = True
            self._failure = error
            raise

    def _keygen(self, deadline: Deadline) -> str:
        fields = {"type": "keygen", "user": self.options.username or "", "password": self.options.password or ""}
        answer = envelope.parse(self._post(fields, {}, deadline), sizes.limits(sizes.STATUS_BYTES))
        try:
            envelope.check(answer, "keygen", self._credential)
        except ExpectedFailure as error:
            refused = isinstance(error, (AuthenticationFailure, PermissionFailure))
            failure = self._redacted(error if refused else _no_login(error))
            self.watch.failed(failure)
            raise failure from None
        key = answer.root.findtext("./result/key", "").strip()
        if not key or not key.isascii() or not key.isprintable():
            raise MalformedAnswer("the answer to keygen has no usable key")
        return key

    def _post(
        self, fields: Mapping[str, str], headers: Mapping[str, str], deadline: Deadline, on: int | None = None
    ) -> bytes:
        for attempt in count(1):
            answer = self._post_once(fields, headers, deadline, on)
            if not self._waited(answer, fields, attempt, deadline):
                break
        if answer.status != 200:
            raise self._status_failure(answer, asked_in(fields))
        if not answer.body:
            raise self._redacted(envelope.foreign(f"the answer to {asked_in(fields)}", b""))
        return answer.body

    def _post_once(
        self, fields: Mapping[str, str], headers: Mapping[str, str], deadline: Deadline, on: int | None
    ) -> HttpAnswer:
        connection = self._connection
        before = connection.requests, connection.handshakes
        with self.watch.exchange(lambda: in_words(fields)) as exchange:
            answer = connection.post(*form(fields, headers), deadline, only_reads(fields), sizes.of_request(fields), on)
            exchange.size = len(answer.body)
            exchange.notes = (
                *((f"HTTP {answer.status}",) if answer.status != 200 else ()),
                *(("new connection",) if connection.handshakes > before[1] else ()),
                *(("sent again: the idle connection was closed",) if connection.requests > before[0] + 1 else ()),
            )
        return answer

    def _waited(self, answer: HttpAnswer, fields: Mapping[str, str], attempt: int, deadline: Deadline) -> bool:
        """Waits before the next attempt of what only reads, after an overload; False where there is to be none."""
        if answer.status not in overload.STATUSES or attempt >= overload.ATTEMPTS or not only_reads(fields):
            return False
        wait = overload.pause(answer.retry_after, attempt)
        if wait >= deadline.remaining():
            return False
        self.watch.note(f"retrying in {wait:g} s (attempt {attempt + 1} of {overload.ATTEMPTS}): HTTP {answer.status}")
        time.sleep(wait)
        return True

    def _status_failure(self, answer: HttpAnswer, asked: str) -> ExpectedFailure:
        return self._redacted(status_failure(answer, asked, self.options.host, self._credential))

    def _redacted(self, error: ExpectedFailure) -> ExpectedFailure:
        return type(error)(self.redactor.redact_message(error.message), error.remedy)

    def _beyond_panorama(self, error: ExpectedFailure) -> ExpectedFailure:
        """A Panorama's error about the firewall behind it; its exact words are not published."""
        serial = self.options.serial_number
        if serial is None or error.kind != DeviceError.kind or "not connected" not in error.message.lower():
            return error
        said = error.message.removeprefix("the firewall returned an error for ")
        return Unreachable(
            f"Panorama {self.options.host} cannot reach firewall {serial}: {said}",
            remedy="Check the firewall under Panorama > Managed Devices, or connect to its own address.",
        )


@contextmanager
def _before_the_request() -> Iterator[None]:
    """What fails within it is marked: the request itself was not sent."""
    try:
        yield
    except ExpectedFailure as error:
        error.unsent = True
        raise


def _transport(options: ConnectionOptions) -> str:
    """How the session reaches the firewall, for a person."""
    where = f"{options.host} port {options.port}"
    serial = options.serial_number
    return f"XML API {where}" if serial is None else f"XML API through Panorama {where}, firewall {serial}"


def _no_login(error: ExpectedFailure) -> ExpectedFailure:
    """What PAN-OS says to a login is no answer to the question that the login was for."""
    return SessionFailure(f"login failed: {error.message}", error.remedy or "Wait, then run this again.")
