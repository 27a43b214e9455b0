# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of the code blocks of the documentation, by language. Each raises an error that says what is wrong."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import yaml
from ansible.cli import CLI
from ansible.cli.doc import DocCLI
from ansible.cli.inventory import InventoryCLI
from ansible.cli.playbook import PlaybookCLI
from ansible.errors import AnsibleParserError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.splitter import parse_kv

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Operation
from tests.tooling.doc_samples import Sample
from tests.tooling.environment import ROOT, VENV

COLLECTION = "panops.mlav."
# Other programs: their commands only have to be parsable.
OTHERS = frozenset(
    (
        *(
            "ansible-builder",
            "ansible-galaxy",
            "antsibull-changelog",
            "cat",
            "cd",
            "cosmic-ray",
            "git",
            "grep",
            "less",
            "openssl",
        ),
        *("cr-filter-operators", "cr-report", "export", "read", "ssh", "ssh-keygen", "ssh-keyscan"),
    )
)


class BadSample(Exception):
    """The reason why a block is invalid."""


def _spec(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return found


MODULES = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
PLAYBOOKS = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
ROLE = "roles/mlav_troubleshoot/meta/argument_specs.yml"
ROLE_OPTIONS = {
    name: spec for entry in _spec(ROLE)["argument_specs"].values() for name, spec in entry.get("options", {}).items()
}
# Variables of the playbooks only.
PLAYBOOK_VARIABLES = {
    name
    for path in (ROOT / "playbooks").glob("*.yml")
    for name in re.findall(r"\b(mlav_\w+) \| default\(", path.read_text(encoding="utf-8"))
}
VARIABLES = {*ROLE_OPTIONS, *PLAYBOOK_VARIABLES}
_GROUPS = {"mlav_direct", "mlav_not_connected", "mlav_through_emea", "mlav_through_panorama"}
# "mlav_diagnosis" is what the role registers.
KNOWN_NAMES = {*VARIABLES, *MODULES, *_GROUPS, "mlav_diagnosis", "mlav_troubleshoot"}


def _templated(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value


def _literal(value: Any) -> Any:
    """A value without its templated parts; a list or dictionary keeps the rest."""
    if isinstance(value, Mapping):
        return {key: _literal(item) for key, item in value.items() if not _templated(item)}
    if isinstance(value, list):
        return [_literal(item) for item in value if not _templated(item)]
    return value


def _lenient(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A spec without requirements, because templated options are absent during the check."""
    dropped = ("required", "required_if", "required_together", "required_one_of", "required_by", "fallback", "default")
    kept = {key: value for key, value in spec.items() if key not in dropped}
    if "options" in kept:
        kept["options"] = {name: _lenient(option) for name, option in kept["options"].items()}
    return kept


def _arguments(what: str, given: Mapping[str, Any], spec: Mapping[str, Any]) -> None:
    validator = ArgumentSpecValidator({name: _lenient(option) for name, option in spec.items()})
    known = {name for option, said in spec.items() for name in (option, *said.get("aliases", ()))}
    if unknown := sorted(set(given) - known):
        raise BadSample(f"{what} has no option {', '.join(unknown)}")
    errors = validator.validate({name: _literal(value) for name, value in given.items() if not _templated(value)})
    if errors.error_messages:
        raise BadSample(f"{what}: {'; '.join(errors.error_messages)}")


@cache
def _operation(module: str) -> Operation:
    namespace = vars(import_module(f"ansible_collections.panops.mlav.plugins.modules.{module}"))
    [found] = [value for value in namespace.values() if isinstance(value, Operation)]
    return found


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for item in items:
        yield from _mappings(item)


def _inventory_options() -> set[str]:
    """Options of the inventory plugin, and of the fragments of Ansible that it extends."""
    text = (ROOT / "plugins" / "inventory" / "panorama.py").read_text(encoding="utf-8")
    own = yaml.safe_load(re.split(r'DOCUMENTATION = r?"""', text)[1].partition('"""')[0])
    found = set(own["options"])
    for fragment in own.get("extends_documentation_fragment", ()):
        if (name := fragment.removeprefix("ansible.builtin.")) in ("constructed", "inventory_cache"):
            documented = import_module(f"ansible.plugins.doc_fragments.{name}").ModuleDocFragment.DOCUMENTATION
            found |= set(yaml.safe_load(documented)["options"])
    return found


def _playbook(name: str) -> None:
    if name.startswith(COLLECTION) and name.removeprefix(COLLECTION) not in PLAYBOOKS:
        raise BadSample(f"there is no playbook {name}")
    if name.startswith("playbooks/") and not (ROOT / name).is_file():
        raise BadSample(f"there is no playbook {name}")


def _is_artifact(value: Any) -> bool:
    """Whether it is the run statistic of one firewall, whose key contains the firewall's name."""
    return isinstance(value, Mapping) and set(value) == {"verdict", "cause"}


def _variables(given: Mapping[str, Any]) -> None:
    ours = {name: value for name, value in given.items() if name.startswith("mlav_") and not _is_artifact(value)}
    if unknown := sorted(set(ours) - VARIABLES):
        raise BadSample(f"there is no variable {', '.join(unknown)}")
    _arguments("the role", {name: value for name, value in ours.items() if name in ROLE_OPTIONS}, ROLE_OPTIONS)


def check_yaml(sample: Sample) -> None:
    """Inventories, variables, tasks and playbooks: names and values match the modules, plugins and roles."""
    try:
        content = DataLoader().load(sample.text)
    except AnsibleParserError as error:
        raise BadSample(f"could not be read: {error}") from None
    for mapping in _mappings(content):
        _variables(mapping)
        if mapping.get("plugin") == f"{COLLECTION}panorama" and (unknown := set(mapping) - _inventory_options()):
            raise BadSample(f"the inventory plugin has no option {', '.join(sorted(unknown - {'plugin'}))}")
        if "ansible.builtin.import_playbook" in mapping:
            _playbook(mapping["ansible.builtin.import_playbook"])
        for key, arguments in mapping.items():
            module = str(key).removeprefix(COLLECTION)
            if str(key).startswith(f"{COLLECTION}mlav_"):
                if module not in MODULES:
                    raise BadSample(f"there is no module {module}")
                _arguments(module, arguments or {}, _operation(module).argument_spec)


def _parsed(program: type[CLI], words: list[str]) -> Namespace:
    """The words as parsed by Ansible's own command line."""
    cli = program(["ansible", *words])
    cli.init_parser()
    assert cli.parser is not None
    found: Namespace = cli.parser.parse_args(words)
    return found


def _ansible_playbook(words: list[str]) -> None:
    asked = _parsed(PlaybookCLI, words)
    for playbook in asked.args:
        _playbook(playbook)
    for text in asked.extra_vars:
        if not text.startswith("@"):
            _variables(DataLoader().load(text) if text[0] in "{[" else parse_kv(text))


def _ansible_inventory(words: list[str]) -> None:
    _parsed(InventoryCLI, words)


def _ansible_doc(words: list[str]) -> None:
    asked = _parsed(DocCLI, words)
    for name in asked.args:
        own = name.removeprefix(COLLECTION)
        folders = {"module": ["plugins/modules"], "role": ["roles"]}.get(asked.type, [f"plugins/{asked.type}"])
        if not any((ROOT / folder / own).exists() or (ROOT / folder / f"{own}.py").exists() for folder in folders):
            raise BadSample(f"there is no {asked.type} {name}")


@cache
def _sessions() -> frozenset[str]:
    """Names of all nox sessions."""
    # Without the keywords, nox lists only the default sessions.
    everything = ["--list", "--json", "--keywords", "not nothing"]
    nox = [str(VENV / "bin" / "nox"), "--noxfile", str(ROOT / "noxfile.py"), *everything]
    listed = subprocess.run(nox, capture_output=True, text=True, check=True, timeout=60).stdout
    return frozenset(session["name"] for session in json.loads(listed))


def _targets(words: list[str]) -> None:
    known = {*_sessions(), "venv", "clean"}
    if unknown := [word for word in words if not word.startswith("-") and word not in known]:
        raise BadSample(f"there is no target {', '.join(unknown)}")


def _python(words: list[str]) -> None:
    if words[:1] == ["-c"]:
        compile(words[1], "a command", "exec")
    elif words[:1] == ["tests/run.py"]:
        _targets(words[1:])
    elif words[:1] == ["-m"] and words[1].split(".")[0] in ("tests", "benchmarks"):
        path = ROOT.joinpath(*words[1].split("."))
        if not path.with_suffix(".py").is_file() and not (path / "__main__.py").is_file():
            raise BadSample(f"there is no {words[1]}")
    elif words[0] != "-m" and not (ROOT / words[0]).is_file():
        raise BadSample(f"there is no {words[0]}")


def _pip(words: list[str]) -> None:
    for option, value in pairwise(words):
        if option == "-r" and not (ROOT / value).is_file():
            raise BadSample(f"there is no {value}")


PROGRAMS_CHECKED: Mapping[str, Callable[[list[str]], None]] = {
    "ansible-playbook": _ansible_playbook,
    "ansible-inventory": _ansible_inventory,
    "ansible-doc": _ansible_doc,
    "make": _targets,
    "pip": _pip,
    "python": _python,
    "python3": _python,
    ".venv/bin/python": _python,
}


def check_console(sample: Sample) -> None:
    """Each command belongs to a known program, and the names in it exist."""
    for line, _shown in sample.commands():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.wordchars += "@:,[]{}!^%+"
        for words in _simple(list(lexer)):
            program, *arguments = words
            if program in PROGRAMS_CHECKED:
                try:
                    PROGRAMS_CHECKED[program](arguments)
                except SystemExit:
                    raise BadSample(f"{program} does not take {' '.join(arguments)}") from None
            elif program not in OTHERS:
                raise BadSample(f"the program {program} is not known")


def _simple(words: list[str]) -> Iterator[list[str]]:
    """The single commands of a line, without redirections."""
    command: list[str] = []
    skip = False
    for word in [*words, ";"]:
        if word in ("&&", "||", "|", ";"):
            if command:
                yield command
            command = []
        elif set(word) <= set("<>&"):
            skip = True
        elif skip:
            skip = False
        elif command or "=" not in word:
            command.append(word)


def check_python(sample: Sample) -> None:
    compile(sample.text, str(sample), "exec")


def check_json(sample: Sample) -> None:
    json.loads(sample.text)


def check_xml(sample: Sample) -> None:
    ElementTree.fromstring(sample.text)


def check_ini(sample: Sample) -> None:
    try:
        configparser.ConfigParser().read_string(sample.text)
    except configparser.Error as error:
        raise BadSample(str(error)) from None


def check_diff(sample: Sample) -> None:
    """The walk-throughs test whether it applies."""
    named = re.findall(r"^--- a/(\S+)\n\+\+\+ b/\1$", sample.text, re.MULTILINE)
    if not named:
        raise BadSample("it names no file")
    if missing := [name for name in named if not (ROOT / name).is_file()]:
        raise BadSample(f"there is no {', '.join(missing)}")


CHECKS_BY_LANGUAGE: Mapping[str, Callable[[Sample], None]] = {
    "console": check_console,
    "diff": check_diff,
    "ini": check_ini,
    "json": check_json,
    "python": check_python,
    "text": lambda sample: None,
    "xml": check_xml,
    "yaml": check_yaml,
}
