# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tech-support archive over the XML API, over real TLS, with a client of the standard library."""

from __future__ import annotations

import http.client
import io
import re
import tarfile
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.simulator import Firewall, running_firewall
from tests.simulator_checks.api_client import Client

EXPORT = {"type": "export", "category": "tech-support"}


class Exporter(Client):
    """Asks for the archive."""

    def start(self) -> str:
        """The new job's number."""
        answer = self.ask(**EXPORT)
        number = answer.findtext("result/job") or ""
        assert answer.get("code") == "19"
        assert answer.findtext("result/msg/line") == f"Exec job enqueued with jobid {number}"
        return number

    def job(self, number: str, action: str = "status") -> dict[str, str]:
        """The job's fields."""
        answer = self.ask(**EXPORT, action=action, **{"job-id": number})
        return {item.tag: "".join(item.itertext()) for item in answer.iterfind("result/job/*")}

    def done(self, number: str) -> dict[str, str]:
        """The job's fields at its end."""
        for _ in range(100):
            fields = self.job(number)
            if fields["status"] == "FIN":
                return fields
            time.sleep(0.02)
        raise AssertionError("the job does not end")

    def get(self, number: str) -> tuple[http.client.HTTPResponse, bytes]:
        """The answer's head and the file."""
        body = urlencode({**EXPORT, "action": "get", "job-id": number})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-PAN-KEY": self.key}
        self.http.request("POST", "/api/", body, headers)
        answer = self.http.getresponse()
        return answer, answer.read()


def quick(*faults: dict[str, Any], **access: Any) -> dict[str, Any]:
    return {"switches": {"export_seconds": 0}, "faults": {"answers": list(faults)}, **access}


