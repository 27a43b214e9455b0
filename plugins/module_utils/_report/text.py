# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary that ends a run: one line per firewall, firewalls with the same cause together.

Of very many that need nobody it tells the number: their lines would push the others off the screen.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import (
    Fleet,
    firewalls,
    group_title,
    headline,
)


def summary_lines(whole: Fleet) -> list[str]:
    """The first line carries the verdict of the fleet."""
    lines = [headline(whole)]
    for group in whole.groups:
        lines.append(f"== {group_title(group)}")
        lines.extend(f"{line.named} | {line.verdict} | {line.causes} | {line.summary}" for line in group.listed)
        lines.extend(f"{firewalls(len(hosts))}: {summary}" for summary, hosts in group.counted.items())
    return lines
