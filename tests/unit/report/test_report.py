# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""mlav_report: diagnoses in, summary and files out."""

from __future__ import annotations

import json
import os
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption, MissingLibrary
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._report.markdown import plain
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import curl, devsrv, firewall
from ansible_collections.panops.mlav.tests.unit.report.diagnoses import diagnosis, planted, report


def test_summary_has_a_line_per_firewall_and_puts_equal_causes_together() -> None:
    result = report(
        diagnoses=[
            diagnosis("fw-c", "broken", "tls_interception"),
            diagnosis("fw-d"),
            diagnosis("fw-a", "broken", "tls_interception"),
            diagnosis("fw-b", "broken", "port_443_blocked"),
        ]
    )
    assert result["summary"] == [
        "MLAV cloud: 4 firewalls, 3 broken, 1 healthy",
        "== broken: tls_interception (MLAV0102), 2 firewalls",
        "fw-a | broken | tls_interception (proven) | fw-a is broken.",
        "fw-c | broken | tls_interception (proven) | fw-c is broken.",
        "== broken: port_443_blocked (MLAV0102), 1 firewall",
        "fw-b | broken | port_443_blocked (proven) | fw-b is broken.",
        "== healthy, 1 firewall",
        "fw-d | healthy | - | fw-d is healthy.",
    ]
    assert result["counts"] == {
        "broken": 3,
        "undetermined": 0,
        "degraded": 0,
        "standby": 0,
        "healthy": 1,
        "not_applicable": 0,
    }


def test_every_verdict_has_its_place_and_an_unknown_cause_is_called_so() -> None:
    verdicts = ("not_applicable", "healthy", "standby", "degraded", "undetermined", "broken")
    given = [diagnosis(f"fw-{verdict}", verdict) for verdict in verdicts]
    given.append(diagnosis("fw-cut", "broken", "tls_handshake_cut"))
    assert report(diagnoses=given)["summary"] == [
        "MLAV cloud: 7 firewalls, 2 broken, 1 undetermined, 1 degraded, 1 standby, 1 healthy, 1 not applicable",
        "== broken: tls_handshake_cut (MLAV0102), 1 firewall",
        "fw-cut | broken | tls_handshake_cut (proven) | fw-cut is broken.",
        "== broken: cause unknown, 1 firewall",
        "fw-broken | broken | unknown | fw-broken is broken.",
        "== undetermined, 1 firewall",
        "fw-undetermined | undetermined | - | fw-undetermined is undetermined.",
        "== degraded, 1 firewall",
        "fw-degraded | degraded | - | fw-degraded is degraded.",
        "== standby, 1 firewall",
        "fw-standby | standby | - | fw-standby is standby.",
        "== healthy, 1 firewall",
        "fw-healthy | healthy | - | fw-healthy is healthy.",
        "== not applicable, 1 firewall",
        "fw-not_applicable | not_applicable | - | fw-not_applicable is not_applicable.",
    ]


def test_a_report_of_several_files_names_each(tmp_path: Path) -> None:
    files = ("lon-1.tgz", "ts & <b>.tgz")
    given = [diagnosis(f"fw-{file[0]}", "broken", source="techsupport", source_file=file) for file in files]
    result = report(diagnoses=given, report_dir=str(tmp_path))
    assert [line.split(" | ")[0] for line in result["summary"][2:]] == ["fw-l (lon-1.tgz)", "fw-t (ts & <b>.tgz)"]
    markdown, html = ((tmp_path / f"report.{kind}").read_text(encoding="utf-8") for kind in ("md", "html"))
    assert "| fw-l (lon-1.tgz) |" in markdown
    assert "<td>fw-l (lon-1.tgz)</td>" in html
    assert "from the tech-support file ts &amp; &lt;b&gt;.tgz of" in html


