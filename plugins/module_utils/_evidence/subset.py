# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option ``gather_subset``: which evidence is to be collected."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EVIDENCE_NAMES, PROBES


def parse_subset(names: Iterable[str]) -> frozenset[str]:
    """``all``, names, and ``!name`` for what to leave out; only exclusions imply ``all``.

    What a name rests on comes with it; what rests on an excluded name is left out with it. Raises InvalidOption.
    """
    wanted = [name.strip() for name in names]
    excluded = {_known(name.lstrip("! ")) for name in wanted if name.startswith("!")}
    included = {_known(name) for name in wanted if not name.startswith("!")}
    if not included or "all" in included:
        included = set(EVIDENCE_NAMES)
    left_out = excluded | {name for name in EVIDENCE_NAMES if _rests_on(name) & excluded}
    chosen = included - left_out
    if not chosen or "all" in excluded:
        raise InvalidOption(
            f"option gather_subset is {', '.join(wanted)}, which leaves nothing: expected some of {_list()}"
        )
    return frozenset(chosen.union(*(_rests_on(name) for name in chosen)))


def _rests_on(name: str) -> set[str]:
    direct = PROBES[name].needs
    return set(direct).union(*(_rests_on(item) for item in direct))


def _known(name: str) -> str:
    if name == "all" or name in EVIDENCE_NAMES:
        return name
    near = get_close_matches(name, (*EVIDENCE_NAMES, "all"), n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise InvalidOption(f"option gather_subset has {name!r}{hint}: expected some of {_list()}")


def _list() -> str:
    return ", ".join(("all", *sorted(EVIDENCE_NAMES)))
