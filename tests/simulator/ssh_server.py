# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SSH door of a firewall."""

from __future__ import annotations

from dataclasses import dataclass

from .world import World


@dataclass
class SshServer:
    """Placeholder until the command line is there."""

    world: World
    port: int = 0

    async def start(self) -> None:
        """Nothing yet."""

    async def stop(self) -> None:
        """Nothing yet."""

    def known_hosts_lines(self, host: str) -> list[str]:
        """Nothing yet."""
        return []