def test_the_html_report_carries_the_page_of_each_cause_once(tmp_path: Path) -> None:
    given = [diagnosis(name, "broken", "tls_interception") for name in ("fw-a", "fw-b")]
    given += [diagnosis("fw-d")]
    report(diagnoses=given, report_dir=str(tmp_path))
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    entry = CATALOGUE["tls_interception"]
    assert html.count("<summary>tls_interception: what proves it, what rules it out, what to do</summary>") == 1
    assert html.count(escape(entry.proven_by)) == 1
    assert all(f"<h4>Variant: {name.replace('_', ' ')}</h4>" in html for name in entry.variants)


def test_an_unrecognized_error_stands_first_in_every_report(tmp_path: Path) -> None:
    found = encode(diagnose(firewall(devsrv_log=devsrv(curl("Weird <server> reply")))))
    result = report(diagnoses=[found], report_dir=str(tmp_path))
    first = 'Unrecognized MLAV error: "Weird <server> reply". '
    assert result["summary"][2].split(" | ")[3].startswith(first)
    markdown, html = ((tmp_path / f"report.{kind}").read_text(encoding="utf-8") for kind in ("md", "html"))
    assert plain(first.strip()) in markdown
    assert escape(first.strip()) in html


def test_a_failed_firewall_is_undetermined_and_a_diagnosed_one_stays() -> None:
    result = report(diagnoses=[diagnosis("fw-a")], failures={"fw-a": "ignored", "fw-b": "cert_fingerprint is 'zz'."})
    assert result["summary"] == [
        "MLAV cloud: 2 firewalls, 1 undetermined, 1 healthy",
        "== undetermined, 1 firewall",
        "fw-b | undetermined | - | The diagnosis did not run: cert_fingerprint is 'zz'.",
        "== healthy, 1 firewall",
        "fw-a | healthy | - | fw-a is healthy.",
    ]


def test_equal_names_are_made_unique() -> None:
    """Tech-support files name their firewall themselves."""

    def hosts(*changes: dict[str, Any]) -> list[str]:
        given = [{**diagnosis("PA-220"), **change} for change in changes]
        lines = report(diagnoses=given)["summary"]
        return [line.partition(" | ")[0] for line in lines if " | " in line]

    one, two = {"device": {"serial": "001"}}, {"device": {"serial": "002"}}
    early, late = {"collected_at": "2026-11-23T10:15:00Z"}, {"collected_at": "2026-11-24T10:15:00Z"}
    assert hosts(one | early, two | early) == ["PA-220 (001)", "PA-220 (002)"]
    assert hosts(one | early, one | late) == ["PA-220 (2026-11-23T10:15:00Z)", "PA-220 (2026-11-24T10:15:00Z)"]
    assert hosts(one | early, {"device": {}} | late) == [
        "PA-220 (2026-11-23T10:15:00Z)",
        "PA-220 (2026-11-24T10:15:00Z)",
    ]
    assert hosts(one | early, one | early) == ["PA-220 (1)", "PA-220 (2)"]
    assert hosts(one) == ["PA-220"]


@pytest.mark.parametrize(
    ("source", "file", "told"),
    [
        ("live", None, "collected 2026-11-23T10:15:00Z"),
        ("techsupport", "a.tgz", "from the tech-support file a.tgz of 2026-11-23T10:15:00Z"),
        ("saved", "fw-a.json", "from the evidence file fw-a.json of 2026-11-23T10:15:00Z"),
        ("saved", None, "from the evidence file of 2026-11-23T10:15:00Z"),
    ],
)
def test_a_report_names_the_origin_of_the_evidence_and_what_is_missing(
    source: str, file: str | None, told: str, tmp_path: Path
) -> None:
    lack = {"evidence": "ping", "kind": "not_obtainable", "reason": "no ping", "hint": "Ask the firewall."}
    given = {
        **diagnosis("fw-a", "undetermined"),
        "source": source,
        "source_file": file,
        "collected_at": "2026-11-23T10:15:00Z",
        "missing": [lack],
    }
    report(diagnoses=[given], report_dir=str(tmp_path))
    markdown, html = ((tmp_path / f"report.{kind}").read_text(encoding="utf-8") for kind in ("md", "html"))
    assert f"{plain(told)}\n" in markdown
    assert f"<p>Evidence {told}</p>" in html
    assert "- Missing: ping: no ping. Ask the firewall.\n" in markdown
    assert "<p>Missing: ping: no ping. Ask the firewall.</p>" in html