def files(data: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return tar.getnames()


def test_from_the_request_to_the_file() -> None:
    with running_firewall("tls_interception", {"switches": {"export_seconds": 0.4}}) as firewall:
        client = Exporter(firewall)
        number = client.start()
        running = client.job(number)
        assert (running["type"], running["status"], running["result"]) == ("Exec", "ACT", "PEND")
        assert 0 <= int(running["progress"]) <= 99
        assert "resultfile" not in running
        early = client.ask(**EXPORT, action="get", **{"job-id": number})
        assert early.get("status") == "error"
        done = client.done(number)
        assert list(done) == [
            "tenq", "id", "user", "type", "status", "stoppable", "result", "tfin", "progress", "details", "warnings",
            "resultfile",
        ]  # fmt: skip
        assert (done["result"], done["id"], done["resultfile"]) == ("OK", number, "//tmp/techsupport.tgz")
        assert re.fullmatch(r"\d\d:\d\d:\d\d", done["progress"])
        assert done["tfin"] == done["progress"]
        assert re.fullmatch(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", done["tenq"])
        answer, data = client.get(number)
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Length"] == str(len(data))
        assert answer.headers["Content-Description"] == "File Transfer"
        assert answer.headers["Content-Transfer-Encoding"] == "binary"
        assert answer.headers["Content-Disposition"] == f"attachment; filename=techsupport-{number}.tgz"
        assert "var/log/pan/devsrv.log" in files(data)
        # Fetched, and gone; the connection has stayed the same.
        gone = client.ask(**EXPORT, action="status", **{"job-id": number})
        assert gone.get("code") == "7"
        assert firewall.statistics()["tls_handshakes"] == 1
        assert firewall.statistics()["asked"][:2] == ["export", "export status"]


def test_finish_removes_the_job() -> None:
    with running_firewall("healthy", quick()) as firewall:
        client = Exporter(firewall)
        number = client.start()
        other = client.start()
        assert client.raw(**EXPORT, action="finish", **{"job-id": number}) == (
            200,
            f'<response status="success"><msg>Job {number} removed.</msg></response>',
        )
        assert client.ask(**EXPORT, action="get", **{"job-id": number}).get("code") == "7"
        assert client.done(other)["result"] == "OK"


def test_the_archive_shows_the_world_when_the_job_ended() -> None:
    with running_firewall("tls_interception", quick()) as firewall:
        client = Exporter(firewall)
        number = client.start()
        client.done(number)
        firewall.world.path.decrypting_device = "none"
        _answer, data = client.get(number)
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            name = next(name for name in tar.getnames() if name.startswith("tmp/cli/techsupport_"))
            text = tar.extractfile(name)
            assert text is not None
            assert b"Cloud connection: disconnected\n" in text.read()
        assert firewall.world.status() == "connected"


def test_a_dump_begun_by_a_command_is_the_same_job() -> None:
    with running_firewall("healthy", quick()) as firewall:
        client = Exporter(firewall)
        number = client.op("<request><tech-support><dump></dump></tech-support></request>").findtext("result/job")
        assert number is not None
        assert client.wait(number).findtext(".//job/type") == "Exec"
        assert "var/log/pan/devsrv.log" in files(client.get(number)[1])


def test_a_job_that_fails() -> None:
    fault = {"kind": "job_fails", "on": "export", "times": 1, "text": "disk is full"}
    with running_firewall("healthy", quick(fault)) as firewall:
        client = Exporter(firewall)
        number = client.start()
        done = client.done(number)
        assert (done["result"], done["details"]) == ("FAIL", "disk is full")
        assert "resultfile" not in done
        assert client.ask(**EXPORT, action="get", **{"job-id": number}).get("status") == "error"
        assert client.done(client.start())["result"] == "OK"


def test_a_job_that_never_ends() -> None:
    with running_firewall("healthy", quick({"kind": "job_hangs", "on": "export"})) as firewall:
        client = Exporter(firewall)
        number = client.start()
        firewall.world.now = lambda: time.time() + 10**7
        assert client.job(number)["status"] == "ACT"
        assert client.job(number)["progress"] == "0"


def test_a_commit_that_never_ends() -> None:
    with running_firewall("healthy", {"faults": {"answers": [{"kind": "job_hangs", "on": "commit"}]}}) as firewall:
        client = Client(firewall)
        number = client.ask(type="commit", cmd="<commit><force></force></commit>").findtext("result/job")
        firewall.world.now = lambda: time.time() + 10**7
        assert client.op(f"<show><jobs><id>{number}</id></jobs></show>").findtext(".//status") == "ACT"


@pytest.mark.parametrize(
    ("admin", "missing_right", "status", "code"),
    [
        ({"name": "admin", "role": "superreader"}, "code16", 200, 'code="16"'),
        ({"name": "admin", "role": "superreader"}, "code403", 403, "code = '403'"),
        ({"name": "admin", "role": "custom", "rights": ["op", "export"]}, "code16", 200, 'code="19"'),
    ],
)
def test_the_right_to_export(admin: dict[str, Any], missing_right: str, status: int, code: str) -> None:
    changes = {"firewall": {"admins": [admin]}, "switches": {"missing_right": missing_right}}
    with running_firewall("healthy", changes) as firewall:
        found, body = Client(firewall).raw(**EXPORT)
        assert found == status
        assert code in body


def test_what_is_refused() -> None:
    with running_firewall("healthy", panorama="pano-1") as firewall:
        assert "Cannot export tech support via Panorama" in "".join(Client(firewall).ask(**EXPORT).itertext())
    with running_firewall("healthy") as firewall:
        client = Client(firewall)
        assert client.ask(type="export", category="device-state").get("code") == "14"
        number = Exporter(firewall).start()
        assert client.ask(**EXPORT, action="eat", **{"job-id": number}).get("code") == "17"
        assert client.ask(**EXPORT, action="get", **{"job-id": "x"}).get("code") == "7"
        # A job of another kind is none of this request's.
        assert client.ask(**EXPORT, action="finish", **{"job-id": "1"}).get("code") == "7"


def fetched(firewall: Firewall, timeout: float = 5) -> tuple[bytes, Exporter, str]:
    """What the first fetch gives; the job and the client for more."""
    client = Exporter(firewall, timeout)
    number = client.start()
    client.done(number)
    return client.get(number)[1], client, number


def test_slow_and_huge() -> None:
    with running_firewall("healthy", quick({"kind": "slow", "on": "export get", "ms": 300})) as firewall:
        begin = time.monotonic()
        assert files(fetched(firewall)[0])
        assert time.monotonic() - begin >= 0.3
    with running_firewall("healthy", quick({"kind": "huge", "on": "export get", "mb": 3})) as firewall:
        data, _client, _number = fetched(firewall)
        assert len(data) > 3 * 1024 * 1024
        assert data.startswith(b"\x1f\x8b")


def test_truncated() -> None:
    with running_firewall("healthy", quick({"kind": "truncate", "on": "export get"})) as firewall:
        data, _client, _number = fetched(firewall)
        assert data.startswith(b"\x1f\x8b")
        with pytest.raises(EOFError):
            files(data)


def test_a_dropped_connection_keeps_the_file() -> None:
    with running_firewall("healthy", quick({"kind": "drop_middle", "on": "export get", "times": 1})) as firewall:
        client = Exporter(firewall)
        number = client.start()
        client.done(number)
        with pytest.raises((http.client.HTTPException, OSError)):
            client.get(number)
        assert files(Exporter(firewall).get(number)[1])


@pytest.mark.parametrize("kind", ["hang", "trickle"])
def test_no_end(kind: str) -> None:
    with (
        running_firewall("healthy", quick({"kind": kind, "on": "export get"})) as firewall,
        pytest.raises(TimeoutError),
    ):
        fetched(firewall, timeout=0.4)
