# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every setting of every switch: what is not known about real firewalls may weaken a diagnosis, and never turn it."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

import pytest

from tests.simulator import switches
from tests.simulator.scenario import load

from .diagnosing import Found, Results, assert_safe, diagnose_worlds, found

NETWORK = ("name_resolution_failed", "port_443_blocked")
WORLDS = ("healthy", "tls_interception", *NETWORK, "commit_force_needed")

# The worlds in which a switch does something, beside those above.
ALSO: dict[str, tuple[str, ...]] = {
    "busy_place": ("device_server_unavailable", "healthy_busy_recovers"),
    "busy_text": ("device_server_unavailable", "healthy_busy_recovers"),
    "client_certificate_line": ("device_certificate_invalid",),
    "device_certificate_status": ("device_certificate_invalid",),
    "dirty_attributes": ("pending_changes_of_other",),
    "devsrv_log": ("cloud_service_error", "old_tls_errors_newer_dns"),
    "devsrv_log_content": ("cloud_service_error", "unexplained"),
    "effective_running": ("service_route_invalid", "tls_interception_this_firewall"),
    "missing_exclude_means": ("tls_interception_this_firewall",),
    "missing_right": ("key_without_log_right",),
    "netstat_api": ("unexplained",),
    "netstat_leftovers": ("cloud_service_error",),
    "ping_bind_prefix": ("service_route_invalid",),
    "refused_over_ssh": ("old_tls_errors_newer_dns",),
    "rotated_after": ("cloud_service_error",),
    "test_ssl_exclude_list": ("tls_interception_this_firewall",),
    "text_shape": ("device_certificate_invalid",),
}

# Switches whose values are no closed list: the values that tell.
FREE: dict[str, tuple[Any, ...]] = {
    "busy_text": (
        "device busy or unavailable",
        "Client wf_devsrvr not ready",
        "op command for client dagger timed out as client is not available",
        "come back later",
    ),
    "cloud_connection_word": ("", "connecting", "not licensed"),
    "commit_seconds": (0.0, 5.0),
    "commit_warnings": ([], ["Interface ae1 has no members"]),
    "export_seconds": (0.0, 5.0),
    "log_polls": (0, 4),
    "reconnect_after_s": (0.0, 60.0),
    "refusal": (" {family} not available to xmlapi client", " {family} is unexpected", " not today"),
    "refused_over_api": (
        [],
        ["ping", "tail", "check", "request license", "show netstat", "show system software", "show device-certificate"],
        ["show mlav cloud-status"],
        ["show high-availability", "show jobs", "show clock", "show interface", "show config"],
    ),
    "refused_over_ssh": ([], ["ping"], ["tail"], ["ping", "tail", "show"]),
    "refused_through_panorama": ([], ["request license", "show netstat"]),
    "restart_text": ("Process device-server was restarted by user {user}", "done"),
    "rotated_after": ("1m", "36h"),
}

