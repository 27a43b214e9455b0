# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read out of the evidence before a rule judges it: the server, clocks, sessions, the route, jobs, restarts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    ago,
    clock,
    curl,
    dataplane,
    device,
    devsrv,
    dns_error,
    ev,
    event,
    firewall,
    http,
    interfaces,
    job,
    jobs,
    lost,
    management,
    netstat,
    pair,
    ping,
    reconnected,
    restarted,
    sig,
    status,
    syslog,
    unknown_host,
    x509,
)

TCP_FAILED = curl("Couldn't connect to server")
UNTRUSTED = "unable to get local issuer certificate"
NO_SERVER = status(server=None)
OVERRIDE = management(cloud_server_override="ml.eu.example.net")

SERVERS: list[tuple[str, m.EvidenceSet, str | None]] = [
    ("the firewall's own word", firewall(service_route=OVERRIDE), "ml.service.paloaltonetworks.com"),
    ("the configuration", firewall(cloud_status=NO_SERVER, service_route=OVERRIDE), "ml.eu.example.net"),
    ("what was pinged", firewall(cloud_status=NO_SERVER, ping=ping(host="ml.asia.example.net")), "ml.asia.example.net"),
    ("nothing", firewall(cloud_status=lost(), service_route=lost(), ping=lost()), None),
    ("a ping without a name", firewall(cloud_status=NO_SERVER, ping=ping(host="")), None),
]


@pytest.mark.parametrize(("evidence", "server"), [row[1:] for row in SERVERS], ids=[row[0] for row in SERVERS])
def test_which_cloud_server(evidence: m.EvidenceSet, server: str | None) -> None:
    assert diagnose(evidence).cloud_server == server


def tls_event(minutes: float) -> m.SystemEvent:
    return event("tls_validation_failed", minutes, "MLAV Server certificate validation failed.", UNTRUSTED)


def with_offset(log: Any) -> Any:
    """A log whose own lines tell the device's offset from UTC."""
    return replace(log, value=replace(log.value, utc_offset_s=-18000))


def done(kind: str = "Commit", result: str | None = "OK", enqueued: float | None = 30, finished: Any = None) -> Any:
    moment = None if enqueued is None else ago(enqueued, aware=False)
    return jobs(m.Job(7, kind, "FIN", result, "admin", moment, finished))


RESTARTED = syslog(restarted(60))
NO_FORCE = ["commit_force_needed proven"]
OTHERWISE = ["commit_force_needed likely"]
OPEN = ["commit_force_needed possible"]
UNEXPLAINED = ["unexplained possible"]
DOWN = m.Interface("ethernet1/5", "Down (admin)", ("10.1.5.254",))
OTHER_DOWN = m.Interface("ethernet1/6", "down", ("10.1.6.254",))
UP = m.Interface("ethernet1/5", "up", ("10.1.5.254",))
NO_ADDRESS = m.Interface("ethernet1/5", "up")

