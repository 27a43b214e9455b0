# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether data from elsewhere is a diagnosis, as docs/schema/diagnosis.schema.json publishes it.

The schema itself does not come along where Ansible sends a module to another host, nor does a library that reads it.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, get_args

from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import CHECKS
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import (
    SCHEMA,
    VERDICTS,
    CauseConfidence,
    Confidence,
    Status,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EVIDENCE_NAMES

# Of what the schema leaves open: deeper data could not be written again.
_MAX_DEPTH = 50
_NEWER_SCHEMA = re.compile(r"panops\.mlav/diagnosis/(?:[2-9]|[1-9]\d{1,8})")

Shape = Callable[[Any], None]


class Misfit(Exception):
    """Data is no diagnosis. Its text says where, what would be right, and what is there."""

    def __init__(self, expected: str, actual: Any) -> None:
        super().__init__()
        self.expected, self.actual = expected, actual
        self.place: list[str] = []

    def __str__(self) -> str:
        place = "".join(reversed(self.place)).lstrip(".")
        return f"{place} Expected: {self.expected}. Actual: {_shown(self.actual)}.".lstrip()


def require_diagnoses(data: Any) -> list[dict[str, Any]]:
    """Gives ``data`` where it is a list of diagnoses of this schema, and raises Misfit where it is anything else."""
    if not isinstance(data, list):
        raise Misfit("a list of diagnoses, as diagnoses.json of a report", data)
    _list_of(_diagnosis)(data)
    return data


def _diagnosis(data: Any) -> None:
    found = data.get("schema") if isinstance(data, dict) else None
    if isinstance(found, str) and _NEWER_SCHEMA.fullmatch(found):
        raise Misfit(f"schema {SCHEMA}, which this version of the collection reads; a newer one wrote this", found)
    if found != SCHEMA:
        raise Misfit(f"a diagnosis, schema {SCHEMA}", found if isinstance(data, dict) else data)
    _DIAGNOSIS(data)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return repr(excerpt(value, 80))
    kinds = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a mapping"}
    return kinds.get(type(value), "null")


def _text(value: Any) -> None:
    if not isinstance(value, str):
        raise Misfit("a text", value)


def _filled(value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise Misfit("a text that is not empty", value)


def _yes_or_no(value: Any) -> None:
    if not isinstance(value, bool):
        raise Misfit("true or false", value)


def _integer(value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Misfit("a whole number", value)


def _natural(value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Misfit("a whole number that is not negative", value)


def _one_of(words: Collection[str]) -> Shape:
    known, listed = frozenset(words), ", ".join(words)

    def fits(value: Any) -> None:
        if not isinstance(value, str) or value not in known:
            raise Misfit(f"one of {listed}", value)

    return fits


def _like(pattern: str, example: str) -> Shape:
    compiled = re.compile(pattern, re.ASCII)

    def fits(value: Any) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise Misfit(f"a text such as {example}", value)

    return fits


def _or_null(shape: Shape) -> Shape:
    def fits(value: Any) -> None:
        if value is not None:
            shape(value)

    return fits


def _list_of(shape: Shape) -> Shape:
    def fits(value: Any) -> None:
        if not isinstance(value, list):
            raise Misfit("a list", value)
        for number, item in enumerate(value):
            try:
                shape(item)
            except Misfit as misfit:
                misfit.place.append(f"[{number}]")
                raise

    return fits


def _mapping(required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """Exactly the ``required`` members; with ``optional`` those as well, and any other."""
    known = {**(optional or {}), **required}

    def fits(value: Any) -> None:
        if not isinstance(value, dict):
            raise Misfit("a mapping", value)
        for name in required:
            if name not in value:
                raise Misfit(f"a mapping with {name}", value)
        for name, member in value.items():
            shape = known.get(name) or (_open if optional is not None else _unknown)
            try:
                shape(member)
            except Misfit as misfit:
                misfit.place.append(f".{excerpt(str(name), 80)}")
                raise

    return fits


def _unknown(value: Any) -> None:
    raise Misfit("no such member", value)


def _open(value: Any, depth: int = 0) -> None:
    """Anything, but not deeper than can be written."""
    if isinstance(value, (dict, list)):
        if depth >= _MAX_DEPTH:
            raise Misfit(f"data that is at most {_MAX_DEPTH} levels deep", value)
        for member in value.values() if isinstance(value, dict) else value:
            _open(member, depth + 1)


def _open_mapping_or_list(value: Any) -> None:
    if not isinstance(value, (dict, list)):
        raise Misfit("a mapping, a list or null", value)
    _open(value)


def _because(value: Any) -> None:
    _list_of(_CHECK_ID)(value)
    if not value or len(set(value)) != len(value):
        raise Misfit("at least one check, each once", value)


_OPEN_MAPPING = _mapping({}, {})
_NULLABLE_TEXT = _or_null(_text)
_CODE = _like(r"MLAV\d{4}", "MLAV0102")
_CAUSE_ID = _one_of(list(CATALOGUE))
_CHECK_ID = _one_of([check.id for check in CHECKS])

_DEVICE_TEXTS = (
    *("hostname", "serial", "model", "family", "sw_version", "app_version", "threat_version", "av_version"),
    *(
        "wildfire_version",
        "wildfire_rt",
        "operational_mode",
        "management_address",
        "ha_state",
        "device_time",
        "vm_license",
    ),
)
_DEVICE = _mapping(
    {},
    {
        **dict.fromkeys(_DEVICE_TEXTS, _NULLABLE_TEXT),
        "multi_vsys": _or_null(_yes_or_no),
        "uptime_s": _or_null(_integer),
        "clock_skew_s": _or_null(_integer),
    },
)
_REMEDY = _mapping(
    {
        "text": _filled,
        "actor": _one_of(("firewall_admin", "network_admin", "decryption_admin", "vendor", "nobody")),
        "automated": _yes_or_no,
        "module": _NULLABLE_TEXT,
        "params": _OPEN_MAPPING,
        "risk": _one_of(("none", "low", "medium", "high")),
        "needs_maintenance_window": _yes_or_no,
        "doc_url": _filled,
    }
)
_CAUSE = _mapping(
    {
        "id": _CAUSE_ID,
        "code": _CODE,
        "title": _text,
        "confidence": _one_of(get_args(Confidence)),
        "because": _because,
        "remedy": _REMEDY,
        "details": _OPEN_MAPPING,
    }
)
_EVIDENCE = _mapping({"command": _text, "transport": _text, "parsed": _or_null(_open_mapping_or_list), "raw": _text})
_CHECK = _mapping(
    {
        "id": _CHECK_ID,
        "title": _text,
        "status": _one_of(get_args(Status)),
        "message": _filled,
        "evidence": _list_of(_EVIDENCE),
        "blocked_by": _or_null(_CHECK_ID),
        "duration_ms": _natural,
    }
)
_PAST = _mapping(
    {
        "id": _CAUSE_ID,
        "code": _CODE,
        "reason": _text,
        "first_seen": _NULLABLE_TEXT,
        "last_seen": _NULLABLE_TEXT,
        "count": _natural,
        "sample": _text,
    }
)
_MISSING = _mapping({"evidence": _one_of(EVIDENCE_NAMES), "kind": _text, "reason": _text, "hint": _text})
_DIAGNOSIS = _mapping(
    {
        "schema": _text,
        "host": _text,
        "source": _one_of(("live", "techsupport", "saved")),
        "source_file": _NULLABLE_TEXT,
        "collected_at": _like(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", "2026-11-23T10:15:00Z"),
        "device": _DEVICE,
        "cloud_server": _NULLABLE_TEXT,
        "verdict": _one_of(VERDICTS),
        "cause_confidence": _one_of(get_args(CauseConfidence)),
        "summary": _filled,
        "causes": _list_of(_CAUSE),
        "checks": _list_of(_CHECK),
        "history": _list_of(_PAST),
        "missing": _list_of(_MISSING),
        "duration_ms": _natural,
    }
)
