# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation that renders the diagnoses of many firewalls.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption, MissingLibrary
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.data import to_data
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import SCHEMA
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.not_diagnosed import not_diagnosed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import SCHEMA as PLAN_SCHEMA
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import SCHEMA as RECORD_SCHEMA
from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import VERDICTS, Fleet, fleet
from ansible_collections.panops.mlav.plugins.module_utils._report.html import html
from ansible_collections.panops.mlav.plugins.module_utils._report.markdown import markdown
from ansible_collections.panops.mlav.plugins.module_utils._report.remediation import (
    OUTCOMES,
    remediation_lines,
    remediation_markdown,
    with_halted,
)
from ansible_collections.panops.mlav.plugins.module_utils._report.text import summary_lines
from ansible_collections.panops.mlav.plugins.module_utils._tasks.files import mode_of_file, replace_file, umask
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, Operation, Params, Result
from ansible_collections.panops.mlav.plugins.module_utils._tasks.swept import diagnosis_of, settled

try:
    import jmespath

    HAS_JMESPATH = True
except ImportError:
    HAS_JMESPATH = False


def _checked(option: str, what: str, items: list[Any], schema: str, word: str, words: Collection[str]) -> list[Any]:
    """What an option holds, where each is ``what`` of this schema with a host and one of the known words."""
    for number, item in enumerate(items):
        if (
            not isinstance(item, dict)
            or item.get("schema") != schema
            or item.get(word) not in words
            or not isinstance(item.get("host"), str)
        ):
            found = item.get("schema") if isinstance(item, dict) else type(item).__name__
            article = "an" if word[0] in "aeiou" else "a"
            raise InvalidOption(
                f"{option}[{number}] is not a {what}. Expected: schema {schema}, a host and {article} {word}. "
                f"Actual: {found}."
            )
    return items


