# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTML page of a report, a Jinja2 template over ``view.ReportView`` (as ``report``). Every value is escaped.

It is Python source, not a file of its own: Ansible sends a module to another host with the Python files that it
imports and nothing else, and a task that is delegated there writes the same page.
"""

from __future__ import annotations

TEMPLATE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>MLAV cloud connection</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1b1f24; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid #d0d7de; padding: .35rem .6rem;
text-align: left; vertical-align: top; } td:first-child { white-space: nowrap; }
pre { background: #f6f8fa; overflow: auto; padding: .6rem; }
.broken, .fail { color: #a40e26; font-weight: 600; } .undetermined, .degraded, .error, .warn { color: #8a5a00;
font-weight: 600; } .standby, .healthy, .pass { color: #116329; }
details { margin: .4rem 0; } summary { cursor: pointer; }
</style></head><body><h1>MLAV cloud connection</h1>
<p>{{ report.headline }}</p>
{% macro status(word) %}<span class="{{ word }}">{{ word }}</span>{% endmacro %}
{% for group in report.groups %}
<h2>{{ group.title }}</h2>
{% if group.lines %}
<table><tr><th>firewall</th><th>verdict</th><th>cause</th><th>what, and what to do</th></tr>
{% for line in group.lines %}
<tr><td>{{ line.firewall }}</td><td>{{ status(line.verdict) }}</td><td>{{ line.causes }}</td>
<td>{{ line.summary }}</td></tr>
{% endfor %}
</table>
{% endif %}
{% for counted in group.counted %}
<details><summary>{{ counted.text }}</summary><p>{{ counted.names | join(", ") }}</p></details>
{% endfor %}
{% if group.page %}
<details><summary>{{ group.cause }}: what proves it, what rules it out, what to do</summary>
{% for section in group.page %}
<h{{ section.level + 1 }}>{{ section.title }}</h{{ section.level + 1 }}>
{% for paragraph in section.paragraphs %}
<p>{{ paragraph }}</p>
{% endfor %}
{% endfor %}
</details>
{% endif %}
{% for firewall in group.firewalls %}
<details><summary>{{ firewall.host }}: {{ status(firewall.verdict) }}</summary>
<p>{{ firewall.summary }}</p>
<p>Evidence {{ firewall.origin }}</p>
{% for cause in firewall.causes %}
<p><b>{{ cause.id }} ({{ cause.code }}, {{ cause.confidence }})</b>.
What to do: {{ cause.action }} Risk: {{ cause.risk }}.</p>
{% endfor %}
{% for missing in firewall.missing %}
<p>Missing: {{ missing }}</p>
{% endfor %}
<table><tr><th>check</th><th>status</th><th>found</th></tr>
{% for check in firewall.checks %}
<tr><td>{{ check.id }}</td><td>{{ status(check.status) }}</td><td>{{ check.message }}</td></tr>
{% endfor %}
</table>
{% for check in firewall.checks if check.needs_attention %}
{% for evidence in check.evidence %}
<p>{{ check.id }}, {{ evidence.transport }}: {{ evidence.command }}</p>
<pre>{{ evidence.raw }}</pre>
{% endfor %}
{% endfor %}
</details>
{% endfor %}
{% if group.left_out %}
<p>{{ group.left_out }}</p>
{% endif %}
{% endfor %}
</body></html>
"""
