# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to reach a firewall is documented in several places: they agree with the options that there are."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import connection
from tests.tooling.environment import ROOT

Options = dict[str, dict[str, Any]]

OPTIONS: Options = connection()
PLUGINS = "ansible_collections.panops.mlav.plugins"
ROLE = ROOT / "roles" / "mlav_troubleshoot" / "meta" / "argument_specs.yml"


def documented(module: str) -> Options:
    """The options of a module or an inventory plugin."""
    found: Options = yaml.safe_load(importlib.import_module(f"{PLUGINS}.{module}").DOCUMENTATION)["options"]
    return found


def fragment() -> Options:
    given = yaml.safe_load(
        importlib.import_module(f"{PLUGINS}.doc_fragments.connection").ModuleDocFragment.DOCUMENTATION
    )
    return {name: option for name, option in given["options"].items() if name != "host"}


def of_the_role(entry: str) -> Options:
    """Without those that are the role's alone."""
    options = yaml.safe_load(ROLE.read_text(encoding="utf-8"))["argument_specs"][entry]["options"]
    return {name: options[f"mlav_{name}"] for name in OPTIONS if f"mlav_{name}" in options}


def flat(options: Options) -> dict[str, dict[str, Any]]:
    """Every option by its whole name; what a plugin's documentation calls suboptions a specification calls options."""

    def walk(prefix: str, part: Options) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, option in part.items():
            yield f"{prefix}{name}", option
            yield from walk(f"{prefix}{name}.", option.get("suboptions") or option.get("options") or {})

    return dict(walk("", options))


def shape(option: dict[str, Any], *parts: str) -> dict[str, Any]:
    return {part: option.get(part) for part in ("type", "elements", "choices", "required", *parts)}


def without(names: tuple[str, ...], options: Options) -> Options:
    """The options that a place has on purpose, from all that there are."""
    kept = {name: dict(option) for name, option in options.items() if name not in names}
    for option in kept.values():
        if "options" in option:
            option["options"] = without(names, option["options"])
    return kept


def in_one(options: Options) -> Options:
    """Those of the provider among those beside it, as in an entry of the inventory plugin."""
    return {**options["provider"]["options"], **without(("provider",), options)}


#: place -> (what it documents, the options that it has)
PLACES: dict[str, tuple[Options, Options]] = {
    "the fragment": (fragment(), OPTIONS),
    "the inventory plugin": (
        without(("name",), documented("inventory.panorama")["panoramas"]["suboptions"]),
        # A Panorama is asked for its firewalls, over the XML API.
        without(("serial_number",), in_one(without(("ssh",), OPTIONS))),
    ),
    "mlav_sweep_info": (
        without(("host", "unusable", "timeout"), documented("modules.mlav_sweep_info")["firewalls"]["suboptions"]),
        # A time limit that a firewall does not have is the task's.
        without(("ssh", "timeout"), OPTIONS),
    ),
    "mlav_doctor_info": (
        without(
            ("host", "unusable", "unresolved", "timeout"),
            documented("modules.mlav_doctor_info")["firewalls"]["suboptions"],
        ),
        without(("timeout",), OPTIONS),
    ),
    "mlav_remediate": (documented("modules.mlav_remediate")["decryption_connection"]["suboptions"], OPTIONS),
}


@pytest.mark.parametrize("place", PLACES)
def test_names_types_defaults_and_choices(place: str) -> None:
    given, there_are = map(flat, PLACES[place])
    assert {name: shape(option, "default") for name, option in given.items()} == {
        name: shape(option, "default") for name, option in there_are.items()
    }


ROLE_PLACES = {
    "diagnose": OPTIONS,
    "remediate": OPTIONS,
    "main": OPTIONS,
    "sweep": without(("ssh",), OPTIONS),
    "doctor": OPTIONS,
}


@pytest.mark.parametrize("entry", ROLE_PLACES)
def test_the_role_s_variables(entry: str) -> None:
    """A default of the role would go before the environment, so it has hardly any."""
    given, there_are = flat(of_the_role(entry)), flat(ROLE_PLACES[entry])
    assert {name: shape(option, "no_log") for name, option in given.items()} == {
        name: shape(option, "no_log") for name, option in there_are.items()
    }
    defaults = {name: option["default"] for name, option in given.items() if "default" in option}
    assert defaults == {"provider": {}, "timeout": there_are["timeout"]["default"]}


def test_the_variable_of_the_inventory_plugin() -> None:
    role = yaml.safe_load(ROLE.read_text(encoding="utf-8"))["argument_specs"]["diagnose"]["options"]
    of_panorama, provider = role["mlav_panorama"]["options"], role["mlav_provider"]["options"]
    assert set(of_panorama) == {"ip_address", "port", "serial_number"}
    assert {name: shape(option) for name, option in of_panorama.items()} == {
        name: shape(provider[name]) for name in of_panorama
    }


@pytest.mark.parametrize("place", ["the fragment", "the inventory plugin", "mlav_sweep_info"])
def test_the_environment_is_documented(place: str) -> None:
    given, there_are = map(flat, PLACES[place])
    for name, option in there_are.items():
        description = str(given[name]["description"])
        _fallback, variables = option.get("fallback", (None, []))
        assert [variable for variable in variables if f"E({variable})" not in description] == [], name
