# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""mlav_report: verdicts for a scheduler, one key per firewall."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.tests.unit.report.diagnoses import diagnosis, report

FLEET = [
    diagnosis("fw-a", "broken", "tls_interception"),
    diagnosis("fw-b"),
    diagnosis("fw-c", "undetermined"),
    diagnosis("fw-d", "degraded", "clock_skew"),
    diagnosis("fw-e", "not_applicable"),
]
KEYS = {
    "mlav_fw_a": {"verdict": "broken", "cause": "tls_interception"},
    "mlav_fw_b": {"verdict": "healthy", "cause": None},
    "mlav_fw_c": {"verdict": "undetermined", "cause": None},
    "mlav_fw_d": {"verdict": "degraded", "cause": "clock_skew"},
    "mlav_fw_e": {"verdict": "not_applicable", "cause": None},
}


@pytest.mark.parametrize(
    ("choice", "keys"),
    [("all", list(KEYS)), ("unhealthy", ["mlav_fw_a", "mlav_fw_c", "mlav_fw_d"])],
)
def test_the_choice_decides_which_firewalls_are_included(choice: str, keys: list[str]) -> None:
    result = report(diagnoses=FLEET, artifacts=choice)
    assert result["artifacts"] == {key: KEYS[key] for key in keys}
    assert "warnings" not in result


def test_no_artifacts_by_default() -> None:
    assert "artifacts" not in report(diagnoses=FLEET)
    assert "artifacts" not in report(diagnoses=FLEET, artifacts="none")


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("fw.lon-1:443", "mlav_fw_lon_1_443"),
        ("Fw_1", "mlav_Fw_1"),
        ("münchen", "mlav_m_nchen"),
        ("10.0.0.1", "mlav_10_0_0_1"),
        ("{{ x }}", "mlav____x___"),
    ],
)
def test_a_key_is_a_name_that_set_stats_takes(host: str, key: str) -> None:
    assert key.isidentifier()
    assert list(report(diagnoses=[diagnosis(host)], artifacts="all")["artifacts"]) == [key]


def test_names_with_the_same_key_get_a_mark_each() -> None:
    hosts = ["fw-1", "fw.1", "fw-2"]
    fleet = [diagnosis("fw-1", "broken", "tls_interception"), diagnosis("fw.1"), diagnosis("fw-2")]
    result = report(diagnoses=fleet, artifacts="all")
    assert len(result["artifacts"]) == len(hosts)
    assert "mlav_fw_1" not in result["artifacts"]
    assert result["artifacts"]["mlav_fw_1_d8fac5c8"] == {"verdict": "broken", "cause": "tls_interception"}
    assert [found["verdict"] for found in result["artifacts"].values()] == ["broken", "healthy", "healthy"]
    [warning] = result["warnings"]
    assert warning.endswith("because several names give the plain one: fw-1, fw.1.")
    # The key of the broken one does not depend on what the other's verdict is.
    assert list(report(diagnoses=fleet, artifacts="unhealthy")["artifacts"]) == ["mlav_fw_1_d8fac5c8"]


def test_a_firewall_named_query_does_not_take_the_key_of_the_query() -> None:
    [key] = report(diagnoses=[diagnosis("query")], artifacts="all")["artifacts"]
    assert key.startswith("mlav_query_")
