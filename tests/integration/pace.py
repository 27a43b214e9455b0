# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long operations in this process wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Pace
from ansible_collections.panops.mlav.plugins.module_utils._tasks import guarding, judging


@contextmanager
def at_the_pace(**changes: Any) -> Iterator[None]:
    """Moments only, between two questions; ``changes`` are those of a ``Pace``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guarding, "Pace", partial(Pace, **{"poll_s": 0.02, "lease_s": 1.0, **changes}))
        patch.setattr(judging, "GatherOptions", partial(GatherOptions, busy_pause_s=0.02))
        yield
