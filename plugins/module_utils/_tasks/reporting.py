# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""mlav_report: renders the diagnoses, or the remediations, of many firewalls."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, TypeVar

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._device.codec import Misfit, encode
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption, MissingLibrary
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.document import read_diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import VERDICTS, Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.not_diagnosed import not_diagnosed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.document import (
    PlanDocument,
    RemediationRecord,
    not_recorded,
    read_record,
)
from ansible_collections.panops.mlav.plugins.module_utils._report.artifacts import CHOICES, artifacts
from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import Fleet, clean, firewalls, fleet
from ansible_collections.panops.mlav.plugins.module_utils._report.html import html, require_html
from ansible_collections.panops.mlav.plugins.module_utils._report.markdown import markdown
from ansible_collections.panops.mlav.plugins.module_utils._report.merging import Reported, merged, with_unique_names
from ansible_collections.panops.mlav.plugins.module_utils._report.remediation import (
    remediation_counts,
    remediation_lines,
    remediation_markdown,
    with_halted,
)
from ansible_collections.panops.mlav.plugins.module_utils._report.text import summary_lines
from ansible_collections.panops.mlav.plugins.module_utils._report.view import report_view
from ansible_collections.panops.mlav.plugins.module_utils._tasks.files import mode_of_file, replace_file, umask
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, Operation, Params, Result
from ansible_collections.panops.mlav.plugins.module_utils._tasks.report_files import read_reports
from ansible_collections.panops.mlav.plugins.module_utils._tasks.swept import diagnosis_of, read_swept, settled

try:
    import jmespath

    HAS_JMESPATH = True
except ImportError:
    HAS_JMESPATH = False

T = TypeVar("T")

# Firewalls that one warning names.
_NAMED = 10


def _read(option: str, items: Iterable[Any], read: Callable[[Any], T], of: type[T] | None = None) -> list[T]:
    """The values of an option's items; those that the controller has read already (``of``) stay.

    Raises InvalidOption, naming the item and the place in it.
    """
    found = []
    for number, item in enumerate(items):
        try:
            found.append(item if of is not None and isinstance(item, of) else read(item))
        except Misfit as misfit:
            raise InvalidOption(f"{option}{misfit.below(number)}.") from misfit
    return found


def _answer(query: str, diagnoses: Any) -> Any:
    if not HAS_JMESPATH:
        raise MissingLibrary("query needs the Python library jmespath.", "Install it: pip install jmespath")
    try:
        return jmespath.search(query, diagnoses)
    except jmespath.exceptions.JMESPathError as error:
        raise InvalidOption(f"query: expected a JMESPath expression, got {query!r}: {error}") from error


