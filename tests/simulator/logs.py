# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an attempt leaves in devsrv.log and in the system log, and how both are written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .network import Outcome
from .parts import Clock

HTTP_BODY = {400: "invalid flatbuffer request", 403: "forbidden", 404: "", 500: "", 503: ""}
CURL_PEER_CERTIFICATE = "Peer certificate cannot be authenticated with given CA certificates"
_CURL = {
    "bind": "Failed binding local connection end",
    "dns": "Couldn't resolve host name",
    "unreachable": "Couldn't connect to server",
    "timeout": "Timeout was reached",
    "refused": "Couldn't connect to server",
    "tls": CURL_PEER_CERTIFICATE,
    "client": "SSL connect error",
    "bad_argument": "A libcurl function was given a bad argument",
}
# What libcurl says of how a proxy fails, or of how a handshake is cut.
_CURL_DETAIL = {
    ("proxy", "unresolvable"): "Couldn't resolve proxy name",
    ("proxy", "unreachable"): "Timeout was reached",
    ("proxy", "refuses_connect"): "Proxy CONNECT aborted",
    ("cut", "refused"): "SSL connect error",
    ("cut", "closed"): "Server returned nothing (no headers, no data)",
    ("cut", "reset"): "Failure when receiving data from the peer",
}
_CLIENT_EVENT = {
    "Expired": "MLAV: Expired Client Certificate.",
    "Not found": "MLAV: Device Client Certificate unavailable.",
    "Revoked": "MLAV: Revoked Client Certificate.",
    "Mismatched serial": "MLAV: Mismatched Serial number in certificate and payload.",
    "Unknown issuer": "MLAV: Reason - Unknown Issuer or Incomplete or Incorrect Certificate chain.",
}
STOPPED = "MLAV cloud error, all machine Learning engines stopped"
RECONNECTED = "Reconnect to MLAV cloud, enable all machine Learning engines"
ENGINES = ("Windows Executables", "PowerShell Script 1", "PowerShell Script 2", "Executable Linked Format", "MSOffice")


@dataclass(frozen=True)
class Line:
    """One line of devsrv.log; a continuation has no timestamp of its own."""

    at: float
    text: str
    continuation: bool = False


@dataclass(frozen=True)
class Event:
    """One entry of the system log."""

    at: float
    severity: str
    subtype: str
    eventid: str
    text: str
    object: str = ""
    number: int = 0

    @property
    def module(self) -> str:
        """Only entries of subtype general have a module."""
        return "general" if self.subtype == "general" else ""


def attempt_lines(outcome: Outcome, at: float) -> list[Line]:
    """The lines of devsrv.log that a failed attempt leaves."""
    texts: list[str] = []
    error = "Error: "
    if outcome.kind in ("tls", "http"):
        texts.append(
            error + "pan_mlav_get_ver_from_file(pan_mlav_cloud.c:187): "
            "Failed to open file[/opt/pancfg/mgmt/content/pan_threatversion]"
        )
    if outcome.kind == "tls":
        texts += [
            f"{error}verify_cb(pan_ssl_curl_utils.c:641): Error with certificate at depth: 2",
            f"{error}verify_cb(pan_ssl_curl_utils.c:643): Basic Validation of x509 cert Fail ; Code : {outcome.code}",
            f"{error}verify_cb(pan_ssl_curl_utils.c:652): Failed to validate x509 cert from ctx: "
            f"({outcome.code}) {outcome.detail}",
        ]
    if outcome.kind == "http":
        return _http_lines(texts, outcome, at)
    texts.append(
        f"{error}pan_mlav_send_query(pan_mlav_cloud.c:1394): Failed to send req type[3], "
        f"curl error: {_CURL_DETAIL.get((outcome.kind, outcome.detail)) or _CURL[outcome.kind]}"
    )
    texts.append(f"{error}pan_mlav_get_metadata(pan_mlav_cloud.c:1667): Failed to send metadata query")
    return [Line(at + index * 0.001, text) for index, text in enumerate(texts)]


