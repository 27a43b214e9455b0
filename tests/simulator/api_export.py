# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""type=export of the XML API: the tech-support archive is made by a job, fetched once, and then gone.

Source of the answers: documentation "Export Technical Support Data".
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .commands import CommandError, Reply, Request, command
from .jobs import Job
from .logs import device_time
from .ops_system import leaf
from .techsupport import archive_bytes
from .world import World
from .xml_api import Answer, failure, success

KIND = "Exec"


def begin(world: World) -> Job:
    """Start the job; the archive shows the world as it is when the job ends."""
    now = world.now()
    world.jobs.advance(now)
    fault = world.job_fault("export")
    failing = [fault.text or "Failed to generate tech support"] if fault and fault.kind == "job_fails" else []
    takes = math.inf if fault and fault.kind == "job_hangs" else world.switches.export_seconds

    def finish() -> None:
        job.output = archive_bytes(world)

    job = world.jobs.add(KIND, "", now, takes, on_finish=finish, failure=failing)
    return job


@command("request tech-support dump")
def dump(world: World, request: Request) -> Reply:
    """The same job, begun by an operational command."""
    job = begin(world)
    line = f"Exec job enqueued with jobid {job.number}"
    return Reply(f"{line}\n{job.number}\n", f"<msg>{leaf('line', line)}</msg>{leaf('job', job.number)}")


def export(world: World, params: Mapping[str, str]) -> Answer:
    """category=tech-support: without an action a new job, else something about an earlier one."""
    if params.get("category") != "tech-support":
        return failure(f" export {params.get('category', '')} is not available", 14)
    action = params.get("action", "")
    if not action:
        job = begin(world)
        line = f"Exec job enqueued with jobid {job.number}"
        return success(f"<result><msg>{leaf('line', line)}</msg>{leaf('job', job.number)}</result>", 19)
    wanted = params.get("job-id", "")
    world.jobs.advance(world.now())
    found = world.jobs.find(int(wanted)) if wanted.isdigit() else None
    if found is None or found.kind != KIND:
        raise CommandError(f"job {wanted} not found", 7)
    if action == "status":
        return success(f"<result>{status_xml(world, found)}</result>")
    if action == "finish":
        world.jobs.remove(found)
        return success(f"<msg>Job {found.number} removed.</msg>")
    if action != "get":
        raise CommandError(f" export -> {action} is unexpected", 17)
    if found.output is None:
        return failure(f"Job {found.number} has no result to export")
    return Answer(
        "",
        data=found.output,
        filename=f"techsupport-{found.number}.tgz",
        sent=lambda: world.jobs.remove(found),
    )


def status_xml(world: World, job: Job) -> str:
    """The job as this request shows it: times of day alone at its end, in place of the progress too."""
    clock = world.spec.clock
    done = "" if job.finished is None else f"{device_time(clock, job.finished):%H:%M:%S}"
    lines = "".join(leaf("line", line) for line in job.failure) if not job.active else ""
    return (
        f"<job><tenq>{device_time(clock, job.enqueued):%Y/%m/%d %H:%M:%S}</tenq>{leaf('id', job.number)}<user/>"
        f"{leaf('type', job.kind)}{leaf('status', 'ACT' if job.active else 'FIN')}<stoppable>no</stoppable>"
        f"{leaf('result', job.result)}{leaf('tfin', done)}{leaf('progress', done or job.progress(world.now()))}"
        f"<details>{lines}</details><warnings/>"
        + ("<resultfile>//tmp/techsupport.tgz</resultfile>" if job.output is not None else "")
        + "</job>"
    )
