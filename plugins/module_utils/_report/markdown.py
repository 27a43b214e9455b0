# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import clean, firewalls
from ansible_collections.panops.mlav.plugins.module_utils._report.view import FirewallView, GroupView, ReportView

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#])")


def plain(text: str | None) -> str:
    """Text that Markdown shows as it is, in one line."""
    return _SPECIAL.sub(r"\\\1", clean(text))


def markdown(report: ReportView) -> str:
    """The whole report: the fleet first, then each firewall that needs a person with its checks and evidence."""
    lines = ["# MLAV cloud connection", "", plain(report.headline), ""]
    for group in report.groups:
        lines.extend(_group(group))
    detailed = [firewall for group in report.groups if group.needs_a_person for firewall in group.firewalls]
    if detailed:
        lines += [f"## {firewalls(len(detailed))} in detail", ""]
        for firewall in detailed:
            lines.extend(_firewall(firewall))
    return "\n".join(lines).rstrip("\n") + "\n"


def _group(group: GroupView) -> Iterator[str]:
    yield from (f"## {plain(group.title)}", "")
    if group.lines:
        yield from ("| firewall | verdict | cause | what, and what to do |", "|---|---|---|---|")
        for line in group.lines:
            yield f"| {plain(line.firewall)} | {plain(line.verdict)} | {plain(line.causes)} | {plain(line.summary)} |"
        yield ""
    for counted in group.counted:
        yield from (plain(counted.text), "", plain(", ".join(counted.names)), "")
    if group.needs_a_person and group.left_out:
        yield from (group.left_out, "")


def _firewall(firewall: FirewallView) -> Iterator[str]:
    yield from (f"### {plain(firewall.host)}", "", plain(firewall.summary), "")
    yield from (", ".join(map(plain, (*firewall.about, firewall.origin))), "")
    for cause in firewall.causes:
        because = plain(", ".join(cause.because))
        yield f"- **{plain(cause.id)}** ({plain(cause.code)}, {cause.confidence}), by {because}"
        yield f"  - What to do: {plain(cause.action)}"
        yield f"  - Risk: {cause.risk}"
        yield f"  - More: <{cause.doc_url}>"
    for past in firewall.past:
        yield f"- Over: {plain(past.id)}, last seen {plain(past.last_seen)}, {plain(past.reason)}"
    yield from (f"- Missing: {plain(missing)}" for missing in firewall.missing)
    yield from ("", "| check | status | found |", "|---|---|---|")
    for check in firewall.checks:
        blocked = f" (see {plain(check.blocked_by)})" if check.blocked_by else ""
        yield f"| {plain(check.id)} | {check.status} | {plain(check.message)}{blocked} |"
    yield ""
    yield from _evidence(firewall)


def _evidence(firewall: FirewallView) -> Iterator[str]:
    """The answers that show the causes, each once."""
    answers = (evidence for check in firewall.checks if check.explains for evidence in check.evidence)
    for evidence in dict.fromkeys(answers):
        if evidence.raw:
            yield from (f"Evidence, {plain(evidence.transport)}: {plain(evidence.command)}", "")
            yield from (*_code(evidence.raw), "")


def _code(text: str) -> Iterator[str]:
    """A fenced block whose fence the text cannot close."""
    lines = [clean(line) for line in text.split("\n")]
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}text", *lines, fence)
