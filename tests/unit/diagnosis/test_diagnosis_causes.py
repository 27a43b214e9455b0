# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence in; verdict, causes with their confidence, and the telling words of the summary out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    ADDRESS,
    CONTENT_TEXT,
    NOW,
    STOPPED,
    ago,
    archive,
    certificate,
    clock,
    curl,
    dataplane,
    device,
    devsrv,
    dns_error,
    ev,
    event,
    exclusion,
    firewall,
    http,
    interfaces,
    job,
    jobs,
    licenses,
    lost,
    management,
    netstat,
    no_ssh,
    pair,
    ping,
    policy,
    reconnected,
    restarted,
    rule,
    sig,
    status,
    stopped,
    syslog,
    unknown_host,
    x509,
)
from tests.tooling.schemas import validator


@dataclass
class Row:
    """``causes`` in order as ``id confidence``; ``says``: words of the summary; ``past``: ids of the history."""

    name: str
    evidence: m.EvidenceSet
    verdict: str
    causes: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    red: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


TLS_EVENT = event(
    "tls_validation_failed",
    5,
    "MLAV Server certificate validation failed. Dest Addr: ml.service.paloaltonetworks.com, "
    "Reason: unable to get local issuer certificate",
    "unable to get local issuer certificate",
)
OLD_TLS_EVENT = event("tls_validation_failed", 240, TLS_EVENT.text, TLS_EVENT.reason)
SSH = ("ping", "netstat", "devsrv_log")
TCP_FAILED = curl("Couldn't connect to server")

