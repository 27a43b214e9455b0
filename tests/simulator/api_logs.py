# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""type=log of the XML API: a query is a job, and its answer comes after some polls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from .commands import CommandError
from .log_query import BadQuery, select
from .logs import Event, device_time
from .world import World

MOST = 5000


@dataclass
class LogJob:
    """One query that waits to be fetched."""

    number: int
    entries: list[tuple[World, Event]]
    polls_left: int
    asked_at: float


@dataclass
class LogQueries:
    """The log queries of one management address."""

    jobs: dict[tuple[str, int], LogJob] = field(default_factory=dict)  # by serial number and job

    def handle(self, world: World, sources: list[World], params: Mapping[str, str]) -> str:
        """A query, or action=get or finish of an earlier one."""
        action = params.get("action", "")
        if not action or "log-type" in params:
            return self._query(world, sources, params)
        number = int(params["job-id"]) if params.get("job-id", "").isdigit() else -1
        job = self.jobs.get((world.spec.serial, number))
        if job is None:
            raise CommandError(f"job {params.get('job-id', '')} not found", 7)
        if action == "finish":
            del self.jobs[world.spec.serial, number]
            return f'<response status="success"><msg>Job {number} removed.</msg></response>'
        if action != "get":
            raise CommandError(f" log -> {action} is unexpected", 17)
        return self._get(world, job)

    def _query(self, world: World, sources: list[World], params: Mapping[str, str]) -> str:
        number_of, skip = params.get("nlogs", "20"), params.get("skip", "0")
        if not number_of.isdigit() or not skip.isdigit() or int(number_of) > MOST:
            raise CommandError(" nlogs is invalid", 17)
        found: list[tuple[World, Event]] = []
        if params.get("log-type") == "system":
            for source in sources:
                source.refresh()
                found += self._select(world, source, params.get("query", ""))
        found.sort(key=lambda pair: pair[1].at, reverse=params.get("dir", "backward") == "backward")
        number = world.jobs.number()
        chosen = found[int(skip) :][: int(number_of)]
        self.jobs[world.spec.serial, number] = LogJob(number, chosen, world.switches.log_polls, world.now())
        return (
            f'<response status="success" code="19"><result><msg><line>query job enqueued with jobid {number}</line>'
            f"</msg><job>{number}</job></result></response>"
        )

    @staticmethod
    def _select(world: World, source: World, query: str) -> list[tuple[World, Event]]:
        sensitive = world.switches.contains_is_case_sensitive
        try:
            events = select(source.events, query, source.spec.clock, sensitive, source.spec.serial)
        except BadQuery as error:
            raise CommandError(f" query -> {error} is invalid", 17) from None
        return [(source, event) for event in events]

    def _get(self, world: World, job: LogJob) -> str:
        asked = device_time(world.spec.clock, job.asked_at)
        times = f"<tenq>{asked:%H:%M:%S}</tenq><tdeq>{asked:%H:%M:%S}</tdeq><tlast>{asked:%H:%M:%S}</tlast>"
        if job.polls_left > 0:
            job.polls_left -= 1
            head = f"<job>{times}<status>ACT</status><id>{job.number}</id></job>"
            return f'<response status="success"><result>{head}</result></response>'
        # A finished job is gone once its logs have been fetched.
        del self.jobs[world.spec.serial, job.number]
        head = f"<job>{times}<status>FIN</status><id>{job.number}</id></job>"
        entries = "".join(entry_xml(source, event, index) for index, (source, event) in enumerate(job.entries))
        logs = f'<log><logs count="{len(job.entries)}" progress="100">{entries}</logs></log>'
        return f'<response status="success"><result>{head}{logs}</result></response>'


def entry_xml(world: World, event: Event, index: int) -> str:
    """One system-log entry."""
    moment = device_time(world.spec.clock, event.at)
    stamp = f"{moment:%Y/%m/%d %H:%M:%S}"
    offset = world.spec.clock.utc_offset
    high = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}{offset[:3]}:{offset[3:]}"
    number = 6784588 - index
    module = f"<module>{event.module}</module>" if event.module else ""
    thing = f"<object>{escape(event.object)}</object>" if event.object else "<object/>"
    return (
        f'<entry logid="{5753304543500710425 - index}"><domain>1</domain><receive_time>{stamp}</receive_time>'
        f"<serial>{world.spec.serial}</serial><seqno>{number}</seqno><actionflags>0x0</actionflags>"
        f"<type>SYSTEM</type><subtype>{event.subtype}</subtype><config_ver>0</config_ver>"
        f"<time_generated>{stamp}</time_generated><high_res_timestamp>{high}</high_res_timestamp><vsys/>"
        f"<eventid>{event.eventid}</eventid>{thing}{module}<severity>{event.severity}</severity>"
        f"<opaque>{escape(event.text[:512])}</opaque><device_name>{escape(world.spec.hostname)}</device_name></entry>"
    )
