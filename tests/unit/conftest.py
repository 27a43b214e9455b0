# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Property tests try the same examples on every run; ``tooling/test_fuzz.py`` finds new ones."""

from hypothesis import settings

settings.register_profile("same-every-time", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("same-every-time")
