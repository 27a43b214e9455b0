# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as one HTML page without scripts and without anything to load."""

from __future__ import annotations

from functools import cache
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MissingLibrary
from ansible_collections.panops.mlav.plugins.module_utils._report.templates.report_html import TEMPLATE
from ansible_collections.panops.mlav.plugins.module_utils._report.view import ReportView

try:
    import jinja2

    HAS_JINJA2 = True
except ImportError:
    HAS_JINJA2 = False


@cache
def _template() -> Any:
    # Made when it is first needed: of all modules only the report renders a page.
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(TEMPLATE)


def require_html() -> None:
    """Raises MissingLibrary where a page cannot be rendered: ansible-core brings Jinja2, other hosts may lack it."""
    if not HAS_JINJA2:
        raise MissingLibrary(
            "report_dir needs the Python library Jinja2 on the host that the task runs on.",
            "Run the task on the controller, or install it: pip install jinja2",
        )


def html(report: ReportView) -> str:
    """The whole report; the checks of a firewall fold out."""
    page: str = _template().render(report=report)
    return page
