# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a task that are the variables of the role ``mlav_troubleshoot``, checked as the role documents them.

Ansible would check a role's variables by a task of its own for each host, and compile each option that the role hands
on as a template anew for each host. Together that costs three times what asking a healthy firewall does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.yaml import yaml_load
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import mask_of

_PREFIX = "mlav_"
_FOLDER = "mlav_evidence_dir"
_SPECIFICATIONS = Path(__file__).parents[2] / "roles" / "mlav_troubleshoot" / "meta" / "argument_specs.yml"
# Read at import, which is before Ansible forks.
_OPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    entry: specification["options"]
    for entry, specification in yaml_load(_SPECIFICATIONS.read_text(encoding="utf-8"))["argument_specs"].items()
}


class UnusableVariables(ExpectedFailure):
    """Variables of the role that are not of the kind that the role documents."""

    kind = "unusable_variables"


def options_from_variables(
    variables: Mapping[str, Any],
    template: Callable[[Any], Any],
    entry: str = "diagnose",
    options: Collection[str] | None = None,
) -> dict[str, Any]:
    """The options that a host's variables set: ``timeout`` from ``mlav_timeout``.

    A variable that is empty text is the same as none. Two options take more than one variable: ``save_evidence`` is
    the folder ``mlav_evidence_dir`` if ``mlav_save_evidence`` is true; and ``mlav_panorama``, which the inventory
    plugin sets where Panorama is the way to a firewall, goes before what ``mlav_provider`` says of the address. One
    maintenance window is a list of one.

    Args:
        variables: the host's variables as they stand, templates included.
        template: renders a value.
        entry: the entry point of the role that says which variables there are, and of what kind.
        options: the options that are wanted; None gives all of the entry point.

    Raises:
        UnusableVariables: naming each variable, and what would be right.
    """
    specification = _OPTIONS[entry]
    names = specification if options is None else [f"{_PREFIX}{option}" for option in options]
    given = {name: template(variables[name]) for name in names if name in variables and name != _FOLDER}
    # The folder's default is a template, which is compiled only where it is needed.
    if boolean(given.get("mlav_save_evidence", False), strict=False) and _FOLDER in variables:
        given[_FOLDER] = template(variables[_FOLDER])
    given = {name: value for name, value in given.items() if value is not None and value != ""}
    checked = _validator(entry, tuple(given)).validate(untagged(given))
    if checked.error_messages:
        raise UnusableVariables(mask_of(checked._no_log_values)("; ".join(checked.error_messages)))
    usable = checked.validated_parameters
    panorama = usable.pop("mlav_panorama", None)
    if panorama:
        usable["mlav_provider"] = {**usable.get("mlav_provider", {}), **_without_nothing(panorama)}
    if isinstance(window := usable.get("mlav_maintenance_window"), Mapping):
        usable["mlav_maintenance_window"] = [window]
    folder = usable.pop(_FOLDER, "")
    if usable.pop("mlav_save_evidence", False):
        usable["mlav_save_evidence"] = folder
    return {
        name.removeprefix(_PREFIX): _without_nothing(value) if isinstance(value, dict) else value
        for name, value in usable.items()
    }


@lru_cache
def _validator(entry: str, names: tuple[str, ...]) -> ArgumentSpecValidator:
    """One for all hosts that set the same variables: to make one costs as much as to use it."""
    return ArgumentSpecValidator({name: _OPTIONS[entry][name] for name in names})


def untagged(value: Any) -> Any:
    """The same without what Ansible marks texts with (where they come from, for one), which is dear to copy."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {str(name): untagged(member) for name, member in value.items()}
    return [untagged(member) for member in value] if isinstance(value, list) else value


def _without_nothing(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without the members that the check has filled in."""
    return {name: value for name, value in values.items() if value is not None}