def test_files_are_written_once_and_hold_the_diagnoses(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "report"
    given = [diagnosis("fw-b", "broken", "tls_interception"), diagnosis("fw-a")]
    assert report(check_mode=True, diagnoses=given, report_dir=str(folder))["changed"] is True
    assert not folder.exists()
    first = report(diagnoses=given, report_dir=str(folder))
    assert first["changed"] is True
    assert [Path(name).name for name in first["files"]] == ["diagnoses.json", "report.md", "report.html"]
    assert sorted(path.name for path in folder.iterdir()) == ["diagnoses.json", "report.html", "report.md"]
    assert json.loads((folder / "diagnoses.json").read_text()) == [given[1], given[0]]
    assert report(diagnoses=given, report_dir=str(folder))["changed"] is False


def test_a_file_keeps_its_mode_and_a_new_one_obeys_the_umask(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "report.html").chmod(0o644)
    before = os.umask(0o077)
    try:
        report(diagnoses=[], report_dir=str(tmp_path))
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"diagnoses.json": 0o600, "report.md": 0o600, "report.html": 0o644}


def test_links_and_pipes_in_the_place_of_a_file_are_replaced(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("untouched")
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "diagnoses.json").symlink_to(other)
    os.mkfifo(folder / "report.md")
    report(diagnoses=[diagnosis("fw-a")], report_dir=str(folder))
    assert other.read_text() == "untouched"
    assert all(path.is_file() and not path.is_symlink() for path in folder.iterdir())


def test_a_name_that_is_not_utf_8_is_escaped(tmp_path: Path) -> None:
    report(diagnoses=[diagnosis("fw-\udce9")], report_dir=str(tmp_path))
    assert json.loads((tmp_path / "diagnoses.json").read_text())[0]["host"] == "fw-\udce9"


@pytest.mark.parametrize("without", ["host", "causes", "summary", "checks"], ids=lambda name: f"without {name}")
def test_an_incomplete_diagnosis_is_refused(without: str, tmp_path: Path) -> None:
    given = diagnosis("fw-a", "broken", "tls_interception")
    del given[without]
    with pytest.raises(InvalidOption) as raised:
        report(diagnoses=[given], report_dir=str(tmp_path / "new"))
    assert raised.value.message == f"diagnoses[0]: expected a mapping with {without}, got a mapping."
    assert not (tmp_path / "new").exists()


def test_a_cause_without_a_remedy_is_refused() -> None:
    given = diagnosis("fw-a", "broken", "tls_interception")
    del given["causes"][0]["remedy"]
    with pytest.raises(InvalidOption, match=r"^diagnoses\[0\]\.causes\[0\]: expected a mapping with remedy"):
        report(diagnoses=[given])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"state": "gone"},
            "swept[0].state: expected one of connected, disconnected, unavailable, unknown, error, got 'gone'.",
        ),
        (
            {"collected_at": "today"},
            "swept[0].collected_at: expected a text such as 2026-11-23T10:15:00Z, got 'today'.",
        ),
        ({"error": {"kind": "tls"}}, "swept[0].error: expected a mapping with message, got a mapping."),
    ],
)
def test_a_row_that_no_sweep_returns_is_refused(changes: dict[str, Any], said: str) -> None:
    row = {"host": "fw-a", "state": "connected", "cloud_server": None, "error": None, "answer": None, "duration_ms": 1}
    row |= {"collected_at": "2026-11-24T09:30:00Z"}
    assert report(swept=[row])["counts"]["healthy"] == 1
    with pytest.raises(InvalidOption) as raised:
        report(swept=[{**row, **changes}])
    assert raised.value.message.startswith(said)


