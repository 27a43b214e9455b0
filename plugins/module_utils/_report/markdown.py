# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as Markdown.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import (
    NEEDS_A_PERSON,
    Data,
    Fleet,
    clean,
    firewalls,
    group_title,
    headline,
    lack,
    origin,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#])")
#: How much of one raw answer a report shows; diagnoses.json has all that was kept.
RAW_LIMIT = 1500


def plain(value: object) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", clean(value))


def _code(text: str) -> Iterator[str]:
    """A fenced block whose fence the text cannot close."""
    lines = [clean(line) for line in visible(text)[-RAW_LIMIT:].split("\n")]
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from lines
    yield fence


def _firewall(diagnosis: Data) -> Iterator[str]:
    device = diagnosis.get("device") or {}
    yield f"### {plain(diagnosis.get('host'))}"
    yield ""
    yield plain(diagnosis.get("summary"))
    yield ""
    about = [
        f"{name} {plain(device[key])}"
        for name, key in (
            ("model", "model"),
            ("serial", "serial"),
            ("PAN-OS", "sw_version"),
            ("HA state", "ha_state"),
            ("clock skew in seconds", "clock_skew_s"),
        )
        if device.get(key) is not None
    ]
    yield ", ".join([*about, plain(origin(diagnosis))])
    yield ""
    for cause in diagnosis.get("causes") or []:
        by = ", ".join(cause["because"])
        yield f"- **{plain(cause['id'])}** ({plain(cause['code'])}, {plain(cause['confidence'])}), by {plain(by)}"
        yield f"  - What to do: {plain(cause['remedy']['text'])}"
        if cause["remedy"].get("risk"):
            yield f"  - Risk: {plain(cause['remedy']['risk'])}"
        yield f"  - More: <{clean(cause['remedy']['doc_url'])}>"
    for past in diagnosis.get("history") or []:
        yield f"- Over: {plain(past['id'])}, last seen {plain(past['last_seen'])}, {plain(past['reason'])}"
    for missing in diagnosis.get("missing") or []:
        yield f"- Missing: {plain(lack(missing))}"
    yield ""
    yield "| check | status | found |"
    yield "|---|---|---|"
    for check in diagnosis.get("checks") or []:
        blocked = f" (see {plain(check['blocked_by'])})" if check.get("blocked_by") else ""
        yield f"| {plain(check['id'])} | {plain(check['status'])} | {plain(check['message'])}{blocked} |"
    yield ""
    because = {name for cause in diagnosis.get("causes") or [] for name in cause["because"]}
    shown: set[tuple[str, str]] = set()
    for check in diagnosis.get("checks") or []:
        if check["id"] not in because:
            continue
        for evidence in check.get("evidence") or []:
            key = (str(evidence.get("command")), str(evidence.get("raw")))
            if key in shown or not evidence.get("raw"):
                continue
            shown.add(key)
            yield f"Evidence, {plain(evidence.get('transport'))}: {plain(evidence.get('command'))}"
            yield ""
            yield from _code(str(evidence["raw"]))
            yield ""


def markdown(whole: Fleet) -> str:
    """The whole report: the fleet first, then each firewall that is not healthy with its checks and evidence."""
    lines = ["# MLAV cloud connection", "", plain(headline(whole)), ""]
    for group in whole.groups:
        lines += [f"## {plain(group_title(group))}", ""]
        if group.listed:
            lines += ["| firewall | verdict | cause | what, and what to do |", "|---|---|---|---|"]
            lines += [
                f"| {plain(line.named)} | {plain(line.verdict)} | {plain(line.causes)} | {plain(line.summary)} |"
                for line in group.listed
            ]
            lines.append("")
        for summary, hosts in group.counted.items():
            lines += [f"{firewalls(len(hosts))}: {plain(summary)}", "", plain(", ".join(hosts)), ""]
        if group.verdict in NEEDS_A_PERSON and group.without_details:
            lines += [group.without_details, ""]
    detailed = [diagnosis for group in whole.groups if group.verdict in NEEDS_A_PERSON for diagnosis in group.detailed]
    if detailed:
        lines += [f"## {firewalls(len(detailed))} in detail", ""]
        for diagnosis in detailed:
            lines.extend(_firewall(diagnosis))
    return "\n".join(lines).rstrip("\n") + "\n"
