# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of the path to the cloud server: service route, name resolution, ICMP, TCP."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis import wording
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import (
    Outcome,
    compare,
    lacking,
    quoted,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import UNREACHABLE, address_of
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Status
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief, brief_name
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import ServiceRoute

_ESTABLISHED = "ESTABLISHED"


def service_route(case: Case) -> Outcome:
    evidence = case.evidence.service_route
    if case.route_fault is not None:
        if case.route_fault_is_normal:
            by_design = f"This may be by design: this peer is {brief_name(case.ha_inactive)}."
            return Outcome("warn", f"The {case.route_fault}. {by_design}")
        message = f"The service route is unusable: {case.route_fault}."
        return Outcome("fail", message, f"service route unusable: {case.route_fault}")
    route = evidence.value
    if route is None:
        return lacking(evidence, "Service route for Palo Alto Networks Services")
    if route.kind == "undetermined":
        return Outcome("error", f"The service route is unknown: {brief(route.reason or 'no reason given')}.")
    message = f"{_origin(route)}, via {wording.egress(case)}.{_remarks(case, route)}"
    if route.kind == "dataplane" and address_of(route.source_address) is None:
        got = quoted(route.source_address) if route.source_address else "none"
        return Outcome("error", f"{message} Unresolved source: {compare('an IP address', got)}.")
    return Outcome("pass" if route.complete else "warn", message)


def _origin(route: ServiceRoute) -> str:
    return {
        "default": "Default service route",
        "local": "Service route set on the firewall",
        "template": "Service route pushed by Panorama",
        "destination": "Destination service route",
    }[route.origin]


def _remarks(case: Case, route: ServiceRoute) -> str:
    remarks = ""
    address = address_of(case.address)
    # No destination route overrides a management interface that was set explicitly.
    if route.origin != "destination" and not route.explicit_mgt and address is not None:
        for entry in route.destination_routes:
            if address_of(entry.destination.partition("/")[0]) == address:
                remarks += (
                    f" A destination route for {address} overrides it: {brief(entry.interface or entry.address)}."
                )
    if route.proxy_server:
        remarks += f" A proxy is configured ({brief(case.proxy)}); whether MLAV uses it is unknown."
    if not route.complete:
        remarks += " Values pushed by Panorama may be missing."
    return remarks


def name_resolution(case: Case) -> Outcome:
    server = brief(case.server)
    failed = case.timeline.of("dns")
    if case.resolves is False:
        got = compare("an IP address", quoted("unknown host"))
        message = f"{server} does not resolve (DNS servers: {wording.dns(case)}): {got}."
        return Outcome("fail", message, f"{wording.server(case)} does not resolve", failed)
    if failed:
        when = f" {case.time.describe(failed[0].last)}" if failed[0].last is not None else ""
        reported = f"devsrv.log reported {quoted(failed[0].text)}{when}"
        if case.resolves is None:
            return Outcome("error", f"{reported}; whether {server} resolves now is unknown.", traces=failed)
        address = f" ({case.address})" if case.address else ""
        return Outcome("warn", f"{server} resolves now{address}, but {reported}.", traces=failed)
    if case.resolves is None:
        return _no_ping(case, "Name resolution")
    if address_of(case.server) is not None:
        return Outcome("pass", f"The cloud server is configured by address, {server}.")
    return Outcome("pass", f"{server} resolves{f' to {case.address}' if case.address else ''}.")


def _no_ping(case: Case, what: str) -> Outcome:
    ping = case.evidence.ping
    if ping.value is None:
        return lacking(ping, "Ping of the cloud server")
    return Outcome("skipped", f"{what} was not tested: the ping failed earlier.")


def icmp_reachability(case: Case) -> Outcome:
    ping = case.evidence.ping.value
    if ping is None or ping.outcome in ("unknown_host", "bind_failed", "wrong_family"):
        return _no_ping(case, "ICMP")
    if ping.outcome == "answered":
        return Outcome("pass", f"{case.address or brief(case.server)} answers ping.")
    if ping.outcome == "lost":
        loss = f" ({ping.loss_percent}% loss)" if ping.loss_percent is not None else ""
        return Outcome(
            "warn", f"Pings are lost{loss}. That proves nothing by itself: many networks drop ICMP and allow TCP 443."
        )
    if ping.outcome not in UNREACHABLE:
        return Outcome("warn", "A filter on the path prohibits ICMP. TCP 443 may still be allowed.")
    reported = UNREACHABLE[ping.outcome]
    if case.established:
        return Outcome("warn", f"Ping reports {reported}, but a session to the cloud server is established.")
    return Outcome("fail", f"No route to the cloud server: {compare('a ping reply', reported)}.")


def tcp_connection(case: Case) -> Outcome:
    evidence = case.evidence.netstat
    failed = case.timeline.of("tcp", "proxy")
    if case.established:
        return Outcome("pass", "A session to the cloud server is established on port 443.")
    if case.syn_sent:
        got_through = case.live is None and case.talked_recently
        if got_through:
            return Outcome("warn", "A connection attempt is in progress (SYN_SENT); the previous one got through.")
        message = f"TCP port 443 does not answer: {compare(_ESTABLISHED, 'SYN_SENT')}."
        return Outcome("fail", message, traces=failed)
    if case.proxy is not None and case.syn_sent_to_proxy:
        status: Status = "fail" if case.live is not None else "warn"
        return Outcome(status, f"The proxy {brief(case.proxy)} does not answer: {compare(_ESTABLISHED, 'SYN_SENT')}.")
    if failed:
        when = f" {case.time.describe(failed[0].last)}" if failed[0].last is not None else ""
        message = f"The connection failed: devsrv.log reported {quoted(failed[0].text)}{when}."
        return Outcome("fail", message, traces=failed)
    table = evidence.value
    if table is None:
        return lacking(evidence, "Connection table")
    if table.rows == 0:
        return Outcome("error", "No row of the connection table was recognized.")
    if not table.addresses and case.address is None:
        return Outcome("skipped", "The cloud server's address is unknown, so its sessions cannot be identified.")
    states = sorted({brief_name(row.state) for row in case.cloud_connections})
    if states:
        return Outcome("warn", f"No session is established now: {compare(_ESTABLISHED, ', '.join(states))}.")
    return Outcome("warn", "The connection table has no session to the cloud server now.")
