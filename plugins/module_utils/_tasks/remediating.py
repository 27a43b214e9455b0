# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation that repairs what a diagnosis names.

This is a private module: it may change in any release.
"""

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
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError, InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice, open_device
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.device import name_of_file
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import (
    Confidence,
    Diagnosis,
    DiagnosisOptions,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.signals import undisturbed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import SCHEMA as PLAN_SCHEMA
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import Options, Target
from ansible_collections.panops.mlav.plugins.module_utils._remedy.previous_runs import Unfinished, unfinished
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remediate import NotReconnected, Remediation
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

    (None, None) where no plan is asked for.

    Raises:
        InvalidOption: the file cannot be read, or is no plan.
    """
    if path is None:
        return None, None
    expected = "Expected: the file plan.json that a run with --check wrote."
    try:
        if os.path.getsize(path) > MAX_PLAN_BYTES:
            raise InvalidOption(f"plan is {path!r}. {expected} Actual: more than {MAX_PLAN_BYTES} bytes.")
        with open(path, "rb") as file:
            content = file.read()
        document = json.loads(content)
        if document["schema"] != PLAN_SCHEMA:
            raise InvalidOption(f"plan is {path!r}. {expected} Actual: schema {str(document['schema'])[:80]!r}.")
        found = [plan for plan in document["plans"] if plan["host"] == host]
    except OSError as error:
        raise InvalidOption(f"plan is {path!r}. {expected} Actual: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidOption(f"plan is {path!r}. {expected} Actual: another file ({type(error).__name__}).") from error
    if len(found) > 1:
        raise InvalidOption(f"plan is {path!r}. {expected} Actual: {len(found)} plans for {host}.")
    return found[0] if found else {}, f"sha256:{sha256(content).hexdigest()}"


def _folder(audit_dir: str | None, host: str) -> str | None:
    """The folder for the records of one firewall; None where none are kept."""
    return None if audit_dir is None else os.path.join(audit_dir, name_of_file(host).removesuffix(".json"))


def _keep(folder: str, run_id: str, mask: Callable[[str], str], data: dict[str, Any]) -> None:
    content = json.dumps(masked(data, mask), indent=2).encode("ascii") + b"\n"
    try:
        replace_file(os.path.join(folder, f"{run_id}.json"), content, 0o600)
    except OSError as error:
        raise InvalidOption(
            f"audit_dir cannot be written: {error.strerror}. Nothing more is done without a record."
        ) from error


def _earlier(folder: str | None) -> Iterator[Any]:
    """The records of earlier runs, the newest first; those that cannot be read are passed over."""
    names: list[str] = []
    with suppress(OSError):
        names = [name for name in os.listdir(folder) if name.endswith(".json")] if folder is not None else []
    for name in sorted(names, reverse=True):
        with suppress(OSError, ValueError, RecursionError), open(os.path.join(folder or "", name), "rb") as file:
            yield json.loads(file.read(MAX_PLAN_BYTES))


def _judge(device: LiveDevice, host: str, params: Params, before: Unfinished) -> tuple[EvidenceSet, Diagnosis]:
    options = replace(gather_options({**params, "depth": "auto"}), watch=device.api.watch.note)
    evidence = gather(device, host, options)
    restart = before.restart_of(device.serial)
    began_at = restart.began_at if restart is not None else None
    judging = DiagnosisOptions(log_window=options.log_window, restart_begun=began_at)
    return evidence, judged(evidence, judging, device.redactor)


def _require_connection(params: Params) -> None:
    if params["decryption_host"] and params["decryption_connection"] is None:
        raise InvalidOption(
            f"decryption_host is {params['decryption_host']!r}. Expected: a host of the inventory (the role's "
            f"{ROLE_PREFIX}decryption_host), or decryption_connection beside it."
        )


def _decrypter(stack: ExitStack, params: Params, context: Context, opened: list[LiveDevice]) -> Target:
    where = "decryption_connection"
    options = ConnectionOptions.from_params(params[where], f"{where}.provider", f"{where}.")
    device = stack.enter_context(closing(LiveDevice(options, observer=context.observer(params["decryption_host"]))))
    opened.append(device)
    return Target(params["decryption_host"], device)


def _limits(params: Params, context: Context) -> Allowances:
    """An empty list of windows is none: a role's variable has no other way to say so."""
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

        # Everything that can be wrong with the options, before a record is begun.
        limits = _limits(params, context)
        _require_connection(params)
        approved, plan_digest = _approved(params["plan"], host)
        folder = _folder(params["audit_dir"], host)
        if folder is not None and not context.check_mode:
            # It exists before anything is changed.
            make_folder(folder, f"audit_dir is {params['audit_dir']!r}")
        options = _options(params, limits, approved, unfinished(_earlier(folder)))
        run_id = _run_id(limits.pace.now())
        record = Record(host, run_id, limits.pace.now, plan_digest=plan_digest)
        if folder is not None and not context.check_mode:
            record.keep = partial(_keep, folder, run_id, mask)

        def say(line: str) -> None:
            context.say(f"{host}: {mask(line)}")

        remediation = Remediation(
            Target(host, device),
            partial(_decrypter, stack, params, context, opened),
            partial(_judge, device, host, params, options.unfinished),
            options,
            record,
            say,
        )
        try:
            record.save()
            plan = remediation.plan()
            if plan is None:
                record.outcome = "nothing_to_do"
            elif context.check_mode:
                record.outcome = "planned"
                remediation.ask_guards(plan)
            else:
                if remediation.wait_for_window(plan):
                    plan = remediation.plan()
                if plan is None:
                    record.outcome = "nothing_to_do"
                else:
                    remediation.carry_out(plan)
        except Blocked as blocked:
            record.block(blocked, ROLE_PREFIX)
            if record.outcome != "planned":
                record.outcome = "blocked"
        except NotReconnected as error:
            outcome = record.outcome
            record.failed(error)
            if outcome == "rolled_back":
                record.outcome = outcome
        except DeviceError as error:
            record.failed(error)
        except BaseException:
            # It stays one of a run that was interrupted, and tells what that leaves.
            with undisturbed(), suppress(DeviceError):
                _settle(remediation, False, say)
                record.save()
            raise
        if record.outcome != "planned":
            _settle(remediation, not context.check_mode, say)
        try:
            record.finish()
        except DeviceError as error:
            # What was done is told in the result at least.
            record.failed(error)
        result = _result(record, masked(record.to_data(), mask))
        if remediation.exclusion is not None:
            result["diff"] = masked(exclusion_diff(remediation.exclusion), mask)
        return result


def _settle(remediation: Remediation, act: bool, say: Callable[[str], None]) -> None:
    try:
        remediation.settle(act)
    except DeviceError as error:
        say(f"what was left could not be looked at: {excerpt(error.message)}")


def _touched(action: Mapping[str, Any]) -> bool:
    """A commit that is done without a job found nothing to commit."""
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
