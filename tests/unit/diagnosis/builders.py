# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence in a line: a disconnected firewall on which everything else was read and is fine, and changes to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m

SERVER = m.DEFAULT_CLOUD_SERVER
ADDRESS = "198.51.100.10"
OFFSET = timezone(timedelta(hours=-5))
COLLECTED = datetime(2026, 11, 23, 10, 15, tzinfo=timezone.utc)
NOW = datetime(2026, 11, 23, 5, 15)  # the device's local time

DNS_TEXT = "Couldn't resolve host name"
PEER_TEXT = "Peer certificate cannot be authenticated with given CA certificates"
# libcurl's texts by code, as devsrv.log writes them.
CURL = {
    5: "Couldn't resolve proxy name",
    6: DNS_TEXT,
    7: "Couldn't connect to server",
    27: "Out of memory",
    28: "Timeout was reached",
    35: "SSL connect error",
    43: "A libcurl function was given a bad argument",
    45: "Failed binding local connection end",
    51: "SSL peer certificate or SSH remote key was not OK",
    52: "Server returned nothing (no headers, no data)",
    55: "Failed sending data to the peer",
    56: "Failure when receiving data from the peer",
    58: "Problem with the local SSL certificate",
    60: PEER_TEXT,
    77: "Problem with the SSL CA cert (path? access rights?)",
}
CONTENT_TEXT = "invalid flatbuffer request: invalid content version (with build number)"


def ago(minutes: float = 0, *, hours: float = 0, aware: bool = True) -> datetime:
    """A device time that lies so far back."""
    moment = NOW - timedelta(minutes=minutes, hours=hours)
    return moment.replace(tzinfo=OFFSET) if aware else moment


def ev(value: Any, raw: str = "raw answer", *, problem: m.Problem | None = None) -> m.Evidence[Any]:
    return m.Evidence(value, problem, (m.Asked("a command", "ssh", raw),), 5)


def lost(kind: str = "not_obtainable", message: str = "no SSH", hint: str = "Set the option ssh") -> m.Evidence[Any]:
    return m.Evidence(problem=m.Problem(kind, message, hint))


def status(
    state: Any = "disconnected", *, server: str | None = SERVER, attempts: int = 1, raw_state: str | None = None
) -> Any:
    return ev(m.CloudStatus(state, server, raw_state, attempts))


def device(release: str | None = "11.1.6-h1", **facts: Any) -> Any:
    known: dict[str, Any] = {"hostname": "fw-lon-1", "serial": "001606000117", "model": "PA-850"}
    known |= {"uptime_s": 40 * 86400, "app_version": "8868-8828", "has_tpm": False}
    return ev(m.DeviceInfo(sw_version=release, **known | facts))


def clock(skew_s: int = 3, utc_offset_s: int | None = -18000) -> Any:
    return ev(m.Clock(NOW, utc_offset_s, "clock" if utc_offset_s is not None else None, COLLECTED, skew_s))


def management(**more: Any) -> Any:
    return ev(m.ServiceRoute("management", dns_servers=("192.0.2.53", "192.0.2.54"), **more))


def dataplane(address: str | None = "10.1.5.254", interface: str | None = "ethernet1/5", **more: Any) -> Any:
    return ev(m.ServiceRoute("dataplane", interface, address, "local", dns_servers=("192.0.2.53",), **more))


def interfaces(*entries: m.Interface) -> Any:
    return ev(m.Interfaces(entries or (m.Interface("ethernet1/5", "up", ("10.1.5.254",), "dmz"),)))


def ping(outcome: Any = "answered", address: str | None = ADDRESS, **more: Any) -> Any:
    return ev(m.Ping(more.pop("host", SERVER), more.pop("source", None), outcome, address, **more))


def unknown_host() -> Any:
    return ping("unknown_host", None)


def netstat(
    *states: str, to: str = ADDRESS, port: int = 443, addresses: tuple[str, ...] = (ADDRESS,), rows: int = 9
) -> Any:
    table = tuple(m.Connection("tcp", "192.0.2.7", 40000, to, port, state) for state in states)
    return ev(m.Netstat(addresses, 443, table, rows))


def devsrv(*signatures: m.LogSignature, lines: int = 2000) -> Any:
    return ev(m.DevsrvLog(signatures, lines, ago(hours=100), ago(1)))


def sig(
    kind: Any, code: int | None, text: str, last: datetime | None, first: datetime | None = None, count: int = 1
) -> Any:
    return m.LogSignature(kind, code, text, first or last, last, count, f"Error: {kind} {code} {text}")


def dns_error(minutes: float = 5, **more: Any) -> Any:
    return sig("curl", None, more.pop("text", DNS_TEXT), ago(minutes), **more)


def x509(code: int, minutes: float = 5) -> tuple[Any, Any]:
    """The lines of one failed attempt: the code, then curl's error."""
    text = {20: "unable to get local issuer certificate", 10: "certificate has expired"}.get(code, f"x509 error {code}")
    return sig("x509", code, text, ago(minutes)), sig("curl", None, PEER_TEXT, ago(minutes - 0.001))


