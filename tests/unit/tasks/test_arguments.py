# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that the modules share: value in, meaning or clear error out."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import between


def test_numbers_have_bounds() -> None:
    assert [between("count", number, 1, 100) for number in (1, 100)] == [1, 100]
    with pytest.raises(InvalidOption, match=r"^count is 101: expected a number from 1 to 100$"):
        between("count", 101, 1, 100)
