# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the test ``in_window`` and the filter ``next_window`` share: their arguments, as Jinja hands them over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.panops.mlav.plugins.module_utils._device.durations import duration
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure, InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.entries import aware
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.windows import MaintenanceWindows


@contextmanager
def template_errors(name: str) -> Iterator[None]:
    """Our errors as those of a template, named after the plugin."""
    try:
        yield
    except ExpectedFailure as error:
        raise AnsibleFilterError(f"panops.mlav.{name}: {error.message} {error.remedy}".strip()) from error


def windows_from(option: str, value: Any) -> MaintenanceWindows:
    """One window or a list of them."""
    return MaintenanceWindows.from_option(option, [value] if isinstance(value, Mapping) else value)


def needed_from(value: Any) -> timedelta:
    """``10m``; None is any time at all."""
    return timedelta(0) if value is None else duration("option needed", value)


def moment_from(option: str, value: Any) -> datetime:
    """``now``, seconds since 1970, ISO 8601 with an offset, or a datetime with an offset -> UTC."""
    if value == "now":
        return datetime.now(timezone.utc)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", value.strip()):
        value = float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            value = datetime.fromtimestamp(value, timezone.utc)
        except (ValueError, OverflowError, OSError):
            raise InvalidOption(f"option {option}: expected seconds since 1970, got {value!r}") from None
    if isinstance(value, datetime) and value.tzinfo is None:
        # now() is local and now(utc=true) is UTC, and neither says so.
        raise InvalidOption(
            f"option {option}: expected a time with a time zone, got {value.isoformat()}. Write 'now' instead of "
            "now(), or now().astimezone(), or a text with an offset such as '2026-12-01T22:00+01:00'"
        )
    return aware(option, value).astimezone(timezone.utc)
