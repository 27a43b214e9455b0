# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary of a report: a line per firewall, those that need a person first.

Of very many that need nobody it has the number: their lines would push the others off the screen.
"""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import Fleet
from ansible_collections.panops.mlav.plugins.module_utils._report.view import counted, group_title, headline, line


def summary_lines(whole: Fleet) -> list[str]:
    """The first line carries the counts of the fleet."""
    lines = [headline(whole)]
    for group in whole.groups:
        lines.append(f"== {group_title(group)}")
        told = map(line, group.listed)
        lines.extend(f"{each.firewall} | {each.verdict} | {each.causes} | {each.summary}" for each in told)
        lines.extend(each.text for each in counted(group.counted))
    return lines
