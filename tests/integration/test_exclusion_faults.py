# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``mlav_decryption_exclusion`` where something goes wrong: what the candidate holds decides, never an answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.fleet import Firewall
from tests.simulator.switches import Fault

from .excluding import NAME, SHARED, entries, exclude, firewall_with

# What the firewall begins with, what is wanted, which request makes it, what is there then.
OURS = [{"description": "panops.mlav: ours"}]
OURS_OFF = [{"exclude": "no", "description": "panops.mlav: ours"}]
CHANGES: list[Any] = [
    pytest.param([], {}, "config set", "yes", id="create"),
    pytest.param(OURS_OFF, {}, "config set", "yes", id="switch on"),
    pytest.param(OURS, {"exclude": False}, "config set", "no", id="switch off"),
    pytest.param(OURS, {"state": "absent"}, "config delete", None, id="delete"),
]


def excluded(firewall: Firewall) -> str | None:
    """What the candidate says of the name; None where it has no entry."""
    return entries(firewall.world, SHARED).get(NAME, (None, None))[0]


def writes(firewall: Firewall) -> list[str]:
    labels: list[str] = firewall.statistics()["writes"]
    return labels


@pytest.mark.parametrize("kind", ["drop_after", "drop_middle", "truncate", "html"])
@pytest.mark.parametrize(("start", "given", "request_label", "left"), CHANGES)
def test_lost_answer_is_decided_by_reading_back(
    kind: str, start: list[Any], given: dict[str, Any], request_label: str, left: str | None
) -> None:
    with firewall_with({"kind": kind, "on": request_label, "times": 1}, firewall={"exclusions": start}) as firewall:
        done = exclude(firewall, **given)
        assert (done["changed"], "failed" in done) == (True, False)
        assert excluded(firewall) == left
        assert writes(firewall) == [request_label]
        assert exclude(firewall, **given)["changed"] is False


@pytest.mark.parametrize(
    ("fault", "error_kind", "said"),
    [
        ({"kind": "drop_before"}, "unreachable", "closed the connection"),
        ({"kind": "busy"}, "busy", "device busy or unavailable"),
        ({"kind": "refused"}, "refused", "not available to xmlapi client"),
        ({"kind": "session_timed_out"}, "authentication", "Session timed out"),
        ({"kind": "interfere", "text": "config_lock"}, "busy", "Configuration is locked by bob"),
    ],
)
@pytest.mark.parametrize(("start", "given", "request_label", "left"), CHANGES)
def test_failed_write_is_reported_and_not_repeated(
    fault: dict[str, Any],
    error_kind: str,
    said: str,
    start: list[Any],
    given: dict[str, Any],
    request_label: str,
    left: str | None,
) -> None:
    with firewall_with({"on": request_label, "times": 1, **fault}, firewall={"exclusions": start}) as firewall:
        before = firewall.snapshot()
        failed = exclude(firewall, **given)
        assert (failed["failed"], failed["changed"], failed["error"]["kind"]) == (True, False, error_kind)
        assert said in failed["msg"]
        assert writes(firewall) == [request_label]
        assert (firewall.snapshot().candidate, firewall.snapshot().changes) == (before.candidate, before.changes)
        firewall.world.locks.clear()
        assert exclude(firewall, **given)["changed"] is True
        assert excluded(firewall) == left


@pytest.mark.parametrize(("start", "given", "request_label", "left"), CHANGES)
def test_holder_of_the_config_lock_is_named(
    start: list[Any], given: dict[str, Any], request_label: str, left: str | None
) -> None:
    locked = {"exclusions": start, "locks": [{"admin": "bob", "kind": "config"}]}
    with firewall_with(firewall=locked) as firewall:
        before = firewall.snapshot()
        assert exclude(firewall, check=True, **given)["changed"] is True
        failed = exclude(firewall, **given)
        assert (failed["failed"], failed["error"]["kind"]) == (True, "busy")
        assert "is not in the candidate configuration" in failed["msg"]
        assert "Configuration is locked by bob" in failed["msg"]
        assert failed["error"]["remedy"] == "Have the lock released, then run this again."
        assert firewall.snapshot() == before
        firewall.world.locks.clear()
        assert exclude(firewall, **given)["changed"] is True
        assert excluded(firewall) == left


ACCOUNTS: list[Any] = [
    pytest.param({"role": "superreader"}, "config set", id="may only read"),
    pytest.param({"role": "custom", "rights": ["op", "log", "commit"]}, "config get", id="has no right to configure"),
]


@pytest.mark.parametrize("missing_right", ["code16", "code403"])
@pytest.mark.parametrize(("account", "request_label"), ACCOUNTS)
def test_account_without_the_right(account: dict[str, Any], request_label: str, missing_right: str) -> None:
    with firewall_with(
        firewall={"admins": [{"name": "limited", **account}]},
        access={"ssh": "none", "admin": "limited"},
        switches={"missing_right": missing_right},
    ) as firewall:
        before = firewall.snapshot()
        failed = exclude(firewall)
        assert (failed["failed"], failed["error"]["kind"]) == (True, "permission")
        assert "XML API rights" in failed["error"]["remedy"]
        assert firewall.snapshot() == before
        assert request_label in firewall.statistics()["asked"]


def test_write_that_cannot_be_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with firewall_with({"kind": "drop_after", "on": "config set", "times": 1}) as firewall:
        world = firewall.world
        carried_out = world.config.set

        def then_silent(*given: Any) -> None:
            carried_out(*given)
            world.faults.answers.append(Fault("drop_before", on="config get"))

        monkeypatch.setattr(world.config, "set", then_silent)
        failed = exclude(firewall)
        assert (failed["failed"], failed["error"]["kind"]) == (True, "unreachable")
        assert "it is unknown whether the change of " in failed["msg"]
        world.faults.answers.clear()
        assert exclude(firewall)["changed"] is False
        assert writes(firewall) == ["config set"]


@pytest.mark.parametrize(("start", "given", "request_label", "left"), CHANGES)
def test_success_answer_without_the_change(
    monkeypatch: pytest.MonkeyPatch, start: list[Any], given: dict[str, Any], request_label: str, left: str | None
) -> None:
    with firewall_with(firewall={"exclusions": start}) as firewall:
        method = request_label.removeprefix("config ")
        with monkeypatch.context() as patch:
            patch.setattr(firewall.world.config, method, lambda *given: True)
            failed = exclude(firewall, **given)
        assert (failed["failed"], failed["changed"], failed["error"]["kind"]) == (True, False, "device_error")
        assert "its candidate configuration is not as planned: expected " in failed["msg"]
        assert writes(firewall) == [request_label]
        assert exclude(firewall, **given)["changed"] is True
        assert excluded(firewall) == left


def test_concurrent_changes_of_others_stay() -> None:
    with firewall_with({"kind": "interfere", "on": "config set", "times": 1, "text": "edit"}) as firewall:
        assert exclude(firewall)["changed"] is True
        assert excluded(firewall) == "yes"
        assert [change.admin for change in firewall.world.config.changes] == ["bob", "admin"]
