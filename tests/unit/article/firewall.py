# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A firewall made of raw answers: XML envelopes as the API sends them, text as the CLI prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Literal
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import CommandRefused, NotObtainable
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Answer, Command, SystemLogQuery
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis, DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.tests.unit.article.article import DISCONNECTED, SERVER

# "api": API and SSH together, "api alone": no SSH (the API refuses ping and logs), "ssh": all as the CLI prints it.
Shape = Literal["api", "api alone", "ssh"]

ADDRESS = "34.120.110.215"
CONNECTED = DISCONNECTED.replace(": disconnected", ": connected")
IDLE = "tcp        0      0 192.0.2.7:51000         198.51.100.9:3978       ESTABLISHED"
REFUSED = '<response status="error" code="17"><msg><line> {} not available to xmlapi client</line></msg></response>'


def quiet(clock: datetime, utc_hours: int) -> str:
    """A line of another client of device-server, an hour before ``clock``: read, and no word of MLAV."""
    return (
        f"{clock - timedelta(hours=1):%Y-%m-%d %H:%M:%S}.000 {utc_hours:+03d}00 Error: pan_edl(pan_edl.c:88): no list"
    )


def log(*lines: str) -> str:
    """A log file of these lines."""
    return "\n".join((*lines, ""))


def socket(state: str, address: str = ADDRESS, local: str = "192.0.2.7", protocol: str = "tcp") -> str:
    """A row of the connection table to port 443."""
    return f"{protocol:<4}       0      0 {local}:40000         {address}:443      {state}"


def ping(name: str = SERVER, address: str = ADDRESS, received: int = 3) -> str:
    """What iputils prints after three packets."""
    replies = "".join(f"64 bytes from {address}: icmp_seq={n + 1} ttl=57 time=2.71 ms\n" for n in range(received))
    lost = round(100 - received / 3 * 100)
    return (
        f"PING {name} ({address}) 56(84) bytes of data.\n{replies}\n--- {name} ping statistics ---\n"
        f"3 packets transmitted, {received} received, {lost}% packet loss, time 2003ms\n"
    )


def entry(name: str, inner: str = "") -> str:
    return f'<entry name="{name}">{inner}</entry>'


def service_route(interface: str, address: str, attributes: str = "") -> str:
    """The service route of Palo Alto Networks Services in the configuration."""
    source = f"<address>{address}</address><interface>{interface}</interface>"
    return (
        f"<route><service><entry name='paloalto-networks-services'{attributes}>"
        f"<source>{source}</source></entry></service></route>"
    )


DATAPLANE = service_route("ethernet1/5", "10.1.5.254/24")
FORWARD_PROXY = entry("outbound", "<action>decrypt</action><type><ssl-forward-proxy/></type>")


@dataclass(frozen=True)
class Firewall:
    """What the firewall says to each question. ``clock`` is its local time, ``zone`` the abbreviation it prints.

    ``off``: how far its clock is from the truth, in days. ``files``: devsrv.log and its rotations, newest first; none
    is a log that SSH does not give. ``events``: rows of the system log as the CLI prints them.
    """

    clock: datetime
    utc_hours: int = 0
    zone: str = "UTC"
    off: float = 0.0
    status: str | tuple[str, ...] = DISCONNECTED
    files: tuple[str, ...] | None = None
    events: tuple[str, ...] = ()
    release: str = "11.1.4"
    licences: tuple[str, ...] = ("Threat Prevention",)
    ping: str = field(default_factory=ping)
    sockets: tuple[str, ...] = ()
    system: str = ""
    setting: str = ""
    rules: str = ""
    certificate: str = "Valid"
    pending: str = "no"
    answers: Mapping[str, str] = field(default_factory=dict)