def _told_apart(diagnoses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Firewalls of one name by serial number, several diagnoses of one firewall by their time.

    Tech-support files name the firewall themselves: two may hold the same name.
    """
    named: dict[str, list[dict[str, Any]]] = {}
    for diagnosis in diagnoses:
        named.setdefault(diagnosis["host"], []).append(diagnosis)
    apart = []
    for host, members in named.items():
        devices = [member.get("device") for member in members]
        serials = [device.get("serial") if isinstance(device, dict) else None for device in devices]
        times = [member.get("collected_at") for member in members]
        marks: list[list[Any]] = [serials, times, list(range(1, len(members) + 1))]
        chosen = next(row for row in marks if all(row) and len({str(mark) for mark in row}) == len(row))
        apart += [
            {**member, "host": f"{host} ({mark})"} if len(members) > 1 else member
            for member, mark in zip(members, chosen, strict=True)
        ]
    return apart


def _answer(query: str, diagnoses: list[dict[str, Any]]) -> Any:
    if not HAS_JMESPATH:
        raise MissingLibrary("query needs the Python library jmespath.", "Install it: pip install jmespath")
    try:
        return jmespath.search(query, diagnoses)
    except jmespath.exceptions.JMESPathError as error:
        raise InvalidOption(f"query is {query!r}. Expected: a JMESPath expression. Actual: {error}") from error


def _write(folder: str, contents: Mapping[str, str], check_mode: bool) -> bool:
    """Writes what differs, each file whole or not at all. Returns whether anything differs.

    What stands in a file's place and is no file (a link, a pipe) is replaced and never followed; a file keeps its mode.
    """
    changed = False
    try:
        for name, content in contents.items():
            path = os.path.join(folder, name)
            # Text that is not UTF-8 (a host name, say) is escaped as JSON does it.
            encoded = content.encode("utf-8", "backslashreplace")
            mode = mode_of_file(path)
            if mode is not None:
                with open(path, "rb") as existing:
                    if existing.read() == encoded:
                        continue
            changed = True
            if check_mode:
                continue
            os.makedirs(folder, exist_ok=True)
            replace_file(path, encoded, 0o640 & ~umask() if mode is None else mode)
    except OSError as error:
        raise InvalidOption(
            f"report_dir is {folder!r}. Expected: a folder that can be written. Actual: {error}"
        ) from error
    return changed


def _rendered(diagnoses: list[dict[str, Any]]) -> tuple[Fleet, dict[str, str]]:
    """The fleet, and the contents of the files by name."""
    try:
        whole = fleet(diagnoses)
        return whole, {
            "diagnoses.json": json.dumps(diagnoses, indent=2, ensure_ascii=False) + "\n",
            "report.md": markdown(whole),
            "report.html": html(whole),
        }
    except (AttributeError, KeyError, TypeError) as error:
        # The option takes what a person or another program has put together.
        raise InvalidOption(
            f"diagnoses cannot be read. Expected: what mlav_diagnosis_info returns as diagnosis, schema {SCHEMA}. "
            f"Actual: {type(error).__name__}: {error}."
        ) from error


def _of_sweep(rows: list[Any], known: Collection[str]) -> list[dict[str, Any]]:
    """Diagnoses of those that a sweep has settled."""
    try:
        return [diagnosis_of(row) for row in rows if row["host"] not in known and settled(row)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidOption(
            "swept cannot be read. Expected: what mlav_sweep_info returns as firewalls. "
            f"Actual: {type(error).__name__}: {error}."
        ) from error


def _report_diagnoses(params: Params, context: Context) -> Result:
    diagnoses = _checked("diagnoses", "diagnosis", list(params["diagnoses"] or []), SCHEMA, "verdict", VERDICTS)
    known = {diagnosis["host"] for diagnosis in diagnoses}
    diagnoses += _of_sweep(params["swept"], known)
    known |= {diagnosis["host"] for diagnosis in diagnoses}
    now = datetime.now(timezone.utc).replace(microsecond=0)
    for host, message in params["failures"].items():
        if host not in known:
            diagnoses.append(to_data(not_diagnosed(str(host), str(message), now)))
    diagnoses = sorted(_told_apart(diagnoses), key=lambda diagnosis: str(diagnosis["host"]))
    whole, contents = _rendered(diagnoses)
    result: Result = {"changed": False, "summary": summary_lines(whole), "counts": whole.counts}
    result |= _written(params["report_dir"], contents, context)
    if params["query"]:
        result["query_answer"] = _answer(params["query"], diagnoses)
    failing = {verdict: whole.counts[verdict] for verdict in params["fail_on"] if whole.counts[verdict]}
    if failing:
        result["failed"] = True
        result["msg"] = "fail_on: " + ", ".join(f"{count} {verdict}" for verdict, count in failing.items())
    return result


def _written(folder: str | None, contents: Mapping[str, str], context: Context) -> Result:
    if not folder:
        return {}
    changed = _write(folder, contents, context.check_mode)
    return {"changed": changed, "files": [os.path.join(folder, name) for name in contents]}


def _report_remediations(params: Params, context: Context) -> Result:
    """Records of all firewalls; ``plan.json`` where nothing was to be done yet."""
    records = _checked("remediations", "record", list(params["remediations"]), RECORD_SCHEMA, "outcome", OUTCOMES)
    known = {record["host"] for record in records}
    records += [
        {**_UNTOLD, "host": str(host), "error": str(message)}
        for host, message in params["failures"].items()
        if host not in known
    ]
    records.sort(key=lambda record: str(record["host"]))
    records = with_halted(records, sorted(params["stopped_by"]))
    contents = {
        "remediation.json": json.dumps(records, indent=2, ensure_ascii=False) + "\n",
        "remediation.md": remediation_markdown(records),
    }
    if params["plan_only"]:
        plans = [record["plan"] for record in records if record.get("plan")]
        contents["plan.json"] = json.dumps({"schema": PLAN_SCHEMA, "plans": plans}, indent=2) + "\n"
    counts = {outcome: sum(record["outcome"] == outcome for record in records) for outcome in OUTCOMES}
    result: Result = {"changed": False, "summary": remediation_lines(records), "counts": counts}
    return {**result, **_written(params["report_dir"], contents, context)}


# A firewall whose task has ended without a record.
_UNTOLD: dict[str, Any] = {
    "schema": RECORD_SCHEMA,
    "cause": None,
    "actions": [],
    "verdict_before": None,
    "verdict_after": None,
    "refusal": None,
    "outcome": "failed",
}


def _report(params: Params, context: Context) -> Result:
    if (params["diagnoses"] is None) == (params["remediations"] is None):
        raise InvalidOption("Expected: one of the options diagnoses and remediations. Actual: both, or none.")
    if params["remediations"] is not None:
        return _report_remediations(params, context)
    return _report_diagnoses(params, context)


REPORT = Operation(
    "mlav_report",
    {
        "diagnoses": {"type": "list", "elements": "dict"},
        "remediations": {"type": "list", "elements": "dict"},
        "swept": {"type": "list", "elements": "dict", "default": []},
        "plan_only": {"type": "bool", "default": False},
        "stopped_by": {"type": "list", "elements": "str", "default": []},
        "failures": {"type": "dict", "default": {}},
        "report_dir": {"type": "path"},
        "query": {"type": "str"},
        "fail_on": {"type": "list", "elements": "str", "choices": list(VERDICTS), "default": []},
    },
    _report,
    names_the_firewall=False,
)
