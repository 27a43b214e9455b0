# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of the path to the cloud server: service route, name resolution, ICMP, TCP.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis import wording
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import Outcome, compare, lacking
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import UNREACHABLE, address_of
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Status
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief, brief_name, shown
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import ServiceRoute


def service_route(case: Case) -> Outcome:
    evidence = case.evidence.service_route
    if case.route_fault is not None:
        if case.route_fault_is_normal:
            state = brief_name(case.ha_inactive)
            return Outcome("warn", f"{case.route_fault}, which may be by design: this unit is {state}.")
        wanted = compare("a source address on an interface that is up", case.route_fault)
        return Outcome("fail", f"The service route cannot work. {wanted}", degrades=True)
    route = evidence.value
    if route is None:
        return lacking(evidence, "The service route of Palo Alto Networks Services")
    if route.kind == "undetermined":
        return Outcome("error", f"The service route is not known: {brief(route.reason or 'no reason given')}.")
    message = f"{_origin(route)}: {wording.way(case)}.{_remarks(case, route)}"
    if route.kind == "dataplane" and address_of(route.source_address) is None:
        named = compare("an IP address", route.source_address or "none")
        return Outcome("error", f"{message} Its source address cannot be resolved. {named}")
    return Outcome("pass" if route.complete else "warn", message)


def _origin(route: ServiceRoute) -> str:
    return {
        "default": "Default service route",
        "local": "Service route configured on the firewall",
        "template": "Service route pushed by Panorama",
        "destination": "Service route by destination",
    }[route.origin]


def _remarks(case: Case, route: ServiceRoute) -> str:
    remarks = ""
    address = address_of(case.address)
    # A management interface that was chosen by name is overridden by none.
    if route.origin != "destination" and not route.explicit_mgt and address is not None:
        for entry in route.destination_routes:
            if address_of(entry.destination.partition("/")[0]) == address:
                remarks += (
                    f" A destination route for {address} overrides it: {brief(entry.interface or entry.address)}."
                )
    if route.proxy_server:
        remarks += f" A proxy is configured ({brief(case.proxy)}); whether MLAV uses it is not known."
    if not route.complete:
        remarks += " Values pushed by Panorama may be missing."
    return remarks


def name_resolution(case: Case) -> Outcome:
    server = brief(case.server)
    failed = case.timeline.of("dns")
    if case.resolves is False:
        wanted = compare("an IP address", "unknown host")
        message = f"{server} does not resolve (DNS servers: {wording.dns(case)}). {wanted}"
        return Outcome("fail", message, degrades=True, traces=failed)
    if failed:
        when = f" at {shown(failed[0].last)}" if failed[0].last is not None else ""
        said = f"devsrv.log: {brief(failed[0].text)}{when}"
        if case.resolves is None:
            return Outcome("error", f"{said}. Whether {server} resolves now is not known.", traces=failed)
        return Outcome("warn", f"{server} resolves now to {case.address or 'an address'}, but {said}", traces=failed)
    if case.resolves is None:
        return _no_ping(case, "Whether the name resolves")
    if address_of(case.server) is not None:
        return Outcome("pass", f"The cloud server is given by its address, {server}.")
    return Outcome("pass", f"{server} resolves to {case.address or 'an address'}.")


def _no_ping(case: Case, what: str) -> Outcome:
    ping = case.evidence.ping
    if ping.value is None:
        return lacking(ping, "The ping of the cloud server")
    return Outcome("skipped", f"{what} cannot be told: the ping did not get that far.")


def icmp_reachability(case: Case) -> Outcome:
    ping = case.evidence.ping.value
    if ping is None or ping.outcome in ("unknown_host", "bind_failed", "wrong_family"):
        return _no_ping(case, "Whether ICMP gets through")
    if ping.outcome == "answered":
        return Outcome("pass", f"{case.address or brief(case.server)} answers the ping.")
    if ping.outcome == "lost":
        lost = f"{ping.loss_percent} % lost" if ping.loss_percent is not None else "lost"
        message = "ICMP gets lost, which alone proves nothing: many networks drop it and let TCP 443 through."
        return Outcome("warn", f"{message} {compare('answers', lost)}")
    if ping.outcome not in UNREACHABLE:
        message = "A filter on the path answers that it prohibits ICMP; TCP 443 may be let through all the same."
        return Outcome("warn", f"{message} {compare('answers', 'prohibited')}")
    said = UNREACHABLE[ping.outcome]
    if case.established:
        return Outcome("warn", f"The ping says {said}, but a session to the cloud server is established.")
    return Outcome("fail", f"No route to the cloud server. {compare('answers', said)}")


def tcp_connection(case: Case) -> Outcome:
    evidence = case.evidence.netstat
    failed = case.timeline.of("tcp", "proxy")
    wanted = "ESTABLISHED on port 443"
    if case.established:
        return Outcome("pass", "A session to the cloud server is established on port 443.")
    if case.syn_sent:
        got_through = case.live is None and case.talked_recently
        if got_through:
            return Outcome(
                "warn", f"A connection is being attempted; the last one got through. {compare(wanted, 'SYN_SENT')}"
            )
        return Outcome("fail", f"TCP port 443 does not answer. {compare(wanted, 'SYN_SENT')}", traces=failed)
    if case.proxy is not None and case.syn_sent_to_proxy:
        status: Status = "fail" if case.live is not None else "warn"
        return Outcome(
            status, f"The proxy {brief(case.proxy)} does not answer. {compare(wanted, 'SYN_SENT to the proxy')}"
        )
    if failed:
        return Outcome(
            "fail", f"devsrv.log: {brief(failed[0].text)}. {compare('a connection', failed[0].text)}", traces=failed
        )
    table = evidence.value
    if table is None:
        return lacking(evidence, "The connection table")
    if table.rows == 0:
        return Outcome("error", "No row of the connection table was understood.")
    if not table.addresses and case.address is None:
        return Outcome("skipped", "Its address is not known, so its sessions cannot be identified.")
    states = sorted({brief_name(row.state) for row in case.cloud_connections})
    if states:
        return Outcome("warn", f"There was a session, but none is established. {compare(wanted, ', '.join(states))}")
    return Outcome("warn", f"There is no connection to the cloud server now. {compare(wanted, 'no row')}")
