# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""mlav_report: reports of other runs, and what is no such report."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._tasks import report_files
from ansible_collections.panops.mlav.tests.unit.report.diagnoses import diagnosis, report

EARLY, LATE = "2026-11-23T10:15:00Z", "2026-11-24T10:15:00Z"

File = Callable[..., str]


@pytest.fixture
def file(tmp_path: Path) -> File:
    """Writes a report's diagnoses.json, and gives its path."""

    def write(name: str, *diagnoses: Any) -> str:
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(list(diagnoses)), encoding="utf-8")
        return str(path)

    return write


def lines(result: dict[str, Any]) -> list[tuple[str, str]]:
    parts = [line.split(" | ") for line in result["summary"] if " | " in line]
    return [(part[0], part[1]) for part in parts]


def test_files_alone_make_one_report(file: File, tmp_path: Path) -> None:
    first = file("first", diagnosis("fw-a", "broken", "tls_interception"), diagnosis("fw-c"))
    second = file("second", diagnosis("fw-b"))
    folder = tmp_path / "all"
    result = report(report_files=[first, second], report_dir=str(folder), query="[].host", artifacts="all")
    assert result["summary"][0] == "MLAV cloud: 3 firewalls, 1 broken, 2 healthy"
    assert result["query_answer"] == ["fw-a", "fw-b", "fw-c"]
    assert sorted(result["artifacts"]) == ["mlav_fw_a", "mlav_fw_b", "mlav_fw_c"]
    assert (result["superseded"], "warnings" in result) == ([], False)
    written = json.loads((folder / "diagnoses.json").read_text(encoding="utf-8"))
    assert [found["host"] for found in written] == ["fw-a", "fw-b", "fw-c"]
    assert report(report_files=[str(folder / "diagnoses.json")], report_dir=str(folder))["changed"] is False


def test_files_with_the_results_of_this_run_and_its_failures(file: File) -> None:
    result = report(
        diagnoses=[diagnosis("fw-a")],
        failures={"fw-b": "no route"},
        report_files=[file("other", diagnosis("fw-b"), diagnosis("fw-c"))],
    )
    assert lines(result) == [("fw-b", "undetermined"), ("fw-a", "healthy"), ("fw-c", "healthy")]


@pytest.mark.parametrize(("times", "newest"), [((EARLY, LATE), 1), ((LATE, EARLY), 0), ((EARLY, EARLY), 0)])
def test_the_newest_of_a_firewall_stands(times: tuple[str, str], newest: int, file: File) -> None:
    verdicts = ("broken", "healthy")
    files = [
        file(f"file-{number}", diagnosis("fw-a", verdicts[number], collected_at=times[number])) for number in (0, 1)
    ]
    result = report(report_files=files)
    assert lines(result) == [("fw-a", verdicts[newest])]
    other = 1 - newest
    assert result["superseded"] == [{"host": "fw-a", "collected_at": times[other], "file": files[other]}]
    assert result["warnings"] == ["1 firewall is in more than one report, and the newest diagnosis stands: fw-a."]


def test_this_run_stands_against_an_older_file_and_falls_to_a_newer_one(file: File) -> None:
    older = file("older", diagnosis("fw-a", "broken", "tls_interception", collected_at=EARLY))
    newer = file("newer", diagnosis("fw-b", "broken", "tls_interception", collected_at=LATE))
    own = [diagnosis("fw-a", collected_at=LATE), diagnosis("fw-b", collected_at=EARLY)]
    result = report(diagnoses=own, report_files=[older, newer])
    assert lines(result) == [("fw-b", "broken"), ("fw-a", "healthy")]
    assert [(item["host"], item["file"]) for item in result["superseded"]] == [("fw-a", older), ("fw-b", None)]


def test_a_warning_names_some_of_many(file: File) -> None:
    fleet = [diagnosis(f"fw-{number:02}") for number in range(13)]
    result = report(report_files=[file("one", *fleet), file("two", *fleet)])
    assert len(result["superseded"]) == 13
    [warning] = result["warnings"]
    assert warning.startswith("13 firewalls are in more than one report")
    assert warning.endswith("fw-08, fw-09 and 3 more.")


@pytest.mark.parametrize(
    ("serials", "hosts"),
    [
        (("001", "002"), ["fw-a (001)", "fw-a (002)"]),
        (("001", "001"), ["fw-a"]),
        (("001", None), ["fw-a"]),
        ((None, None), ["fw-a"]),
        (("001", "002", "001"), ["fw-a (001)", "fw-a (002)"]),
        (("001", "002", None), ["fw-a (1)", "fw-a (2)", "fw-a (3)"]),
    ],
)
def test_one_name_and_two_serial_numbers_are_two_firewalls(
    serials: tuple[str | None, ...], hosts: list[str], file: File
) -> None:
    files = [
        file(f"file-{number}", diagnosis("fw-a", device={"serial": serial})) for number, serial in enumerate(serials)
    ]
    assert [host for host, _verdict in lines(report(report_files=files))] == hosts


