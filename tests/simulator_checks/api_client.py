# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bare client for the checks: nothing but the standard library, one kept-alive connection."""

from __future__ import annotations

import http.client
import ssl
import time
import xml.etree.ElementTree as ET
from urllib.parse import urlencode

from tests.simulator import Firewall

NETSTAT = "<show><netstat><numeric-hosts>yes</numeric-hosts><numeric-ports>yes</numeric-ports></netstat></show>"
STATUS = "<show><mlav><cloud-status></cloud-status></mlav></show>"


class Client:
    """Asks one firewall, with certificates verified."""

    def __init__(self, firewall: Firewall, timeout: float = 5, port: int | None = None) -> None:
        front = firewall.panorama or firewall
        self.target = {"target": firewall.serial} if firewall.panorama else {}
        self.key = front.api_key
        context = ssl.create_default_context(cafile=firewall.ca_path)
        self.http = http.client.HTTPSConnection("127.0.0.1", port or front.api_port, context=context, timeout=timeout)

    def raw(self, **fields: str) -> tuple[int, str]:
        """Status and body."""
        body = urlencode({**self.target, **fields})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self.key:
            headers["X-PAN-KEY"] = self.key
        self.http.request("POST", "/api/", body, headers)
        answer = self.http.getresponse()
        return answer.status, answer.read().decode()

    def ask(self, **fields: str) -> ET.Element:
        """The answer as XML."""
        return ET.fromstring(self.raw(**fields)[1])

    def op(self, cmd: str) -> ET.Element:
        """An operational command."""
        return self.ask(type="op", cmd=cmd)

    def text(self, cmd: str) -> str:
        """All text of an operational command's answer."""
        return "".join(self.op(cmd).itertext())

    def logs(self, query: str = "", number: int = 100) -> list[ET.Element]:
        """System-log entries, newest first."""
        job = self.ask(type="log", **{"log-type": "system", "query": query, "nlogs": str(number)}).findtext(".//job")
        for _ in range(20):
            answer = self.ask(type="log", action="get", **{"job-id": job or ""})
            if answer.findtext(".//job/status") == "FIN":
                return answer.findall(".//entry")
            time.sleep(0.01)
        raise AssertionError("the log query does not end")

    def wait(self, job: str) -> ET.Element:
        """The job once it is done."""
        for _ in range(100):
            answer = self.op(f"<show><jobs><id>{job}</id></jobs></show>")
            if answer.findtext(".//status") == "FIN":
                return answer
            time.sleep(0.05)
        raise AssertionError("the job does not end")

    def commit(self, cmd: str = "<commit/>") -> ET.Element:
        """A commit, waited for."""
        answer = self.ask(type="commit", cmd=cmd)
        job = answer.findtext("./result/job")
        return answer if job is None else self.wait(job)
