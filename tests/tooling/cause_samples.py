# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a diagnosis shows for each cause: the scenario of the same name, asked and judged in this process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from xml.etree.ElementTree import Element, fromstring

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceBusy, NotObtainable
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Answer, Command, SystemLogQuery
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Check, Diagnosis, DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import GatherOptions, gather
from tests.simulator.commands import CommandError, Request, from_cli
from tests.simulator.scenario import load
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


def sample(cause_id: str) -> Diagnosis:
    """The diagnosis of a firewall that has this cause; always the same but for the ports of its connections.

    Raises:
        ValueError: the scenario leads to another first cause.
    """
    world = load(cause_id).world("fw-lon-1", now=NOW.timestamp)
    options = GatherOptions(now=lambda: NOW, sleep=lambda _seconds: None)
    found = diagnose(gather(_InProcess(world), "fw-lon-1", options), DiagnosisOptions())
    if not found.causes or found.causes[0].id != cause_id:
        raise ValueError(f"the scenario {cause_id} leads to {[cause.id for cause in found.causes]}")
    return found


def shown(cause_id: str) -> str:
    """The sample as text: the summary, then each check that the cause rests on with what the firewall answered."""
    found = sample(cause_id)
    because = found.causes[0].because
    parts = [f"{found.host} | {found.verdict} | {cause_id} ({found.causes[0].confidence}) | {found.summary}"]
    parts += ["\n".join(_check(check)) for check in found.checks if check.id in because]
    return _DRAWN_PORT.sub(":40000", "\n\n".join(parts))


def _check(check: Check) -> Iterator[str]:
    yield f"{check.id}: {check.status}. {check.message}"
    for evidence in check.evidence:
        lines = [line.strip() for line in evidence.raw.splitlines() if line.strip()]
        # XML is for parsers; its values stand in the message.
        if lines and not lines[0].startswith("<"):
            yield f"  > {evidence.command}"
            yield from (f"    {line}" for line in lines[:LINES])
            if len(lines) > LINES:
                yield f"    (and {len(lines) - LINES} lines more)"
