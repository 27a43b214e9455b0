# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is not known about tech-support files: however real ones look, no diagnosis says what is not so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport import TECHSUPPORT_INFO
from tests.simulator.scenario import SCENARIOS, load
from tests.simulator.techsupport import Layout, write_archive
from tests.simulator.techsupport_parts import PARTS
from tests.tooling.operations import run_operation

from .diagnosing import Found, assert_safe, found

# They differ from others only in what a login gets, or in what an administrator does: a file shows neither.
SAME_FILES = {
    *("healthy_busy_recovers", "healthy_full", "healthy_tags", "key_without_log_right", "locked_by_other"),
    *(
        "pending_changes_of_other",
        "refused_commands_with_ssh",
        "refused_commands_without_ssh",
        "ssh_banner",
        "ssh_closed",
    ),
    *("ssh_host_key_changed", "ssh_key", "unreachable", "untrusted_certificate", "wrong_password"),
}
NAMES = sorted({path.stem for path in SCENARIOS.glob("*.yml")} - SAME_FILES - {"not_applicable"})
AS_USUAL = Layout()

SWITCHES: dict[str, dict[str, Any]] = {
    "rotations with numbers": {"archive_rotations": "numbered", "rotated_after": "1h"},
    "packed rotations": {"archive_rotations": "gz", "rotated_after": "30m"},
    "all in one log": {"rotated_after": "300d"},
    "system log newest first": {"archive_system_log_order": "backward"},
    "system log oldest first": {"archive_system_log_order": "forward"},
    "no status": {"archive_status": "absent"},
    "lines without an offset": {"archive_log_offset": "no"},
    "lines with an offset": {"archive_log_offset": "yes"},
    "empty log": {"devsrv_log_content": "empty"},
    "no log": {"devsrv_log_content": "absent"},
    "the log's other name": {"devsrv_log": "devsrvr.log"},
    "processes without numbers": {"software_status": "no_pid"},
    "restarts leave no trace": {"restart_in_system_log": False},
    "no connection left over": {"netstat_leftovers": False},
    "interfaces in plain words": {"interface_down": "plain"},
}


def diagnosed(name: str, folder: Path, switches: dict[str, Any], layout: Layout = AS_USUAL) -> dict[str, Any]:
    world = load(name, {"switches": switches}).world(name.replace("_", "-"))
    path = write_archive(world, folder / "fw.tgz", layout)
    [diagnosis] = run_operation(TECHSUPPORT_INFO, {"path": str(path)})["diagnoses"]
    result: dict[str, Any] = diagnosis
    return result


@pytest.fixture(scope="module")
def as_usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """What each scenario's file says with every switch and its layout as usual."""
    folder = tmp_path_factory.mktemp("usual")
    return {name: found(diagnosed(name, folder, {})) for name in NAMES}


@pytest.mark.parametrize("switch", SWITCHES)
def test_no_look_of_a_file_turns_a_diagnosis(switch: str, tmp_path: Path) -> None:
    for name in NAMES:
        assert_safe(diagnosed(name, tmp_path, SWITCHES[switch]), load(name).expect)


@pytest.mark.parametrize("part", sorted(PARTS))
def test_nothing_that_is_left_out_turns_a_diagnosis(part: str, tmp_path: Path) -> None:
    for name in NAMES:
        assert_safe(diagnosed(name, tmp_path, {}, Layout(include=PARTS - {part})), load(name).expect)


@pytest.mark.parametrize("layout", [Layout(prefix="./"), Layout(seed=7), Layout(mode=0), Layout(directories=True)])
def test_the_way_a_file_is_packed_changes_nothing(layout: Layout, as_usual: dict[str, Found], tmp_path: Path) -> None:
    for name in NAMES:
        assert found(diagnosed(name, tmp_path, {}, layout)) == as_usual[name]
