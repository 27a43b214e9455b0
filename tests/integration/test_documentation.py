# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every block of the documentation is of a known language and can be read; what it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import CHECKS
from tests.tooling.doc_checks import CHECKS_BY_LANGUAGE, KNOWN_NAMES, BadSample
from tests.tooling.doc_samples import Sample, examples, pages, samples

from .conftest import ROOT

SAMPLES = [*(sample for page in pages() for sample in samples(page)), *examples()]


def sample(language: str, text: str) -> Sample:
    return Sample("docs/page.md", 1, "", language, text)


def check(block: Sample) -> None:
    assert block.language in CHECKS_BY_LANGUAGE, f"{block}: the language {block.language!r} is not known"
    CHECKS_BY_LANGUAGE[block.language](block)


@pytest.mark.parametrize("block", SAMPLES, ids=str)
def test_a_block_holds_what_it_says(block: Sample) -> None:
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
def test_a_wrong_block_is_noticed(language: str, text: str, said: str) -> None:
    with pytest.raises((AssertionError, BadSample, SyntaxError, ValueError), match=re.escape(said)):
        check(sample(language, text))


def test_an_artifact_is_no_variable() -> None:
    check(sample("yaml", "mlav_fw_1: {verdict: broken, cause: null}"))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_to_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_name_of_a_page_exists(page: Path) -> None:
    named = set(re.findall(r"`(?:panops\.mlav\.)?(mlav_\w+)", page.read_text(encoding="utf-8")))
    assert named - KNOWN_NAMES == set()


def test_the_checks_are_those_of_the_diagnosis() -> None:
    text = (ROOT / "docs" / "reading_a_diagnosis.md").read_text(encoding="utf-8")
    table = text.partition("| check | what it looks at |")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE))
    assert list(rows.items()) == [(check.id, check.title) for check in CHECKS]