UNKNOWN_WORD = {
    world: Found("undetermined", ((world, "possible"),) if world in ("tls_interception", *NETWORK) else ())
    for world in WORLDS
}
WHICH_DNS_FAULT = Found(
    "broken", (("name_resolution_failed", "possible"), ("name_resolution_intermittent", "possible")), ("ping",)
)
# What is seen in one log may be followed by something newer in the evidence that is missing.
LIKELY = Found("broken", (("tls_interception", "likely"),))
NO_DEVSRV_LOG = {
    "tls_interception": LIKELY,
    "port_443_blocked": Found("broken", (("port_443_blocked", "likely"),), ("devsrv_log",)),
    "cloud_service_error": Found("broken", (("name_resolution_intermittent", "possible"),), ("devsrv_log",)),
    "commit_force_needed": Found("broken", (("commit_force_needed", "likely"),), ("devsrv_log",)),
    "unexplained": Found("broken", (), ("devsrv_log",)),
}
OWN_RULE = {"tls_interception_this_firewall": LIKELY}
# A setting takes evidence away: what is left to say, the causes with their confidence, and what is named as missing.
# The deciding evidence of everything that is not listed stays, and so does the diagnosis.
WEAKER: dict[tuple[str, Any], dict[str, Found]] = {
    ("busy_text", "come back later"): {
        "device_server_unavailable": Found("undetermined", (), ("cloud_status",)),
        "healthy_busy_recovers": Found("undetermined", (), ("cloud_status",)),
    },
    **{("cloud_connection_word", word): UNKNOWN_WORD for word in ("connecting", "not licensed")},
    ("devsrv_log_content", "absent"): NO_DEVSRV_LOG,
    ("devsrv_log_content", "empty"): NO_DEVSRV_LOG,
    ("refused_over_ssh", "ping"): {
        "name_resolution_failed": WHICH_DNS_FAULT,
        "old_tls_errors_newer_dns": WHICH_DNS_FAULT,
        "tls_interception": LIKELY,
        "commit_force_needed": Found("broken", (("commit_force_needed", "likely"),), ("ping",)),
        # Which of the connections on port 443 is the cloud's is not known; devsrv.log says what happened to it.
        "port_443_blocked": Found("broken", (("port_443_blocked", "likely"),), ("ping",)),
    },
    ("refused_over_ssh", "tail"): NO_DEVSRV_LOG,
    ("refused_over_ssh", "ping tail show"): {
        "tls_interception": LIKELY,
        "commit_force_needed": NO_DEVSRV_LOG["commit_force_needed"],
        "name_resolution_failed": Found("broken", (), ("ping", "devsrv_log")),
        # The last that is seen, hours ago: nothing that could be read is newer.
        "old_tls_errors_newer_dns": Found("broken", (("tls_interception", "likely"),), ("ping", "devsrv_log")),
        "port_443_blocked": Found("broken", (), ("ping", "devsrv_log")),
    },
    # Rules pushed by Panorama, which come first, may be missing.
    ("effective_running", "whole"): OWN_RULE,
    ("effective_running", "refused"): OWN_RULE,
    # Nothing else tells of the restart.
    ("restart_in_system_log", False): {"commit_force_needed": Found("broken", (("unexplained", "possible"),))},
}


def _rows() -> list[Any]:
    source = inspect.getsource(switches.Switches)
    rows = []
    for field in dataclasses.fields(switches.Switches):
        values: tuple[Any, ...] | None = FREE.get(field.name)
        if values is None and field.type == "bool":
            values = (True, False)
        if values is None:
            listed = re.search(rf"^    {field.name}: str = .*?# ((?:\w[\w.]* \| )+\w[\w.]*)", source, re.MULTILINE)
            assert listed, f"the switch {field.name} lists no values, and FREE does not either"
            values = tuple(listed[1].split(" | "))
        usual = field.default_factory() if callable(field.default_factory) else field.default
        rows += [pytest.param(field.name, value, id=f"{field.name}={value}"[:70]) for value in values if value != usual]
    return rows


@pytest.fixture(scope="module")
def as_usual(impatient: None) -> Results:
    """The diagnoses with every switch as the scenario has it."""
    worlds = {*WORLDS, *(world for also in ALSO.values() for world in also)}
    return diagnose_worlds([(world, "auto") for world in sorted(worlds)], {})


def test_the_tables_name_switches_that_there_are() -> None:
    known = {field.name for field in dataclasses.fields(switches.Switches)}
    assert {*ALSO, *FREE, *(name for name, _value in WEAKER)} <= known


def test_every_switch_as_usual(as_usual: Results) -> None:
    for (world, _depth), diagnosis in as_usual.items():
        expect = load(world).expect
        assert_safe(diagnosis, expect)
        assert diagnosis["verdict"] == expect["verdict"], world


@pytest.mark.parametrize(("name", "value"), _rows())
def test_setting(name: str, value: Any, as_usual: Results) -> None:
    asked = [*((world, "auto") for world in (*WORLDS, *ALSO.get(name, ()))), ("healthy", "full")]
    weaker = WEAKER.get((name, " ".join(value) if isinstance(value, list) else value), {})
    for (world, depth), diagnosis in diagnose_worlds(asked, {"switches": {name: value}}).items():
        assert_safe(diagnosis, load(world).expect)
        usual, actual = found(as_usual[world, "auto"]), found(diagnosis)
        expected = weaker.get(world, Found(usual.verdict, usual.causes))
        assert (actual.verdict, actual.causes) == (expected.verdict, expected.causes), (world, depth, actual)
        assert set(expected.missing) <= set(actual.missing), (world, depth, actual)
