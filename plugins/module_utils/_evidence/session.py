# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One session with a firewall: what was collected so far, and what a question is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, get_args

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.circuit_breaker import CircuitBreaker
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence, T
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions

Stage = Literal["identity", "state", "report", "system", "network", "logs", "policy"]
#: In the order in which they are asked; what a stage needs of another is asked before.
STAGES: tuple[Stage, ...] = get_args(Stage)
#: Asked of every firewall.
ALWAYS: tuple[Stage, ...] = ("identity", "state")
#: Asked of every firewall whose release has MLAV. The others: of one that is not connected, or at depth ``full``.
WITH_MLAV: tuple[Stage, ...] = ("report",)


class Session:
    """What the questions share: the device, the options, and the evidence collected so far by its name."""

    def __init__(self, device: Device, options: GatherOptions) -> None:
        self.device: Device = CircuitBreaker(device, options.watch)
        self.options = options
        self.found: dict[str, Evidence[Any]] = {}

    def value(self, name: str) -> Any:
        """The value of that evidence; None where it was not collected."""
        evidence = self.found.get(name)
        return evidence.value if evidence is not None else None

    @property
    def connected(self) -> bool:
        """Whether the firewall said that it is connected to the MLAV cloud."""
        status = self.value("cloud_status")
        return status is not None and status.state == "connected"


@dataclass(frozen=True)
class Probe(Generic[T]):
    """A question.

    Attributes:
        ask: asks it and returns the evidence; raises nothing (see ``probing.probe``).
        stage: when it is asked, and of which firewalls.
        needs: the evidence that it rests on, by name.
    """

    ask: Callable[[Session], Evidence[T]]
    stage: Stage
    needs: tuple[str, ...] = ()