class RawDevice:
    """Implements ``interface.Device`` over a ``Firewall``, in one of the shapes that it comes live."""

    def __init__(self, firewall: Firewall, shape: Shape) -> None:
        self._firewall = firewall
        self._shape = shape
        self._statuses = [firewall.status] if isinstance(firewall.status, str) else list(firewall.status)
        self.asked: list[str] = []

    def run(self, command: Command) -> Answer:
        self.asked.append(command.cli)
        text = self._firewall.answers.get(command.cli)
        if text is None:
            text = self._text(command.cli)
        if self._shape == "api alone" and command.prefer_ssh:
            return self._parsed(command.cli, REFUSED.format(command.cli.split()[0]), "api")
        if command.structured:
            body = (
                text
                if text.startswith("<response")
                else f'<response status="success"><result>{text}</result></response>'
            )
            return self._parsed(command.cli, body, "ssh" if self._shape == "ssh" else "api")
        if self._shape == "ssh" or command.prefer_ssh:
            envelope.check_text(text, command.cli, "the SSH account")
            return Answer(command.cli, "ssh", text)
        return self._parsed(command.cli, self._in_envelope(text), "api")

    def effective_config(self, path: str) -> Answer:
        firewall = self._firewall
        nodes = {
            "devices/entry/deviceconfig": "<deviceconfig><system><ip-address>192.0.2.7</ip-address><dns-setting>"
            "<servers><primary>192.0.2.53</primary></servers></dns-setting>"
            f"{firewall.system}</system><setting>{firewall.setting}</setting></deviceconfig>",
            "devices/entry/vsys": "<vsys>"
            + entry("vsys1", f"<rulebase><decryption><rules>{firewall.rules}</rules></decryption></rulebase>")
            + "</vsys>",
        }
        node = firewall.answers.get(path, nodes.get(path, ""))
        result = fromstring(f"<result>{node}</result>")
        return Answer(f"show effective {path}", "api", "".join(result.itertext()), result)

    def system_log(self, query: SystemLogQuery) -> Answer:
        """The rows since ``query.since``; whether the filter finds more than it should is left open."""
        since = f"{query.since:%Y/%m/%d %H:%M:%S}" if query.since else ""
        rows = sorted((row for row in self._firewall.events if row >= since), reverse=True)[: query.limit]
        if self._shape == "ssh":
            return Answer("show log system", "ssh", "\n".join((_HEAD, *rows)))
        entries = "".join(_log_entry(row) for row in rows)
        body = f'<log><logs count="{len(rows)}" progress="100">{entries}</logs></log>'
        return self._parsed("show log system", f'<response status="success"><result>{body}</result></response>', "api")

    def process_log(self, name: str, lines: int) -> tuple[Answer, ...]:
        if self._shape == "api alone":
            self._parsed("tail", REFUSED.format("tail"), "api")
        if name != "devsrv.log" or self._firewall.files is None:
            raise NotObtainable(f"the firewall has no log {name}")
        return tuple(Answer(f"tail lines {lines} mp-log {name}", "ssh", text) for text in self._firewall.files)

    def close(self) -> None:
        return None

    def _text(self, cli: str) -> str:
        firewall = self._firewall
        if cli.startswith("ping "):
            return firewall.ping
        time = f"{firewall.clock:%a %b %d %H:%M:%S} {{}}{firewall.clock:%Y}"
        plain = {
            "show system info": "<system><hostname>fw-lon-1</hostname><ip-address>192.0.2.7</ip-address>"
            f"<time>{time.format('')}\n</time><uptime>98 days, 23:42:29</uptime><model>PA-850</model>"
            f"<serial>001606000117</serial><sw-version>{firewall.release}</sw-version>"
            f"<device-certificate-status>{firewall.certificate}</device-certificate-status></system>",
            "show clock": time.format(f"{firewall.zone} ") + "\n",
            "show high-availability state": "<enabled>no</enabled>",
            "show device-certificate status": "Device Certificate information:\n"
            f"Current device certificate status: {firewall.certificate}\n",
            "request license info": "<licenses>"
            + "".join(f"<entry><feature>{name}</feature><expires>Never</expires></entry>" for name in firewall.licences)
            + "</licenses>",
            "show system software status": "Process devsrvr running (pid: 3061)\n",
            "show jobs all": "<job><tenq>2019/01/05 04:00:40</tenq><id>4</id><type>Commit</type><status>FIN</status>"
            "<result>OK</result></job>",
            "check pending-changes": firewall.pending,
            "show interface all": "<hw><entry><name>ethernet1/5</name><state>up</state></entry></hw><ifnet><entry>"
            "<name>ethernet1/5</name><zone>untrust</zone><ip>10.1.5.254/24</ip></entry></ifnet>",
            "show netstat numeric-hosts yes numeric-ports yes": "\n".join((IDLE, *firewall.sockets)) + "\n",
        }
        if cli == "show mlav cloud-status":
            return self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        if cli not in plain:
            raise CommandRefused(f"unknown command {cli}")
        return plain[cli]

    @staticmethod
    def _in_envelope(text: str) -> str:
        """How the API says what the CLI prints: a failure is an error, text stands in CDATA, XML as it is."""
        if text.startswith("<response"):
            return text
        if text.startswith("Server error"):
            said = escape(text.partition(":")[2].strip())
            return f'<response status="error"><msg><line>{said}</line></msg></response>'
        inner = text if text.startswith("<") else f"<![CDATA[{text}]]>"
        return f'<response status="success"><result>{inner}</result></response>'

    @staticmethod
    def _parsed(cli: str, body: str, transport: Literal["api", "ssh"]) -> Answer:
        document = envelope.check(envelope.parse(body.encode()), cli, "the API key")
        return Answer(cli, transport, document.text, document.result)


_HEAD = "Time Severity Subtype Object EventID ID Description\n" + "=" * 79


def _log_entry(row: str) -> str:
    """A row of the CLI as an entry of the API."""
    date, time, severity, subtype, event_id, _id, text = row.split(" ", 6)
    event_id = "tls-X509-validation-failed" if event_id == "tls-X50" else event_id
    return (
        f"<entry><receive_time>{date} {time}</receive_time><time_generated>{date} {time}</time_generated>"
        f"<type>SYSTEM</type><subtype>{subtype}</subtype><eventid>{event_id}</eventid><severity>{severity}</severity>"
        f"<opaque>{escape(text)}</opaque></entry>"
    )


def judged(
    firewall: Firewall, shape: Shape = "api", depth: Literal["auto", "full"] = "auto", window: timedelta | None = None
) -> tuple[Diagnosis, RawDevice]:
    """Asks the firewall as a task does, and judges the answers."""
    window = window or timedelta(hours=24)
    truth = firewall.clock - timedelta(days=firewall.off)
    now = truth.replace(tzinfo=timezone(timedelta(hours=firewall.utc_hours))).astimezone(timezone.utc)
    device = RawDevice(firewall, shape)
    options = GatherOptions(depth=depth, log_window=window, now=lambda: now, sleep=lambda _seconds: None)
    return diagnose(gather(device, "fw-lon-1", options), DiagnosisOptions(log_window=window)), device
