# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diagnoses a scenario in this process, in a moment: ``.venv/bin/python -m tests.tooling.try_scenario NAME``.

Prints the diagnosis, and fails when it is not what the scenario expects. A scenario's ``access`` and ``faults`` have no
effect, because there are no sockets. The pages of the causes show the same.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from xml.etree.ElementTree import Element, fromstring

from tests.tooling.environment import COLLECTIONS

if str(COLLECTIONS) not in sys.path:
    sys.path.insert(0, str(COLLECTIONS))

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceBusy, NotObtainable
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Answer, Command, SystemLogQuery
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Check, Diagnosis, DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from tests.simulator.commands import CommandError, Request, from_cli
from tests.simulator.scenario import Scenario, load
from tests.simulator.world import World
from tests.simulator.xml_api import XmlApi, wrap

NOW = datetime(2026, 11, 23, 10, 15, tzinfo=timezone.utc)
LINES = 5
# The simulator draws the local port of a connection anew each time.
_DRAWN_PORT = re.compile(r":[4-6]\d{4}\b")


class _InProcess:
    """A ``Device`` over a simulated firewall, without sockets."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._admin = world.spec.admins[0]

    def _cli(self, line: str) -> tuple[str, Element | None]:
        try:
            command, params = from_cli(line)
            reply = command.run(self._world, Request(command, self._admin, "ssh", params))
        except CommandError as error:
            raise (DeviceBusy if "busy" in error.text else NotObtainable)(error.text) from None
        return reply.text, None if reply.xml is None else fromstring(wrap(reply, "cdata").body).find("result")

    def run(self, command: Command) -> Answer:
        return Answer(command.cli, "ssh", *self._cli(command.cli))

    def effective_config(self, path: str) -> Answer:
        asked = f"<show><config><effective-running><xpath>{path}</xpath></effective-running></config></show>"
        body = XmlApi(self._world).handle({"type": "op", "cmd": asked}, {"x-pan-key": self._admin.api_key}).body
        return Answer(f"configuration {path}", "api", "", fromstring(body).find("result"))

    def system_log(self, query: SystemLogQuery) -> Answer:
        line = f'show log system direction equal backward query equal "{query.expression}"'
        return Answer("show log system", "ssh", self._cli(line)[0])

    def process_log(self, name: str, lines: int) -> tuple[Answer, ...]:
        line = f"tail lines {lines} mp-log {name}"
        return (Answer(line, "ssh", self._cli(line)[0]),)

    def close(self) -> None:
        return None


def evidence(scenario: Scenario) -> EvidenceSet:
    """What a firewall of this scenario answers to every question; the same each time but for ports and numbers."""
    device = _InProcess(scenario.world("fw-1", now=NOW.timestamp))
    options = GatherOptions(depth="full", now=lambda: NOW, sleep=lambda _seconds: None)
    return gather(device, "fw-1", options)


def diagnosis(scenario: Scenario) -> Diagnosis:
    """What is concluded from that."""
    return diagnose(evidence(scenario), DiagnosisOptions())


def shown(found: Diagnosis) -> str:
    """The summary, then each check that shows the first cause, with what the firewall answered."""
    first = found.causes[0] if found.causes else None
    cause = f"{first.id} ({first.confidence})" if first else "-"
    parts = [f"{found.host} | {found.verdict} | {cause} | {found.summary}"]
    because = first.because if first else ()
    parts += ["\n".join(_check(check)) for check in found.checks if check.id in because]
    return _DRAWN_PORT.sub(":40000", "\n\n".join(parts))


def _check(check: Check) -> Iterator[str]:
    yield f"{check.id}: {check.status}. {check.message}"
    for seen in check.evidence:
        lines = [line.strip() for line in seen.raw.splitlines() if line.strip()]
        # XML is for parsers; its values stand in the message.
        if lines and not lines[0].startswith("<"):
            yield f"  > {seen.command}"
            yield from (f"    {line}" for line in lines[:LINES])
            if len(lines) > LINES:
                yield f"    (and {len(lines) - LINES} more lines)"


def main(names: list[str]) -> int:
    """Returns 1 when one of the scenarios leads to something else than it expects."""
    failed = 0
    for name in names:
        scenario = load(name)
        found = diagnosis(scenario)
        print(shown(found))
        actual = {"verdict": found.verdict, "cause": found.causes[0].id if found.causes else None}
        expected = {key: scenario.expect.get(key) for key in actual}
        if actual != expected:
            failed = 1
            print(f"FAILED: {name}: expected {expected}, got {actual}", file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