def test_a_page_needs_jinja2_and_a_summary_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """ansible-core brings it; a host that a task is delegated to may lack it."""
    monkeypatch.setattr("ansible_collections.panops.mlav.plugins.module_utils._report.html.HAS_JINJA2", False)
    assert report(diagnoses=[diagnosis("fw-a")])["counts"]["healthy"] == 1
    with pytest.raises(MissingLibrary, match="Jinja2"):
        report(diagnoses=[diagnosis("fw-a")], report_dir=str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_names_the_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidOption, match=r"report_dir: expected a folder that can be written, got '.*file': "):
        report(diagnoses=[], report_dir=str(tmp_path / "file"))


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("[?verdict=='broken'].host", ["fw-b"]),
        ("length(@)", 2),
        ("[0].causes[0].id", None),
    ],
)
def test_query_answers_over_the_list(query: str, answer: Any) -> None:
    given = [diagnosis("fw-b", "broken", "tls_interception"), diagnosis("fw-a")]
    assert report(diagnoses=given, query=query)["query_answer"] == answer


def test_a_bad_query_names_the_option_and_the_place() -> None:
    with pytest.raises(InvalidOption, match=r"query: expected a JMESPath expression, got '\[\?': "):
        report(diagnoses=[], query="[?")


def test_fail_on_fails_after_the_files_are_written(tmp_path: Path) -> None:
    given = [diagnosis("fw-b", "broken", "tls_interception"), diagnosis("fw-a")]
    result = report(diagnoses=given, report_dir=str(tmp_path), fail_on=["broken", "undetermined"])
    assert result["failed"] is True
    assert result["msg"] == "fail_on: 1 broken"
    assert (tmp_path / "report.md").exists()
    assert "failed" not in report(diagnoses=given, fail_on=["undetermined"])


@pytest.mark.parametrize("wrong", [{"verdict": "fine"}, {"schema": "other/1"}])
def test_something_else_than_a_diagnosis_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidOption, match=r"^diagnoses\[1\]\.(verdict|schema): expected "):
        report(diagnoses=[diagnosis("fw-a"), diagnosis("fw-b", **wrong)])


MISSING = [{"evidence": "ping", "kind": "refused", "reason": "no ping", "hint": "Ask."}]
HOSTILE = "<script>alert(1)</script> | `x` \x1b[31mred\u202e\n# heading [link](javascript:1)"


def hostile() -> dict[str, Any]:
    found = diagnosis("fw-a", "broken", "tls_interception", summary=HOSTILE)
    found["causes"][0]["remedy"]["text"] = HOSTILE
    found["checks"][0]["message"] = HOSTILE
    found["checks"][0]["evidence"][0]["raw"] = f"```\n{HOSTILE}\n````\n</pre>"
    return found