CAUSES: list[tuple[str, m.EvidenceSet, list[str]]] = [
    # Clocks. An offset that a log tells makes a small skew mean something.
    ("no offset", firewall(clock=clock(20, None), system_log=syslog(
        event("tls_validation_failed", 5, "MLAV Server …", "certificate has expired"))),
     ["clock_skew possible", "certificate_expired possible"]),
    ("an offset of devsrv.log", firewall(clock=clock(20, None), devsrv_log=with_offset(devsrv(*x509(10)))),
     ["certificate_expired proven"]),
    ("an offset of the system log", firewall(clock=clock(20, None), system_log=with_offset(syslog(
        event("tls_validation_failed", 5, "MLAV Server …", "certificate has expired")))),
     ["certificate_expired proven"]),
    # Without devsrv.log, an error of the system log may have been followed by another.
    ("two attempts ago", firewall(devsrv_log=lost(), system_log=syslog(tls_event(30))), ["tls_interception likely"]),
    ("more than two attempts ago", firewall(devsrv_log=lost(), system_log=syslog(tls_event(30.1))),
     ["tls_interception likely"]),
    ("more than two attempts ago, no clock",
     firewall(clock=lost(), devsrv_log=lost(), system_log=syslog(tls_event(30.1))), ["tls_interception likely"]),
    ("a restart at an unknown distance", firewall(clock=lost(), devsrv_log=lost(), system_log=RESTARTED), OTHERWISE),
    # What of devsrv.log counts as read.
    ("one line", firewall(devsrv_log=devsrv(lines=1)), UNEXPLAINED),
    ("no line but an error", firewall(devsrv_log=devsrv(curl("SSL connect error"), lines=0)), UNEXPLAINED),
    # Sessions.
    ("a state in small letters", firewall(netstat=netstat("syn_sent")), ["port_443_blocked proven"]),
    ("an established session in small letters", firewall(netstat=netstat("established"), devsrv_log=devsrv(TCP_FAILED)),
     UNEXPLAINED),
    ("SYN_SENT to an address with a zone", firewall(ping=ping("lost", "fe80::10%eth0"),
     netstat=netstat("SYN_SENT", to="fe80::10 ", addresses=())), ["port_443_blocked proven"]),
    ("SYN_SENT, and an HTTP error within one attempt", firewall(netstat=netstat("SYN_SENT"), devsrv_log=devsrv(
        http(500, minutes=15))), ["cloud_service_error proven", "port_443_blocked possible"]),
    ("SYN_SENT, and an HTTP error at an unknown time", firewall(netstat=netstat("SYN_SENT"), devsrv_log=devsrv(
        sig("http", 500, "", None))), ["port_443_blocked proven", "cloud_service_error likely"]),
    # The service route.
    ("another interface is down", firewall(service_route=dataplane(), ping=ping("lost"), interfaces=interfaces(
        OTHER_DOWN, UP)), UNEXPLAINED),
    ("its interface is down", firewall(service_route=dataplane(), ping=ping("lost"), interfaces=interfaces(DOWN)),
     ["service_route_invalid proven"]),
    ("interfaces not known", firewall(service_route=dataplane(), ping=lost(), interfaces=lost(), devsrv_log=devsrv(
        *x509(20))), ["tls_interception likely"]),
    ("no interface has an address", firewall(service_route=dataplane(), ping=ping("host_unreachable"),
     interfaces=interfaces(NO_ADDRESS)), ["cloud_unreachable proven"]),
    ("no interface has the source", firewall(service_route=dataplane("10.1.9.9"), ping=ping("host_unreachable"),
     interfaces=interfaces(UP)), ["service_route_invalid proven", "cloud_unreachable proven"]),
    ("no interface has the source, but pings get out", firewall(service_route=dataplane("10.1.9.9"), ping=ping("lost"),
     interfaces=interfaces(UP)), UNEXPLAINED),
    ("a management route beside an interface that is down", firewall(ping=ping("lost"), interfaces=interfaces(DOWN)),
     UNEXPLAINED),
    ("passive, and no interface has the source", firewall(high_availability=pair("passive"),
     service_route=dataplane("10.1.9.9"), ping=lost(), interfaces=interfaces(UP)), ["service_route_invalid likely"]),
    # A pair.
    ("a pair whose state is not known", firewall(high_availability=pair("")), UNEXPLAINED),
    ("no pair, but a state", firewall(high_availability=ev(m.HighAvailability(False, state="passive"))), UNEXPLAINED),
    # A restart of device-server.
    ("a restart, and a reconnect in the same second", firewall(system_log=syslog(reconnected(60), restarted(60))),
     NO_FORCE),
    ("a restart, and booted at that moment", firewall(system_log=RESTARTED, device=device(uptime_s=3600)), NO_FORCE),
    ("a restart, and booted a second later", firewall(system_log=RESTARTED, device=device(uptime_s=3599)), UNEXPLAINED),
    ("a restart, and up for longer than there are years", firewall(system_log=RESTARTED, device=device(
        uptime_s=10**12)), NO_FORCE),
    ("a restart, booted since, no clock", firewall(system_log=RESTARTED, device=device(uptime_s=60), clock=lost()),
     OTHERWISE),
    ("a restart, and a commit in the same second", firewall(system_log=RESTARTED, commit_state=done(enqueued=60)),
     OTHERWISE),
    ("a restart, and a commit that has only an end", firewall(system_log=RESTARTED, commit_state=done(
        enqueued=None, finished=ago(30, aware=False))), OTHERWISE),
    ("a restart, and a commit at an unknown time", firewall(system_log=RESTARTED, commit_state=done(enqueued=None)),
     OPEN),
    ("a restart, and a commit without a result", firewall(system_log=RESTARTED, commit_state=done(result=None)),
     NO_FORCE),
    ("a restart, and an automatic commit", firewall(system_log=RESTARTED, commit_state=done("AutoCom", "ok")),
     OTHERWISE),
    ("a restart, and a commit, but other errors", firewall(system_log=RESTARTED, commit_state=done(),
     devsrv_log=devsrv(curl("SSL connect error"))), [*OPEN, *UNEXPLAINED]),
    ("a restart, and an error in the same second", firewall(system_log=RESTARTED, devsrv_log=devsrv(http(500,
        minutes=60))), ["cloud_service_error proven"]),
    ("a restart, and an error at an unknown time", firewall(system_log=RESTARTED, devsrv_log=devsrv(
        sig("http", 500, "", None))), [*NO_FORCE, "cloud_service_error likely"]),
    # Evidence that was only partly understood leaves it open.
    *((f"{name} only partly understood", replace(firewall(), **{name: replace(
        getattr(firewall(), name), problem=m.Problem("unrecognized", "some lines"))}), [])
      for name in ("service_route", "ping", "netstat", "devsrv_log", "system_log")),
    # Jobs that keep device-server busy.
    *((f"busy while a job of type {kind} runs", firewall(cloud_status=status("busy", attempts=3), commit_state=jobs(
        job(kind, 1, "act", "PEND"))), ["device_server_unavailable possible"])
      for kind in ("AutoCom", "Content", "AntiVirus", "WildFire", "SWInstall", "Threat", "Validate", "HA-Sync")),
    ("busy after a commit", firewall(cloud_status=status("busy", attempts=3), commit_state=done()),
     ["device_server_unavailable proven"]),
    ("busy beside a job without a status", firewall(cloud_status=status("busy", attempts=3), commit_state=jobs(
        m.Job(None, "Commit", None, None, None, None, None))), ["device_server_unavailable proven"]),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "causes"), [row[1:] for row in CAUSES], ids=[row[0] for row in CAUSES])