def _http_lines(texts: list[str], outcome: Outcome, at: float) -> list[Line]:
    code = outcome.code
    body = outcome.detail or HTTP_BODY.get(code, "")
    if "content version" in body:
        body += " (with build number)"
    texts.append(f"Error: pan_mlav_process_http_resp_code(pan_mlav_cloud.c:558): Got HTTP resp code {code}")
    texts.append(
        f"Error: pan_mlav_resp_parser(pan_mlav_cloud.c:822): Server resp code[{code}], "
        f"msglen[{len(body) or 244}], msg: {body}".rstrip()
    )
    lines = [Line(at + index * 0.001, text) for index, text in enumerate(texts)]
    if code >= 500:
        lines.append(Line(lines[-1].at, "<html><head><title>Server Error</title></head></html>", continuation=True))
    rest = [
        "Error: pan_mlav_send_query(pan_mlav_cloud.c:1301): Failed to parse type[3] response",
        "Error: pan_mlav_get_metadata(pan_mlav_cloud.c:1555): Failed to send metadata query",
        "mlav force_reconnect is true",
    ]
    return lines + [Line(at + (len(texts) + index) * 0.001, text) for index, text in enumerate(rest)]


def attempt_events(outcome: Outcome, cloud: str, at: float) -> list[Event]:
    """The system-log entries that a failed attempt leaves each time."""
    if outcome.kind == "tls":
        text = f"MLAV Server certificate validation failed. Dest Addr: {cloud}, Reason: {outcome.detail}"
        return [Event(at, "high", "tls", "tls-X509-validation-failed", text)]
    if outcome.kind == "client":
        text = _CLIENT_EVENT.get(outcome.detail, "MLAV: Client Certificate has expired or is not yet valid.")
        return [Event(at, "medium", "general", "general", text)]
    if outcome.kind == "http" and outcome.code in (400, 401, 403):
        return [Event(at, "high", "general", "general", "MLAV: Authentication or Client Certificate failure.")]
    if outcome.kind == "http":
        return [Event(at, "medium", "general", "general", "MLAV: Unknown error.")]
    return []


def stopped_events(at: float) -> list[Event]:
    """The entry of a lost connection."""
    return [Event(at, "high", "general", "general", STOPPED)]


def reconnected_events(at: float) -> list[Event]:
    """The entries of a connection that came back."""
    engines = [
        Event(at, "informational", "general", "general", f"Machine Learning engine for {name} started")
        for name in ENGINES
    ]
    return [Event(at, "informational", "general", "general", RECONNECTED), *engines]


def noise_events(now: float) -> list[Event]:
    """Entries that have nothing to do with MLAV, some of which look as if they had."""
    return [
        Event(now - 500000, "informational", "port", "link-change", "Port eth1: Up 1Gb/s Full duplex", "eth1"),
        Event(
            now - 4000,
            "high",
            "tls",
            "tls-X509-validation-failed",
            "syslog Server certificate validation failed. Dest Addr: 192.0.2.50, Reason: self signed certificate",
        ),
        Event(now - 3500, "medium", "general", "general", "PANDB: Unknown error."),
        Event(now - 600, "informational", "general", "general", "User admin logged in via Web from 192.0.2.99"),
    ]


def noise_lines(now: float) -> list[Line]:
    """Lines of devsrv.log that other parts of the same daemon write."""
    return [
        Line(now - 200000, "Error: pan_url_cloud_send(pan_url_cloud.c:311): retry in 30 seconds"),
        Line(now - 5000, "pan_cfg_handler(pan_cfg_handler.c:2210): config commit phase1 done"),
        Line(now - 300, "pan_devsrvr_heartbeat(pan_devsrvr.c:90): ok"),
    ]


def device_time(clock: Clock, at: float) -> datetime:
    """A moment as the device's clock shows it."""
    sign = -1 if clock.utc_offset.startswith("-") else 1
    offset = sign * timedelta(hours=int(clock.utc_offset[1:3]), minutes=int(clock.utc_offset[3:5]))
    return datetime.fromtimestamp(at + clock.skew_s, timezone(offset))


def devsrv_text(lines: list[Line], clock: Clock, offset: bool) -> list[str]:
    """The lines as they stand in the file."""
    result = []
    for line in lines:
        if line.continuation:
            result.append(line.text)
            continue
        moment = device_time(clock, line.at)
        stamp = f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"
        result.append(f"{stamp} {clock.utc_offset} {line.text}" if offset else f"{stamp} {line.text}")
    return result
