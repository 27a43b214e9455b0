# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One operation behind every module: the same function serves the module process and the controller's worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.watching import Observer
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import masked, net_of

Params = Mapping[str, Any]
Result = dict[str, Any]

# From this verbosity on (-vvv) every request is shown.
WATCHED_FROM = 3


@dataclass(frozen=True)
class Context:
    """How an operation runs.

    Attributes:
        check_mode: nothing may be changed.
        say: shows a line of progress to the person who waits, where somebody does.
        controller_alive: whether the process that began the run, and that would report it, is still there.
        watch: takes the name of a firewall and a line about a request to it, without secrets; None below ``-vvv``.
    """

    check_mode: bool = False
    say: Callable[[str], None] = lambda line: None
    controller_alive: Callable[[], bool] = lambda: True
    watch: Callable[[str, str], None] | None = None

    def observer(self, firewall: str) -> Observer | None:
        """What shows the requests to one firewall, None where nobody watches."""
        return None if self.watch is None else partial(self.watch, firewall)


@dataclass(frozen=True)
class Operation:
    """What a module does.

    Attributes:
        name: the module's name.
        argument_spec: as Ansible takes it.
        run: validated parameters and the context -> the module's result.
            Raises DeviceError where the module has to fail.
        role_entry: the entry point of the role ``mlav_troubleshoot`` whose variables the option ``role_variables``
            takes; empty where there is no such option.
        names_the_firewall: the option ``host`` is filled from the inventory where it is not given.
        masks_itself: its results hold no secret, so that the controller does not look for each of them in all of it.
            Failures are masked in any case.
    """

    name: str
    argument_spec: dict[str, Any]
    run: Callable[[Params, Context], Result]
    role_entry: str = ""
    names_the_firewall: bool = True
    masks_itself: bool = False


def failure(error: ExpectedFailure) -> Result:
    """The result of a module that could not do its work: message, class of the error and what would help.

    Some errors say more (see ``DeviceError.data``).
    """
    message = f"{error.message.rstrip('.')}. {error.remedy}" if error.remedy else error.message
    said = {"kind": error.kind, "message": error.message, "remedy": error.remedy}
    return {**error.data, "msg": message, "error": said}


def run_module(operation: Operation) -> None:
    """Runs an operation as an ordinary Ansible module."""
    module = AnsibleModule(argument_spec=operation.argument_spec, supports_check_mode=True)

    def watch(firewall: str, line: str) -> None:
        # To the system log of this host, at once: Ansible shows nothing of a module before it has ended.
        module.log(visible(f"<{firewall}> {line}"))

    watched = module._verbosity >= WATCHED_FROM
    try:
        result = operation.run(module.params, Context(module.check_mode, watch=watch if watched else None))
    except ExpectedFailure as error:
        result = {"failed": True, **failure(error)}
    # Not every ansible-core looks for the options' secrets in a result.
    result = dict(masked(result, net_of(module.no_log_values)))
    # Ansible puts them into the result, and shows them.
    for text in result.pop("warnings", ()):
        module.warn(text)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
