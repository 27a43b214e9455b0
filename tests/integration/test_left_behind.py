# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a record calls left behind where the firewall lists less than others do: no comments, no descriptions."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.front_end import Step, front_end, hostile_xml, http

from .committing import fault
from .repairing import DECRYPTS, NAME, end_jobs, exclusion, firewall_with, our_locks, repair, run_of_its_own, wait_until
from .test_remediate_killed import SWITCHED_OFF

pytestmark = pytest.mark.usefixtures("quick")

Lists = Callable[[str], str]
STALE = "panops.mlav run 0123abcd job - lease 1s until 2020-01-01T00:00:00Z"
STAYS: dict[str, Any] = {"kind": "refused", "on": "request config-lock remove", "times": 0, "via": "api"}


def without_comments(text: str) -> str:
    return re.sub(r"<comment>.*?</comment>", "", text)


def cut_comments(text: str) -> str:
    return re.sub(r"(<comment><!\[CDATA\[.{40})[^]]*", r"\1", text)


def without_descriptions(text: str) -> str:
    return re.sub(r"<description>.*?</description>", "", text)


def lists(what: str, how: Lists) -> Step:
    return Step(what, times=0, forward=True, body=how)


@pytest.mark.parametrize("how", [str, cut_comments, without_comments])
def test_lock_that_could_not_be_released(how: Lists) -> None:
    with firewall_with(STAYS) as firewall, front_end(firewall, script=[lists("show config-locks", how)]) as front:
        record = repair(firewall, provider=front.provider())
        assert len(our_locks(firewall)) == 1
        assert ["The config lock" in line for line in record["left_behind"]] == [True], record


@pytest.mark.parametrize("how", [str, cut_comments, without_comments])
def test_lock_whose_answer_was_lost(how: Lists) -> None:
    script = [lists("show config-locks", how), Step("request config-lock add", forward=True, drop=True)]
    with firewall_with() as firewall, front_end(firewall, script=script) as front:
        record = repair(firewall, provider=front.provider())
        assert (record["outcome"], our_locks(firewall)) == ("repaired", []), record


@pytest.mark.parametrize("how", [str, without_descriptions])
def test_job_that_is_still_running(how: Lists) -> None:
    script = [lists("show jobs", how)]
    with (
        firewall_with(switches={"commit_seconds": 3600.0}) as firewall,
        front_end(firewall, script=script) as front,
    ):
        record = repair(firewall, provider=front.provider(), commit_timeout="1s")
        assert record["outcome"] == "failed"
        assert sum("ommit job" in line for line in record["left_behind"]) == 1, record


def test_leftovers_are_reported_if_the_state_is_unknown() -> None:
    script = [http(503, on="show mlav cloud-status", times=0)]
    with firewall_with(scenario="healthy") as firewall, front_end(firewall, script=script) as front:
        firewall.world.take_lock("config", "admin", STALE)
        looked = repair(firewall, check=True, provider=front.provider(), timeout=3)
        assert (looked["guard"], len(looked["left_behind"])) == ("cause", 1), looked
        record = repair(firewall, provider=front.provider(), timeout=3)
        assert (record["guard"], record["left_behind"], our_locks(firewall)) == ("cause", [], []), record


OVER_API: dict[str, Any] = {"switches": {"refused_over_api": []}}
ANYWAY: dict[str, Any] = {"remediate_confidence": "possible", "timeout": 3}
UNSENT: dict[str, tuple[str, str, Callable[[int], Step]]] = {
    "overloaded": (DECRYPTS, "commit", lambda at: http(503, on="show system info", at=at, times=3)),
    "too late": (DECRYPTS, "commit", lambda at: Step("show config-locks", at=at, stall=True)),
    "restart": (
        "device_server_unavailable",
        "debug software restart",
        lambda at: http(503, on="show system info", at=at, times=3),
    ),
}


@pytest.mark.parametrize("name", UNSENT)
def test_request_that_was_not_sent_is_not_followed(name: str) -> None:
    """What is asked right before a change is answered too late, or not at all: the write before it is taken back."""
    scenario, change, step = UNSENT[name]
    with firewall_with(scenario=scenario, **OVER_API) as firewall, front_end(firewall) as front:
        assert repair(firewall, provider=front.provider(), **ANYWAY)["outcome"] == "repaired"
        asked = front.labels[: front.labels.index(change)]
    at = asked.count(step(1).on)
    with (
        firewall_with(scenario=scenario, **OVER_API) as firewall,
        front_end(firewall, script=[step(at)]) as front,
    ):
        record = repair(firewall, provider=front.provider(), **ANYWAY)
        assert (record["outcome"], record["actions"][-1]["state"]) == ("failed", "failed"), record
        assert "was sent" not in record["error"]
        assert "restarted" not in record["actions"][-1]
        assert (front.count(change), record["left_behind"], exclusion(firewall)) == (0, [], None)


def test_write_of_a_previous_run_on_a_replaced_firewall(tmp_path: Path) -> None:
    """The firewall was replaced: what waits on the new one is somebody else's."""
    given: dict[str, Any] = {"audit_dir": str(tmp_path)}
    with firewall_with(fault("hang_after", "config set"), **SWITCHED_OFF) as firewall:
        with run_of_its_own(firewall, **given) as process:
            wait_until(lambda: (exclusion(firewall) or {}).get("exclude") == "yes", process)
            process.kill()
            process.wait()
        gone = firewall.serial
    with firewall_with(**SWITCHED_OFF) as firewall:
        [element] = ET.fromstring(f"<x><entry name='{NAME}'><exclude>yes</exclude></entry></x>")
        firewall.world.config.set("/config/shared/ssl-decrypt/ssl-exclude-cert", [element], "admin")
        record = repair(firewall, **given)
        assert (record["outcome"], record["guard"]) == ("blocked", "pending_changes"), record
        assert len(firewall.world.commits) == 0
        [left] = record["left_behind"]
        assert gone in left
        assert left.startswith("It is unknown what a previous run left behind on fw-1")


def test_write_is_rolled_back_after_an_oversized_answer() -> None:
    """It ends the reading, and not what was begun."""
    with firewall_with() as firewall, front_end(firewall) as front:
        repair(firewall, provider=front.provider())
        asked = front.labels[: front.labels.index("commit")]
    before = len(asked) - 1 - asked[::-1].index("config set")
    # It is read back, and then the whole is.
    step = Step("config get", at=asked[:before].count("config get") + 2, body=hostile_xml("elements", 33_000_000))
    with firewall_with() as firewall, front_end(firewall, script=[step]) as front:
        record = repair(firewall, provider=front.provider())
        assert record["outcome"] == "failed", record
        assert (record["left_behind"], exclusion(firewall), our_locks(firewall)) == ([], None, []), record


@pytest.mark.parametrize("seconds", [0.0, 3600.0], ids=["done", "runs"])
def test_write_in_another_administrators_commit_is_not_rolled_back(seconds: float) -> None:
    """Its removal would wait to be committed."""
    switches = {"config_lock_stops_commits": False, "commit_seconds": seconds}
    bob = {"kind": "interfere", "on": "commit", "text": "commit", "times": 1, "via": "api"}
    with firewall_with(bob, fault("refused", "commit"), switches=switches) as firewall:
        record = repair(firewall, busy_wait="0s")
        assert [commit.user for commit in firewall.world.commits] == ["bob"]
        [left] = record["left_behind"]
        assert f"exclusion of {NAME}" in left
        end_jobs(firewall)
        assert exclusion(firewall) == exclusion(firewall, "running") is not None