ROWS = [
    # --- the article ----------------------------------------------------------------------------------------------
    Row("article A: all lines", firewall(devsrv_log=devsrv(*x509(20)), system_log=syslog(TLS_EVENT)), "broken",
        ("tls_interception likely",), ("untrusted certificate", "exclude *.paloaltonetworks.com"), red="tls_validation",
        details={"decrypts": "elsewhere", "x509_code": 20}),
    Row("article A: system log alone", no_ssh(system_log=syslog(TLS_EVENT)), "broken",
        ("tls_interception likely",), ("TLS intercepted upstream (likely)",), missing=SSH),
    Row("article A: system log alone, hours ago", no_ssh(system_log=syslog(OLD_TLS_EVENT)), "broken",
        ("tls_interception likely",), missing=SSH),
    Row("article A: hours ago, and devsrv.log has nothing newer", firewall(system_log=syslog(OLD_TLS_EVENT)), "broken",
        ("tls_interception likely",)),
    Row("article A: curl's text alone", firewall(devsrv_log=devsrv(x509(20)[1])), "broken",
        ("tls_interception likely",)),
    Row("article A: the newer curl wording",
        firewall(devsrv_log=devsrv(curl("SSL peer certificate or SSH remote key was not OK"))), "broken",
        ("tls_interception likely",)),
    *(Row(f"x509 {code}", firewall(devsrv_log=devsrv(*x509(code))), "broken", ("tls_interception proven",),
          details={"x509_code": code}) for code in (18, 19, 21)),
    Row("article B", firewall(device=device("10.0.1"), licenses=licenses("WildFire License"),
        devsrv_log=devsrv(http(400), http(400, CONTENT_TEXT)),
        system_log=syslog(event("authentication", 5, "MLAV: Authentication or Client Certificate failure."))), "broken",
        ("unlicensed_content_defect proven",), ("10.0.1", "Upgrade", "10.0.2"), red="known_defects"),
    Row("article C1", firewall(devsrv_log=devsrv(http(404)), system_log=syslog(event("unknown_error", 5))), "broken",
        ("cloud_service_missing proven",), ("HTTP 404", "open a support case"), red="cloud_response"),
    Row("article C2", firewall(devsrv_log=devsrv(http(500)), system_log=syslog(event("unknown_error", 5))), "broken",
        ("cloud_service_error proven",), ("HTTP 500", "open a support case"), red="cloud_response"),
    Row("article C: unknown error, devsrv.log not had",
        no_ssh(system_log=syslog(event("unknown_error", 5, "MLAV: Unknown error."))), "broken", (),
        ("devsrv.log", "Set the option ssh"), missing=SSH),
    Row("article C: unknown error, devsrv.log silent",
        firewall(system_log=syslog(event("unknown_error", 5, "MLAV: Unknown error."))), "broken",
        ("unexplained possible",), details={"errors": ["MLAV: Unknown error."]}),
    Row("article D", firewall(device=device("10.1.13-h1"), devsrv_log=devsrv(dns_error()),
        system_log=syslog(stopped(4))),
        "broken", ("defect_pan_229832 proven",), ("10.1.13-h1", "PAN-229832", "Upgrade to PAN-OS 10.1.14"),
        red="known_defects"),
    Row("article E", firewall(system_log=syslog(restarted(60))), "broken", ("commit_force_needed proven",),
        ("restarted 60 minutes ago (04:15:00 UTC-05:00)", "Run commit force"), red="commit_state"),
    Row("article 2.2: busy", firewall(cloud_status=status("busy", server=None, attempts=3)), "undetermined",
        ("device_server_unavailable proven",), ("Restart device-server", "commit force"), red="device_server"),
    # --- device-server --------------------------------------------------------------------------------------------
    Row("busy as a problem of the probe", firewall(cloud_status=m.Evidence(
        problem=m.Problem("busy", "device busy or unavailable"), asked=(m.Asked("c", "ssh", "busy"),) * 3)),
        "undetermined", ("device_server_unavailable proven",), missing=("cloud_status",)),
    Row("busy that recovered", firewall(cloud_status=status("connected", attempts=3)), "healthy"),
    Row("busy while a commit runs", firewall(cloud_status=status("busy", attempts=3),
        commit_state=jobs(job("Commit", 1, "ACT", "PEND"))), "undetermined", ("device_server_unavailable possible",),
        ("Wait",)),
    Row("busy while content installs", firewall(cloud_status=status("busy", attempts=3),
        commit_state=jobs(job("Content", 1, "ACT", "PEND"))), "undetermined", ("device_server_unavailable possible",)),
    Row("busy while a report runs", firewall(cloud_status=status("busy", attempts=3),
        commit_state=jobs(job("Report", 1, "ACT", "PEND"))), "undetermined", ("device_server_unavailable proven",)),
    Row("busy, jobs not known", firewall(cloud_status=status("busy", attempts=3), commit_state=lost("permission")),
        "undetermined", ("device_server_unavailable likely",), missing=("commit_state",)),
    Row("busy, asked once (an archive)", archive(cloud_status=status("busy")), "undetermined",
        ("device_server_unavailable likely",), missing=("ping",)),
    Row("busy and the name does not resolve", firewall(cloud_status=status("busy", attempts=3), ping=unknown_host()),
        "undetermined", ("device_server_unavailable proven", "name_resolution_failed possible")),
    Row("another word for the state", firewall(cloud_status=status("other", raw_state="connecting")),
        "undetermined", (), ("connecting",)),
    Row("another word, TLS fails", firewall(cloud_status=status("other", raw_state="x"), devsrv_log=devsrv(*x509(20))),
        "undetermined", ("tls_interception possible",)),
    Row("the state is not understood", firewall(cloud_status=lost("unrecognized", "answer not understood: foo")),
        "undetermined", (), ("answer not understood",), missing=("cloud_status",)),
    # --- commit force ---------------------------------------------------------------------------------------------
    Row("restart, a commit since", firewall(system_log=syslog(restarted(60)), commit_state=jobs(job("Commit", 30))),
        "broken", ("commit_force_needed likely",), ("may not have been forced",)),
    Row("restart, a commit since, little else known",
        no_ssh(system_log=syslog(restarted(60)), commit_state=jobs(job("Commit", 30))), "broken",
        ("commit_force_needed possible",), missing=SSH),
    Row("restart, a failed commit since",
        firewall(system_log=syslog(restarted(60)), commit_state=jobs(job("Commit", 30, result="FAIL"))), "broken",
        ("commit_force_needed proven",)),
    Row("restart, a commit before it", firewall(system_log=syslog(restarted(60)), commit_state=jobs(job("Commit", 90))),
        "broken", ("commit_force_needed proven",)),
    Row("restart, content installed since", firewall(system_log=syslog(restarted(60)),
        commit_state=jobs(job("Content", 30))), "broken", ("commit_force_needed proven",)),
    Row("restart, a commit runs", firewall(system_log=syslog(restarted(5)),
        commit_state=jobs(job("Commit", 1, "ACT", "PEND"))), "broken", ("commit_force_needed possible",),
        ("commit job 7 is running", "Wait for it")),
    Row("restart, jobs not known", firewall(system_log=syslog(restarted(60)), commit_state=lost("permission")),
        "broken", ("commit_force_needed possible",), missing=("commit_state",)),
    Row("restart, a newer TLS error", firewall(system_log=syslog(restarted(60)), devsrv_log=devsrv(*x509(20, 10))),
        "broken", ("tls_interception likely",)),
    Row("restart, an older TLS error", firewall(system_log=syslog(restarted(60)), devsrv_log=devsrv(*x509(20, 90))),
        "broken", ("commit_force_needed proven",), past=("tls_interception",)),
    Row("restart, the name does not resolve now", firewall(system_log=syslog(restarted(60)), ping=unknown_host()),
        "broken", ("name_resolution_failed proven",)),
    Row("restart, engines stopped by it, affected release", firewall(device=device("10.1.12"),
        system_log=syslog(stopped(59), restarted(60))), "broken", ("commit_force_needed proven",)),
    Row("restart, reconnected since", firewall(system_log=syslog(reconnected(30), restarted(60))), "broken",
        ("unexplained possible",)),
    Row("restart, rebooted since", firewall(system_log=syslog(restarted(60)), device=device(uptime_s=1800)), "broken",
        ("unexplained possible",)),
    Row("restart three days ago", firewall(system_log=syslog(restarted(3 * 24 * 60))), "broken",
        ("commit_force_needed proven",)),
    # --- the service route ----------------------------------------------------------------------------------------
    Row("the source cannot be bound", firewall(service_route=dataplane(),
        ping=ping("bind_failed", None, source="10.1.5.254")), "broken", ("service_route_invalid proven",),
        ("10.1.5.254", "cannot be bound"), red="service_route"),
    Row("the source is on no interface", firewall(service_route=dataplane("10.1.9.9"), ping=lost()), "broken",
        ("service_route_invalid likely",), ("10.1.9.9", "on no interface"), missing=("ping",)),
    Row("the source is on no interface, but the ping got out", firewall(service_route=dataplane("10.1.9.9")), "broken",
        ("unexplained possible",)),
    Row("the source interface is down", firewall(service_route=dataplane(), ping=ping("lost"),
        interfaces=interfaces(m.Interface("ethernet1/5", "down", ("10.1.5.254",)))), "broken",
        ("service_route_invalid proven",), ("ethernet1/5 is down",)),
    Row("an IPv6 source in another spelling", firewall(service_route=dataplane("2001:DB8:0::1"), ping=ping("lost"),
        interfaces=interfaces(m.Interface("ethernet1/5", "up", ("2001:db8::1",)))), "broken",
        ("unexplained possible",)),
    Row("the source is a template variable", firewall(service_route=dataplane("$mlav-source")), "broken",
        ("unexplained possible",)),
    Row("the service route is not known", firewall(service_route=ev(m.ServiceRoute("undetermined",
        reason="no source"))),
        "broken", (), ("cause unknown: service route is missing",), missing=("service_route",)),
    # --- name resolution ------------------------------------------------------------------------------------------
    Row("unknown host", firewall(ping=unknown_host()), "broken", ("name_resolution_failed proven",),
        ("192.0.2.53, 192.0.2.54",), red="name_resolution"),
    Row("unknown host, log agrees", firewall(ping=unknown_host(), devsrv_log=devsrv(dns_error())), "broken",
        ("name_resolution_failed proven",)),
    Row("unknown host on an affected release", firewall(device=device("10.1.12"), ping=unknown_host(),
        devsrv_log=devsrv(dns_error())), "broken", ("name_resolution_failed proven",)),
    Row("old TLS errors, a newer DNS error", firewall(devsrv_log=devsrv(*x509(20, 120), dns_error(5))), "broken",
        ("name_resolution_intermittent proven",), past=("tls_interception",)),
    Row("old DNS errors, a newer TLS error", firewall(devsrv_log=devsrv(*x509(20, 5), dns_error(120))), "broken",
        ("tls_interception likely",), past=("name_resolution_intermittent",)),
    Row("DNS error, fixed release", firewall(devsrv_log=devsrv(dns_error())), "broken",
        ("name_resolution_intermittent proven",), ("resolves now, but not reliably",), red=None),
    Row("DNS error, newer wording", firewall(devsrv_log=devsrv(dns_error(text="Could not resolve hostname"))), "broken",
        ("name_resolution_intermittent proven",)),
    *(Row(f"DNS error on {release}", firewall(device=device(release), devsrv_log=devsrv(dns_error())), "broken",
          (f"{cause} proven",))
      for cause, releases in {
          "defect_pan_229832": ("10.1.13-h9", "10.1.0", "10.2.10-h30", "11.0.4-h6", "11.1.2-h18", "11.1.2-c17"),
          "name_resolution_intermittent": ("10.1.14", "10.1.14-h9", "10.2.11", "11.0.5", "11.1.3", "11.2.0", "12.1.2"),
      }.items() for release in releases),
    *(Row(f"DNS error on {release}", firewall(device=device(release), devsrv_log=devsrv(dns_error())), "broken",
          ("name_resolution_intermittent possible", "defect_pan_229832 possible"), ("whether PAN-OS",))
      for release in ("10.0.12", "junk")),
    Row("DNS error, no ping, affected", no_ssh(device=device("10.1.12"), devsrv_log=devsrv(dns_error())),
        "broken", ("name_resolution_failed possible", "defect_pan_229832 possible"), ("resolves now",),
        missing=("ping", "netstat")),
    Row("DNS error, no ping, fixed", archive(devsrv_log=devsrv(dns_error())), "broken",
        ("name_resolution_failed possible", "name_resolution_intermittent possible"), ("Diagnose the live firewall",),
        missing=("ping",)),
    Row("engines stopped, affected, devsrv.log not had", firewall(device=device("10.1.12"), devsrv_log=lost(),
        system_log=syslog(stopped(5))), "broken", ("defect_pan_229832 likely",), ("(likely)",),
        missing=("devsrv_log",)),
    Row("engines stopped, fixed, devsrv.log not had", firewall(devsrv_log=lost(), system_log=syslog(stopped(5))),
        "broken", ("name_resolution_intermittent possible",), missing=("devsrv_log",)),
    Row("engines stopped, fixed, devsrv.log silent", firewall(system_log=syslog(stopped(5))), "broken",
        ("name_resolution_intermittent possible", "unexplained possible")),
    Row("engines stopped, affected, TLS fails", firewall(device=device("10.1.12"), devsrv_log=devsrv(*x509(20)),
        system_log=syslog(stopped(5))), "broken", ("tls_interception likely",)),
    # --- the network ----------------------------------------------------------------------------------------------
    Row("SYN_SENT", firewall(netstat=netstat("SYN_SENT")), "broken", ("port_443_blocked proven",),
        ("(SYN_SENT)", "Allow TCP 443"), red="tcp_connection"),
    Row("SYN_SENT and lost pings", firewall(netstat=netstat("SYN_SENT"), ping=ping("lost", loss_percent=100)), "broken",
        ("port_443_blocked proven",)),
    Row("SYN_SENT to another host", firewall(netstat=netstat("SYN_SENT", to="203.0.113.1")), "broken",
        ("unexplained possible",)),
    Row("SYN_SENT to another port", firewall(netstat=netstat("SYN_SENT", port=80)), "broken",
        ("unexplained possible",)),
    Row("SYN_SENT beside an established session", firewall(netstat=netstat("SYN_SENT", "ESTABLISHED")), "broken",
        ("unexplained possible",)),
    Row("SYN_SENT over IPv6", firewall(ping=ping("lost", "2001:db8::10"),
        netstat=netstat("SYN_SENT", to="2001:DB8::10", addresses=("TCP 443 blocked",))), "broken",
        ("port_443_blocked proven",), ("TCP 443 blocked",)),
    Row("SYN_SENT to a mapped address", firewall(netstat=netstat("SYN_SENT", to=f"::ffff:{ADDRESS}")), "broken",
        ("port_443_blocked proven",)),
    Row("SYN_SENT now, TLS errors an hour ago", firewall(netstat=netstat("SYN_SENT"), devsrv_log=devsrv(*x509(20, 60))),
        "broken", ("port_443_blocked proven",), past=("tls_interception",)),
    Row("SYN_SENT in passing, TLS error a minute ago", firewall(netstat=netstat("SYN_SENT"),
        devsrv_log=devsrv(*x509(20, 1))), "broken", ("tls_interception likely", "port_443_blocked possible")),
    Row("lost pings alone", firewall(ping=ping("lost", loss_percent=100)), "broken", ("unexplained possible",)),
    Row("lost pings, session established", firewall(ping=ping("lost", loss_percent=100),
        netstat=netstat("ESTABLISHED")),
        "broken", ("unexplained possible",)),
    Row("lost pings, session established, HTTP 500", firewall(ping=ping("lost", loss_percent=100),
        netstat=netstat("ESTABLISHED"), devsrv_log=devsrv(http(503))), "broken", ("cloud_service_error proven",),
        ("HTTP 503",)),
    *(Row(f"curl: {text}", firewall(devsrv_log=devsrv(curl(text))), "broken", ("port_443_blocked likely",))
      for text in ("Couldn't connect to server", "Could not connect to server", "Timeout was reached")),
    Row("curl could not connect, session established now", firewall(devsrv_log=devsrv(TCP_FAILED),
        netstat=netstat("ESTABLISHED")), "broken", ("unexplained possible",)),
    Row("curl could not connect, no ping", no_ssh(devsrv_log=devsrv(TCP_FAILED)), "broken",
        ("port_443_blocked possible", "cloud_unreachable possible"),
        ("Find out whether the cloud server answers a ping",),
        missing=("ping", "netstat")),
    Row("curl timed out, no ping", no_ssh(devsrv_log=devsrv(curl("Timeout was reached"))), "broken",
        ("port_443_blocked likely",),
        missing=("ping", "netstat")),
    *(Row(outcome, firewall(ping=ping(outcome)), "broken", ("cloud_unreachable proven",),
          ("No route to the cloud server", outcome.replace("_", " ")), red="icmp_reachability")
      for outcome in ("network_unreachable", "host_unreachable")),
    Row("unreachable and SYN_SENT", firewall(ping=ping("host_unreachable"), netstat=netstat("SYN_SENT")), "broken",
        ("cloud_unreachable proven",)),
    Row("unreachable by ICMP, session established", firewall(ping=ping("host_unreachable"),
        netstat=netstat("ESTABLISHED")), "broken", ("unexplained possible",)),
    # --- TLS ------------------------------------------------------------------------------------------------------
    Row("x509 10, clock two days ahead", firewall(clock=clock(172800), devsrv_log=devsrv(*x509(10))), "broken",
        ("clock_skew proven",), ("2 days ahead", "Set the clock"), red="device_clock"),
    Row("x509 9, clock two days behind", firewall(clock=clock(-172800), devsrv_log=devsrv(*x509(9))), "broken",
        ("clock_skew proven",), ("2 days behind",)),
    Row("x509 10, clock two days behind", firewall(clock=clock(-172800), devsrv_log=devsrv(*x509(10))), "broken",
        ("clock_skew likely",)),
    Row("x509 10, clock right", firewall(devsrv_log=devsrv(*x509(10))), "broken", ("certificate_expired proven",),
        ("expired", "clock is right"), red="tls_validation"),
    Row("x509 9, clock right", firewall(devsrv_log=devsrv(*x509(9))), "broken", ("certificate_expired likely",)),
    Row("x509 10, clock 300 s off", firewall(clock=clock(300), devsrv_log=devsrv(*x509(10))), "broken",
        ("certificate_expired proven",)),
    Row("x509 10, clock 301 s off", firewall(clock=clock(301), devsrv_log=devsrv(*x509(10))), "broken",
        ("clock_skew proven",)),
    Row("x509 10, clock not known", firewall(clock=lost(), devsrv_log=devsrv(*x509(10))), "broken",
        ("clock_skew possible", "certificate_expired possible"), ("clock is right",), missing=("clock",)),
    Row("x509 10 in an archive", archive(clock=clock(0), devsrv_log=devsrv(*x509(10))), "broken",
        ("clock_skew possible", "certificate_expired possible"), missing=("ping",)),
    Row("x509 10, offset not known", firewall(clock=clock(20, None), devsrv_log=devsrv(sig("x509", 10, "", ago(5,
        aware=False)))), "broken", ("clock_skew possible", "certificate_expired possible")),
    Row("x509 20, clock two days off", firewall(clock=clock(172800), devsrv_log=devsrv(*x509(20))), "broken",
        ("tls_interception likely",)),
    Row("curl's text alone, clock two days off", firewall(clock=clock(172800), devsrv_log=devsrv(x509(20)[1])),
        "broken", ("clock_skew likely", "tls_interception possible"), ("2 days ahead",)),
    Row("the system log says expired", firewall(system_log=syslog(event("tls_validation_failed", 5, "MLAV Server …",
        "certificate has expired"))), "broken", ("certificate_expired proven",)),
    Row("an x509 code that is not in the article", firewall(devsrv_log=devsrv(*x509(23))), "broken",
        ("tls_interception possible", "unexplained possible")),
    Row("an unknown curl error", firewall(devsrv_log=devsrv(curl("SSL connect error"))), "broken",
        ("unexplained possible",), details={"errors": ["SSL connect error"]}),
    # --- HTTP -----------------------------------------------------------------------------------------------------
    Row("400 on a current release", firewall(licenses=licenses(), devsrv_log=devsrv(http(400, CONTENT_TEXT))), "broken",
        ("cloud_rejected_request proven",), ("HTTP 400",), red="cloud_response", details={"http_code": 400}),
    Row("400 on 10.0.2", firewall(device=device("10.0.2"), licenses=licenses(),
        devsrv_log=devsrv(http(400, CONTENT_TEXT))), "broken", ("cloud_rejected_request proven",)),
    Row("400 on 10.0.1-h5", firewall(device=device("10.0.1-h5"), licenses=licenses(),
        devsrv_log=devsrv(http(400, CONTENT_TEXT))), "broken", ("unlicensed_content_defect proven",)),
    Row("400 on 10.0.1 with a licence", firewall(device=device("10.0.1"),
        licenses=licenses("Advanced Threat Prevention"),
        devsrv_log=devsrv(http(400, CONTENT_TEXT))), "broken", ("cloud_rejected_request proven",)),
    Row("400 on 10.0.1, licences not known", firewall(device=device("10.0.1"), licenses=lost(),
        devsrv_log=devsrv(http(400, CONTENT_TEXT))), "broken", ("unlicensed_content_defect likely",),
        missing=("licenses",)),
    Row("400 on 10.0.1 with an expired licence", firewall(device=device("10.0.1"),
        licenses=licenses("Threat Prevention", expired=True), devsrv_log=devsrv(http(400, CONTENT_TEXT))), "broken",
        ("unlicensed_content_defect likely",)),
    Row("400 without that text on 10.0.1", firewall(device=device("10.0.1"), licenses=licenses(),
        devsrv_log=devsrv(http(400, "bad request"))), "broken", ("cloud_rejected_request proven",)),
    Row("400, release not known", firewall(device=lost(), licenses=licenses(), devsrv_log=devsrv(http(400,
        CONTENT_TEXT))),
        "broken", ("unlicensed_content_defect possible", "cloud_rejected_request possible"), missing=("device",)),
    *(Row(f"HTTP {code}", firewall(devsrv_log=devsrv(http(code))), "broken", (f"{cause} proven",),
          details={"http_code": code})
      for code, cause in {401: "cloud_rejected_request", 403: "cloud_rejected_request", 407: "cloud_rejected_request",
                          404: "cloud_service_missing", 502: "cloud_service_error"}.items()),
    Row("HTTP 302", firewall(devsrv_log=devsrv(http(302))), "broken", ("unexplained possible",)),
    Row("404 an hour ago, 500 now", firewall(devsrv_log=devsrv(http(404, minutes=60), http(500))), "broken",
        ("cloud_service_error proven",), past=("cloud_service_missing",)),
    # --- the device certificate -----------------------------------------------------------------------------------
    *(Row(text, firewall(system_log=syslog(event("client_certificate", 5, f"MLAV: {text}"))), "broken",
          (f"device_certificate_invalid {confidence}",), (text.rstrip("."),), red="device_certificate")
      for text, confidence in {
          "Client Certificate has expired or is not yet valid.": "likely",
          "Device Client Certificate unavailable.": "proven",
          "Mismatched Serial number in certificate and payload.": "proven",
          "Expired Client Certificate.": "likely",
          "Revoked Client Certificate.": "proven",
          "Reason - Unknown Issuer or Incomplete or Incorrect Certificate chain.": "proven",
      }.items()),
    Row("expired text and an expired certificate", firewall(device_certificate=certificate("Expired", -3),
        system_log=syslog(event("client_certificate", 5, "MLAV: Expired Client Certificate."))), "broken",
        ("device_certificate_invalid proven",)),
    Row("expired by its date alone", firewall(device_certificate=certificate("Valid", -3)), "broken",
        ("device_certificate_invalid likely",), ("expired 3 days ago",)),
    Row("expired, but TLS is intercepted", firewall(device_certificate=certificate("Valid", -3),
        devsrv_log=devsrv(*x509(20))), "broken", ("tls_interception likely", "device_certificate_invalid possible")),
    Row("a status word that is not known", firewall(device_certificate=certificate("Pending", None)), "broken",
        ("unexplained possible",)),
    Row("rejected with 403 for its certificate", firewall(devsrv_log=devsrv(http(403)),
        system_log=syslog(event("client_certificate", 5, "MLAV: Revoked Client Certificate."))), "broken",
        ("device_certificate_invalid proven",)),
    Row("authentication failure, devsrv.log not had", no_ssh(
        system_log=syslog(event("authentication", 5, "MLAV: Authentication or Client Certificate failure."))),
        "broken", ("device_certificate_invalid possible",), ("devsrv.log",), missing=SSH),
    Row("authentication failure on 10.0.1, devsrv.log not had", no_ssh(device=device("10.0.1"), licenses=licenses(),
        system_log=syslog(event("authentication", 5, "MLAV: Authentication or Client Certificate failure."))),
        "broken", ("unlicensed_content_defect possible",), ("devsrv.log",), missing=SSH),
    Row("the same without a valid device certificate", no_ssh(device=device("10.0.1"), licenses=licenses(),
        device_certificate=certificate("Unknown"),
        system_log=syslog(event("authentication", 5, "MLAV: Authentication or Client Certificate failure."))),
        "broken", ("device_certificate_invalid possible", "unlicensed_content_defect possible"), missing=SSH),
    # --- time -----------------------------------------------------------------------------------------------------
    Row("errors before the last reconnect", firewall(devsrv_log=devsrv(*x509(20, 120)),
        system_log=syslog(reconnected(60))),
        "broken", ("unexplained possible",), past=("tls_interception",)),
    Row("errors after the last reconnect", firewall(devsrv_log=devsrv(*x509(20, 30)),
        system_log=syslog(reconnected(60))),
        "broken", ("tls_interception likely",)),
    Row("errors 23 hours old", firewall(devsrv_log=devsrv(*x509(20, 23 * 60))), "broken", ("tls_interception likely",)),
    Row("errors 25 hours old", firewall(devsrv_log=devsrv(*x509(20, 25 * 60))), "broken", ("unexplained possible",),
        ("Older errors are in the history",),
        past=("tls_interception",)),
    Row("times without an offset", firewall(devsrv_log=devsrv(sig("curl", None, "Timeout was reached",
        ago(25 * 60, aware=False)), sig("http", 500, "", ago(5, aware=False)))), "broken",
        ("cloud_service_error proven",), past=("port_443_blocked",)),
    Row("a foreign offset", firewall(devsrv_log=devsrv(
        sig("http", 404, "", ago(30).astimezone(timezone(timedelta(hours=9)))), dns_error(60))), "broken",
        ("cloud_service_missing proven",), past=("name_resolution_intermittent",)),
    Row("no clock: nothing is history", firewall(clock=lost(), devsrv_log=devsrv(*x509(20, 120), dns_error(5))),
        "broken", ("name_resolution_intermittent possible", "tls_interception possible"), missing=("clock",)),
    Row("no clock, one error", firewall(clock=lost(), devsrv_log=devsrv(http(404, minutes=9000))), "broken",
        ("cloud_service_missing likely",), missing=("clock",)),
    Row("no time at all", firewall(devsrv_log=devsrv(sig("http", 404, "", None))), "broken",
        ("cloud_service_missing likely",)),
    # --- the pair -------------------------------------------------------------------------------------------------
    Row("passive, MGT as source", firewall(high_availability=pair("passive")), "broken", ("unexplained possible",),
        ("Passive peer: ",)),
    *(Row(f"{word}, a dataplane source", firewall(high_availability=pair(word), service_route=dataplane()), "standby",
          (), ("as expected", "ethernet1/5 (10.1.5.254)"))
      for word in ("passive", "suspended", "initial", "non-functional", "tentative")),
    Row("a state that is not known, a dataplane source", firewall(high_availability=pair("resting"),
        service_route=dataplane()), "broken", ("unexplained possible",)),
    Row("active, a dataplane source", firewall(high_availability=pair("active"), service_route=dataplane()), "broken",
        ("unexplained possible",)),
    Row("passive, a source by DHCP", firewall(high_availability=pair("passive"),
        service_route=ev(m.ServiceRoute("undetermined", "ethernet1/1", reason="no address"))), "standby",
        missing=("service_route",)),
    *(Row(f"passive, a dataplane source, {name} missing", firewall(high_availability=pair("passive"),
          service_route=dataplane(), **{name: lost()}), "broken",
          () if name != "interfaces" else ("unexplained possible",), missing=(name,))
      for name in ("devsrv_log", "system_log", "interfaces")),
    Row("passive, a dataplane source, its own TLS error", firewall(high_availability=pair("passive"),
        service_route=dataplane(), devsrv_log=devsrv(*x509(20))), "broken", ("tls_interception likely",)),
    Row("passive, a dataplane source, an error that is not recognized", firewall(high_availability=pair("passive"),
        service_route=dataplane(), devsrv_log=devsrv(curl("Weird server reply"))), "broken", ("unexplained possible",),
        ('Unrecognized MLAV error: "Weird server reply". Passive peer',)),
    Row("passive, a dataplane source, engines stopped at the failover", firewall(high_availability=pair("passive"),
        service_route=dataplane(), system_log=syslog(stopped(30))), "standby"),
    Row("passive, a source that no interface has", firewall(high_availability=pair("passive"),
        service_route=dataplane("10.1.9.9"), ping=ping("bind_failed", None, source="10.1.9.9")), "standby"),
    Row("passive, TLS intercepted", firewall(high_availability=pair("passive"), devsrv_log=devsrv(*x509(20))), "broken",
        ("tls_interception likely",), ("Passive peer",)),
    Row("passive, likely only", firewall(high_availability=pair("passive"), devsrv_log=devsrv(TCP_FAILED)),
        "broken", ("port_443_blocked likely",)),
    Row("passive, its dataplane interface is down", firewall(high_availability=pair("passive"),
        service_route=dataplane(), ping=ping("lost"),
        interfaces=interfaces(m.Interface("ethernet1/5", "down", ("10.1.5.254",)))), "standby"),
    Row("passive and connected", firewall(high_availability=pair("passive"), cloud_status=status("connected")),
        "healthy"),
    Row("active unit", firewall(high_availability=pair("active-primary")), "broken", ("unexplained possible",)),
    # --- unexplained and undetermined -----------------------------------------------------------------------------
    Row("nothing matches", firewall(), "broken", ("unexplained possible",), ("Capture packets",),
        red="cloud_connection"),
    *(Row(f"nothing matches, {name} not had", firewall(**{name: lost()}), "broken", (), ("cause unknown", "(no SSH)"),
          missing=(name,)) for name in ("ping", "netstat", "devsrv_log", "system_log", "service_route")),
    Row("nothing matches, no SSH", no_ssh(), "broken", (), ("Set the option ssh",), missing=SSH),
    Row("nothing matches, devsrv.log empty", firewall(devsrv_log=devsrv(lines=0)), "broken", (), ("devsrv.log",),
        missing=("devsrv_log",)),
    Row("nothing matches, no row of netstat understood", firewall(netstat=netstat(rows=0)), "broken", ()),
    Row("only the state was asked", m.EvidenceSet("fw", "live", datetime(2026, 1, 1), "status", cloud_status=status()),
        "broken", (), ("depth full",)),
    # --- connected ------------------------------------------------------------------------------------------------
    Row("connected", firewall(cloud_status=status("connected")), "healthy", (), ("Connected to ml.service",)),
    Row("connected, only the state was asked",
        m.EvidenceSet("fw", "live", datetime(2026, 1, 1), "status", cloud_status=status("connected")), "healthy"),
    Row("connected, errors in the logs", firewall(cloud_status=status("connected"), devsrv_log=devsrv(*x509(20)),
        system_log=syslog(reconnected(2), stopped(9))), "healthy", past=("tls_interception",)),
    Row("connected, affected release", firewall(cloud_status=status("connected"), device=device("10.1.12")), "healthy"),
    Row("connected, licence expired", firewall(cloud_status=status("connected"), licenses=licenses("Advanced WildFire",
        expired=True)), "healthy"),
    Row("connected, certificate not renewed", firewall(cloud_status=status("connected"),
        device_certificate=certificate("Valid", 14.9)), "degraded", ("device_certificate_not_renewed proven",),
        ("not renewed: expires in 14 days", "in 14 days")),
    *(Row(f"connected, {days} days of its certificate left", firewall(cloud_status=status("connected"),
          device_certificate=certificate("Valid", days)), "healthy") for days in (15, 29, 31)),
    Row("connected, the last fetch of its certificate failed", firewall(cloud_status=status("connected"),
        device_certificate=ev(m.DeviceCertificate("Valid", None, NOW + timedelta(days=60), "failure", "timed out"))),
        "degraded", ("device_certificate_not_renewed proven",), ('last fetch: "timed out"',)),
    Row("disconnected, the last fetch of its certificate failed", firewall(
        device_certificate=ev(m.DeviceCertificate("Valid", None, NOW + timedelta(days=60), "failure", "timed out"))),
        "broken", ("device_certificate_not_renewed possible", "unexplained possible")),
    Row("connected, certificate expired", firewall(cloud_status=status("connected"),
        device_certificate=certificate("Expired", -1)), "degraded", ("device_certificate_invalid possible",)),
    Row("connected, clock off", firewall(cloud_status=status("connected"), clock=clock(-900)), "degraded",
        ("clock_skew possible",), ("15 minutes behind",)),
    Row("connected, an engine stopped", firewall(cloud_status=status("connected"), system_log=syslog(event(
        "content_engine_stopped", 9, "Machine Learning engine for Windows Executables stopped, please update your "
        "content"))), "degraded", (), ("Windows Executables",)),
    Row("connected, an engine stopped and started", firewall(cloud_status=status("connected"), system_log=syslog(
        event("other", 5, "Machine Learning engine for Shell started"),
        event("content_engine_stopped", 9, "Machine Learning engine for Shell stopped, please update your content"))),
        "healthy"),
    Row("connected, the name does not resolve", firewall(cloud_status=status("connected"), ping=unknown_host()),
        "degraded", ("name_resolution_failed possible",)),
    Row("connected, pings lost", firewall(cloud_status=status("connected"), ping=ping("lost")), "healthy"),
    # --- not applicable, not accessible ---------------------------------------------------------------------------
    Row("a release without MLAV", firewall(device=device("9.1.16-h3"), cloud_status=lost("refused", "unknown command")),
        "not_applicable", (), ("10.0.0", "9.1.16-h3"), missing=("cloud_status",)),
    Row("a Panorama", firewall(device=device(model="M-600")), "not_applicable", (), ("Panorama", "M-600")),
    Row("a virtual Panorama", firewall(device=device(model="Panorama")), "not_applicable", (), ("Panorama",)),
    Row("a VM-50 by its model", firewall(device=device(model="VM-50")), "not_applicable", (), ("VM-50",)),
    Row("a VM-50 by its license", firewall(device=device(model="PA-VM", vm_license="VM-50")), "not_applicable", (),
        ("VM-50",)),
    Row("a VM-100", firewall(device=device(model="PA-VM", vm_license="VM-100")), "broken", ("unexplained possible",)),
    Row("a VM-50 that is connected all the same", firewall(device=device(model="PA-VM", vm_license="VM-50"),
        cloud_status=status("connected")), "healthy"),
    *(Row(f"not accessible: {kind}", m.EvidenceSet("fw", "live", datetime(2026, 1, 1), "full",
          cloud_status=lost(kind, "It went wrong", "Do the right thing"), device=lost(kind, "It went wrong")),
          "undetermined", (), ("It went wrong", "Do the right thing"), missing=("cloud_status", "device"))
      for kind in ("unreachable", "authentication", "tls", "host_key", "permission", "missing_library")),
    # --- another cloud server -------------------------------------------------------------------------------------
    Row("another cloud server", firewall(cloud_status=status(server="ml.cloud.example.net"), ping=unknown_host()),
        "broken", ("name_resolution_failed proven",), ("cannot resolve ml.cloud.example.net",)),
    Row("another cloud server, intercepted", firewall(cloud_status=status(server="ml.cloud.example.net"),
        devsrv_log=devsrv(*x509(20))), "broken", ("tls_interception likely",), ("exclude ml.cloud.example.net",)),
    Row("an address as cloud server", firewall(cloud_status=status(server="198.51.100.77"), ping=lost(),
        netstat=netstat("SYN_SENT", to="198.51.100.77", addresses=())), "broken", ("port_443_blocked likely",),
        ("198.51.100.77",), missing=("ping",)),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_evidence_leads_to_verdict_and_causes(row: Row) -> None:
    found = diagnose(row.evidence)
    data = encode(found)
    validator("diagnosis").validate(data)
    assert json.loads(json.dumps(data)) == data
    assert (found.verdict, tuple(f"{cause.id} {cause.confidence}" for cause in found.causes)) == (
        row.verdict,
        row.causes,
    )
    for words in row.says:
        assert words in found.summary
    assert tuple(past.id for past in found.history) == row.past
    assert {entry.evidence for entry in found.missing} == set(row.missing)
    if row.red is not None:
        assert [check.id for check in found.checks if check.status == "fail" and check.blocked_by is None] == [row.red]
    for key, value in row.details.items():
        assert found.causes[0].details[key] == value


def test_log_window_is_an_option() -> None:
    evidence = firewall(devsrv_log=devsrv(*x509(20, 90)))
    narrow = diagnose(evidence, DiagnosisOptions(log_window=timedelta(hours=1)))
    assert [past.id for past in narrow.history] == ["tls_interception"]
    assert "log window of 1 h" in narrow.history[0].reason


DECRYPTS = [
    ("no rule", policy(), management(), "elsewhere"),
    ("rules may be missing", policy(complete=False), management(), "unknown"),
    ("policy not read", lost(), management(), "unknown"),
    ("management route, own rule", policy(rule()), management(), "unknown"),
    ("dataplane route, own rule for everything", policy(rule()), dataplane(), "this_firewall"),
    ("dataplane route, own rule for its zone", policy(rule(from_zones=("dmz",))), dataplane(), "this_firewall"),
    ("dataplane route, own rule for another zone", policy(rule(from_zones=("trust",))), dataplane(), "elsewhere"),
    ("its source network", policy(rule(sources=("10.1.5.0/24",))), dataplane(), "this_firewall"),
    ("another source network", policy(rule(sources=("10.9.0.0/16",))), dataplane(), "elsewhere"),
    ("not its source network", policy(rule(sources=("10.1.5.0/24",), negate_source=True)), dataplane(), "elsewhere"),
    ("a range that holds it", policy(rule(sources=("10.1.5.1-10.1.5.254",))), dataplane(), "this_firewall"),
    ("a named source", policy(rule(sources=("servers",))), dataplane(), "unknown"),
    ("another destination", policy(rule(destinations=("203.0.113.0/24",))), dataplane(), "elsewhere"),
    ("some URL category", policy(rule(categories=("financial-services",))), dataplane(), "unknown"),
    ("a disabled rule", policy(rule(disabled=True)), dataplane(), "elsewhere"),
    ("a no-decrypt rule", policy(rule(action="no-decrypt")), dataplane(), "elsewhere"),
    ("a no-decrypt rule above", policy(rule("skip", "no-decrypt"), rule()), dataplane(), "elsewhere"),
    ("a no-decrypt rule of another vsys", policy(rule("skip", "no-decrypt", location="vsys2"), rule()), dataplane(),
     "this_firewall"),
    ("a pushed no-decrypt rule of the same vsys", policy(rule("skip", "no-decrypt", location="vsys1/pre"), rule()),
     dataplane(), "elsewhere"),
    ("a rule without an action", policy(rule(action="unknown")), dataplane(), "unknown"),
    ("inbound inspection", policy(rule(kind="ssl-inbound-inspection")), dataplane(), "elsewhere"),
    ("excluded already", policy(rule(), exclusions=(exclusion(),)), dataplane(), "elsewhere"),
    ("excluded, switched off", policy(rule(), exclusions=(exclusion(False),)), dataplane(), "this_firewall"),
    ("excluded, default not known", policy(rule(), exclusions=(exclusion(None),)), dataplane(), "unknown"),
    ("another exclusion", policy(rule(), exclusions=(exclusion(name="*.example.com"),)), dataplane(), "this_firewall"),
    ("an exclusion in other case", policy(rule(), exclusions=(exclusion(name="*.PaloAltoNetworks.com"),)), dataplane(),
     "this_firewall"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rules", "route", "who"), DECRYPTS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_who_decrypts(name: str, rules: Any, route: Any, who: str) -> None:
    found = diagnose(firewall(decryption=rules, service_route=route, devsrv_log=devsrv(*x509(20))))
    cause = found.causes[0]
    assert (cause.id, cause.details["decrypts"]) == ("tls_interception", who)
    on_this_firewall = "ssl-exclude-cert" in cause.remedy.text
    assert on_this_firewall == (who == "this_firewall")
    assert cause.remedy.actor == ("firewall_admin" if who == "this_firewall" else "decryption_admin")


def test_a_disabled_exclusion_is_to_be_enabled() -> None:
    rules = policy(rule(), exclusions=(exclusion(False),))
    found = diagnose(firewall(decryption=rules, service_route=dataplane(), devsrv_log=devsrv(*x509(20))))
    assert "is disabled (`exclude no`)" in found.causes[0].remedy.text
    assert "Enable the exclusion" in found.summary


def test_an_exclusion_that_may_not_be_committed_leaves_it_open() -> None:
    rules = policy(rule(), exclusions=(exclusion(),))
    found = diagnose(
        firewall(
            decryption=rules, service_route=dataplane(), devsrv_log=devsrv(*x509(20)), commit_state=jobs(pending=True)
        )
    )
    assert found.causes[0].details["decrypts"] == "unknown"


def test_history_says_when_and_why() -> None:
    old = sig("http", 500, "", ago(120), first=ago(600), count=7)
    found = diagnose(firewall(cloud_status=status("connected"), devsrv_log=devsrv(old)))
    past = found.history[0]
    assert (past.id, past.count, past.reason) == ("cloud_service_error", 7, "the firewall is connected now")
    assert (past.first_seen, past.last_seen) == (NOW - timedelta(minutes=600), NOW - timedelta(minutes=120))
    assert STOPPED not in past.sample


OVER = [
    (firewall(devsrv_log=devsrv(*x509(10, 3000))), "certificate_expired"),
    (firewall(devsrv_log=devsrv(*x509(10, 3000)), clock=clock(172800)), "clock_skew"),
    (firewall(devsrv_log=devsrv(http(403, minutes=3000))), "cloud_rejected_request"),
    (
        firewall(
            device=device("10.0.1"), licenses=licenses(), devsrv_log=devsrv(http(400, CONTENT_TEXT, minutes=3000))
        ),
        "unlicensed_content_defect",
    ),
    (firewall(devsrv_log=devsrv(dns_error(3000)), device=device("10.1.12")), "defect_pan_229832"),
    (firewall(devsrv_log=devsrv(dns_error(3000)), ping=lost()), "name_resolution_failed"),
    (
        firewall(system_log=syslog(event("client_certificate", 3000, "MLAV: Revoked Client Certificate."))),
        "device_certificate_invalid",
    ),
]


@pytest.mark.parametrize(("evidence", "cause_id"), OVER, ids=[row[1] for row in OVER])
def test_what_is_over(evidence: m.EvidenceSet, cause_id: str) -> None:
    found = diagnose(evidence)
    assert [past.id for past in found.history] == [cause_id]
    assert cause_id not in [cause.id for cause in found.causes]
    assert "log window of 24 h" in found.history[0].reason
