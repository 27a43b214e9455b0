# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must have been read before an absence proves anything.

A rule that relies on an absence (no newer error, no session, no commit, no such address) is only as good as the answer
in which it is absent. Each such rule names its witnesses here. A finding that lacks a witness is ``likely`` at most.
docs/contributing.md has the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.defects import ROOTS, ROOTS_CONTENT
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import NOT_ASKED_KIND
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Sibling

Roots = Literal["outdated", "good", "unknown"]


@dataclass(frozen=True)
class Witness:
    """An answer that was read whole. ``says`` completes "only if …"."""

    id: str
    says: str
    holds: Callable[[Case], bool]


def _ping(case: Case) -> bool:
    # A tech-support file holds no ping: its logs are from the same moment and take the ping's place.
    return case.evidence.ping.value is not None or case.from_archive


def _interfaces(case: Case) -> bool:
    listed = case.evidence.interfaces
    return listed.value is not None and listed.value.complete and listed.problem is None


def _interfaces_of_route(case: Case) -> bool:
    return not case.leaves_by_dataplane or _interfaces(case)


def _jobs_since_restart(case: Case) -> bool:
    state = case.evidence.commit_state
    # The unrecognized one of the two answers may be that for pending changes.
    whole = state.problem is None or (state.value is not None and state.value.pending_changes is None)
    if state.value is None or not whole or case.restarted is None:
        return False
    times = [case.local(job.enqueued or job.finished) for job in state.value.jobs]
    return any(moment is not None and moment <= case.restarted for moment in times)


def _uptime(case: Case) -> bool:
    device = case.evidence.device.value
    return device is not None and device.uptime_s is not None


def _route(case: Case) -> bool:
    route = case.evidence.service_route.value
    return route is not None and route.kind != "undetermined"


def _active(case: Case) -> bool:
    route, pair = case.evidence.service_route.value, case.evidence.high_availability.value
    by_management = route is not None and route.kind == "management"
    return by_management or (pair is not None and case.ha_inactive is None)


def _policy(case: Case) -> bool:
    policy = case.evidence.decryption
    return policy.value is not None and policy.value.complete and policy.problem is None


RELEASE = Witness("device", "the release is known and has MLAV", lambda case: case.release is not None)
ROUTE = Witness("service_route", "the service route is known", _route)
PING = Witness("ping", "the cloud server was pinged (a tech-support file holds no ping)", _ping)
NETSTAT = Witness("netstat", "the connection table was read whole", lambda case: case.netstat_whole)
INTERFACES = Witness("interfaces", "all interfaces were listed, when the source is one of them", _interfaces_of_route)
DEVSRV_LOG = Witness(
    "devsrv_log",
    "devsrv.log was read and covers the last attempts to connect",
    lambda case: case.log_was_read and case.evidence.devsrv_log.problem is None,
)
SYSTEM_LOG = Witness(
    "system_log",
    "the system log was read whole",
    lambda case: case.evidence.system_log.value is not None and case.evidence.system_log.problem is None,
)
CLOCK = Witness("clock", "the firewall's time is known", lambda case: case.now is not None)
PAIR = Witness(
    "high_availability",
    "the HA state is known",
    lambda case: case.evidence.high_availability.value is not None,
)
ACTIVE = Witness(
    "active",
    "the firewall is known to be active, or its source is the management interface",
    _active,
)
JOBS = Witness(
    "jobs",
    "the list of jobs was read",
    lambda case: case.evidence.commit_state.value is not None and case.evidence.commit_state.problem is None,
)
JOBS_SINCE_RESTART = Witness("jobs_since_restart", "the list of jobs reaches back to the restart", _jobs_since_restart)
COMMITS = Witness(
    "commits",
    "it is known whether a commit followed, if device-server was restarted",
    lambda case: case.restarted is None or case.commit_after_restart is not None,
)
UPTIME = Witness("uptime", "the uptime is known and shows no reboot since", _uptime)
POLICY = Witness("decryption", "the decryption policy was read whole, including pushed rules", _policy)

# A log line counts as the current error only if nothing newer was left unread.
OF_LOGS = (ROUTE, INTERFACES, PING, NETSTAT, DEVSRV_LOG, SYSTEM_LOG, CLOCK, COMMITS)

SIBLINGS = Witness(
    "siblings",
    "the other clouds answered, if they were queried",
    lambda case: case.evidence.siblings.problem is None or case.evidence.siblings.problem.kind == NOT_ASKED_KIND,
)

