# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of an answer, over real TLS, as the operation behind mlav_sweep_info tells it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import REPORT
from ansible_collections.panops.mlav.plugins.module_utils._tasks.sweeping import SWEEP_INFO
from ansible_collections.panops.mlav.tests.unit.device.servers import KEY, KEYGEN, ApiServer, Reply, certificate
from tests.tooling.operations import run_operation

CONNECTED = "MLAV cloud\nCurrent cloud server: ml.example.net\nCloud connection: connected"
KEY_HERE = "an-API-key-of-this-firewall"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pki")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[ApiServer]:
    authority = certificate(folder, "ca", authority=True)
    running = ApiServer(certificate(folder, "good", authority, ("127.0.0.1",)))
    yield running
    running.close()


Provider = Callable[..., dict[str, Any]]


@pytest.fixture
def firewall(server: ApiServer, folder: Path) -> Provider:
    """The options of a firewall; ``provider`` is merged."""
    server.requests.clear()

    def make(host: str = "fw-1", **changes: Any) -> dict[str, Any]:
        provider = {"ip_address": "127.0.0.1", "port": server.port, "api_key": KEY_HERE, **changes.pop("provider", {})}
        return {"host": host, "provider": provider, "ca_path": str(folder / "ca.pem"), **changes}

    return make


def sweep(*firewalls: dict[str, Any], **options: Any) -> dict[str, Any]:
    """As a module would be run; the environment of this process counts as well."""
    return run_operation(SWEEP_INFO, {"firewalls": list(firewalls), **options})


def report(**options: Any) -> list[dict[str, Any]]:
    """The diagnoses of a report with these options."""
    answer: list[dict[str, Any]] = run_operation(REPORT, {"diagnoses": [], "query": "@", **options})["query_answer"]
    return answer


def success(text: str) -> str:
    return f"<response status='success'><result><![CDATA[{text}]]></result></response>"


def error(text: str, code: int = 17) -> str:
    return f"<response status='error' code='{code}'><msg><line>{text}</line></msg></response>"


