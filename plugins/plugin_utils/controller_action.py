# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs this collection's modules inside the controller's worker: no process and no second interpreter per firewall."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import AnsibleValidationErrorMultiple, UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import mask_of, masked, net_of
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import (
    Context,
    Operation,
    Params,
    failure,
)
from ansible_collections.panops.mlav.plugins.plugin_utils.inventory_firewalls import with_addresses
from ansible_collections.panops.mlav.plugins.plugin_utils.request_display import watch_on
from ansible_collections.panops.mlav.plugins.plugin_utils.role_variables import (
    UnusableVariables,
    options_from_variables,
    untagged,
)


def _same_parent(controller: int) -> Callable[[], bool]:
    """Tells whether this worker still belongs to the process that has forked it: an orphan gets another parent."""
    return lambda: os.getppid() == controller


class ControllerAction(ActionBase):
    """What the action plugins share; each of them names its operation.

    An action plugin for every module, rather than one that meta/runtime.yml points them all at: ansible-core up to 2.16
    then knows the task by the plugin's name only, and none imports a plugin before the fork but by the module's name.
    """

    operation: Operation
    _supports_async = True
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Runs the task's operation here, or hands it to the host that it is delegated to."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        operation = self.operation
        environment = self._task_environment()
        try:
            arguments = self._arguments(task_vars, {**os.environ, **environment})
        except UnusableVariables as error:
            return {**result, "changed": False, "failed": True, **failure(error)}
        if self._runs_elsewhere(arguments, task_vars):
            result.update(
                self._execute_module(
                    module_name=f"panops.mlav.{operation.name}",
                    module_args=arguments,
                    task_vars=task_vars,
                    wrap_async=bool(self._task.async_val),
                )
            )
        else:
            result.update(self._run_here(operation, arguments, environment, task_vars))
        return result

    def _arguments(self, task_vars: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
        """The options of the task, those from the role's variables and from the inventory included.

        Args:
            task_vars: as Ansible gives them.
            environment: the variables that the module's process would see.

        Raises:
            UnusableVariables: naming the variables.
        """
        arguments = dict(self._task.args)
        entry, known = self.operation.role_entry, self.operation.argument_spec
        if entry and boolean(arguments.pop("role_variables", False), strict=False):
            read = options_from_variables(task_vars, self._templar.template, entry)
            arguments = {**{name: read[name] for name in read if name in known}, **arguments}
        if not self.operation.names_the_firewall:
            return arguments
        name = str(task_vars.get("inventory_hostname", ""))
        named = {**arguments, "host": arguments.get("host") or name}
        return with_addresses(named, name, lambda: self._address(task_vars), environment)

    def _address(self, task_vars: dict[str, Any]) -> Any:
        """The inventory host's own address: a delegated task's ``ansible_host`` is the delegate's.

        Where the inventory has none, ``ansible_host`` is the host's name. Only hostvars tell that apart, and they put
        all variables of the host together once more.
        """
        hostvars = task_vars.get("hostvars")
        name, address = task_vars.get("inventory_hostname"), task_vars.get("ansible_host")
        if hostvars is not None and name in hostvars and (self._task.delegate_to or address == name):
            return hostvars[name].get("ansible_host")
        return self._templar.template(address)

    def _runs_elsewhere(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> bool:
        """True where the module's own process is wanted: an asynchronous task, or one on a host that is no firewall.

        A connection that leads to the firewall itself (no delegation, the provider's address) is not such a host:
        PAN-OS runs no modules, so the controller asks it.
        """
        if self._task.async_val:
            return True
        if self._connection.transport == "local":
            return False
        if self._task.delegate_to:
            return True
        provider = arguments.get("provider") or {}
        address = provider.get("ip_address") if isinstance(provider, dict) else None
        return bool(address) and address != (self._address(task_vars) or task_vars.get("inventory_hostname"))

    def _completed(self, params: dict[str, Any], task_vars: dict[str, Any]) -> Params:
        """The validated options, with what only the controller knows. Raises DeviceError."""
        return params

    def _run_here(
        self,
        operation: Operation,
        arguments: dict[str, Any],
        environment: dict[str, str],
        task_vars: dict[str, Any],
    ) -> dict[str, Any]:
        before = {name: os.environ.get(name) for name in environment}
        os.environ.update(environment)
        try:
            checked = ArgumentSpecValidator(operation.argument_spec).validate(untagged(arguments))
            if checked.error_messages:
                outcome = {"failed": True, "changed": False, "msg": self._refusal(operation, checked.errors)}
                outcome = dict(masked(outcome, mask_of(checked._no_log_values)))
            else:
                try:
                    context = Context(
                        bool(self._task.check_mode), self._progress, _same_parent(os.getppid()), self._watch()
                    )
                    outcome = operation.run(self._completed(checked.validated_parameters, task_vars), context)
                except ExpectedFailure as error:
                    outcome = {"failed": True, "changed": False, **failure(error)}
            if operation.masks_itself and not outcome.get("failed"):
                return outcome
            return dict(masked(outcome, net_of(checked._no_log_values)))
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def _progress(self, line: str) -> None:
        self._display.display(visible(line))

    def _watch(self) -> Callable[[str, str], None] | None:
        """What shows each request at once (see ``Context.watch``)."""
        return None if self._task.no_log else watch_on(self._display)

    @staticmethod
    def _refusal(operation: Operation, errors: AnsibleValidationErrorMultiple) -> str:
        """What an ordinary module says about unusable arguments."""
        unsupported = isinstance(errors[0], UnsupportedError)
        prefix = f"Unsupported parameters for ({operation.name}) module: " if unsupported else ""
        return f"{prefix}{errors[0].msg}"

    def _task_environment(self) -> dict[str, str]:
        """The keyword ``environment`` of the task, as a module's process would see it."""
        merged: dict[str, str] = {}
        given = self._task.environment or []
        for part in given if isinstance(given, list) else [given]:
            values = self._templar.template(part)
            if values is None:
                continue
            if not isinstance(values, dict):
                raise AnsibleError(f"environment must be a dictionary, received {type(values).__name__}")
            merged.update({str(name): str(value) for name, value in values.items()})
        return merged
