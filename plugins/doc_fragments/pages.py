# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Location of the pages of the causes."""

from __future__ import annotations


class ModuleDocFragment:
    """``panops.mlav.pages``."""

    DOCUMENTATION = r"""
options:
  doc_url:
    description:
      - Base URL or path of your copy of the cause pages (the folder C(docs/causes) of this collection). The C(doc_url)
        of each remedy points there.
      - By default, C(doc_url) is the path of the page in the installed collection.
    type: str
"""