# What each cause relies on besides that.
OF_CAUSES: Mapping[str, tuple[Witness, ...]] = {
    "device_server_unavailable": (JOBS,),
    "commit_force_needed": (ACTIVE, JOBS_SINCE_RESTART, UPTIME),
    "service_route_invalid": (PAIR, PING, NETSTAT, INTERFACES),
    "name_resolution_failed": (ACTIVE,),
    "port_443_blocked": (ACTIVE, PING, NETSTAT, DEVSRV_LOG, SYSTEM_LOG, CLOCK, ROUTE, INTERFACES),
    "proxy_unreachable": (ACTIVE, PING, NETSTAT, DEVSRV_LOG, SYSTEM_LOG, CLOCK, ROUTE, INTERFACES),
    "defect_pan_229832": (SIBLINGS,),
    "cloud_unreachable": (ACTIVE, NETSTAT),
}

# A peer that is not active is disconnected as expected only if no other fault was found.
STANDBY = (DEVSRV_LOG, SYSTEM_LOG, INTERFACES)


def missing(case: Case, cause_id: str, from_log: bool) -> tuple[Witness, ...]:
    """The witnesses that a finding lacks; ``from_log``: it relies on a log line."""
    needed = (RELEASE, *OF_CAUSES.get(cause_id, ()), *(OF_LOGS if from_log else ()))
    return tuple(witness for witness in dict.fromkeys(needed) if not witness.holds(case))


def expected_of_standby(case: Case) -> bool:
    """Whether the peer is disconnected as expected: no current error of its own, in answers that were read."""
    if case.state != "disconnected" or not case.is_standby or not all(witness.holds(case) for witness in STANDBY):
        return False
    own_errors = any(trace.theme != "engines_stopped" for trace in case.timeline.current)
    wrong_route = case.route_fault is not None and not case.route_fault_is_normal
    return not own_errors and not wrong_route


def own_policy_is_known(case: Case) -> bool:
    """Whether no unread rule can hide a matching rule of this firewall."""
    return POLICY.holds(case) and INTERFACES.holds(case)


# --- the other clouds of device-server ---------------------------------------------------------------------------


def siblings(case: Case) -> Mapping[str, str]:
    """The states of the other clouds that are known, by name."""
    found = case.evidence.siblings.value
    if found is None:
        return {}
    clouds: dict[str, Sibling | None] = {
        "the URL cloud": found.url_cloud,
        "WildFire": found.wildfire,
        "the security client of ctd-agent": found.ctd_agent,
    }
    return {name: cloud.state for name, cloud in clouds.items() if cloud is not None}


def _lost_siblings_count(case: Case) -> bool:
    """Whether lost clouds mean something: PAN-DB does not admit a peer that is not active.

    Source: documentation "PAN-DB Cloud Connectivity Issues".
    """
    return case.evidence.high_availability.value is not None and case.ha_inactive is None


def siblings_fail_alike(case: Case) -> bool:
    """Whether all other known clouds, two at least, are disconnected too: the cause is shared.

    One whose answer is unrecognized may be connected.
    """
    states = siblings(case)
    return _lost_siblings_count(case) and len(states) > 1 and set(states.values()) == {"disconnected"}


def siblings_are_lost(case: Case) -> bool:
    """Whether at least one other cloud is disconnected, and none is known to be connected."""
    states = set(siblings(case).values())
    return _lost_siblings_count(case) and "disconnected" in states and "connected" not in states


def connected_siblings(case: Case) -> tuple[str, ...]:
    """The other clouds that are connected: path, name resolution and decryption work for them."""
    return tuple(name for name, state in siblings(case).items() if state == "connected")


# --- the trusted roots -------------------------------------------------------------------------------------------


def roots(case: Case) -> Roots:
    """Whether the firewall has the trusted roots that came before 2023-12-31.

    A release, the content or a valid device certificate brings them.
    """
    device, certificate = case.evidence.device.value, case.evidence.device_certificate.value
    if device is None:
        return "unknown"
    word = (certificate.status if certificate is not None else None) or device.device_certificate_status or ""
    content = _content(device.app_version)
    affected = ROOTS.affects(case.release)
    if word.lower() == "valid" or affected == "fixed" or (content is not None and content >= ROOTS_CONTENT):
        return "good"
    return "outdated" if affected == "affected" and content is not None else "unknown"


def _content(version: str | None) -> tuple[int, int] | None:
    """``8776-8390`` as numbers."""
    major, _dash, minor = (version or "").strip().partition("-")
    if not (major.isascii() and major.isdigit() and len(major) < 7):
        return None
    return int(major), int(minor) if minor.isascii() and minor.isdigit() and len(minor) < 7 else 0
