# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A firewall that answers from a table and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from xml.etree.ElementTree import Element, fromstring

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure, NotObtainable
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    Answer,
    Command,
    SystemLogQuery,
    Transport,
)

NOW = datetime(2024, 7, 11, 13, 16, 54, tzinfo=timezone.utc)

Recorded = str | ExpectedFailure | Exception


def xml(text: str) -> Element:
    """The ``<result>`` of an answer."""
    return fromstring(f"<result>{text}</result>")


class FakeDevice:
    """Answers by command (CLI text), configuration path (``config PATH``), ``log system`` or ``log NAME``.

    An answer that begins with ``<`` is XML; a list is used up one by one; an exception is raised. What is not in the
    table is NotObtainable.
    """

    def __init__(self, answers: Mapping[str, Recorded | list[Recorded]]) -> None:
        self.answers = {key: list(value) if isinstance(value, list) else value for key, value in answers.items()}
        self.asked: list[str] = []
        self.queries: list[SystemLogQuery] = []
        self.lines: list[int] = []
        self.notes: tuple[str, ...] = ()
        self.transport: Transport | None = None

    def _answer(self, asked: str) -> Answer:
        self.asked.append(asked)
        found = self.answers.get(asked, NotObtainable(f"{asked} is not recorded"))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, Exception):
            raise found
        if not found.startswith("<"):
            return Answer(asked, self.transport or "ssh", found)
        result = xml(found)
        return Answer(asked, self.transport or "api", "".join(result.itertext()), result, notes=self.notes)

    def run(self, command: Command) -> Answer:
        return self._answer(command.cli)

    def effective_config(self, path: str) -> Answer:
        answer = self._answer(f"config {path}")
        if answer.result is None:
            return Answer(answer.command, "api", "", xml(""), notes=self.notes)
        return answer

    def system_log(self, query: SystemLogQuery) -> Answer:
        self.queries.append(query)
        return self._answer("log system")

    def process_log(self, name: str, lines: int) -> tuple[Answer, ...]:
        self.lines.append(lines)
        return (self._answer(f"log {name}"),)

    def close(self) -> None:
        return None


SYSTEM_INFO = """<system><hostname>fw-lon-1</hostname><ip-address>192.0.2.7</ip-address><time>Thu Jul 11 15:16:54 2024
</time><uptime>98 days, 23:42:29</uptime><devicename>fw-lon-1</devicename><family>800</family><model>PA-850</model>
<serial>123456789</serial><sw-version>10.1.12</sw-version><app-version>8868-8828</app-version>
<av-version>4875-5393</av-version><threat-version>8868-8828</threat-version>
<wildfire-version>889843-893745</wildfire-version><wildfire-rt>Disabled</wildfire-rt><multi-vsys>off</multi-vsys>
<operational-mode>normal</operational-mode></system>"""

CONNECTED = """
MLAV cloud
Current cloud server: ml.service.paloaltonetworks.com
Cloud connection: connected
"""
DISCONNECTED = CONNECTED.replace(": connected", ": disconnected")

CERTIFICATE = """Device Certificate information:
Current device certificate status: Valid
Not valid before: 2022/11/30 15:17:47 PST
Not valid after: 2023/02/28 15:17:47 PST
Last fetched timestamp: 2022/11/30 15:29:42 PST
Last fetched status: success
Last fetched info: Successfully fetched Device Certificate
"""

NETSTAT = """Active Internet connections (w/o servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 10.0.0.126:57966        52.8.4.127:443          ESTABLISHED
tcp        0      1 10.1.5.254:40000        34.120.110.215:443      SYN_SENT
tcp        0      0 10.1.5.254:40001        34.120.110.215:80       ESTABLISHED
tcp        0      0 10.0.0.126:50000        10.9.9.9:8080           ESTABLISHED
"""

PING = """PING ml.service.paloaltonetworks.com (34.120.110.215) from 10.1.5.254 : 56(84) bytes of data.

--- ml.service.paloaltonetworks.com ping statistics ---
3 packets transmitted, 0 received, 100% packet loss, time 2000ms

"""

DEVICECONFIG = """<deviceconfig><system><ip-address>192.0.2.7</ip-address><route><service>
<entry name="dns"><source><interface>ethernet1/9</interface><address>10.9.9.1/24</address></source></entry>
<entry name="paloalto-networks-services"><source><address>10.1.5.254/24</address><interface>ethernet1/5</interface>
</source></entry></service></route><dns-setting><servers><primary>192.0.2.53</primary><secondary>192.0.2.54</secondary>
</servers></dns-setting><secure-proxy-server>10.9.9.9</secure-proxy-server><secure-proxy-port>8080</secure-proxy-port>
<secure-proxy-password>-AQ==hush</secure-proxy-password></system>
<setting><mlav><cloud-server>eu.ml.example.com</cloud-server></mlav></setting></deviceconfig>"""

FULL = {
    "show system info": SYSTEM_INFO,
    "show mlav cloud-status": DISCONNECTED,
    "show clock": "Thu Jul 11 15:16:54 CEST 2024\n",
    "show high-availability state": "<enabled>no</enabled>",
    "show device-certificate status": CERTIFICATE,
    "request license info": "<licenses><entry><feature>Threat Prevention</feature><expires>Never</expires>"
    "<expired>no</expired></entry></licenses>",
    "show system software status": "Process devsrvr running (pid: 3061)\n",
    "show jobs all": "<job><tenq>2024/07/11 04:00:40</tenq><id>4</id><type>Commit</type><status>FIN</status>"
    "<result>OK</result></job>",
    "check pending-changes": "no",
    "config devices/entry/deviceconfig": DEVICECONFIG,
    "show interface all": "<hw><entry><name>ethernet1/5</name><state>up</state></entry></hw><ifnet><entry>"
    "<name>ethernet1/5</name><zone>untrust</zone><ip>10.1.5.254/24</ip></entry></ifnet>",
    "ping source 10.1.5.254 count 3 host ml.service.paloaltonetworks.com": PING,
    "show netstat numeric-hosts yes numeric-ports yes": NETSTAT,
    "show url-cloud status": "PAN-DB URL Filtering\nCloud connection :           not connected\n",
    "log devsrv.log": "2024-07-11 15:10:00.000 +0200 Error: pan_mlav_send_query(pan_mlav_cloud.c:1396): "
    "Failed to send req type[3], curl error: Couldn't resolve host name\n",
    "log system": '<log><logs count="0"/></log>',
    "config shared/ssl-decrypt": "",
    "config devices/entry/vsys": '<vsys><entry name="vsys1"/></vsys>',
    "config panorama/vsys": "",
}
