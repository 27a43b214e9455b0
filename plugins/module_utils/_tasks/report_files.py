# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of other runs, the file diagnoses.json of each, read within limits and checked before anything is done."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import Misfit
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.given_file import (
    FileTooLarge,
    UnusableFile,
    read_given_file,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.document import read_diagnoses
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis

# Of all files together. 20,000 firewalls that were each diagnosed in full, one in ten of them broken, take 270 MB.
MAX_BYTES = 512 * 1024 * 1024
# Of lists, mappings and members, since each takes far more memory than bytes of the file. Commas and brackets in texts
# count as well: to leave them out costs more than reading the file.
MAX_VALUES = 20_000_000


def read_reports(paths: Iterable[str]) -> list[tuple[str, list[Diagnosis]]]:
    """The diagnoses that each file holds, by its path.

    Raises:
        InvalidOption: one of them is no such file, or they are too large; the message names the file, the place in it,
            what belongs there and what is there.
    """
    bytes_left, values_left = MAX_BYTES, MAX_VALUES
    reports = []
    for number, path in enumerate(paths):
        try:
            content = read_given_file(path, bytes_left)
            bytes_left -= len(content)
            values_left -= sum(content.count(mark) for mark in (b"[", b"{", b","))
            if values_left < 0:
                raise UnusableFile(f"at most {MAX_VALUES} values in all files together", "more")
            reports.append((path, list(read_diagnoses(_loaded(content)))))
        except FileTooLarge as error:
            raise _unusable(number, path, f"at most {MAX_BYTES} bytes in all files together", "more") from error
        except UnusableFile as error:
            raise _unusable(number, path, error.expected, error.actual) from error
        except Misfit as misfit:
            raise InvalidOption(f"report_files[{number}], {path!r}: {misfit}.") from misfit
    return reports


def _unusable(number: int, path: str, expected: str, actual: str) -> InvalidOption:
    return InvalidOption(f"report_files[{number}], {path!r}: expected {expected}, got: {actual}.")


def _loaded(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise UnusableFile("JSON, as diagnoses.json of a report", excerpt(str(error))) from error


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
