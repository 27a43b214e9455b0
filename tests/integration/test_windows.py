# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The test ``in_window`` and the filter ``next_window`` in the templates of a real playbook."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from .conftest import ROOT, Ansible

# A winter's Saturday evening, in its written forms; YAML and Jinja make datetimes of some.
INSIDE = "2026-11-28T22:30:00Z"
VARIABLES = """
weekend: {weekdays: [sat], start: "22:00", duration: 4h, time_zone: Europe/London}
once: {from: "2026-12-01T22:00Z", to: "2026-12-02T02:00+00:00"}
unquoted: {from: 2026-11-28T22:00:00Z, to: 2026-11-29T02:00:00Z}
yesterday: {from: "2020-12-01T22:00Z", to: "2020-12-02T02:00Z"}
any_time: {start: "00:00", duration: 7d, time_zone: UTC}
inside: 2026-11-28T22:30:00Z
mlav_maintenance_window: ["{{ weekend }}", "{{ once }}"]
"""
OPENING = {"opens": "2026-11-28T22:00:00Z", "closes": "2026-11-29T02:00:00Z"}
# An expression, and what it comes to; or else what the error says.
EXPRESSIONS: dict[str, Any] = {
    f"'{INSIDE}' is panops.mlav.in_window(mlav_maintenance_window)": True,
    "'2026-11-29T00:30+02:00' is panops.mlav.in_window(weekend)": True,
    "'2026-11-28T21:59:59.999999Z' is panops.mlav.in_window(weekend)": False,
    "inside is panops.mlav.in_window(weekend, needed='210m')": True,
    "inside is panops.mlav.in_window(weekend, needed='211m')": False,
    "inside is panops.mlav.in_window(windows=weekend)": True,
    "inside is panops.mlav.in_window([unquoted])": True,
    "1795905000 is panops.mlav.in_window(weekend)": True,
    "'1795905000' is panops.mlav.in_window(weekend)": True,
    "1795905000.5 is panops.mlav.in_window([once])": False,
    "'now' is panops.mlav.in_window(any_time)": True,
    "'now' is panops.mlav.in_window(yesterday)": False,
    "now().astimezone() is panops.mlav.in_window(any_time)": True,
    "now().astimezone() is not panops.mlav.in_window(yesterday)": True,
    "mlav_maintenance_window | panops.mlav.next_window(after=inside)": OPENING,
    "mlav_maintenance_window | panops.mlav.next_window(inside, '4h')": {
        "opens": "2026-12-01T22:00:00Z",
        "closes": "2026-12-02T02:00:00Z",
    },
    "weekend | panops.mlav.next_window('2026-11-29T02:00Z')": {
        "opens": "2026-12-05T22:00:00Z",
        "closes": "2026-12-06T02:00:00Z",
    },
    "(yesterday | panops.mlav.next_window) is none": True,
    "(weekend | panops.mlav.next_window).opens is match('20..-..-..T2[12]:00:00Z')": True,
}
ERRORS = {
    "now() is panops.mlav.in_window(weekend)": "option value: expected a time with a time zone, got 20",
    "now(utc=true) is panops.mlav.in_window(weekend)": "Write 'now' instead of now(), or now()",
    "'2026-11-28T22:30' is panops.mlav.in_window(weekend)": "option value: expected a UTC offset",
    "'today' is panops.mlav.in_window(weekend)": "such as '2026-12-01T22:00', got 'today'",
    "true is panops.mlav.in_window(weekend)": "such as '2026-12-01T22:00', got True",
    "1e300 is panops.mlav.in_window(weekend)": "option value: expected seconds since 1970, got 1e+300",
    "'now' is panops.mlav.in_window([])": "option windows: expected a list of windows, each a dictionary, got []",
    "'now' is panops.mlav.in_window(weekend, needed=10)": "option needed is 10: expected a whole number",
    "[weekend, {'start': 1320}] | panops.mlav.next_window": "next_window: option windows[1]: time_zone not set;",
    "weekend | panops.mlav.next_window(after='soon')": "such as '2026-12-01T22:00', got 'soon'",
}


def play(ansible: Ansible, tasks: list[dict[str, Any]], variables: dict[str, Any]) -> str:
    """Its output."""
    playbook = ansible.home / "windows.yml"
    content = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": variables, "tasks": tasks}
    playbook.write_text(yaml.safe_dump([content], sort_keys=False), encoding="utf-8")
    run = ansible.playbook(playbook, "localhost,")
    assert run.code == 0, run.output
    return run.output


def test_expressions_and_errors(ansible: Ansible) -> None:
    """Each in a task of its own, in one run."""
    tasks: list[dict[str, Any]] = [
        {
            "ansible.builtin.debug": {"msg": f"{{{{ ({expression}) | to_json }}}}"},
            "register": f"result_{number}",
            "ignore_errors": True,
        }
        for number, expression in enumerate([*EXPRESSIONS, *ERRORS])
    ]
    results = ", ".join(f"[result_{number}.failed, result_{number}.msg]" for number in range(len(tasks)))
    said = ansible.home / "said.json"
    tasks.append({"ansible.builtin.copy": {"content": f"{{{{ [{results}] | to_json }}}}", "dest": str(said)}})
    play(ansible, tasks, yaml.safe_load(VARIABLES))
    found = dict(zip([*EXPRESSIONS, *ERRORS], json.loads(said.read_text(encoding="utf-8")), strict=True))
    for expression, value in EXPRESSIONS.items():
        failed, message = found[expression]
        assert not failed, f"{expression}: {message}"
        # ansible-core up to 2.18 makes data of JSON.
        assert (json.loads(message) if isinstance(message, str) else message) == value, expression
    for expression, error in ERRORS.items():
        failed, message = found[expression]
        assert failed, expression
        assert error in message, expression


@pytest.mark.parametrize("plugin", ["test/in_window", "filter/next_window"])
def test_documented_examples(plugin: str, ansible: Ansible) -> None:
    documented = yaml.safe_load((ROOT / "plugins" / f"{plugin}.yml").read_text(encoding="utf-8"))
    tasks = yaml.safe_load(documented["EXAMPLES"])
    for task in tasks:
        # So that it is open.
        task["vars"]["mlav_maintenance_window"] = {"start": "00:00", "duration": "7d", "time_zone": "UTC"}
    assert "ok=1 " in play(ansible, tasks, {})
