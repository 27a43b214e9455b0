# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The releases of ansible-core that the collection is checked on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Core:
    """A release, and the Pythons that it is checked with, the first that is there."""

    release: str
    pythons: tuple[str, ...]

    @property
    def series(self) -> str:
        """``2.16`` of ``2.16.19``."""
        return self.release.rpartition(".")[0]


CORES = {
    "2.16": Core("2.16.19", ("3.10", "3.11", "3.12")),
    "2.17": Core("2.17.14", ("3.10", "3.11", "3.12")),
    "2.18": Core("2.18.19", ("3.11", "3.12", "3.13")),
    "2.19": Core("2.19.14", ("3.11", "3.12", "3.13")),
    "2.20": Core("2.20.10", ("3.12", "3.13")),
    "2.21": Core("2.21.5", ("3.13", "3.12")),
    # The next one, as a release candidate: one line to change when it is out.
    "2.22": Core("2.22.0rc1", ("3.13",)),
}

#: The newest that is released: what users have, and what everything is checked on.
NEWEST = next(name for name, core in reversed(CORES.items()) if core.release.replace(".", "").isdigit())
