# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of mlav_remediate: carries out the remedy that the diagnosis names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from secrets import token_hex
from typing import Any, get_args

from ansible_collections.panops.mlav.plugins.module_utils._device.durations import duration
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice, open_device
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.device import name_of_file
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import (
    Confidence,
    Diagnosis,
    DiagnosisOptions,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import LeaseWatch
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import SCHEMA as PLAN_SCHEMA
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import Options, Run, Target
from ansible_collections.panops.mlav.plugins.module_utils._remedy.previous_runs import Unfinished, unfinished
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remediate import remediate
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remedy_selection import Order, Preferences
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import (
    connection,
    log_lines,
    logs,
    role_variables,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.excluding import exclusion_diff
from ansible_collections.panops.mlav.plugins.module_utils._tasks.files import make_folder, replace_file
from ansible_collections.panops.mlav.plugins.module_utils._tasks.guarding import allowances, guards, reconnecting
from ansible_collections.panops.mlav.plugins.module_utils._tasks.judging import gather_options, judged
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import masked
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, Operation, Params, Result
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import CONNECTION

# The role's variables are the module's options with this before them; its messages name what its user can set.
ROLE_PREFIX = "mlav_"
MAX_PLAN_BYTES = 64 * 1024 * 1024


def _approved(path: str | None, host: str) -> tuple[Mapping[str, Any] | None, str | None]:
    """The approved plan of ``host`` (empty where the file has none) and the digest of the file.

    (None, None) where no plan is given.

    Raises:
        InvalidOption: the file cannot be read, or is no plan.
    """
    if path is None:
        return None, None
    expected = f"plan: expected a plan.json that a --check run wrote, got {path!r}"
    try:
        if os.path.getsize(path) > MAX_PLAN_BYTES:
            raise InvalidOption(f"{expected} (more than {MAX_PLAN_BYTES} bytes)")
        with open(path, "rb") as file:
            content = file.read()
        document = json.loads(content)
        if document["schema"] != PLAN_SCHEMA:
            raise InvalidOption(f"{expected} (schema {str(document['schema'])[:80]!r})")
        found = [plan for plan in document["plans"] if plan["host"] == host]
    except OSError as error:
        raise InvalidOption(f"{expected} ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidOption(f"{expected} (it has another format: {type(error).__name__})") from error
    if len(found) > 1:
        raise InvalidOption(f"{expected} (it has {len(found)} plans for {host})")
    return found[0] if found else {}, f"sha256:{sha256(content).hexdigest()}"


def _folder(audit_dir: str | None, host: str) -> str | None:
    """The folder for the records of one firewall; None where none are kept."""
    return None if audit_dir is None else os.path.join(audit_dir, name_of_file(host).removesuffix(".json"))


def _keep(folder: str, run_id: str, mask: Callable[[str], str], data: dict[str, Any]) -> None:
    content = json.dumps(masked(data, mask), indent=2).encode("ascii") + b"\n"
    try:
        replace_file(os.path.join(folder, f"{run_id}.json"), content, 0o600)
    except OSError as error:
        raise InvalidOption(f"audit_dir cannot be written: {error.strerror}. Without a record the run stops") from error


def _previous_records(folder: str | None) -> Iterator[Any]:
    """The records of previous runs, the newest first; unreadable ones are skipped."""
    names: list[str] = []
    with suppress(OSError):
        names = [name for name in os.listdir(folder) if name.endswith(".json")] if folder is not None else []
    for name in sorted(names, reverse=True):
        with suppress(OSError, ValueError, RecursionError), open(os.path.join(folder or "", name), "rb") as file:
            yield json.loads(file.read(MAX_PLAN_BYTES))


def _diagnose(device: LiveDevice, host: str, params: Params, before: Unfinished) -> tuple[EvidenceSet, Diagnosis]:
    options = replace(gather_options({**params, "depth": "auto"}), watch=device.api.watch.note)
    evidence = gather(device, host, options)
    restart = before.restart_of(device.serial)
    began_at = restart.began_at if restart is not None else None
    diagnosis_options = DiagnosisOptions(log_window=options.log_window, restart_begun=began_at)
    return evidence, judged(evidence, diagnosis_options, device.redactor)


def _require_connection(params: Params) -> None:
    if params["decryption_host"] and params["decryption_connection"] is None:
        raise InvalidOption(
            f"decryption_host is {params['decryption_host']!r}, but decryption_connection is not set. In the role, "
            f"{ROLE_PREFIX}decryption_host has to be a host of the inventory"
        )


def _decryption_host(stack: ExitStack, params: Params, context: Context, opened: list[LiveDevice]) -> Target:
    where = "decryption_connection"
    options = ConnectionOptions.from_params(params[where], f"{where}.provider", f"{where}.")
    device = stack.enter_context(closing(LiveDevice(options, observer=context.observer(params["decryption_host"]))))
    opened.append(device)
    return Target(params["decryption_host"], device)


def _limits(params: Params, context: Context) -> Allowances:
    """An empty list of windows counts as not set: a role's variable cannot be unset otherwise."""
    return allowances({**params, "maintenance_window": params["maintenance_window"] or None}, context)


def _options(
    params: Params, limits: Allowances, approved: Mapping[str, Any] | None, unfinished_steps: Unfinished
) -> Options:
    return Options(
        preferences=Preferences(
            params["remediate_confidence"], params["decryption_host"] or None, params["allow_unknown_ha"]
        ),
        allowances=limits,
        exclusion=params["exclusion"],
        rollback=params["rollback"],
        verify_timeout_s=duration("verify_timeout", params["verify_timeout"]).total_seconds(),
        restart_timeout_s=duration("restart_timeout", params["restart_timeout"]).total_seconds(),
        order=params["order"],
        approved=approved,
        unfinished=unfinished_steps,
    )


def _run_id(now: datetime) -> str:
    """Sorts by time, and is unique."""
    return f"{now:%Y%m%dT%H%M%S.%fZ}-{token_hex(4)}"


def _remediate(params: Params, context: Context) -> Result:
    with ExitStack() as stack:
        observer = context.observer(params["host"] or str((params["provider"] or {}).get("ip_address")))
        device = stack.enter_context(closing(open_device(params, observer=observer)))
        host = params["host"] or device.options.host
        opened = [device]

        def mask(text: str) -> str:
            for each in opened:
                text = each.redactor.redact_message(text)
            return text

        # Every error in the options comes before the record is begun.
        limits = _limits(params, context)
        _require_connection(params)
        approved, plan_digest = _approved(params["plan"], host)
        folder = _folder(params["audit_dir"], host)
        if folder is not None and not context.check_mode:
            # The folder exists before anything is changed.
            make_folder(folder, f"audit_dir is {params['audit_dir']!r}")
        options = _options(params, limits, approved, unfinished(_previous_records(folder)))
        run_id = _run_id(limits.pace.now())
        record = Record(host, run_id, limits.pace.now, plan_digest=plan_digest)
        if folder is not None and not context.check_mode:
            record.keep = partial(_keep, folder, run_id, mask)

        def progress(line: str) -> None:
            context.say(f"{host}: {mask(line)}")

        run = Run(
            Target(host, device),
            partial(_decryption_host, stack, params, context, opened),
            partial(_diagnose, device, host, params, options.unfinished),
            options,
            progress,
            LeaseWatch(limits.pace),
        )
        planned = remediate(run, record, context.check_mode, ROLE_PREFIX)
        result = _result(record, masked(record.to_data(), mask))
        if planned is not None and planned.exclusion is not None:
            result["diff"] = masked(exclusion_diff(planned.exclusion.write), mask)
        return result


def _touched(action: Mapping[str, Any]) -> bool:
    """Whether the firewall was changed. A commit that is done without a job found nothing to commit."""
    if action["state"] == "done":
        return action.get("job_id", 0) is not None
    return action["state"] in ("failed", "begun")


def _result(record: Record, data: dict[str, Any]) -> Result:
    touched = any(_touched(action) for action in record.actions)
    would = record.outcome == "planned" and record.reason is None
    result: Result = {"changed": touched or would, "remediation": data}
    if record.outcome in ("failed", "rolled_back"):
        result |= {"failed": True, "msg": data["error"]}
    return result


REMEDIATE = Operation(
    "mlav_remediate",
    {
        **CONNECTION,
        **logs(),
        **log_lines(),
        **guards(),
        **reconnecting(),
        "remediate_confidence": {"type": "str", "choices": list(get_args(Confidence)), "default": "proven"},
        "exclusion": {"type": "str", "default": "*.paloaltonetworks.com"},
        "decryption_host": {"type": "str"},
        "decryption_connection": {"type": "dict", "options": connection()},
        "allow_unknown_ha": {"type": "bool", "default": False},
        "rollback": {"type": "bool", "default": True},
        "order": {"type": "str", "choices": list(get_args(Order))},
        "plan": {"type": "path"},
        "audit_dir": {"type": "path"},
        **role_variables(),
    },
    _remediate,
    role_entry="remediate",
)