#: name -> (answer, state, kind of the error, is diagnosed further)
ANSWERS: dict[str, tuple[Reply | bytes | str, str, str | None, bool]] = {
    "connected": (success(CONNECTED), "connected", None, False),
    "disconnected": (success(CONNECTED.replace("connected", "disconnected")), "disconnected", None, True),
    "another word": (success(CONNECTED.replace("connected", "connecting")), "unknown", None, True),
    "busy": (success("device busy or unavailable"), "unavailable", None, True),
    "busy as an error": (
        error("op command for client dagger timed out as client is not available"),
        "unavailable",
        None,
        True,
    ),
    "HTTP 503": (Reply(b"", 503, {"Retry-After": "0"}), "error", "overloaded", False),
    "HTTP 429, busy": (
        Reply(error("device busy or unavailable").encode(), 429, {"Retry-After": "0"}),
        "error",
        "overloaded",
        False,
    ),
    "HTTP 401": (Reply(b"", 401), "error", "foreign_answer", False),
    "HTTP 403, a page": (Reply(b"<html>Forbidden</html>", 403), "error", "foreign_answer", False),
    "another text": (success("MLAV is fine"), "error", "unrecognized", True),
    "nothing in it": ("<response status='success'><result/></response>", "error", "unrecognized", True),
    "not XML": (b"<html>", "error", "foreign_answer", False),
    "no body": (b"", "error", "foreign_answer", False),
    "redirect": (Reply(b"", 302, {"Location": "https://192.0.2.1/"}), "error", "foreign_answer", False),
    "cut off": (b"<response status='success'><result>", "error", "malformed", True),
    "refused on the API": (error("show not available to xmlapi client"), "error", "refused", True),
    "no such command": (error("show -> mlav is unexpected"), "error", "refused", True),
    "no right": (error("Type [op] not authorized for user role.", 403), "error", "permission", True),
    "another error": (error("internal error", 99), "error", "device_error", True),
    "key not accepted": (error("Invalid Credential", 403), "error", "authentication", False),
    "session ended": (error("Session timed out", 22), "error", "authentication", False),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_an_answer_is_taken_for(name: str, server: ApiServer, firewall: Provider) -> None:
    answer, state, kind, further = ANSWERS[name]
    server.script = lambda request: answer
    found = sweep(firewall())
    [row] = found["firewalls"]
    assert (row["host"], row["state"]) == ("fw-1", state)
    assert (row["error"] or {}).get("kind") == kind
    assert kind is None or (row["error"]["message"] and row["error"]["remedy"])
    assert {name: count for name, count in found["counts"].items() if count} == {state: 1}
    assert found["not_connected"] == (["fw-1"] if further else [])
    assert [result["verdict"] for result in report(swept=found["firewalls"])] == (
        [] if further else ["healthy" if state == "connected" else "undetermined"]
    )


def test_one_question_and_no_secret_in_its_address(server: ApiServer, firewall: Provider) -> None:
    server.script = lambda request: success(CONNECTED)
    before = server.connections
    [row] = sweep(firewall())["firewalls"]
    assert row["cloud_server"] == "ml.example.net"
    [request] = server.requests
    assert request.fields == {"type": "op", "cmd": "<show><mlav><cloud-status></cloud-status></mlav></show>"}
    assert (request.path, server.connections - before) == ("/api/", 1)


LOGIN = {"api_key": None, "username": "admin", "password": "pa55 & <word>"}


def test_no_secret_comes_out_whatever_the_firewall_answers(server: ApiServer, firewall: Provider) -> None:
    """A password of three characters is no word that could be masked everywhere, and is masked all the same."""
    told = f"{KEY} {LOGIN['password']} xq7 pa55 &amp; &lt;word&gt;"
    for answer in (
        success(f"Current cloud server: {KEY}xq7\nCloud connection: connected\n{told}"),
        success(f"Cloud connection: {told}"),
        success(told),
        error(f"<![CDATA[{told}]]>"),
        error(f"<![CDATA[Invalid Credential {told}]]>", 403),
        f"<html>{told}</html>",
    ):
        server.script = lambda request, answer=answer: answer  # type: ignore[misc]
        found = sweep(
            firewall("fw-1", provider=LOGIN), firewall("fw-2", provider={**LOGIN, "password": "xq7"}), timeout=5
        )
        assert sum(found["counts"].values()) == 2
        first = json.dumps([part for part in found["firewalls"] if part["host"] == "fw-1"])
        second = json.dumps([part for part in found["firewalls"] if part["host"] == "fw-2"])
        assert [secret for secret in (KEY, "pa55 ", "<word>") if secret in first] == []
        assert [secret for secret in (KEY, "xq7") if secret in second] == []


def test_a_refused_password_is_not_sent_there_again(server: ApiServer, firewall: Provider) -> None:
    """Behind one Panorama every firewall would be one more failed login, and these lock accounts."""
    server.keygen = error("Invalid Credential", 403).encode()
    try:
        firewalls = [
            firewall(f"fw-{number}", provider={**LOGIN, "serial_number": f"00160600{number}"}) for number in range(12)
        ]
        found = sweep(*firewalls, firewall("other", provider={**LOGIN, "username": "bob"}), parallel=1)
    finally:
        server.keygen = KEYGEN
    assert [row["error"]["kind"] for row in found["firewalls"]] == ["authentication"] * 13
    assert [request.fields["user"] for request in server.requests] == ["admin", "bob"]
    assert found["not_connected"] == []


def test_another_s_answer_is_no_refused_password(server: ApiServer, firewall: Provider) -> None:
    """The Panorama took the password; what it hands on for one firewall says nothing about the others."""
    refused = "0016060001"
    server.script = lambda request: (
        error("Invalid Credential", 403) if request.fields["target"] == refused else success(CONNECTED)
    )
    firewalls = [firewall(serial, provider={**LOGIN, "serial_number": serial}) for serial in (refused, "0016060002")]
    states = {row["host"]: row["state"] for row in sweep(*firewalls, parallel=1)["firewalls"]}
    assert states == {refused: "error", "0016060002": "connected"}


#: name -> (changes of the firewall, text in the message)
UNUSABLE: dict[str, tuple[dict[str, Any], str]] = {
    "fingerprint": ({"cert_fingerprint": "12:34"}, "option cert_fingerprint is '12:34'"),
    "no login": ({"provider": {"api_key": None}}, "expected api_key, or username and password"),
    "time limit": ({"timeout": 0}, "option timeout is 0"),
    "ca_path": ({"ca_path": "/nowhere"}, "option ca_path is '/nowhere'"),
    "ca_path without a certificate": ({"ca_path": "/dev/null"}, "expected CA certificates in PEM form"),
    "no address": ({"host": None, "provider": {"ip_address": None}}, "provider.ip_address is missing"),
    "told by the task": ({"unusable": "mlav_timeout is soon"}, "mlav_timeout is soon"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_options_of_one_are_its_own_affair(
    name: str, server: ApiServer, firewall: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("PANOS_HOSTNAME", "PANOS_API_KEY", "PANOS_USERNAME", "ANSIBLE_NET_USERNAME"):
        monkeypatch.delenv(variable, raising=False)
    changes, message = UNUSABLE[name]
    server.script = lambda request: success(CONNECTED)
    found = sweep(firewall(**changes), firewall("fw-2"))
    bad, good = found["firewalls"]
    assert (bad["state"], bad["error"]["kind"]) == ("error", "invalid_option")
    assert message in bad["error"]["message"]
    assert good["state"] == "connected"
    assert found["not_connected"] == []
    assert [result["verdict"] for result in report(swept=found["firewalls"])] == ["undetermined", "healthy"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"parallel": 0}, "parallel is 0: expected a number from 1 to 500"),
        ({"parallel": 501}, "parallel is 501:"),
        ({"timeout": 0}, "timeout is 0: expected a number from 1 to 3600"),
        ({"hosts": ["fw-1"]}, "option hosts needs the inventory"),
    ],
)
def test_unusable_options_of_the_task_fail(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        sweep(**options)
    assert message in caught.value.message


def test_nothing_to_ask_is_no_failure() -> None:
    found = sweep()
    assert (sum(found["counts"].values()), found["firewalls"], found["not_connected"]) == (0, [], [])


#: What else a diagnosis has.
MINIMAL: dict[str, Any] = {
    "source": "live",
    "source_file": None,
    "cause_confidence": "unknown",
    "collected_at": "2026-11-24T09:30:00Z",
    "device": {},
    "cloud_server": None,
    "summary": "as it was",
    "causes": [],
    "checks": [],
    "history": [],
    "missing": [],
    "duration_ms": 1,
}


def test_a_report_takes_what_is_settled_and_has_no_diagnosis(server: ApiServer, firewall: Provider) -> None:
    server.script = lambda request: success(CONNECTED.replace("connected", "disconnected"))
    lost = sweep(firewall("fw-lost"))["firewalls"]
    server.script = lambda request: success(CONNECTED)
    well = sweep(firewall("fw-well"), firewall("fw-known"), firewall("fw-bad", timeout=0))["firewalls"]
    known = {"schema": "panops.mlav/diagnosis/1", "host": "fw-known", "verdict": "degraded"}
    told = {
        result["host"]: (result["verdict"], result.get("summary"))
        for result in report(swept=lost + well, diagnoses=[known | MINIMAL], failures={"fw-lost": "no time"})
    }
    assert told["fw-known"] == ("degraded", "as it was")
    assert told["fw-well"] == ("healthy", "Connected to ml.example.net. No action needed.")
    assert told["fw-bad"][0] == "undetermined"
    assert "option timeout is 0" in str(told["fw-bad"][1])
    assert told["fw-lost"][0] == "undetermined"
    assert "no time" in str(told["fw-lost"][1])


@pytest.mark.parametrize(
    "row", [{}, {"host": "fw-1", "state": "connected"}, {"host": "fw-1", "state": "error", "error": "timeout"}]
)
def test_what_no_sweep_has_returned_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(InvalidOption) as caught:
        report(swept=[row])
    assert caught.value.message.startswith("swept[0]")
    assert ": expected a mapping" in caught.value.message
