# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diagnoses simulated firewalls in this process, over real TLS and SSH, and judges whether what comes out is safe.

The operation behind ``mlav_diagnosis_info`` is called as the module calls it, with parameters that its own
specification has validated; only the pause between questions to a busy firewall is shorter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._tasks.diagnosing import DIAGNOSIS_INFO
from tests.simulator.fleet import Firewall
from tests.simulator.running import running_fleet
from tests.tooling.operations import run_operation

TIMEOUT_S = 20


@dataclass(frozen=True)
class Found:
    """What a diagnosis says, reduced to what a test compares."""

    verdict: str
    causes: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()

    def named(self, *confidences: str) -> set[str]:
        """The causes with one of these confidences."""
        return {cause for cause, confidence in self.causes if confidence in confidences}


def found(diagnosis: Mapping[str, Any]) -> Found:
    """Reduces a diagnosis."""
    return Found(
        diagnosis["verdict"],
        tuple((cause["id"], cause["confidence"]) for cause in diagnosis["causes"]),
        tuple(item["evidence"] for item in diagnosis["missing"]),
    )


def diagnose(firewall: Firewall, **options: Any) -> dict[str, Any]:
    """One diagnosis; ``options`` are the module's, and replace what the inventory would give."""
    given = {
        "provider": firewall.provider(),
        "ssh": firewall.ssh(),
        "ca_path": str(firewall.ca_path),
        "host": firewall.name,
        "timeout": TIMEOUT_S,
        **options,
    }
    result = run_operation(DIAGNOSIS_INFO, given)
    assert result["changed"] is False
    diagnosis: dict[str, Any] = result["diagnosis"]
    return diagnosis


Results = dict[tuple[str, str], dict[str, Any]]


def diagnose_worlds(
    asked: Collection[tuple[str, str]], changes: Mapping[str, Any], panorama: str = "", **options: Any
) -> Results:
    """Diagnoses worlds, each at a depth, all at once; every diagnosis has a firewall of its own."""
    entries: list[Any] = [
        {"name": _name(*item), "scenario": item[0], "changes": dict(changes), "panorama": panorama} for item in asked
    ]
    with running_fleet(entries) as fleet, ThreadPoolExecutor(len(asked)) as pool:
        running = {
            item: pool.submit(diagnose, fleet.firewalls[_name(*item)], depth=item[1], **options) for item in asked
        }
        return {item: task.result() for item, task in running.items()}


def _name(world: str, depth: str) -> str:
    return f"{world}-{depth}".replace("_", "-")


def assert_safe(diagnosis: Mapping[str, Any], truth: Mapping[str, Any]) -> None:
    """What no circumstance may break. ``truth`` is the scenario's ``expect``.

    No verdict against the truth, no other cause than the true one proven, none other likely while everything was read,
    and no crash. Where less is said than the truth, it is said what is missing, what would give it, or what is open.
    """
    said = found(diagnosis)
    told = f"{diagnosis['host']}: {said} {diagnosis['summary']} {diagnosis['missing']}"
    connected = truth["verdict"] in ("healthy", "degraded")
    allowed = ("healthy", "degraded", "undetermined") if connected else ("broken", "undetermined", truth["verdict"])
    assert said.verdict in allowed, told
    assert said.named("proven") <= {truth["cause"]}, told
    assert said.missing or said.named("likely") <= {truth["cause"]}, told
    assert "crash" not in {item["kind"] for item in diagnosis["missing"]}, told
    assert all(item["reason"] and item["hint"] for item in diagnosis["missing"]), told
    if said.verdict == "undetermined" and truth["verdict"] != "undetermined":
        assert said.missing or re.search(r"Find out |expected .*, got ", diagnosis["summary"]), told
