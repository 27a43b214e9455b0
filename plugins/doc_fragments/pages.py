# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the causes' pages are."""

from __future__ import annotations


class ModuleDocFragment:
    """``panops.mlav.pages``."""

    DOCUMENTATION = r"""
options:
  doc_url:
    description:
      - The address or path below which you keep the causes' pages (the folder C(docs/causes) of this collection). The
        C(doc_url) of each remedy is the cause's page there.
      - Without it, C(doc_url) is the page's path within the installed collection.
    type: str
"""
