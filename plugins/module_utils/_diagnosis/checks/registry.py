# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All checks in dependency order, each run independently: one that crashes is an error and hides no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks import cloud, device, network
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import CheckSpec, Outcome
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief

CHECKS: tuple[CheckSpec, ...] = (
    CheckSpec("device_access", "Firewall access", device.device_access, ()),
    CheckSpec("supported_release", "MLAV support", device.supported_release, ("device",), ("device_access",)),
    CheckSpec(
        "device_server",
        "device-server",
        device.device_server,
        ("software_status",),
        ("supported_release",),
    ),
    CheckSpec(
        "cloud_connection",
        "MLAV cloud connection",
        device.cloud_connection,
        ("cloud_status",),
        ("device_server",),
    ),
    CheckSpec(
        "high_availability",
        "HA state",
        device.high_availability,
        ("high_availability",),
        ("supported_release",),
    ),
    CheckSpec("device_clock", "Firewall clock", device.device_clock, ("clock",), ("supported_release",)),
    CheckSpec("license", "Licenses", device.license_facts, ("licenses",), ("supported_release",)),
    CheckSpec(
        "device_certificate",
        "Device certificate",
        device.device_certificate,
        ("device_certificate", "system_log"),
        ("supported_release",),
    ),
    CheckSpec(
        "service_route",
        "Service route",
        network.service_route,
        ("service_route", "interfaces"),
        ("supported_release",),
    ),
    CheckSpec(
        "name_resolution",
        "Name resolution",
        network.name_resolution,
        ("ping", "devsrv_log"),
        ("service_route",),
    ),
    CheckSpec(
        "icmp_reachability",
        "Ping (ICMP)",
        network.icmp_reachability,
        ("ping",),
        ("name_resolution",),
    ),
    CheckSpec(
        "tcp_connection",
        "TCP session on port 443",
        network.tcp_connection,
        ("netstat", "devsrv_log"),
        ("icmp_reachability",),
    ),
    CheckSpec(
        "tls_validation",
        "TLS certificate validation",
        cloud.tls_validation,
        ("devsrv_log", "system_log"),
        ("device_clock", "tcp_connection"),
    ),
    CheckSpec(
        "cloud_response",
        "HTTP answers of the cloud",
        cloud.cloud_response,
        ("devsrv_log",),
        ("tls_validation",),
    ),
    CheckSpec(
        "engine_events", "Engine events in the system log", cloud.engine_events, ("system_log",), ("supported_release",)
    ),
    CheckSpec("known_defects", "Known PAN-OS defects", cloud.known_defects, ("device",), ("supported_release",)),
    CheckSpec(
        "decryption_policy",
        "Decryption policy of this firewall",
        cloud.decryption_policy,
        ("decryption",),
        ("supported_release",),
    ),
    CheckSpec(
        "commit_state",
        "Commit force after a restart",
        cloud.commit_state,
        ("commit_state",),
        ("supported_release",),
    ),
)


def run_checks(case: Case) -> dict[str, Outcome]:
    """Every check's outcome by id, in dependency order. Without access, the later checks are skipped."""
    outcomes: dict[str, Outcome] = {}
    for spec in CHECKS:
        stop = stopped_by(outcomes, case)
        if stop is not None:
            outcomes[spec.id] = Outcome("skipped", f"Skipped: {_WHY[stop]}.")
        else:
            outcomes[spec.id] = run_check(spec, case)
    return outcomes


_WHY = {"device_access": "no evidence could be collected", "supported_release": "the release or model has no MLAV"}


def stopped_by(outcomes: Mapping[str, Outcome], case: Case) -> str | None:
    """The check whose outcome makes all later ones pointless; None where there is none."""
    if "device_access" in outcomes and outcomes["device_access"].status == "error":
        return "device_access"
    release = outcomes.get("supported_release")
    without = release is not None and release.status == "skipped" and case.evidence.device.value is not None
    # An existing connection contradicts it.
    return "supported_release" if without and case.state != "connected" else None


def run_check(spec: CheckSpec, case: Case) -> Outcome:
    try:
        outcome = spec.run(case)
    except Exception as error:  # a bug in one check must not hide the others
        return crashed(error)
    if outcome.status == "fail" and case.state == "connected":
        return replace(outcome, status="warn")
    return outcome


def crashed(error: Exception) -> Outcome:
    detail = f"{type(error).__name__}: {brief(error)}"
    return Outcome("error", f"This check crashed because of a bug in this collection ({detail}).")


def _closure() -> dict[str, frozenset[str]]:
    closed: dict[str, frozenset[str]] = {}
    for spec in CHECKS:
        closed[spec.id] = frozenset(spec.needs).union(*(closed[need] for need in spec.needs))
    return closed


# Every check that must succeed before this one can, directly or not.
NEEDS: Mapping[str, frozenset[str]] = _closure()
