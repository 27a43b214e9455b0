# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decryption policy, exclusions, jobs and pending changes."""

from __future__ import annotations

from datetime import datetime

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure, PermissionFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import PUSHED_VALUES_MAY_BE_MISSING
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commit_state import parse_jobs, probe_commit_state
from ansible_collections.panops.mlav.plugins.module_utils._evidence.decryption import parse, probe_decryption
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import DecryptionExclusion, DecryptionRule
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import FakeDevice, xml

RULE = (
    "<entry name='{name}'><from><member>trust</member></from><to><member>untrust</member></to>"
    "<source><member>10.0.0.0/8</member></source><destination><member>any</member></destination>"
    "<category><member>any</member></category><action>decrypt</action><type><ssl-forward-proxy/></type></entry>"
)
EXCLUSIONS = (
    "<ssl-decrypt><ssl-exclude-cert><entry name='*.paloaltonetworks.com'><exclude>yes</exclude>"
    "<description>MLAV cloud</description></entry><entry name='a.example'><exclude>no</exclude></entry>"
    "<entry name='b.example'/></ssl-exclude-cert><disabled-ssl-exclude-cert-from-predefined><member>c.example</member>"
    "</disabled-ssl-exclude-cert-from-predefined></ssl-decrypt>"
)


def rulebase(tag: str, name: str) -> str:
    return f"<{tag}><decryption><rules>{RULE.format(name=name)}</rules></decryption></{tag}>"


def vsys(*inner: str) -> str:
    entries = "".join(f"<entry name='vsys{number}'>{text}</entry>" for number, text in enumerate(inner, 1))
    return f"<vsys>{entries}</vsys>"


def test_rules_of_every_system_in_order_of_evaluation() -> None:
    local = xml(vsys(rulebase("rulebase", "a"), rulebase("post-rulebase", "z") + rulebase("rulebase", "b")))[0]
    pushed = xml(vsys(rulebase("pre-rulebase", "p") + rulebase("post-rulebase", "q")))[0]
    found = parse(None, local, pushed, managed=True)
    assert [(rule.location, rule.name) for rule in found.rules] == [
        ("vsys1/pre", "p"),
        ("vsys1", "a"),
        ("vsys1/post", "q"),
        ("vsys2", "b"),
        ("vsys2/post", "z"),
    ]
    assert found.complete


def test_a_rule() -> None:
    (rule,) = parse(None, xml(vsys(rulebase("rulebase", "out")))[0]).rules
    assert rule == DecryptionRule(
        "out", "decrypt", False, "vsys1", ("trust",), ("untrust",), ("10.0.0.0/8",), kind="ssl-forward-proxy"
    )


def test_a_bare_rule_matches_anything_and_its_action_is_not_known() -> None:
    text = "<rulebase><decryption><rules><entry name='r'><disabled>yes</disabled><negate-source>yes</negate-source>"
    (rule,) = parse(None, xml(vsys(text + "</entry></rules></decryption></rulebase>"))[0]).rules
    assert (rule.action, rule.disabled, rule.sources, rule.kind) == ("unknown", True, ("any",), None)
    assert (rule.negate_source, rule.negate_destination) == (True, False)


def test_exclusions_of_shared_and_of_each_system() -> None:
    found = parse(xml(EXCLUSIONS)[0], xml(vsys("", EXCLUSIONS))[0])
    assert found.exclusions[:3] == (
        DecryptionExclusion("*.paloaltonetworks.com", True, "shared", "MLAV cloud"),
        DecryptionExclusion("a.example", False, "shared"),
        DecryptionExclusion("b.example", None, "shared"),
    )
    assert [item.location for item in found.exclusions[3:]] == ["vsys2"] * 3
    assert found.disabled_predefined == ("c.example",)


@pytest.mark.parametrize(
    ("managed", "pushed", "notes", "complete"),
    [
        (False, "", (), True),
        (True, "", (), False),
        (True, vsys(rulebase("pre-rulebase", "p")), (), True),
        (False, "", (PUSHED_VALUES_MAY_BE_MISSING,), False),
    ],
)
def test_what_may_be_missing_is_told(managed: bool, pushed: str, notes: tuple[str, ...], complete: bool) -> None:
    device = FakeDevice(
        {"config shared/ssl-decrypt": EXCLUSIONS, "config devices/entry/vsys": vsys(""), "config panorama/vsys": pushed}
    )
    device.notes = notes
    found = probe_decryption(device, managed)
    assert found.value is not None
    assert found.value.complete is complete
    assert len(found.value.exclusions) == 3


def test_the_raw_text_holds_only_decryption() -> None:
    systems = vsys("<address><entry name='secret-host'/></address>" + rulebase("rulebase", "out"))
    device = FakeDevice(
        {"config shared/ssl-decrypt": "", "config devices/entry/vsys": systems, "config panorama/vsys": ""}
    )
    raw = "".join(item.raw for item in probe_decryption(device).asked)
    assert "out" in raw
    assert "secret-host" not in raw


def test_a_configuration_without_systems_is_unrecognized() -> None:
    device = FakeDevice({"config shared/ssl-decrypt": "", "config devices/entry/vsys": "", "config panorama/vsys": ""})
    found = probe_decryption(device)
    assert found.problem is not None
    assert found.problem.kind == "unrecognized"


