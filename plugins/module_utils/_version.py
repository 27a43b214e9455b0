# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which version of the collection this is: galaxy.yml says the same."""

from __future__ import annotations

COLLECTION_VERSION = "1.0.0"
