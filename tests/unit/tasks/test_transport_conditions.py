# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands between here and a firewall never becomes evidence of the firewall."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

import pytest

from ansible_collections.panops.mlav.plugins.module_utils import _device, _evidence
from ansible_collections.panops.mlav.plugins.module_utils._device import errors
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.live import api, overload
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.live.https import HttpAnswer, HttpStream
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis, DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.cloud_status import COMMAND, probe_cloud_status
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._tasks.diagnosing import DIAGNOSIS_INFO
from ansible_collections.panops.mlav.plugins.module_utils._tasks.remediating import REMEDIATE
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import NOW, FakeDevice
from tests.simulator import front_end, load, running_firewall
from tests.simulator.front_end import http
from tests.simulator.xml_api import XmlApi as SimulatedApi
from tests.tooling.operations import run_operation

# --- the classes of errors ---

WHOSE_WORD = {
    "device": {"DeviceError", "AuthenticationFailure", "PermissionFailure", "CommandRefused", "DeviceBusy"},
    "transport": {
        *("Unreachable", "Overloaded", "TlsFailure", "HostKeyFailure", "SessionFailure", "CallTimeout"),
        *("DeviceChanged", "NotBound"),
        *("MalformedAnswer", "ForeignAnswer", "OversizedAnswer"),
    },
    "here": {"ExpectedFailure", "NotObtainable", "MissingLibrary", "InvalidOption"},
}


def loaded(package: ModuleType) -> None:
    for item in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{item.name}")


def classes(base: type[ExpectedFailure] = ExpectedFailure) -> Iterator[type[ExpectedFailure]]:
    yield base
    for item in base.__subclasses__():
        yield from classes(item)


def test_every_error_of_asking_says_whose_word_it_is() -> None:
    loaded(_device)
    loaded(_evidence)
    found: dict[str, set[str]] = {origin: set() for origin in WHOSE_WORD}
    for item in classes():
        if "._device." in item.__module__ or "._evidence." in item.__module__:
            assert item.__module__ == errors.__name__, f"{item.__name__} belongs to errors.py"
            assert "origin" in vars(item), f"{item.__name__} inherits whose word it is, and has to say it"
            found[item.origin].add(item.__name__)
    assert found == WHOSE_WORD


NOT_A_WORD = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, ExpectedFailure)]


@pytest.mark.parametrize("error", NOT_A_WORD, ids=lambda error: str(error.__name__))
def test_only_a_busy_answer_to_the_status_itself_is_a_status(error: type[ExpectedFailure]) -> None:
    said = "HTTP 503: device busy or unavailable"
    device = FakeDevice({COMMAND.cli: error(said), "show system info": "hostname: fw-1\nsw-version: 11.1.4\n"})
    status = probe_cloud_status(device, sleep=lambda _seconds: None)
    if error is errors.DeviceBusy:
        assert status.value is not None
        assert (status.value.state, error.origin) == ("busy", "device")
        return
    assert status.value is None
    assert status.problem is not None
    assert status.problem.kind == error.kind
    evidence = EvidenceSet("fw-1", "live", NOW, "status", cloud_status=status)
    assert Case(evidence, DiagnosisOptions()).state == "unknown"
    judged = diagnose(evidence, DiagnosisOptions())
    assert (judged.verdict, judged.causes) == ("undetermined", ())


# --- answers of others, in the place of each answer ---

BUSY = '<response status="error"><msg><line>device busy or unavailable</line></msg></response>'
BODIES: dict[str, tuple[str, str | None]] = {
    "HTML": ("<!DOCTYPE html><html><body>Server error : device busy or unavailable</body></html>", None),
    "JSON": ('{"error": "device busy or unavailable", "status": "disconnected"}', None),
    "nothing": ("", None),
    "redirect": ("<html>Cloud connection: disconnected</html>", "https://login.example.net/"),
    "busy": (BUSY, None),
    "error": ('<response status="error" code="1"><msg><line>Unknown command</line></msg></response>', None),
    "not authorized": (
        '<response status="error" code="16"><msg><line>Unauthorized request</line></msg></response>',
        None,
    ),
    "credential": (
        '<response status="error" code="403"><result><msg>Invalid Credential</msg></result></response>',
        None,
    ),
    "success": (
        '<response status="success"><result>Current cloud server: x.example.net\nCloud connection: disconnected\n'
        "</result></response>",
        None,
    ),
}
FORMLESS = ("HTML", "JSON", "nothing", "redirect")
STATUSES = (200, 204, 302, 400, 401, 403, 404, 429, 500, 503, 599)