def test_what_is_read_and_what_it_leads_to(evidence: m.EvidenceSet, causes: list[str]) -> None:
    assert [f"{cause.id} {cause.confidence}" for cause in diagnose(evidence).causes] == causes


LIVE: list[tuple[str, m.EvidenceSet, str, list[str]]] = [
    ("the service route", firewall(service_route=dataplane(), ping=ping("bind_failed", None)),
     "source address of the service route cannot be bound", ["name_resolution_failed"]),
    ("name resolution", firewall(ping=unknown_host()), "ml.service.paloaltonetworks.com does not resolve",
     ["port_443_blocked"]),
    *(("routing", firewall(ping=ping(outcome)), "ml.service.paloaltonetworks.com is unreachable",
       ["name_resolution_intermittent"]) for outcome in ("network_unreachable", "host_unreachable")),
    ("TCP", firewall(netstat=netstat("SYN_SENT")), "TCP port 443 of the cloud server does not answer",
     ["name_resolution_intermittent"]),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "seen", "over"), [row[1:] for row in LIVE], ids=[row[0] for row in LIVE])
def test_what_is_seen_now_outranks_the_errors_that_it_does_not_explain(
    evidence: m.EvidenceSet, seen: str, over: list[str]
) -> None:
    """DNS, TCP, both at one moment, so that neither outranks the other."""
    both = devsrv(dns_error(5), curl("Couldn't connect to server", 5))
    found = diagnose(replace(evidence, devsrv_log=both))
    assert [past.id for past in found.history] == over
    assert {past.reason for past in found.history} == {f"outranked by the current state: {seen}"}
