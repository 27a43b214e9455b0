# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every scenario of the simulator, asked once and judged twice: what was recorded says what the firewall said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
import yaml

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import open_device
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.device import SavedDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.document import SavedEvidence
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.recorder import RecordingDevice
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interest import INTEREST
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions, utc_now
from ansible_collections.panops.mlav.plugins.module_utils._tasks import diagnosing
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import masked
from tests.simulator.fleet import Firewall
from tests.simulator.running import running_fleet
from tests.simulator.scenario import SCENARIOS
from tests.tooling.operations import validated
from tests.tooling.schemas import schema, validator

from .diagnosing import TIMEOUT_S

NAMES = sorted(path.stem for path in SCENARIOS.glob("*.yml"))


@dataclass(frozen=True)
class Session:
    """A diagnosis, what was recorded meanwhile, and the secrets that it must not hold."""

    live: dict[str, Any]
    recorded: str
    secrets: tuple[str, ...]


def diagnosis(evidence: EvidenceSet, mask: Any = str) -> dict[str, Any]:
    data: dict[str, Any] = masked(encode(diagnose(evidence)), mask)
    return data


def record(firewall: Firewall, depth: str) -> Session:
    given = {
        "provider": firewall.provider(),
        "ssh": firewall.ssh(),
        "ca_path": str(firewall.ca_path),
        "timeout": TIMEOUT_S,
    }
    with closing(open_device(validated(diagnosing.DIAGNOSIS_INFO.argument_spec, given))) as device:
        recording = RecordingDevice(device, INTEREST, device.redactor, utc_now)
        options = GatherOptions(depth=depth, busy_pause_s=0.02, now=recording.now)  # type: ignore[arg-type]
        found = gather(recording, firewall.name, options)
        document = recording.to_document(found.host, "live", found.collected_at, found.depth, "0.1.0")
        live = diagnosis(found, device.redactor.mask)
        secrets = [firewall.provider().get("password"), device.api._key, (firewall.ssh() or {}).get("password")]
    return Session(live, json.dumps(document), tuple(filter(None, secrets)))


def judge_again(recorded: str) -> EvidenceSet:
    saved = SavedEvidence.from_document(json.loads(recorded))
    device = SavedDevice(saved)
    depth = "full" if saved.depth == "full" else "auto"
    options = GatherOptions(depth=depth, source="saved", now=device.now, sleep=lambda _seconds: None)  # type: ignore[arg-type]
    return gather(device, saved.host, options)


def without_durations(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: without_durations(value) for name, value in data.items() if name != "duration_ms"}
    return [without_durations(item) for item in data] if isinstance(data, list) else data


@pytest.fixture(scope="module")
def sessions() -> Iterator[dict[tuple[str, str], Session]]:
    """Each scenario at each depth, with a firewall of its own."""
    asked = {f"{name}-{depth}".replace("_", "-"): (name, depth) for name in NAMES for depth in ("auto", "full")}
    entries: list[Any] = [{"name": host, "scenario": name} for host, (name, _depth) in asked.items()]
    with running_fleet(entries) as fleet, ThreadPoolExecutor(8) as pool:
        tasks = {item: pool.submit(partial(record, fleet.firewalls[host], item[1])) for host, item in asked.items()}
        yield {item: task.result() for item, task in tasks.items()}


@pytest.mark.parametrize("depth", ["auto", "full"])
@pytest.mark.parametrize("name", NAMES)
def test_what_was_recorded_says_the_same(name: str, depth: str, sessions: dict[tuple[str, str], Session]) -> None:
    session = sessions[name, depth]
    replayed = judge_again(session.recorded)
    assert replayed.source == "saved"
    again = diagnosis(replace(replayed, source="live"))
    assert without_durations(again) == without_durations(session.live)


@pytest.mark.parametrize("name", NAMES)
def test_the_recording_finds_the_cause(name: str, sessions: dict[tuple[str, str], Session]) -> None:
    expected = yaml.safe_load((SCENARIOS / f"{name}.yml").read_text(encoding="utf-8"))["expect"]
    again = diagnosis(judge_again(sessions[name, "auto"].recorded))
    assert again["source"] == "saved"
    assert again["verdict"] == expected["verdict"]
    assert next((cause["id"] for cause in again["causes"]), None) == expected["cause"]


def test_recordings_follow_the_published_schema(sessions: dict[tuple[str, str], Session]) -> None:
    validator("evidence").check_schema(schema("evidence"))
    for session in sessions.values():
        validator("evidence").validate(json.loads(session.recorded))


def test_no_secret_is_recorded(sessions: dict[tuple[str, str], Session]) -> None:
    assert sum(len(session.secrets) for session in sessions.values()) > len(NAMES)
    for item, session in sessions.items():
        assert not [secret for secret in session.secrets if secret in session.recorded], item


def test_a_recording_is_small(sessions: dict[tuple[str, str], Session]) -> None:
    assert max(len(session.recorded) for session in sessions.values()) < 100_000
