# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation that renders the diagnoses of many firewalls.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption, MissingLibrary
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.data import to_data
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import SCHEMA
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.not_diagnosed import not_diagnosed
from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import VERDICTS, fleet
from ansible_collections.panops.mlav.plugins.module_utils._report.html import html
from ansible_collections.panops.mlav.plugins.module_utils._report.markdown import markdown
from ansible_collections.panops.mlav.plugins.module_utils._report.text import summary_lines
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Operation, Params, Result

try:
    import jmespath

    HAS_JMESPATH = True
except ImportError:
    HAS_JMESPATH = False


def _checked(diagnoses: list[Any]) -> list[dict[str, Any]]:
    for number, diagnosis in enumerate(diagnoses):
        if (
            not isinstance(diagnosis, dict)
            or diagnosis.get("schema") != SCHEMA
            or diagnosis.get("verdict") not in VERDICTS
        ):
            found = diagnosis.get("schema") if isinstance(diagnosis, dict) else type(diagnosis).__name__
            raise InvalidOption(
                f"diagnoses[{number}] is not a diagnosis. Expected: schema {SCHEMA} and a verdict. Actual: {found}."
            )
    return diagnoses


def _answer(query: str, diagnoses: list[dict[str, Any]]) -> Any:
    if not HAS_JMESPATH:
        raise MissingLibrary("query needs the Python library jmespath.", "Install it: pip install jmespath")
    try:
        return jmespath.search(query, diagnoses)
    except jmespath.exceptions.JMESPathError as error:
        raise InvalidOption(f"query is {query!r}. Expected: a JMESPath expression. Actual: {error}") from error


def _write(folder: str, contents: Mapping[str, str], check_mode: bool) -> bool:
    """Writes what differs, each file whole or not at all. Returns whether anything differs."""
    changed = False
    try:
        for name, content in contents.items():
            path = os.path.join(folder, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as existing:
                    if existing.read() == content:
                        continue
            changed = True
            if check_mode:
                continue
            os.makedirs(folder, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as output:
                    output.write(content)
                os.chmod(temporary, 0o640)
                os.replace(temporary, path)
            except BaseException:
                os.unlink(temporary)
                raise
    except OSError as error:
        raise InvalidOption(
            f"report_dir is {folder!r}. Expected: a folder that can be written. Actual: {error}"
        ) from error
    return changed


def _report(params: Params, check_mode: bool) -> Result:
    diagnoses = _checked(list(params["diagnoses"]))
    known = {diagnosis["host"] for diagnosis in diagnoses}
    now = datetime.now(timezone.utc).replace(microsecond=0)
    for host, message in params["failures"].items():
        if host not in known:
            diagnoses.append(to_data(not_diagnosed(str(host), str(message), now)))
    diagnoses.sort(key=lambda diagnosis: str(diagnosis["host"]))
    whole = fleet(diagnoses)
    result: Result = {"changed": False, "summary": summary_lines(whole), "counts": whole.counts}
    if params["report_dir"]:
        contents = {
            "diagnoses.json": json.dumps(diagnoses, indent=2, ensure_ascii=False) + "\n",
            "report.md": markdown(whole),
            "report.html": html(whole),
        }
        result["changed"] = _write(params["report_dir"], contents, check_mode)
        result["files"] = [os.path.join(params["report_dir"], name) for name in contents]
    if params["query"]:
        result["query_answer"] = _answer(params["query"], diagnoses)
    failing = {verdict: whole.counts[verdict] for verdict in params["fail_on"] if whole.counts[verdict]}
    if failing:
        result["failed"] = True
        result["msg"] = "fail_on: " + ", ".join(f"{count} {verdict}" for verdict, count in failing.items())
    return result


REPORT = Operation(
    "mlav_report",
    {
        "diagnoses": {"type": "list", "elements": "dict", "required": True},
        "failures": {"type": "dict", "default": {}},
        "report_dir": {"type": "path"},
        "query": {"type": "str"},
        "fail_on": {"type": "list", "elements": "str", "choices": list(VERDICTS), "default": []},
    },
    _report,
    names_the_firewall=False,
)
