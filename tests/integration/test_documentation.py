# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every block of the documentation has a known language and can be parsed, and the names in it exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml
from ansible import constants

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import CHECKS
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence, Status, Verdict
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Guard
from tests.simulator.scenario import load
from tests.tooling.doc_checks import CHECKS_BY_LANGUAGE, KNOWN_NAMES, BadSample
from tests.tooling.doc_samples import Sample, examples, pages, samples
from tests.tooling.try_scenario import diagnosis, shown

from .conftest import ROOT

GETTING_STARTED = "docs/getting_started.md"
READ_FROM_ENVIRONMENT = {
    name
    for path in ("module_utils/_tasks", "plugin_utils", "doc_fragments")
    for file in (ROOT / "plugins" / path).glob("*.py")
    for name in re.findall(r"\b(?:PANOS|ANSIBLE_NET)_[A-Z_]+", file.read_text(encoding="utf-8"))
}
READ_BY_ANSIBLE = {
    variable["name"]
    for setting in constants.config.get_configuration_definitions().values()
    for variable in setting.get("env", ())
}
SAMPLES = [*(sample for page in pages() for sample in samples(page)), *examples()]


def sample(language: str, text: str) -> Sample:
    return Sample("docs/page.md", 1, "", language, text)


def check(block: Sample) -> None:
    assert block.language in CHECKS_BY_LANGUAGE, f"{block}: the language {block.language!r} is not known"
    CHECKS_BY_LANGUAGE[block.language](block)


@pytest.mark.parametrize("block", SAMPLES, ids=str)
def test_every_block_is_valid(block: Sample) -> None:
    check(block)


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("", "ls", "language '' is not known"),
        ("ruby", "puts 1", "language 'ruby' is not known"),
        ("json", "{", "Expecting"),
        ("python", "def", "invalid syntax"),
        ("xml", "<a>", "no element found"),
        ("ini", "a = 1", "no section"),
        ("yaml", "a: [", "could not"),
        ("yaml", "- {name: A, panops.mlav.mlav_repair: {}}", "no module mlav_repair"),
        ("yaml", "- {name: A, panops.mlav.mlav_commit: {forced: true}}", "forced"),
        ("yaml", "- {name: A, panops.mlav.mlav_commit: {provider: {hostname: x}}}", "hostname"),
        ("yaml", "- {name: A, panops.mlav.mlav_diagnosis_info: {depth: deep}}", "deep"),
        ("yaml", "- {name: A, panops.mlav.mlav_diagnosis_info: {provider: {port: x}, depth: '{{ y }}'}}", "port"),
        ("yaml", "all: {vars: {mlav_providers: {}}}", "mlav_providers"),
        ("yaml", "mlav_provider: {user: x}", "user"),
        ("yaml", "mlav_depth: deep", "deep"),
        ("yaml", "{plugin: panops.mlav.panorama, hosts: []}", "hosts"),
        ("yaml", "- ansible.builtin.import_playbook: panops.mlav.repair", "no playbook"),
        ("console", "$ ansible-playbook panops.mlav.repair", "no playbook"),
        ("console", "$ ansible-playbook panops.mlav.diagnose -e mlav_reports=x", "mlav_reports"),
        ("console", "$ ansible-playbook panops.mlav.diagnose -e '{\"mlav_reports\": 1}'", "mlav_reports"),
        ("console", "$ ansible-playbook panops.mlav.diagnose --inventories x", "inventories"),
        ("console", "$ cd x && ansible-inventory --graphs", "graphs"),
        ("console", "$ ansible-doc -t module panops.mlav.mlav_repair", "mlav_repair"),
        ("console", "$ make tests", "tests"),
        ("console", "$ python3 tests/run.py tests", "tests"),
        ("console", "$ .venv/bin/python -m tests.tooling.repair", "repair"),
        ("console", "$ .venv/bin/python benchmarks/repair.py", "repair"),
        ("console", "$ pip install -r requirements.in", "requirements.in"),
        ("console", "$ wibble", "wibble"),
        ("console", "$ echo 'a", "quotation"),
        ("diff", "nothing", "names no file"),
        ("diff", "--- a/plugins/x.py\n+++ b/plugins/x.py\n", "plugins/x.py"),
    ],
)
def test_an_invalid_block_fails(language: str, text: str, said: str) -> None:
    with pytest.raises((AssertionError, BadSample, SyntaxError, ValueError), match=re.escape(said)):
        check(sample(language, text))


def test_an_artifact_is_not_a_variable() -> None:
    check(sample("yaml", "mlav_fw_1: {verdict: broken, cause: null}"))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_target_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_name_on_a_page_exists(page: Path) -> None:
    named = set(re.findall(r"`(?:panops\.mlav\.)?(mlav_\w+)", page.read_text(encoding="utf-8")))
    assert named - KNOWN_NAMES == set()


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_environment_variable_on_a_page_is_read(page: Path) -> None:
    named = set(re.findall(r"\b(?:PANOS|ANSIBLE)_[A-Z_]+", page.read_text(encoding="utf-8")))
    assert named - READ_FROM_ENVIRONMENT - READ_BY_ANSIBLE == set()


def rows(page: str, head: str) -> list[list[str]]:
    """The cells of the table with this head."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    lines = text.partition(f"{head}\n")[2].partition("\n\n")[0].splitlines()[1:]
    assert lines, f"{page} has no table {head}"
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def test_the_defaults_of_variables_are_those_of_the_role() -> None:
    defaults = yaml.safe_load((ROOT / "roles/mlav_troubleshoot/defaults/main.yml").read_text(encoding="utf-8"))
    told = {name: default for name, default, *_meaning in rows("running.md", "| variable | default | meaning |")}
    assert told.pop("mlav_hosts") == "all"
    assert told == {name: yaml.safe_dump(defaults[name]).splitlines()[0].strip("'") for name in told}


def test_the_checks_are_those_of_the_diagnosis() -> None:
    told = rows("reading_a_diagnosis.md", "| check | title |")
    assert told == [[check.id, check.title] for check in CHECKS]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("| verdict | the firewall is | next |", get_args(Verdict)),
        ("| confidence | means | act on it? |", get_args(Confidence)),
        ("| status | means |", get_args(Status)),
    ],
)
def test_every_value_of_a_result_is_explained(head: str, words: tuple[str, ...]) -> None:
    assert sorted(row[0] for row in rows("reading_a_diagnosis.md", head)) == sorted(words)


def test_every_guard_is_explained() -> None:
    page = (ROOT / "docs" / "remediation.md").read_text(encoding="utf-8")
    assert [guard for guard in get_args(Guard) if f"`{guard}`" not in page] == []


def test_the_sample_line_is_real_output() -> None:
    sample_line = next(block.text for block in SAMPLES if (block.page, block.language) == (GETTING_STARTED, "text"))
    real = shown(diagnosis(load("port_443_blocked"))).splitlines()[0]
    assert sample_line.strip() == real.replace("fw-1 |", "fw-lon-1 |", 1)