def http(code: int, text: str = "", minutes: float = 5) -> Any:
    return sig("http", code, text, ago(minutes))


def curl(error: int | str, minutes: float = 5, text: str = "") -> Any:
    """A text that libcurl has, by its code; or another one, which has no code."""
    if isinstance(error, str):
        return sig("curl", None, error, ago(minutes))
    return sig("curl", error, text or CURL[error], ago(minutes))


def syslog(*events: m.SystemEvent) -> Any:
    return ev(m.SystemLog(events))


def event(kind: Any, minutes: float, text: str = "", reason: str | None = None) -> m.SystemEvent:
    return m.SystemEvent(kind, ago(minutes, aware=False), "high", text or f"MLAV {kind}", reason)


STOPPED = "MLAV cloud error, all machine Learning engines stopped"
RECONNECTED = "Reconnect to MLAV cloud, enable all machine Learning engines"


def stopped(minutes: float) -> m.SystemEvent:
    return event("engines_stopped", minutes, STOPPED)


def reconnected(minutes: float) -> m.SystemEvent:
    return event("reconnected", minutes, RECONNECTED)


def restarted(minutes: float) -> m.SystemEvent:
    return event("device_server_restarted", minutes, "Process device-server was restarted by user admin")


def licenses(*features: str, expired: bool = False) -> Any:
    return ev(m.Licenses(tuple(m.License(feature, "August 05, 2027", expired) for feature in features)))


def certificate(word: str | None = "Valid", days: float | None = 300) -> Any:
    after = None if days is None else NOW + timedelta(days=days)
    return ev(m.DeviceCertificate(word, NOW - timedelta(days=60), after, "success"))


def policy(*rules: m.DecryptionRule, exclusions: tuple[m.DecryptionExclusion, ...] = (), complete: bool = True) -> Any:
    return ev(m.Decryption(rules, exclusions, (), complete))


def rule(name: str = "decrypt-all", action: str = "decrypt", **more: Any) -> m.DecryptionRule:
    return m.DecryptionRule(name, action, more.pop("disabled", False), more.pop("location", "vsys1"), **more)


def exclusion(exclude: bool | None = True, name: str = "*.paloaltonetworks.com") -> m.DecryptionExclusion:
    return m.DecryptionExclusion(name, exclude, "shared")


def jobs(*entries: m.Job, pending: bool | None = False, since: float = 20 * 24 * 60) -> Any:
    """``since``: how many minutes the list of jobs reaches back."""
    return ev(m.CommitState((*entries, job("Content", since)), pending))


def job(kind: str = "Commit", minutes: float = 1, status: str = "FIN", result: str = "OK") -> m.Job:
    moment = ago(minutes, aware=False)
    return m.Job(7, kind, status, result, "admin", moment, moment if status == "FIN" else None)


def siblings(url_cloud: Any = None, wildfire: Any = None, ctd_agent: Any = None) -> Any:
    """The other clouds by their state; None where the firewall does not answer."""
    told = (m.Sibling(state) if state is not None else None for state in (url_cloud, wildfire, ctd_agent))
    return ev(m.Siblings(*told))


ALL_LOST = siblings("disconnected", "disconnected", "disconnected")


def pair(state: str) -> Any:
    return ev(m.HighAvailability(True, "Active-Passive", state, "active"))


def firewall(**changes: Any) -> m.EvidenceSet:
    """A firewall that is disconnected for no visible reason, with ``changes`` to its evidence."""
    found = m.EvidenceSet(
        host="fw-lon-1",
        source="live",
        collected_at=COLLECTED,
        depth="full",
        cloud_status=status(),
        device=device(),
        clock=clock(),
        high_availability=ev(m.HighAvailability(False)),
        licenses=licenses("Threat Prevention"),
        device_certificate=certificate(),
        service_route=management(),
        interfaces=interfaces(),
        ping=ping(),
        netstat=netstat(),
        devsrv_log=devsrv(),
        system_log=syslog(),
        decryption=policy(),
        commit_state=jobs(),
        software_status=ev(m.SoftwareStatus((m.Process("devsrvr", "running", 3061),))),
    )
    return replace(found, **changes)


def no_ssh(**changes: Any) -> m.EvidenceSet:
    """The same firewall over the XML API alone: what the API refuses could not be had."""
    refused = lost("refused", "ping not available to xmlapi client")
    return firewall(**{"ping": refused, "netstat": refused, "devsrv_log": refused} | changes)


def archive(**changes: Any) -> m.EvidenceSet:
    """The same firewall in a tech-support archive: nothing live."""
    live = lost("not_obtainable", "an archive holds no ping", "Diagnose the live firewall")
    found = firewall(**{"source": "techsupport", "ping": live} | changes)
    return replace(found, clock=replace(found.clock, asked=(m.Asked("show clock", "archive", "raw answer"),)))