class Elements(HTMLParser):
    """Which elements a page really has."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def test_answers_of_a_device_stay_text_in_html(tmp_path: Path) -> None:
    report(diagnoses=[hostile()], report_dir=str(tmp_path))
    page = Elements()
    page.feed((tmp_path / "report.html").read_text())
    assert "table" in page.seen
    assert "What to do: &lt;script&gt;" in (tmp_path / "report.html").read_text()
    assert not {"script", "a", "img", "link", "iframe"} & set(page.seen)


def test_no_text_of_a_diagnosis_is_markup(tmp_path: Path) -> None:
    found = diagnosis("fw-a", "broken", "tls_interception", missing=MISSING, source="saved", source_file="a.json")
    hostile = planted(found, "<i title='x\">&amp;")
    report(diagnoses=[hostile, {**hostile, "host": "<b>", "verdict": "healthy"}], report_dir=str(tmp_path))
    text = (tmp_path / "report.html").read_text()
    page = Elements()
    page.feed(text)
    assert "i" not in page.seen
    assert text.count("&lt;i title=&#39;x&#34;&gt;&amp;amp;") > 10


def test_answers_of_a_device_stay_text_in_markdown_and_in_the_summary(tmp_path: Path) -> None:
    summary = report(diagnoses=[hostile()], report_dir=str(tmp_path))["summary"]
    assert not any(ord(character) < 32 or character == "\u202e" for line in summary for character in line)
    text = (tmp_path / "report.md").read_text()
    fence = "`" * 5
    outside = text.split(fence + "text\n")[0] + text.split("\n" + fence + "\n")[1]
    assert "<script>" not in outside
    assert "\n# heading" not in outside
    assert "\\<script\\>alert(1)\\</script\\> \\| \\`x\\`" in outside
    assert "\x1b" not in text


def test_details_hold_the_evidence_of_the_cause(tmp_path: Path) -> None:
    report(diagnoses=[diagnosis("fw-a", "broken", "tls_interception"), diagnosis("fw-b")], report_dir=str(tmp_path))
    text = (tmp_path / "report.md").read_text()
    assert "  - What to do: Exclude \\*.paloaltonetworks.com there." in text
    assert "- **tls\\_interception** (MLAV0102, proven), by tls\\_validation" in text
    assert "Evidence, ssh: tail mp-log devsrv.log\n\n```text\ncode : 20\n```" in text
    assert "### fw-b" not in text


def fleet_of(healthy: int, broken: int) -> list[dict[str, Any]]:
    return [
        *(diagnosis(f"ok-{number:03}", summary="Connected: nothing to do.") for number in range(healthy)),
        *(diagnosis(f"no-{number:03}", "broken", "tls_interception") for number in range(broken)),
    ]


def test_up_to_a_hundred_healthy_firewalls_are_told_one_by_one(tmp_path: Path) -> None:
    result = report(diagnoses=fleet_of(100, 1), report_dir=str(tmp_path))
    assert len(result["summary"]) == 1 + 2 + 101
    assert (tmp_path / "report.md").read_text().count("| ok-") == 100
    assert (tmp_path / "report.html").read_text().count("<summary>ok-") == 100


def test_more_healthy_firewalls_are_counted_and_named_together(tmp_path: Path) -> None:
    result = report(diagnoses=[*fleet_of(101, 2), diagnosis("odd", summary="Also fine.")], report_dir=str(tmp_path))
    assert result["summary"][1:] == [
        "== broken: tls_interception (MLAV0102), 2 firewalls",
        "no-000 | broken | tls_interception (proven) | no-000 is broken.",
        "no-001 | broken | tls_interception (proven) | no-001 is broken.",
        "== healthy, 102 firewalls",
        "1 firewall: Also fine.",
        "101 firewalls: Connected: nothing to do.",
    ]
    markdown, html = ((tmp_path / f"report.{kind}").read_text(encoding="utf-8") for kind in ("md", "html"))
    names = ", ".join(f"ok-{number:03}" for number in range(101))
    assert f"101 firewalls: Connected: nothing to do.\n\n{names}\n" in markdown
    assert f"<details><summary>101 firewalls: Connected: nothing to do.</summary><p>{names}</p></details>" in html
    assert "<summary>ok-" not in html
    assert html.count("<summary>no-") == 2
    assert len(json.loads((tmp_path / "diagnoses.json").read_text())) == 104


def test_every_broken_firewall_has_a_line_and_a_hundred_of_a_group_their_checks(tmp_path: Path) -> None:
    result = report(diagnoses=fleet_of(0, 103), report_dir=str(tmp_path))
    assert sum(line.startswith("no-") for line in result["summary"]) == 103
    markdown, html = ((tmp_path / f"report.{kind}").read_text(encoding="utf-8") for kind in ("md", "html"))
    left = "Firewalls of this group whose checks are in diagnoses.json only: 3."
    assert (markdown.count("\n| no-"), markdown.count("### no-"), left in markdown) == (103, 100, True)
    assert (html.count("<tr><td>no-"), html.count("<summary>no-"), f"<p>{left}</p>" in html) == (103, 100, True)
    report(diagnoses=fleet_of(0, 100), report_dir=str(tmp_path))
    assert "diagnoses.json only" not in (tmp_path / "report.md").read_text() + (tmp_path / "report.html").read_text()
