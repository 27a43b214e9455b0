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
from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import SCHEMA, VERDICTS
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.not_diagnosed import not_diagnosed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import SCHEMA as PLAN_SCHEMA
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import SCHEMA as RECORD_SCHEMA
from ansible_collections.panops.mlav.plugins.module_utils._report.artifacts import CHOICES, artifacts
from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import (
    Fleet,
    clean,
    firewalls,
    fleet,
)
from ansible_collections.panops.mlav.plugins.module_utils._report.html import html
from ansible_collections.panops.mlav.plugins.module_utils._report.markdown import markdown
from ansible_collections.panops.mlav.plugins.module_utils._report.merging import merged, told_apart
from ansible_collections.panops.mlav.plugins.module_utils._report.remediation import (
    OUTCOMES,
    remediation_lines,
    remediation_markdown,
    with_halted,
)
from ansible_collections.panops.mlav.plugins.module_utils._report.text import summary_lines
from ansible_collections.panops.mlav.plugins.module_utils._tasks.files import mode_of_file, replace_file, umask
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import shown
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, Operation, Params, Result
from ansible_collections.panops.mlav.plugins.module_utils._tasks.report_files import read_reports
from ansible_collections.panops.mlav.plugins.module_utils._tasks.swept import diagnosis_of, settled

try:
    import jmespath

    HAS_JMESPATH = True
except ImportError:
    HAS_JMESPATH = False

# Firewalls that one warning names.
_NAMED = 10


def no_diagnosis(item: Any) -> str:
    """What is wrong with ``item`` as a diagnosis, as far as a report needs one; empty where nothing is."""
    return _wrong(item, SCHEMA, "verdict", VERDICTS)


def no_record(item: Any) -> str:
    """What is wrong with ``item`` as a record of a remediation; empty where nothing is."""
    return _wrong(item, RECORD_SCHEMA, "outcome", OUTCOMES)


def _wrong(item: Any, schema: str, word: str, words: Collection[str]) -> str:
    fits = isinstance(item, dict) and isinstance(item.get("host"), str) and isinstance(item.get(word), str)
    if fits and item.get("schema") == schema and item[word] in words:
        return ""
    found = item.get("schema") if isinstance(item, dict) else type(item).__name__
    article = "an" if word[0] in "aeiou" else "a"
    return f"Expected: schema {schema}, a host and {article} {word}. Actual: {found}."


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


def _of_this_run(params: Params) -> list[dict[str, Any]]:
    diagnoses = list(params["diagnoses"] or [])
    for number, item in enumerate(diagnoses):
        wrong = no_diagnosis(item)
        if wrong:
            raise InvalidOption(f"diagnoses[{number}] is not a diagnosis. {wrong}")
    known = {diagnosis["host"] for diagnosis in diagnoses}
    diagnoses += _of_sweep(params["swept"] or [], known)
    known |= {diagnosis["host"] for diagnosis in diagnoses}
    now = datetime.now(timezone.utc).replace(microsecond=0)
    for host, message in params["failures"].items():
        if host not in known:
            diagnoses.append(encode(not_diagnosed(str(host), str(message), now)))
    return told_apart(diagnoses)


