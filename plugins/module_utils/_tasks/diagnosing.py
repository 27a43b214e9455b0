# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation that diagnoses one firewall: one that answers, or what one answered earlier."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure, NotObtainable
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Answer
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice, Techsupport
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import redact
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.device import name_of_file
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.device import ArchiveDevice, read_archive
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.export import fetch_techsupport
from ansible_collections.panops.mlav.plugins.module_utils._evidence import devsrv_log, system_info
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import techsupport_does_harm
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interest import INTEREST
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import (
    between,
    doc_url,
    log_lines,
    logs,
    role_variables,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.judging import diagnosed, gather_options
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import masked
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, Operation, Params, Result
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import CONNECTION, ask_firewall
from ansible_collections.panops.mlav.plugins.module_utils._tasks.saving import (
    folder_for_evidence,
    gather_again,
    gather_and_save,
)


def _require_no_harm(api: XmlApi) -> None:
    """Raises NotObtainable where making a tech-support file leaves a file on the firewall for good."""
    asked = system_info.COMMAND
    answer = api.op(asked.xml or "", asked=asked.cli)
    try:
        info = system_info.parse(answer.text, answer.result)
    except Unrecognized as error:
        raise NotObtainable(f"no tech-support file is made: {error}") from error
    if techsupport_does_harm(info):
        raise NotObtainable(
            f"no tech-support file is made: on a {info.model} with PAN-OS {info.sw_version} it fills a partition "
            "(PAN-313623)",
            "Upgrade PAN-OS to a release with the fix.",
        )


def _exporting(params: Params, context: Context) -> Techsupport | None:
    """Has the firewall make a tech-support file, and takes devsrv.log from it; None where that is not allowed."""
    limit_s = between("techsupport_timeout", params["techsupport_timeout"], 1, 86400)
    if not params["techsupport_export"]:
        return None

    def export(api: XmlApi, reason: ExpectedFailure) -> tuple[Answer, ...]:
        host = params["host"] or api.options.host

        def say(line: str) -> None:
            context.say(f"{host}: {line}")

        _require_no_harm(api)

        def read(stream: BinaryIO, size: int | None) -> ArchiveDevice:
            return read_archive(stream, "tech-support file", size, INTEREST, say)

        archive = fetch_techsupport(api, limit_s, say, read)
        try:
            return archive.process_log(devsrv_log.NAME, 0)
        except NotObtainable as missing:
            try:
                return archive.process_log(devsrv_log.OTHER_NAME, 0)
            except NotObtainable:
                raise missing from None

    return export


def _diagnosis(params: Params, context: Context) -> Result:
    if params["evidence"] is not None:
        given = Path(params["evidence"])
        file = name_of_file(params["host"] or "") if given.is_dir() else given.name
        found = gather_again(params["evidence"], params["host"] or "", gather_options(params))
        return {"changed": False, "diagnosis": masked(diagnosed(found, params, file=file), redact)}
    folder = None if context.check_mode else folder_for_evidence(params["save_evidence"])

    def ask(device: LiveDevice, params: Params) -> Result:
        host = params["host"] or device.options.host
        options = replace(gather_options(params), watch=device.api.watch.note)
        evidence, file = gather_and_save(device, host, options, device.redactor, folder)
        result: Result = {"diagnosis": diagnosed(evidence, params, device.redactor)}
        return result if file is None else {**result, "evidence_file": file}

    return ask_firewall(params, context, ask, _exporting(params, context))


DIAGNOSIS_INFO = Operation(
    "mlav_diagnosis_info",
    {
        **CONNECTION,
        **logs(),
        **log_lines(),
        **doc_url(),
        "depth": {"type": "str", "choices": ["auto", "full"], "default": "auto"},
        "evidence": {"type": "path"},
        "save_evidence": {"type": "path"},
        "techsupport_export": {"type": "bool", "default": False},
        "techsupport_timeout": {"type": "int", "default": 1200},
        **role_variables(),
    },
    _diagnosis,
    role_entry="diagnose",
)