def _write(folder: str, contents: Mapping[str, str], check_mode: bool) -> bool:
    """Writes the files that differ, each whole or not at all. Returns whether any differs.

    A link or a pipe in a file's place is replaced and never followed; a file keeps its mode.
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
            f"report_dir: expected a folder that can be written, got {folder!r}: {error.strerror or error}."
        ) from error
    return changed


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _of_sweep(rows: Iterable[Any], known: Collection[str]) -> list[Diagnosis]:
    """The diagnoses of the firewalls that a sweep has settled."""
    return [diagnosis_of(row) for row in _read("swept", rows, read_swept) if row["host"] not in known and settled(row)]


def _of_this_run(params: Params) -> list[Diagnosis]:
    diagnoses = _read("diagnoses", params["diagnoses"] or [], read_diagnosis, Diagnosis)
    diagnoses += _of_sweep(params["swept"] or [], {diagnosis.host for diagnosis in diagnoses})
    known = {diagnosis.host for diagnosis in diagnoses}
    now = datetime.now(timezone.utc).replace(microsecond=0)
    for host, message in _failures(params).items():
        if host not in known:
            diagnoses.append(not_diagnosed(host, message, now))
    return with_unique_names(diagnoses)


def _failures(params: Params) -> dict[str, str]:
    return {visible(str(host)): visible(str(message)) for host, message in params["failures"].items()}


def _report_diagnoses(params: Params, context: Context) -> Result:
    if params["report_dir"]:
        require_html()
    merge = merged([(None, _of_this_run(params)), *read_reports(params["report_files"] or [])])
    diagnoses = sorted(with_unique_names(merge.diagnoses), key=lambda diagnosis: diagnosis.host)
    whole = fleet(diagnoses)
    statistics, marked = artifacts(diagnoses, params["artifacts"])
    result: Result = {"changed": False, "summary": summary_lines(whole), "counts": dict(whole.counts)}
    if params["artifacts"] != "none":
        result["artifacts"] = statistics
    if params["report_files"]:
        result["superseded"] = [_superseded(each) for each in merge.superseded]
    warnings = _warnings([each.diagnosis.host for each in merge.superseded], marked)
    if warnings:
        result["warnings"] = warnings
    if params["report_dir"] or params["query"]:
        content = _json(encode(diagnoses))
        result |= _written(params["report_dir"], lambda: _files(whole, content), context)
        if params["query"]:
            # As a reader of the file sees them.
            result["query_answer"] = _answer(params["query"], json.loads(content))
    failing = {verdict: whole.counts[verdict] for verdict in params["fail_on"] if whole.counts[verdict]}
    if failing:
        result["failed"] = True
        result["msg"] = "fail_on: " + ", ".join(f"{count} {verdict}" for verdict, count in failing.items())
    return result


def _superseded(old: Reported) -> dict[str, Any]:
    data = encode(old.diagnosis)
    return {"host": data["host"], "collected_at": data["collected_at"], "file": old.file}


def _files(whole: Fleet, diagnoses: str) -> dict[str, str]:
    """The contents of the report's files, by name."""
    view = report_view(whole)
    return {"diagnoses.json": diagnoses, "report.md": markdown(view), "report.html": html(view)}


def _warnings(superseded: list[str], marked: list[str]) -> list[str]:
    return [
        *_about(superseded, "in more than one report; the newest diagnosis wins"),
        *_about(marked, "given a key with a mark in artifacts, because several names give the plain one"),
    ]


def _about(hosts: list[str], what: str) -> list[str]:
    """A warning about firewalls, however many they are."""
    names = list(dict.fromkeys(map(clean, hosts)))
    if not names:
        return []
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return [f"{firewalls(len(names))} {'is' if len(names) == 1 else 'are'} {what}: {', '.join(names[:_NAMED])}{more}."]


def _written(folder: str | None, rendered: Callable[[], Mapping[str, str]], context: Context) -> Result:
    """Writes the files into the folder, where one is given."""
    if not folder:
        return {}
    contents = rendered()
    changed = _write(folder, contents, context.check_mode)
    return {"changed": changed, "files": [os.path.join(folder, name) for name in contents]}


def _report_remediations(params: Params, context: Context) -> Result:
    """Records of all firewalls; ``plan.json`` where the run only planned."""
    records = _read("remediations", params["remediations"], read_record, RemediationRecord)
    known = {record.host for record in records}
    records += [not_recorded(host, text) for host, text in _failures(params).items() if host not in known]
    records.sort(key=lambda record: record.host)
    records = with_halted(records, [visible(host) for host in sorted(params["stopped_by"])])

    def files() -> dict[str, str]:
        contents = {"remediation.json": _json(encode(records)), "remediation.md": remediation_markdown(records)}
        if params["plan_only"]:
            plans = PlanDocument(tuple(record.plan for record in records if record.plan is not None))
            contents["plan.json"] = json.dumps(encode(plans), indent=2) + "\n"
        return contents

    counts = dict(remediation_counts(records))
    result: Result = {"changed": False, "summary": remediation_lines(records), "counts": counts}
    return {**result, **_written(params["report_dir"], files, context)}


def _report(params: Params, context: Context) -> Result:
    for option in ("hosts", "remediated_hosts"):
        if params[option] is not None:
            raise InvalidOption(
                f"{option} needs the inventory, which a module's own process does not have. Run the task on the "
                "controller, neither asynchronous nor delegated to another host."
            )
    given = [name for name in ("diagnoses", "swept", "report_files", "remediations") if params[name] is not None]
    if not given or ("remediations" in given and len(given) > 1):
        raise InvalidOption(
            "Expected one or more of hosts (or diagnoses), swept and report_files; or remediated_hosts (or "
            f"remediations) alone; got {' and '.join(given) or 'none of them'}."
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
