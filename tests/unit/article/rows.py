# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One row of a table: a firewall's raw answers on the left, the whole diagnosis on the right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Cause, Diagnosis
from ansible_collections.panops.mlav.tests.unit.article.firewall import Firewall, Shape, judged, log, quiet
from tests.tooling.schemas import validator

BOTH: tuple[Shape, ...] = ("api", "ssh")
API_ALONE: tuple[Shape, ...] = ("api alone",)

PROVEN, LIKELY, POSSIBLE = "proven", "likely", "possible"


@dataclass(frozen=True)
class Row:
    """``causes``: (id, confidence), in order. ``remedy`` and ``summary``: words that they carry; ``never``: must not.

    ``history`` and ``missing`` are exact.
    """

    firewall: Firewall
    verdict: str
    causes: tuple[tuple[str, str], ...] = ()
    remedy: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    actor: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    summary: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = BOTH
    depth: Literal["auto", "full"] = "auto"
    window: timedelta | None = None


def at(moment: str, utc_hours: int, zone: str, *lines: str, **changes: Any) -> Firewall:
    """A firewall that is asked at ``moment`` of its own time and has ``lines`` in devsrv.log."""
    clock = datetime.fromisoformat(moment)
    return Firewall(clock, utc_hours, zone, **{"files": (log(quiet(clock, utc_hours), *lines),), **changes})


# The article's lines of a decrypting device name x509 code 20 or none: without a second witness that is likely.
USUAL = {"tls_interception": LIKELY}


def broken(firewall: Firewall, cause: str, confidence: str | None = None, **more: Any) -> Row:
    """Broken for one reason."""
    return Row(firewall, "broken", ((cause, confidence or USUAL.get(cause, PROVEN)),), **more)


def busy(firewall: Firewall, confidence: str = PROVEN, **more: Any) -> Row:
    """device-server does not answer, so that the state of the connection cannot be told."""
    return Row(firewall, "undetermined", (("device_server_unavailable", confidence),), **more)


def unexplained(firewall: Firewall, **more: Any) -> Row:
    """Everything was read and nothing matched; unless told otherwise no line was worth quoting either."""
    return broken(firewall, "unexplained", POSSIBLE, **{"details": {"errors": []}, **more})


def spread(table: Mapping[str, Row]) -> list[tuple[str, Shape]]:
    """Every row in every shape that it is for."""
    return [(name, shape) for name, row in table.items() for shape in row.shapes]


def check(row: Row, shape: Shape) -> Diagnosis:
    """Judges the row's firewall and compares the whole diagnosis."""
    found, _device = judged(row.firewall, shape, row.depth, row.window)
    causes = tuple((cause.id, cause.confidence) for cause in found.causes)
    assert (found.verdict, causes) == (row.verdict, row.causes), found.summary
    assert tuple(past.id for past in found.history) == row.history
    assert tuple(sorted(lacking.evidence for lacking in found.missing)) == tuple(sorted(row.missing))
    if found.causes:
        first = found.causes[0]
        assert first.details.items() >= row.details.items()
        assert [words for words in row.remedy if words not in first.remedy.text] == [], first.remedy.text
        assert [words for words in row.never if words in first.remedy.text] == [], first.remedy.text
        assert row.actor in (None, first.remedy.actor)
    assert [words for words in row.summary if words not in found.summary] == [], found.summary
    problems = [*unfinished(found.summary), *(problem for cause in found.causes for problem in unreadable(cause))]
    assert problems == [], problems
    validator("diagnosis").validate(encode(found))
    return found


def unreadable(cause: Cause) -> list[str]:
    """What an engineer at night would stumble over in a remedy."""
    text = cause.remedy.text
    problems = unfinished(text)
    if "exclude" in text.lower() and cause.id not in ("tls_interception", "certificate_expired"):
        problems.append("an exclusion that has nothing to do with it")
    if "ssl-exclude-cert" in text and cause.details.get("decrypts") != "this_firewall":
        problems.append("an exclusion on a firewall that does not decrypt")
    if ("commit force" in text or "restart" in text.lower()) and "maintenance window" not in text:
        problems += [] if cause.remedy.actor == "nobody" else ["a disruption without a maintenance window"]
    return [f"{problem}: {text}" for problem in problems]


def unfinished(text: str) -> list[str]:
    """A text that is no whole, clean sentence."""
    marks = {"a template's name": r"\{\w*\}", "None": r"\bNone\b", "two marks": r"[.,;:]\s*[.;,]|\s[.,;]|  "}
    problems = [name for name, pattern in marks.items() if re.search(pattern, text)]
    problems += (
        [] if text[:1].isupper() or text[:1] in "`<" or set(".-") & set(text.split()[0]) else ["a small first letter"]
    )
    problems += [] if text.endswith(".") else ["no full stop"]
    return [f"{problem}: {text}" for problem in problems]
