# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The restart of device-server alone: which door takes it, what proves it, and that it is never sent twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CommandRefused,
    DeviceError,
    ExpectedFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice, open_device
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Pace
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.restart import (
    RESTART,
    DeviceServerNotBack,
    Restarted,
    RestartFailed,
    RestartNotMade,
    RestartUnknown,
    restart,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.wait import Status, wait_connected
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import connection
from tests.simulator.fleet import Firewall
from tests.simulator.parts import merge
from tests.simulator.running import running_firewall
from tests.tooling.operations import validated

PACE = Pace(poll_s=0.02, lease_s=1.0)
# What the simulator calls the command.
LABEL = "debug software restart"
OVER_API: dict[str, Any] = {"refused_over_api": []}
BY_SSH: dict[str, Any] = {}
UNSEEN: dict[str, Any] = {"software_status": "no_pid", "restart_in_system_log": False}


def fault(kind: str, on: str = LABEL, **more: Any) -> dict[str, Any]:
    return {"answers": [{"kind": kind, "on": on, **more}]}


@contextmanager
def quick(scenario: str, changes: Mapping[str, Any] | None = None) -> Iterator[Firewall]:
    """A firewall whose searches and commits take no time."""
    with running_firewall(
        scenario, merge({"switches": {"log_polls": 0, "commit_seconds": 0.05}}, dict(changes or {}))
    ) as firewall:
        yield firewall


@contextmanager
def opened(firewall: Firewall, **changes: Any) -> Iterator[LiveDevice]:
    given = {
        "provider": firewall.provider(),
        "ssh": firewall.ssh(),
        "ca_path": str(firewall.ca_path),
        "timeout": 20,
        **changes,
    }
    with closing(open_device(validated(connection(), given))) as device:
        yield device


def restarts(firewall: Firewall) -> int:
    """How often the command arrived, whichever door."""
    return sum(LABEL in asked for asked in firewall.statistics()["asked"])


def status(device: LiveDevice) -> Status:
    return wait_connected(device, 0.0, PACE, lambda line: None)


def run(firewall: Firewall, limit_s: float = 20.0, lines: list[str] | None = None, **changes: Any) -> Restarted:
    with opened(firewall, **changes) as device:
        before = status(device)
        return restart(device, before, limit_s, PACE, (lines if lines is not None else []).append)


@pytest.mark.parametrize(
    ("switches", "faults", "transport", "proven"),
    [
        pytest.param(OVER_API, {}, "api", True, id="the API takes it"),
        pytest.param(BY_SSH, {}, "ssh", True, id="the API refuses it"),
        pytest.param({"restart_asks": True}, {}, "ssh", True, id="the CLI could ask"),
        pytest.param({**OVER_API, "restart_text": ""}, {}, "api", True, id="no text"),
        pytest.param({**OVER_API, "restart_text": "Error: not restarted"}, {}, "api", True, id="a text that misleads"),
        pytest.param({**OVER_API, "restart_in_system_log": False}, {}, "api", True, id="not in the log"),
        pytest.param({**OVER_API, "software_status": "start_time"}, {}, "api", True, id="start time"),
        pytest.param({**OVER_API, "software_status": "refused"}, {}, "api", True, id="processes not shown"),
        pytest.param({**OVER_API, **UNSEEN}, {}, "api", True, id="a time without answers only"),
        pytest.param(OVER_API, fault("drop_after"), None, True, id="answer lost"),
        pytest.param(OVER_API, fault("drop_middle"), None, True, id="answer cut short"),
        pytest.param({**OVER_API, **UNSEEN}, fault("drop_middle"), None, True, id="answer lost, busy seen"),
        pytest.param(
            OVER_API,
            fault("drop_before", "show mlav cloud-status", times=2),
            "api",
            True,
            id="connection lost afterwards",
        ),
    ],
)
def test_restart_is_made_once_and_proven(
    switches: dict[str, Any], faults: dict[str, Any], transport: str | None, proven: bool
) -> None:
    changes = {"switches": switches, "faults": faults, "firewall": {"device_server": {"restart_takes_s": 0.4}}}
    with quick("healthy", changes) as firewall:
        pid = firewall.world.pid
        made = run(firewall)
        assert firewall.world.pid != pid
        assert (made.transport, made.proven) == (transport, proven)
        assert made.status.state == "disconnected"
        assert len(firewall.world.restarts) == 1
        # Where the API refuses it, it comes a second time, over SSH.
        assert restarts(firewall) == (1 if switches.get("refused_over_api") == [] else 2)


@pytest.mark.parametrize("log", [True, False])
def test_quick_restart_is_proven_by_the_log_only(log: bool) -> None:
    switches = {**OVER_API, "software_status": "no_pid", "restart_in_system_log": log}
    changes = {"switches": switches, "firewall": {"device_server": {"restart_takes_s": 0}}}
    with quick("healthy", changes) as firewall:
        assert run(firewall).proven is log


@pytest.mark.parametrize("switches", [{}, {"software_status": "no_pid"}, UNSEEN], ids=["pid", "log", "neither"])
def test_busy_before_the_restart_is_no_proof(switches: Mapping[str, Any]) -> None:
    changes = {"switches": {**OVER_API, **switches}}
    with quick("device_server_unavailable", changes) as firewall:
        assert run(firewall).proven is (switches != UNSEEN)


REFUSED = {"refused_over_ssh": ["debug"]}


@pytest.mark.parametrize(
    ("changes", "options", "error"),
    [
        pytest.param({}, {"ssh": None}, CommandRefused, id="no SSH"),
        pytest.param({"switches": REFUSED}, {}, CommandRefused, id="refused by both"),
        pytest.param({"faults": {"ssh_closed": True}}, {}, Unreachable, id="SSH closed"),
        pytest.param({}, {"ssh": {"password": "wrong"}}, AuthenticationFailure, id="SSH login"),
        pytest.param(
            {
                "firewall": {"admins": [{"name": "ro", "role": "superreader"}]},
                "access": {"admin": "ro"},
                "switches": OVER_API,
            },
            {},
            DeviceError,
            id="no right",
        ),
    ],
)
def test_refused_command_is_reported_for_manual_use(
    changes: dict[str, Any], options: dict[str, Any], error: type[ExpectedFailure]
) -> None:
    with quick("healthy", changes) as firewall:
        pid = firewall.world.pid
        if options.get("ssh"):
            options = {"ssh": {**(firewall.ssh() or {}), **options["ssh"]}}
        with pytest.raises(error) as raised:
            run(firewall, **options)
        assert RESTART.cli in raised.value.remedy
        assert "restart" in raised.value.remedy
        assert firewall.world.pid == pid


@pytest.mark.parametrize(
    ("switches", "error"),
    [({}, RestartNotMade), (UNSEEN, RestartUnknown)],
    ids=["the same process", "no process shown"],
)
@pytest.mark.parametrize("kind", ["drop_before", "busy"])
def test_restart_is_not_sent_again(switches: dict[str, Any], error: type[RestartFailed], kind: str) -> None:
    changes = {"switches": {**OVER_API, **switches}, "faults": fault(kind)}
    with quick("healthy", changes) as firewall:
        with pytest.raises(error) as raised:
            run(firewall)
        assert raised.value.data == {"restarted": False if error is RestartNotMade else None}
        assert restarts(firewall) == 1


def test_success_answer_without_a_restart() -> None:
    changes = {"switches": OVER_API, "firewall": {"device_server": {"restart_ineffective": True}}}
    told = "Process device-server was restarted"
    with quick("healthy", changes) as firewall, pytest.raises(RestartNotMade, match=told):
        run(firewall)


@pytest.mark.parametrize(
    ("switches", "error"), [({}, RestartNotMade), (UNSEEN, DeviceServerNotBack)], ids=["pid", "not shown"]
)
def test_busy_device_server_that_is_not_restarted(switches: dict[str, Any], error: type[RestartFailed]) -> None:
    changes = {"switches": {**OVER_API, **switches}, "firewall": {"device_server": {"restart_ineffective": True}}}
    with quick("device_server_unavailable", changes) as firewall:
        with pytest.raises(error) as raised:
            run(firewall, 0.3)
        assert raised.value.data == {"restarted": False if error is RestartNotMade else None}


@pytest.mark.parametrize("switches", [{}, UNSEEN], ids=["proven", "not proven"])
def test_device_server_that_does_not_answer_again(switches: dict[str, Any]) -> None:
    changes = {
        "switches": {**OVER_API, **switches},
        "firewall": {"device_server": {"restart_takes_s": 3600}},
    }
    lines: list[str] = []
    with quick("healthy", changes) as firewall:
        with pytest.raises(DeviceServerNotBack) as raised:
            run(firewall, 0.3, lines)
        assert raised.value.data == {"restarted": True}
        assert any("busy" in line for line in lines)