def _report_diagnoses(params: Params, context: Context) -> Result:
    merge = merged([(None, _of_this_run(params)), *read_reports(params["report_files"] or [])])
    diagnoses = sorted(shown(told_apart(merge.diagnoses)), key=lambda diagnosis: str(diagnosis["host"]))
    whole, contents = _rendered(diagnoses)
    statistics, marked = artifacts(diagnoses, params["artifacts"])
    result: Result = {"changed": False, "summary": summary_lines(whole), "counts": whole.counts}
    if params["artifacts"] != "none":
        result["artifacts"] = statistics
    if params["report_files"]:
        result["superseded"] = [
            {"host": told.diagnosis["host"], "collected_at": told.diagnosis.get("collected_at"), "file": told.file}
            for told in merge.superseded
        ]
    replaced = [told.diagnosis["host"] for told in merge.superseded]
    warnings = [
        *_about(replaced, "in more than one report, and the newest diagnosis stands"),
        *_about(marked, "given a key with a mark in artifacts, as the plain one is not theirs alone"),
    ]
    if warnings:
        result["warnings"] = warnings
    result |= _written(params["report_dir"], contents, context)
    if params["query"]:
        # As a reader of the file sees them: JMESPath's functions know no text of another type, such as Ansible's.
        result["query_answer"] = _answer(params["query"], json.loads(contents["diagnoses.json"]))
    failing = {verdict: whole.counts[verdict] for verdict in params["fail_on"] if whole.counts[verdict]}
    if failing:
        result["failed"] = True
        result["msg"] = "fail_on: " + ", ".join(f"{count} {verdict}" for verdict, count in failing.items())
    return result


def _about(hosts: list[str], what: str) -> list[str]:
    """A warning about firewalls, however many they are."""
    names = list(dict.fromkeys(map(clean, hosts)))
    if not names:
        return []
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return [f"{firewalls(len(names))} {'is' if len(names) == 1 else 'are'} {what}: {', '.join(names[:_NAMED])}{more}."]


def _written(folder: str | None, contents: Mapping[str, str], context: Context) -> Result:
    if not folder:
        return {}
    changed = _write(folder, contents, context.check_mode)
    return {"changed": changed, "files": [os.path.join(folder, name) for name in contents]}


def _report_remediations(params: Params, context: Context) -> Result:
    """Records of all firewalls; ``plan.json`` where nothing was to be done yet."""
    records = list(params["remediations"])
    for number, record in enumerate(records):
        wrong = no_record(record)
        if wrong:
            raise InvalidOption(f"remediations[{number}] is not a record. {wrong}")
    known = {record["host"] for record in records}
    records += [
        {**_UNTOLD, "host": str(host), "error": str(message)}
        for host, message in params["failures"].items()
        if host not in known
    ]
    records.sort(key=lambda record: str(record["host"]))
    records = shown(with_halted(records, sorted(params["stopped_by"])))
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
    "reason": None,
    "outcome": "failed",
}


def _report(params: Params, context: Context) -> Result:
    for option in ("hosts", "remediated_hosts"):
        if params[option] is not None:
            raise InvalidOption(
                f"option {option} cannot be used by the module alone, which knows no inventory. Expected: a task that "
                "runs on the controller, neither asynchronous nor delegated to another host."
            )
    given = [name for name in ("diagnoses", "swept", "report_files", "remediations") if params[name] is not None]
    if not given or ("remediations" in given and len(given) > 1):
        raise InvalidOption(
            "Expected: one or more of hosts (or diagnoses), swept and report_files; or remediated_hosts (or "
            f"remediations) alone. Actual: {' and '.join(given) or 'none of them'}."
        )
    if params["remediations"] is not None:
        return _report_remediations(params, context)
    return _report_diagnoses(params, context)


REPORT = Operation(
    "mlav_report",
    {
        "hosts": {"type": "list", "elements": "str"},
        "remediated_hosts": {"type": "list", "elements": "str"},
        "registered": {"type": "list", "elements": "str", "default": ["mlav_diagnosis", "mlav_swept"]},
        "diagnoses": {"type": "list", "elements": "dict"},
        "swept": {"type": "list", "elements": "dict"},
        "report_files": {"type": "list", "elements": "path"},
        "remediations": {"type": "list", "elements": "dict"},
        "plan_only": {"type": "bool", "default": False},
        "stopped_by": {"type": "list", "elements": "str", "default": []},
        "failures": {"type": "dict", "default": {}},
        "report_dir": {"type": "path"},
        "query": {"type": "str"},
        "artifacts": {"type": "str", "choices": list(CHOICES), "default": "none"},
        "fail_on": {"type": "list", "elements": "str", "choices": list(VERDICTS), "default": []},
    },
    _report,
    names_the_firewall=False,
)