def lies(statuses: Any) -> list[tuple[int, str]]:
    """All but the answers of PAN-OS: those with HTTP 200, and with HTTP 403 that of a refused credential."""
    return [
        (status, body)
        for status in statuses
        for body in BODIES
        if (status != 200 or body in FORMLESS) and (status, body) != (403, "credential")
    ]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two questions for a search in the log."""
    monkeypatch.setattr(api, "_FIRST_PAUSE", 0.0)


@lru_cache
def healthy() -> SimulatedApi:
    """One firewall for all: nothing here changes it."""
    return SimulatedApi(load("healthy").world("fw-1", now=NOW.timestamp))


class Wire:
    """In the place of the connection: a simulated firewall of this process, and a lie for the label ``lied_to``."""

    def __init__(self, lie: tuple[int, str], lied_to: str | None) -> None:
        self._api = healthy()
        admin = self._api.world.spec.admins[0]
        self.login = {"username": admin.name, "password": admin.password}
        status, body = lie
        text, location = BODIES[body]
        self._lie = HttpAnswer(status, "Said So", text.encode(), location, "0")
        self._lied_to = lied_to
        self.asked: list[str] = []
        self.handshakes = 0
        self.received = 0

    @property
    def requests(self) -> int:
        return len(self.asked)

    def post(self, _path: str, body: bytes, headers: Mapping[str, str], *_more: Any, **_named: Any) -> HttpAnswer:
        fields = dict(parse_qsl(body.decode()))
        self.handshakes = 1
        self.asked.append(self._api.label(fields))
        if self._lied_to in (None, self.asked[-1]):
            return self._lie
        answer = self._api.handle(fields, {name.lower(): value for name, value in headers.items()})
        return HttpAnswer(answer.status, "OK", answer.body.encode())

    @contextmanager
    def post_stream(self, *arguments: Any, **named: Any) -> Iterator[HttpStream]:
        answer = self.post(*arguments, **named)
        yield HttpStream(answer.status, answer.reason, "text/html", None, BytesIO(answer.body))

    def close(self) -> None:
        """There is nothing to end."""


def device_over(wire: Wire, ssh: bool = False) -> LiveDevice:
    params: dict[str, Any] = {"provider": {"ip_address": "127.0.0.1", **wire.login}}
    if ssh:
        params["ssh"] = {"port": 1, "known_hosts": "/dev/null"}
    device = LiveDevice(ConnectionOptions.from_params(params))
    device.api._connection = wire  # type: ignore[assignment]
    return device


def judged(wire: Wire) -> Diagnosis:
    options = GatherOptions(depth="full", now=lambda: NOW, sleep=lambda _seconds: None)
    return diagnose(gather(device_over(wire), "fw-1", options), DiagnosisOptions())


@lru_cache
def labels() -> tuple[str, ...]:
    """Every question of a whole diagnosis, and the login before it."""
    wire = Wire((200, "HTML"), "none of them")
    assert judged(wire).verdict == "healthy"
    return tuple(dict.fromkeys(wire.asked))


def test_the_questions_are_those_of_a_whole_diagnosis() -> None:
    asked = labels()
    assert asked[0] == "keygen"
    assert "show mlav cloud-status" in asked
    assert len(asked) > 12


@pytest.mark.parametrize("status", STATUSES)
def test_a_lie_in_the_place_of_one_answer_finds_no_cause(status: int) -> None:
    """The firewall is healthy, and everything else is answered by it."""
    for lie in lies([status]):
        for label in labels():
            wire = Wire(lie, label)
            found = judged(wire)
            state_known = label not in ("keygen", "show mlav cloud-status")
            # An overload at first ends the session: then nothing is known.
            assert found.verdict in (("healthy", "undetermined") if state_known else ("undetermined",)), (lie, label)
            assert found.causes == (), (lie, label)
            assert wire.asked.count("keygen") <= (overload.ATTEMPTS if status in overload.STATUSES else 1)


@pytest.mark.parametrize("first", [200, 300, 400, 500])
def test_no_status_in_the_place_of_all_answers_finds_a_cause(first: int) -> None:
    """And a front end that answers everything is asked once, or as often as an overload is."""
    for lie in lies(range(first, first + 100)):
        for label in (None, "show mlav cloud-status"):
            wire = Wire(lie, label)
            device = device_over(wire)
            status = gather(
                device, "fw-1", GatherOptions(subset=frozenset({"cloud_status"}), busy_retries=0)
            ).cloud_status
            assert status.value is None, lie
            assert status.problem is not None
            assert status.problem.kind == ("overloaded" if lie[0] in overload.STATUSES else "foreign_answer"), lie
            assert f"HTTP {lie[0]}" in status.problem.message or lie[0] == 200, lie
        everything = Wire(lie, None)
        assert judged(everything).verdict == "undetermined"
        assert everything.requests == (overload.ATTEMPTS if lie[0] in overload.STATUSES else 1), lie


@pytest.mark.parametrize(("status", "body"), [(403, "HTML"), (401, "not authorized"), (404, "error"), (503, "HTML")])
def test_another_transport_is_not_asked_for_it(monkeypatch: pytest.MonkeyPatch, status: int, body: str) -> None:
    """And the account is not blamed."""
    wire = Wire((status, body), "show mlav cloud-status")
    device = device_over(wire, ssh=True)
    monkeypatch.setattr(device, "_ssh", lambda: pytest.fail("SSH was asked"))
    with pytest.raises(ExpectedFailure) as caught:
        device.run(COMMAND)
    assert caught.value.origin == "transport"
    for word in ("no right", "not accept", "account"):
        assert word not in caught.value.message + caught.value.remedy


def test_a_refused_right_of_pan_os_asks_the_other_transport() -> None:
    wire = Wire((403, "credential"), "show mlav cloud-status")
    with pytest.raises(errors.AuthenticationFailure, match="rejected"):
        device_over(wire).run(COMMAND)


@pytest.mark.parametrize("body", ["busy", "error", "not authorized", "success"])
def test_what_pan_os_says_to_the_login_is_no_status(body: str) -> None:
    wire = Wire((200, body), "keygen")
    device = device_over(wire)
    options = GatherOptions(depth="full", now=lambda: NOW, sleep=lambda _seconds: None)
    found = gather(device, "fw-1", options)
    assert found.cloud_status.value is None
    assert diagnose(found, DiagnosisOptions()).causes == ()
    for _ in range(3):
        with pytest.raises(ExpectedFailure):
            device.run(COMMAND)
    assert wire.asked == ["keygen"]


FRONT_ENDS = {
    "overloaded for ever": http(503, headers={"Retry-After": "0"}, times=0),
    "rate limit on the status": http(429, on="show mlav", headers={"Retry-After": "0"}, times=0),
    "busy with HTTP 503": http(503, BUSY, on="show mlav", headers={"Retry-After": "0"}, times=0),
    "no login": http(401, times=0),
    "overloaded at the login": http(503, on="keygen", headers={"Retry-After": "0"}, times=0),
    "busy at the login": http(200, BUSY, on="keygen", times=0),
}


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_a_healthy_firewall_behind_a_front_end_is_not_repaired(name: str) -> None:
    by_password = {"access": {"api": "password", "ssh": "none"}}
    with running_firewall("healthy", by_password) as firewall, front_end(firewall, script=[FRONT_ENDS[name]]) as front:
        given = {"provider": front.provider(), "ca_path": front.ca_path, "host": "fw-1"}
        diagnosis = run_operation(DIAGNOSIS_INFO, given)["diagnosis"]
        assert (diagnosis["verdict"], diagnosis["causes"]) == ("undetermined", [])
        result = run_operation(REMEDIATE, {**given, "ignore_window": True})
        assert result["changed"] is False
        assert firewall.statistics()["writes"] == []


# --- overload ---


@pytest.mark.parametrize("status", sorted(overload.STATUSES))
def test_an_overload_that_passes_is_waited_out(status: int) -> None:
    step = http(status, headers={"Retry-After": "0"}, times=overload.ATTEMPTS - 1)
    with running_firewall("healthy") as firewall, front_end(firewall, script=[step]) as front:
        options = ConnectionOptions.from_params({"provider": front.provider(), "ca_path": front.ca_path})
        assert "connected" in LiveDevice(options).run(COMMAND).text
        assert front.count() == overload.ATTEMPTS + (0 if "api_key" in front.provider() else 1)


def test_a_pause_that_the_time_limit_does_not_hold_is_not_waited_for() -> None:
    step = http(503, on="show mlav", headers={"Retry-After": "3600"}, times=0)
    with running_firewall("healthy") as firewall, front_end(firewall, script=[step]) as front:
        options = ConnectionOptions.from_params({"provider": front.provider(), "ca_path": front.ca_path})
        with pytest.raises(errors.Overloaded, match="HTTP 503 Service Unavailable to "):
            LiveDevice(options).run(COMMAND)
        assert front.count("show mlav") == 1


@pytest.mark.parametrize("status", sorted(overload.STATUSES))
def test_a_change_is_sent_once(status: int) -> None:
    step = http(status, on="commit", headers={"Retry-After": "0"}, forward=True, times=0)
    with running_firewall("healthy") as firewall, front_end(firewall, script=[step]) as front:
        options = ConnectionOptions.from_params({"provider": front.provider(), "ca_path": front.ca_path})
        with pytest.raises(errors.Overloaded):
            api.XmlApi(options).call({"type": "commit", "cmd": "<commit><force></force></commit>"})
        assert front.count("commit") == len(firewall.world.commits) == 1


@pytest.mark.parametrize(
    ("retry_after", "attempt", "seconds"),
    [
        (None, 1, 1.0),
        (None, 2, 2.0),
        ("0", 1, 0.0),
        (" 7 ", 2, 7.0),
        ("-1", 1, 1.0),
        ("1.5", 1, 1.0),
        ("soon", 1, 1.0),
        ("9" * 400, 1, 1.0),
        ("٣", 1, 1.0),
        ("Thu, 11 Jul 2024 13:17:04 GMT", 1, 10.0),
        ("Thu, 11 Jul 2024 13:17:04", 1, 10.0),
        ("Thu, 11 Jul 2024 13:16:04 GMT", 1, 0.0),
        ("Thu, 99 Jul 2024 13:16:04 GMT", 2, 2.0),
    ],
)
def test_how_long_an_overload_is_waited_out(retry_after: str | None, attempt: int, seconds: float) -> None:
    assert overload.pause(retry_after, attempt, NOW) == seconds
