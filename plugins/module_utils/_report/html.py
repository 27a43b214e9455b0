# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as one HTML file without scripts or outside references.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import html as escaping
from collections.abc import Iterator

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._report.cause_page import cause_page
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
from ansible_collections.panops.mlav.plugins.module_utils._report.markdown import RAW_LIMIT

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1b1f24; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid #d0d7de; padding: .35rem .6rem;
text-align: left; vertical-align: top; } td:first-child { white-space: nowrap; }
pre { background: #f6f8fa; overflow: auto; padding: .6rem; }
.broken, .fail { color: #a40e26; font-weight: 600; } .undetermined, .degraded, .error, .warn { color: #8a5a00;
font-weight: 600; } .standby, .healthy, .pass { color: #116329; }
details { margin: .4rem 0; } summary { cursor: pointer; }
"""


def _safe(value: object) -> str:
    return escaping.escape(clean(value))


def _safe_lines(value: object) -> str:
    return escaping.escape(visible("" if value is None else str(value))[-RAW_LIMIT:])


def _status(value: object) -> str:
    return f'<span class="{_safe(value)}">{_safe(value)}</span>'


def _firewall(diagnosis: Data) -> Iterator[str]:
    yield f"<details><summary>{_safe(diagnosis.get('host'))}: {_status(diagnosis.get('verdict'))}</summary>"
    yield f"<p>{_safe(diagnosis.get('summary'))}</p>"
    yield f"<p>Evidence {_safe(origin(diagnosis))}</p>"
    for cause in diagnosis.get("causes") or []:
        remedy = cause["remedy"]
        name = f"{cause['id']} ({cause['code']}, {cause['confidence']})"
        yield f"<p><b>{_safe(name)}</b>. What to do: {_safe(remedy['text'])} Risk: {_safe(remedy['risk'])}.</p>"
    for missing in diagnosis.get("missing") or []:
        yield f"<p>Missing: {_safe(lack(missing))}</p>"
    yield "<table><tr><th>check</th><th>status</th><th>found</th></tr>"
    for check in diagnosis.get("checks") or []:
        yield (
            f"<tr><td>{_safe(check['id'])}</td><td>{_status(check['status'])}</td><td>{_safe(check['message'])}</td></tr>"
        )
    yield "</table>"
    for check in diagnosis.get("checks") or []:
        if check["status"] in ("fail", "warn"):
            for evidence in check.get("evidence") or []:
                asked = f"{check['id']}, {evidence.get('transport')}: {evidence.get('command')}"
                yield f"<p>{_safe(asked)}</p>"
                yield f"<pre>{_safe_lines(evidence.get('raw'))}</pre>"
    yield "</details>"


def _page(cause_id: str) -> Iterator[str]:
    """The cause's page, folded; nothing for a cause without one."""
    sections = cause_page(cause_id)
    if not sections:
        return
    yield f"<details><summary>{_safe(cause_id)}: what proves it, what rules it out, what to do</summary>"
    for section in sections:
        yield f"<h{section.level + 1}>{_safe(section.title)}</h{section.level + 1}>"
        yield from (f"<p>{_safe(paragraph)}</p>" for paragraph in section.paragraphs)
    yield "</details>"


def html(whole: Fleet) -> str:
    """The whole report; the checks of a firewall fold out."""
    lines = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>MLAV cloud connection</title>',
        f"<style>{_STYLE}</style></head><body><h1>MLAV cloud connection</h1>",
        f"<p>{_safe(headline(whole))}</p>",
    ]
    for group in whole.groups:
        lines.append(f"<h2>{_safe(group_title(group))}</h2>")
        if group.listed:
            lines.append("<table><tr><th>firewall</th><th>verdict</th><th>cause</th><th>what, and what to do</th></tr>")
            lines.extend(
                f"<tr><td>{_safe(line.named)}</td><td>{_status(line.verdict)}</td><td>{_safe(line.causes)}</td>"
                f"<td>{_safe(line.summary)}</td></tr>"
                for line in group.listed
            )
            lines.append("</table>")
        for summary, hosts in group.counted.items():
            said = f"{firewalls(len(hosts))}: {summary}"
            lines.append(f"<details><summary>{_safe(said)}</summary><p>{_safe(', '.join(hosts))}</p></details>")
        lines.extend(_page(group.cause))
        for diagnosis in group.detailed:
            lines.extend(_firewall(diagnosis))
        if group.without_details:
            lines.append(f"<p>{_safe(group.without_details)}</p>")
    lines.append("</body></html>")
    return "\n".join(lines) + "\n"
