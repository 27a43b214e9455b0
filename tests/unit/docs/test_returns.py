# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules document as their result is what the schema and the evidence hold."""

from __future__ import annotations

import ast
from dataclasses import fields
from typing import Any

import pytest
import yaml

from ansible_collections.panops.mlav.plugins.module_utils._evidence import model
from tests.tooling.environment import ROOT
from tests.tooling.schemas import schema

SCHEMA = schema("diagnosis")


def documented(module: str, name: str) -> Any:
    """RETURN or DOCUMENTATION of a module."""
    tree = ast.parse((ROOT / f"plugins/modules/{module}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return yaml.safe_load(ast.literal_eval(node.value))
    raise AssertionError(f"{module} has no {name}")


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        node: Any = SCHEMA
        for step in part["$ref"].removeprefix("#/").split("/"):
            node = node[step]
        part = node
    return part


def properties(part: dict[str, Any]) -> set[str]:
    part = resolved(part)
    return set(resolved(part["items"])["properties"] if "items" in part else part["properties"])


def test_the_diagnosis_is_documented_as_the_schema_publishes_it() -> None:
    diagnosis = documented("mlav_diagnosis_info", "RETURN")["diagnosis"]["contains"]
    assert set(diagnosis) == properties(SCHEMA)
    for name in ("causes", "checks"):
        assert set(diagnosis[name]["contains"]) == properties(SCHEMA["properties"][name])
    cause = resolved(resolved(SCHEMA["properties"]["causes"])["items"])
    assert set(diagnosis["causes"]["contains"]["remedy"]["contains"]) == properties(cause["properties"]["remedy"])
    missing = diagnosis["missing"]["sample"][0]
    assert set(missing) == properties(SCHEMA["properties"]["missing"])


def test_the_record_is_documented_as_its_schema_publishes_it() -> None:
    record = documented("mlav_remediate", "RETURN")["remediation"]["contains"]
    assert set(record) == set(schema("remediation")["properties"])


@pytest.mark.parametrize(
    ("module", "name", "kind"),
    [
        ("mlav_status_info", "cloud_status", model.CloudStatus),
        ("mlav_service_route_info", "service_route", model.ServiceRoute),
        ("mlav_ping_info", "ping", model.Ping),
        ("mlav_netstat_info", "netstat", model.Netstat),
        ("mlav_log_info", "devsrv_log", model.DevsrvLog),
        ("mlav_log_info", "system_log", model.SystemLog),
    ],
)
def test_a_step_documents_every_field(module: str, name: str, kind: Any) -> None:
    assert set(documented(module, "RETURN")[name]["contains"]) == {field.name for field in fields(kind)}


def test_facts_name_every_subset() -> None:
    told = " ".join(documented("mlav_facts", "DOCUMENTATION")["options"]["gather_subset"]["description"])
    assert [name for name in model.EVIDENCE_NAMES if f"V({name})" not in told] == []