def without(name: str) -> dict[str, Any]:
    changed = diagnosis("fw-a")
    del changed[name]
    return changed


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "expected JSON, as diagnoses.json of a report, got Expecting value"),
        ("[", "expected JSON, as diagnoses.json of a report"),
        (b"\xff\xfe[]", "expected JSON, as diagnoses.json of a report, got 'utf-8' codec can't decode"),
        ("[" * 100_000, "expected JSON, as diagnoses.json of a report"),
        ("[NaN]", "got NaN is no number of JSON"),
        ("[1e999]", "got a number is too large"),
        ("{}", "Expected: a list of diagnoses, as diagnoses.json of a report. Actual: a mapping."),
        ("null", "Expected: a list of diagnoses, as diagnoses.json of a report. Actual: null."),
        ([diagnosis("fw-a"), 7], "[1] Expected: a diagnosis, schema panops.mlav/diagnosis/1. Actual: a number."),
        (
            [{"schema": "panops.mlav/remediation/1"}],
            "[0] Expected: a diagnosis, schema panops.mlav/diagnosis/1. Actual: 'panops.mlav/remediation/1'.",
        ),
        (
            [diagnosis("fw-a", schema="panops.mlav/diagnosis/2")],
            "[0] Expected: schema panops.mlav/diagnosis/1, which this version of the collection reads; "
            "a newer one wrote this. Actual: 'panops.mlav/diagnosis/2'.",
        ),
        ([without("summary")], "[0] Expected: a mapping with summary. Actual: a mapping."),
        ([diagnosis("fw-a", verdict="fine")], "[0].verdict Expected: one of broken, undetermined, degraded, standby"),
        ([diagnosis("fw-a", causes=[{}])], "[0].causes[0] Expected: a mapping with id. Actual: a mapping."),
        ([diagnosis("fw-a", extra=1)], "[0].extra Expected: no such member. Actual: a number."),
    ],
)
def test_what_is_no_report_is_refused_and_nothing_is_written(
    content: str | bytes | list[Any], said: str, file: File, tmp_path: Path
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(
        content
        if isinstance(content, bytes)
        else (content if isinstance(content, str) else json.dumps(content)).encode()
    )
    with pytest.raises(InvalidOption) as raised:
        report(report_files=[file("good", diagnosis("fw-b")), str(path)], report_dir=str(tmp_path / "all"))
    assert raised.value.message.startswith(f"report_files[1] is {str(path)!r}")
    assert said in raised.value.message
    assert not (tmp_path / "all").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.json", "expected a file that can be read, got No such file or directory"),
        (".", "expected a file that can be read, got Is a directory"),
        ("pipe", "expected a regular file, got something else"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(name: str, said: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    path = f"{tmp_path}/{name}"
    with pytest.raises(InvalidOption) as raised:
        report(report_files=[path])
    assert raised.value.message == f"report_files[0] is {path!r}: {said}"


def test_a_byte_order_mark_and_a_link_are_read(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("\ufeff" + json.dumps([diagnosis("fw-é")]), encoding="utf-8")
    (tmp_path / "link.json").symlink_to("report.json")
    assert lines(report(report_files=[str(tmp_path / "link.json")])) == [("fw-é", "healthy")]


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("MAX_BYTES", "bytes in all files together, got more"),
        ("MAX_VALUES", "values in all files together, got more"),
    ],
)
def test_the_limits_are_those_of_all_files_together(
    limit: str, said: str, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [file("one", diagnosis("fw-a")), file("two", diagnosis("fw-b"))]
    text = Path(files[0]).read_text()
    size = len(text) if limit == "MAX_BYTES" else sum(text.count(mark) for mark in "[{,")
    monkeypatch.setattr(report_files, limit, 2 * size)
    assert len(lines(report(report_files=files))) == 2
    monkeypatch.setattr(report_files, limit, 2 * size - 1)
    with pytest.raises(InvalidOption) as raised:
        report(report_files=files)
    assert raised.value.message == f"report_files[1] is {files[1]!r}: expected at most {2 * size - 1} {said}"
    assert len(lines(report(report_files=files[1:]))) == 1


@pytest.mark.parametrize(
    ("given", "actual"),
    [
        ({}, "none of them"),
        ({"diagnoses": [], "remediations": []}, "diagnoses and remediations"),
        ({"report_files": [], "remediations": []}, "report_files and remediations"),
    ],
)
def test_what_is_to_be_reported_is_said_once(given: dict[str, Any], actual: str) -> None:
    with pytest.raises(InvalidOption) as raised:
        report(**given)
    assert raised.value.message.startswith(
        "Expected: one or more of hosts (or diagnoses), swept and report_files; "
        "or remediated_hosts (or remediations) alone."
    )
    assert raised.value.message.endswith(f"Actual: {actual}.")


def test_the_module_alone_knows_no_hosts() -> None:
    for option in ("hosts", "remediated_hosts"):
        with pytest.raises(InvalidOption, match=f"option {option} cannot be used by the module alone"):
            report(**dict[str, Any]({option: ["fw-a"]}))
