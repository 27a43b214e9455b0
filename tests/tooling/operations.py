# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the operation behind a module in this process, with options that its own specification has validated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, Operation, Params, Result

Say = Callable[[str], None]


def silent(line: str) -> None:
    """Says nothing."""


def validated(argument_spec: Mapping[str, Any], given: Mapping[str, Any]) -> Params:
    """The options with their defaults. Raises ValueError where the specification refuses them."""
    checked = ArgumentSpecValidator(argument_spec).validate(dict(given))
    if checked.error_messages:
        raise ValueError(checked.error_messages)
    params: Params = checked.validated_parameters
    return params


def run_operation(operation: Operation, given: Mapping[str, Any], check: bool = False, say: Say = silent) -> Result:
    """The result. Raises DeviceError where the module would fail."""
    return operation.run(validated(operation.argument_spec, given), Context(check, say))