JOBS = """<job><tenq>2023/08/07 04:00:40</tenq><tdeq>04:00:40</tdeq><id>4</id><user>Auto update agent</user>
<type>WildFire</type><status>FIN</status><queued>NO</queued><stoppable>no</stoppable><result>OK</result>
<tfin>2023/08/07 04:00:45</tfin><description/><positionInQ>0</positionInQ><progress>2023/08/07 04:00:45</progress>
<details><line>Configuration committed successfully</line></details><warnings><line>Mind the gap</line></warnings></job>
<job><type>Failed-Job</type><details><line>job failed because of configd restart</line></details><warnings /></job>
<job><tenq>2023/08/07 23:59:50</tenq><id>6</id><user/><type>Exec</type><status>FIN</status><result>OK</result>
<tfin>00:00:10</tfin><progress>00:00:10</progress></job>
<job><tenq>2023/08/07 12:00:00</tenq><id>5</id><user>admin</user><type>Commit</type><status>ACT</status>
<result>PEND</result><tfin></tfin><progress>55</progress></job>
<job><tenq>2023/08/06 12:00:00</tenq><id>3</id><type>Commit</type><status>FIN</status><result>OK</result>
<progress>2023/08/06 12:01:00</progress></job>"""


def test_jobs_newest_first_with_their_quirks() -> None:
    jobs = parse_jobs("", xml(JOBS))
    assert [job.id for job in jobs] == [6, 5, 4, 3, None]
    assert [job.finished for job in jobs] == [
        datetime(2023, 8, 8, 0, 0, 10),
        None,
        datetime(2023, 8, 7, 4, 0, 45),
        datetime(2023, 8, 6, 12, 1),
        None,
    ]
    assert (jobs[1].status, jobs[1].result, jobs[1].user) == ("ACT", "PEND", "admin")
    assert jobs[2].details == ("Configuration committed successfully", "Mind the gap")
    assert (jobs[4].type, jobs[4].status, jobs[4].details) == (
        "Failed-Job",
        None,
        ("job failed because of configd restart",),
    )


@pytest.mark.parametrize(
    "row",
    [
        "2017/02/28 10:13:22   10:13:22            5              Commit                  FIN     OK 10:13:49",
        "2017/02/28 10:13:22   10:13:22            5       0      Commit                  FIN     OK 10:13:49",
        "2017/02/28 10:13:22        5      Commit       FIN     OK 10:13:49  ",
    ],
)
def test_jobs_as_a_table(row: str) -> None:
    (job,) = parse_jobs(f"Enqueued  Dequeued  ID  Type  Status Result Completed\n-----\n{row}\n")
    assert (job.id, job.type, job.status, job.result) == (5, "Commit", "FIN", "OK")
    assert job.finished == datetime(2017, 2, 28, 10, 13, 49)


DATED = "2017/02/28 10:13:22   10:13:22            5              Commit                  FIN     OK 10:13:49"
UNDATED = "                                            6              EDLRefresh              ACT   PEND 26%"


def test_jobs_without_a_date_stand_last() -> None:
    jobs = parse_jobs(f"Enqueued  Dequeued  ID  Type  Status Result Completed\n{UNDATED}\n{DATED}\n")
    assert [(job.id, job.type, job.status, job.enqueued, job.finished) for job in jobs] == [
        (5, "Commit", "FIN", datetime(2017, 2, 28, 10, 13, 22), datetime(2017, 2, 28, 10, 13, 49)),
        (6, "EDLRefresh", "ACT", None, None),
    ]


@pytest.mark.parametrize(
    ("table", "complete"),
    [
        (f"{DATED}\nWarnings:\nDetails:Configuration committed\n", True),
        (f"{DATED}\n{UNDATED}\n", True),
        (f"{DATED}\n2017/02/28 10:14:22   Commit by bob   FIN     OK 10:14:49\n", False),
    ],
)
def test_a_table_of_jobs_says_whether_it_was_read_whole(table: str, complete: bool) -> None:
    found = probe_commit_state(FakeDevice({"show jobs all": table, "check pending-changes": "no"})).value
    assert found is not None
    assert found.complete is complete


@pytest.mark.parametrize("answer", ["what jobs?", "<queue/>"])
def test_no_jobs_and_no_answer_are_not_the_same(answer: str) -> None:
    assert parse_jobs("", xml("")) == ()
    element = xml(answer)
    with pytest.raises(Unrecognized):
        parse_jobs("".join(element.itertext()), element)


@pytest.mark.parametrize(
    ("answer", "pending", "kind"),
    [
        ("yes", True, None),
        (" no\n", False, None),
        ("perhaps", None, "unrecognized"),
        (PermissionFailure("no right"), None, "permission"),
    ],
)
def test_pending_changes_are_known_or_not(
    answer: str | ExpectedFailure, pending: bool | None, kind: str | None
) -> None:
    found = probe_commit_state(FakeDevice({"show jobs all": JOBS, "check pending-changes": answer}))
    assert found.value is not None
    assert found.value.pending_changes is pending
    assert len(found.value.jobs) == 5
    assert (found.problem.kind if found.problem else None) == kind
