# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as Markdown.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import (
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


def _plain(value: object) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", clean(value))


def _code(text: str) -> Iterator[str]:
    """A fenced block whose fence the text cannot close."""
    lines = [clean(line) for line in text[-RAW_LIMIT:].splitlines()]
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from lines
    yield fence


def _firewall(diagnosis: Data) -> Iterator[str]:
    device = diagnosis.get("device") or {}
    yield f"### {_plain(diagnosis.get('host'))}"
    yield ""
    yield _plain(diagnosis.get("summary"))
    yield ""
    about = [
        f"{name} {_plain(device[key])}"
        for name, key in (
            ("model", "model"),
            ("serial", "serial"),
            ("PAN-OS", "sw_version"),
            ("HA state", "ha_state"),
            ("clock skew in seconds", "clock_skew_s"),
        )
        if device.get(key) is not None
    ]
    yield ", ".join([*about, _plain(origin(diagnosis))])
    yield ""
    for cause in diagnosis.get("causes") or []:
        by = ", ".join(cause["because"])
        yield f"- **{_plain(cause['id'])}** ({_plain(cause['code'])}, {_plain(cause['confidence'])}), by {_plain(by)}"
        yield f"  - What to do: {_plain(cause['remedy']['text'])}"
        if cause["remedy"].get("risk"):
            yield f"  - Risk: {_plain(cause['remedy']['risk'])}"
        yield f"  - More: <{clean(cause['remedy']['doc_url'])}>"
    for past in diagnosis.get("history") or []:
        yield f"- Over: {_plain(past['id'])}, last seen {_plain(past['last_seen'])}, {_plain(past['reason'])}"
    for missing in diagnosis.get("missing") or []:
        yield f"- Missing: {_plain(lack(missing))}"
    yield ""
    yield "| check | status | found |"
    yield "|---|---|---|"
    for check in diagnosis.get("checks") or []:
        blocked = f" (see {_plain(check['blocked_by'])})" if check.get("blocked_by") else ""
        yield f"| {_plain(check['id'])} | {_plain(check['status'])} | {_plain(check['message'])}{blocked} |"
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
            yield f"Evidence, {_plain(evidence.get('transport'))}: {_plain(evidence.get('command'))}"
            yield ""
            yield from _code(str(evidence["raw"]))
            yield ""


def markdown(whole: Fleet) -> str:
    """The whole report: the fleet first, then each firewall that is not healthy with its checks and evidence."""
    lines = ["# MLAV cloud connection", "", _plain(headline(whole)), ""]
    for group in whole.groups:
        lines += [f"## {_plain(group_title(group))}", ""]
        lines += ["| firewall | verdict | cause | what, and what to do |", "|---|---|---|---|"]
        lines += [
            f"| {_plain(line.host)} | {_plain(line.verdict)} | {_plain(line.causes)} | {_plain(line.summary)} |"
            for line in group.lines
        ]
        lines.append("")
    detailed = [
        diagnosis
        for group in whole.groups
        if group.verdict in ("broken", "undetermined", "degraded")
        for diagnosis in group.diagnoses
    ]
    if detailed:
        lines += [f"## {firewalls(len(detailed))} in detail", ""]
        for diagnosis in detailed:
            lines.extend(_firewall(diagnosis))
    return "\n".join(lines).rstrip("\n") + "\n"
