# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a task from the role's variables."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.plugin_utils.role_variables import (
    UnusableVariables,
    options_from_variables,
)

TEMPLATES = {"{{ yes }}": True, "{{ no }}": False, "{{ folder }}": "/saved"}


def rendered(value: Any) -> Any:
    return TEMPLATES.get(value, value) if isinstance(value, str) else value


FOLDER = {"mlav_evidence_dir": "{{ folder }}"}


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({"mlav_timeout": "20", "mlav_depth": "full", "other": 1}, {"timeout": 20, "depth": "full"}),
        ({"mlav_evidence": "", "mlav_ca_path": None}, {}),
        ({**FOLDER, "mlav_save_evidence": True}, {"save_evidence": "/saved"}),
        ({**FOLDER, "mlav_save_evidence": "{{ yes }}"}, {"save_evidence": "/saved"}),
        ({**FOLDER, "mlav_save_evidence": "{{ no }}"}, {}),
        ({**FOLDER, "mlav_save_evidence": "no"}, {}),
        ({"mlav_evidence_dir": "", "mlav_save_evidence": True}, {"save_evidence": ""}),
        (
            {
                "mlav_provider": {"ip_address": "192.0.2.1", "api_key": "key"},
                "mlav_panorama": {"ip_address": "192.0.2.9", "serial_number": "001"},
            },
            {"provider": {"ip_address": "192.0.2.9", "api_key": "key", "serial_number": "001"}},
        ),
    ],
)
def test_options(variables: dict[str, Any], options: dict[str, Any]) -> None:
    assert options_from_variables(variables, rendered) == options


def test_only_the_options_that_are_wanted() -> None:
    variables = {**FOLDER, "mlav_timeout": 5, "mlav_depth": "deep", "mlav_save_evidence": True}
    assert options_from_variables(variables, rendered, options=("provider", "timeout")) == {"timeout": 5}


WINDOW = {"start": "22:00", "duration": "4h"}


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({"mlav_maintenance_window": WINDOW}, {"maintenance_window": [WINDOW]}),
        ({"mlav_maintenance_window": [WINDOW, WINDOW]}, {"maintenance_window": [WINDOW, WINDOW]}),
        ({"mlav_take_over_locks": "ann,bob", "mlav_lock": "no"}, {"take_over_locks": ["ann", "bob"], "lock": False}),
        (
            {"mlav_plan": "", "mlav_audit_dir": "{{ folder }}", "mlav_depth": "full"},
            {"audit_dir": "/saved", "depth": "full"},
        ),
    ],
)
def test_options_of_a_remediation(variables: dict[str, Any], options: dict[str, Any]) -> None:
    assert options_from_variables(variables, rendered, "remediate") == options


def test_variables_of_a_remediation_are_none_of_a_diagnosis() -> None:
    variables = {"mlav_lock": "perhaps"}
    assert options_from_variables(variables, rendered) == {}
    with pytest.raises(UnusableVariables, match="mlav_lock"):
        options_from_variables(variables, rendered, "remediate")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"mlav_depth": "deep"}, "value of mlav_depth must be one of: auto, full, got: deep"),
        ({"mlav_save_evidence": "perhaps"}, "mlav_save_evidence"),
        ({"mlav_fail_on": ["sick"]}, "mlav_fail_on"),
    ],
)
def test_a_variable_of_another_kind_is_named(variables: dict[str, Any], said: str) -> None:
    with pytest.raises(UnusableVariables) as raised:
        options_from_variables(variables, rendered)
    assert said in raised.value.message
