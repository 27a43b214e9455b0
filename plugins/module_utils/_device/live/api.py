# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The XML API of a firewall, directly or through Panorama: its configuration and its logs."""

from __future__ import annotations

import time
from copy import copy
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope, sizes
from ansible_collections.panops.mlav.plugins.module_utils._device.envelope import Envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    DeviceError,
    MalformedAnswer,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    PUSHED_VALUES_MAY_BE_MISSING,
    Answer,
    SystemLogQuery,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api_requests import asked_in
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api_session import ApiSession
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.pruning import tag_at
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import flatten

# A log job searches the whole log; it may take this many calls' time.
LOG_JOB_CALLS = 4
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0


class XmlApi(ApiSession):
    """What a session reads beside operational commands."""

    def effective_config(self, path: str) -> Answer:
        """Reads a subtree of the effective configuration, or of the running one with a note (see ``interface.Device``).

        Source: CLI hierarchy (``show config effective-running xpath``). What the API answers is not documented, so it
        counts only when it is the node that was asked for.
        """
        cmd = f"<show><config><effective-running><xpath>{escape(path)}</xpath></effective-running></config></show>"
        command = f"show config effective-running xpath {path}"
        try:
            answer = self.op(cmd)
        except CommandRefused:
            return self.running_config(path)
        result = _only_node(answer, path)
        if result is None:
            return self.running_config(path)
        return Answer(command, "api", flatten(result), result)

    def running_config(self, path: str) -> Answer:
        """Reads a subtree of the running configuration; the answer notes that pushed values may be missing."""
        return self._config("show", path, (PUSHED_VALUES_MAY_BE_MISSING,))

    def candidate_config(self, path: str) -> Answer:
        """Reads a subtree of the candidate configuration; ``path`` and ``result`` as in ``effective_config``."""
        return self._config("get", path, ())

    def _config(self, action: str, path: str, notes: tuple[str, ...]) -> Answer:
        answer = self.call({"type": "config", "action": action, "xpath": f"/config/{path}"})
        result = _only_node(answer, path)
        if result is None:
            raise MalformedAnswer(f"the firewall answered action={action} for {path} with another node")
        return Answer(f"action={action} xpath=/config/{path}", "api", flatten(result), result, notes=notes)

    def system_log(self, query: SystemLogQuery) -> Answer:
        """Asks the system log: starts the job, polls it with pauses, fetches and ends it.

        The whole takes at most ``LOG_JOB_CALLS`` times the option ``timeout``.
        """
        expression = query.expression
        if query.since is not None:
            expression = f"({expression}) and (receive_time geq '{query.since:%Y/%m/%d %H:%M:%S}')"
        deadline = Deadline(LOG_JOB_CALLS * self.options.timeout, "the search in the system log")
        started = self.call(
            {
                "type": "log",
                "log-type": "system",
                "query": expression,
                "nlogs": str(min(max(query.limit, 1), 5000)),
                "dir": "backward",
            }
        )
        job = started.root.findtext("./result/job", "").strip()
        if not (job.isascii() and job.isdigit()):
            raise MalformedAnswer("the firewall answered the question to the system log without a job")
        try:
            answer = self._finished_log(job, deadline)
        finally:
            self.finish({"type": "log", "job-id": job})
        return Answer(f"show log system query equal {expression!r}", "api", answer.text, answer.result)

    def _finished_log(self, job: str, deadline: Deadline) -> Envelope:
        pause = _FIRST_PAUSE
        while True:
            seconds = min(self.options.timeout, deadline.remaining())
            fields = {"type": "log", "action": "get", "job-id": job}
            body = self._exchange(fields, self._deadline(asked_in(fields), seconds))
            answer = self.checked(body, asked_in(fields), sizes.of_request(fields))
            if answer.absent:
                raise DeviceError(f"the firewall has lost the search {job} in the system log", remedy="Ask again.")
            status = answer.root.findtext("./result/job/status", "").strip()
            if answer.root.find("./result/log") is not None and status in {"FIN", ""}:
                return answer
            if len(body) > sizes.STATUS_BYTES:
                # Such answers could be asked for until the time is over.
                raise self._noted(envelope.oversized("no log before the search has finished"))
            if pause >= deadline.remaining():
                raise deadline.exceeded()
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _only_node(answer: Envelope, path: str) -> Element | None:
    """A ``<result>`` that holds the node at ``path`` as its only child, or nothing where it is absent.

    None where the answer holds something else. An answer from ``<config>`` on is descended.
    """
    wrapped = Element("result")
    if answer.absent or answer.result is None or not len(answer.result):
        return wrapped
    node: Element | None = answer.result[0]
    tag = tag_at(path)
    if len(answer.result) == 1 and node is not None and node.tag == "config" and tag != "config":
        node = node.find(path)
        if node is None:
            return wrapped
    if node is None or len(answer.result) != 1 or node.tag != tag:
        return None
    wrapped.append(copy(node))
    return wrapped
