# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved evidence as a firewall, and as a file that anybody may have written."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._device import errors
from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    DeviceError,
    ExpectedFailure,
    InvalidOption,
    MalformedAnswer,
    NotObtainable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, SystemLogQuery
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import MASK, Redactor
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.device import (
    SavedDevice,
    name_of_file,
    read_saved,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.document import SavedEvidence
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.recorder import RecordingDevice
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interest import INTEREST
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EVIDENCE_NAMES, EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from tests.tooling.schemas import validator

START = datetime(2026, 11, 23, 10, 15, tzinfo=timezone.utc)
GOLDEN = Path(__file__).parent / "data" / "evidence-1.json"
STATUS = Command("show mlav cloud-status")


def question(
    seconds: int = 0, key: str = "show mlav cloud-status", kind: str = "command", **more: Any
) -> dict[str, Any]:
    return {"ask": kind, "key": key, "asked_at": f"2026-11-23T10:15:{seconds:02}Z", **more}


def answered(content: str, seconds: int = 0, form: str = "text", **more: Any) -> dict[str, Any]:
    return question(seconds, answers=[{"command": "asked", "transport": "ssh", form: content}], **more)


def failed(kind: str, seconds: int = 0) -> dict[str, Any]:
    return question(seconds, error={"kind": kind, "message": "told so", "remedy": "do so"})


def document(*questions: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema": "panops.mlav/evidence/1",
        "host": "fw",
        "source": "live",
        "collected_at": "2026-11-23T10:14:59.5Z".replace(".5Z", ".500000Z"),
        "depth": "full",
        "collection_version": "0.1.0",
        "questions": list(questions),
    }


def device(*questions: dict[str, Any]) -> SavedDevice:
    return SavedDevice(SavedEvidence.from_document(document(*questions)))


def judged(saved: SavedEvidence) -> EvidenceSet:
    replay = SavedDevice(saved)
    options = GatherOptions(depth="full", source="saved", now=replay.now, sleep=lambda _seconds: None)
    return gather(replay, saved.host, options)


# --- the firewall -----------------------------------------------------------------------------------------------------


def test_answers_come_in_recorded_order_and_the_last_one_repeats() -> None:
    replay = device(answered("one"), answered("other", key="show clock"), failed("busy"), answered("two"))
    assert replay.run(STATUS).text == "one"
    with pytest.raises(errors.DeviceBusy):
        replay.run(Command("show  mlav cloud-status", prefer_ssh=True))
    assert [replay.run(STATUS).text for _number in range(3)] == ["two", "two", "two"]
    assert replay.run(Command("show clock")).text == "other"


KINDS = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, ExpectedFailure)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_comes_back_as_what_it_was(kind: type[ExpectedFailure]) -> None:
    with pytest.raises(ExpectedFailure) as raised:
        device(failed(kind.kind)).run(STATUS)
    assert type(raised.value) is kind
    assert (raised.value.kind, raised.value.message, raised.value.remedy) == (kind.kind, "told so", "do so")


def test_an_error_of_a_later_version_keeps_its_kind() -> None:
    with pytest.raises(ExpectedFailure) as raised:
        device(failed("quarantined")).run(STATUS)
    assert type(raised.value) is DeviceError
    assert raised.value.kind == "quarantined"
    assert DeviceError.kind == "device_error"


def test_every_kind_of_question_is_answered() -> None:
    files = [{"command": name, "transport": "archive", "text": f"of {name}"} for name in ("new", "old")]
    replay = device(
        answered("a", key="devices/entry/vsys", kind="configuration"),
        answered("b", key="system", kind="system_log"),
        question(key="devsrv.log", kind="process_log", answers=files),
    )
    assert replay.effective_config("devices/entry/vsys").text == "a"
    assert replay.system_log(SystemLogQuery("anything", START, 1)).text == "b"
    found = replay.process_log("devsrv.log", 1)
    assert [(answer.command, answer.transport, answer.text) for answer in found] == [
        ("new", "archive", "of new"),
        ("old", "archive", "of old"),
    ]
    replay.close()


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda replay: replay.run(Command("show clock")), "the answer to 'show clock'"),
        (lambda replay: replay.effective_config("shared"), "the configuration under shared"),
        (lambda replay: replay.system_log(SystemLogQuery("x", None, 1)), "the system log"),
        (lambda replay: replay.process_log("show mlav cloud-status", 1), "the log show mlav cloud-status"),
    ],
)
def test_what_was_never_asked_is_not_obtainable(ask: Callable[[SavedDevice], Any], what: str) -> None:
    with pytest.raises(NotObtainable) as raised:
        ask(device(answered("x")))
    assert raised.value.message == f"the evidence file does not have {what}"
    assert raised.value.remedy == "Ask the firewall itself."


def test_a_ping_is_found_whatever_its_count() -> None:
    replay = device(answered("PING", key="ping source 10.1.5.254 host ml.example.com"))
    assert replay.run(Command("ping source 10.1.5.254 count 7 host ml.example.com")).text == "PING"


def test_xml_is_read_and_its_text_is_without_secrets() -> None:
    given = {"command": "c", "transport": "api", "xml": "<result>a<b>c</b><key>hush</key></result>", "truncated": True}
    answer = device(question(answers=[{**given, "notes": ["n"], "later": 1}], later={})).run(STATUS)
    assert answer.result is not None
    assert (answer.result.findtext("b"), answer.text) == ("c", f"ac{MASK}")
    assert (answer.command, answer.transport, answer.truncated, answer.notes) == ("c", "api", True, ("n",))


BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><result>&b;</result>'


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (BOMB, "declares a document type"),
        ("<result><a></result>", "is not XML"),
        ("", "is not XML"),
        ("no", "is not XML"),
        ("<result>" + "<a>" * 200 + "</a>" * 200 + "</result>", "at most 200 elements within"),
        ("<result>" + "<a/>" * 1_000_000 + "</result>", "is too large"),
        ("<?xml version='1.0' encoding='utf-16'?><result/>", "is not XML"),
        (f"<result>{'x' * 4 * 1024 * 1024}</result>", "expected at most 4194304 characters, got 4194321"),
    ],
)
def test_hostile_xml_spoils_its_own_question_only(xml: str, why: str) -> None:
    replay = device(answered(xml, form="xml"), answered("fine", key="show clock"))
    with pytest.raises(MalformedAnswer) as raised:
        replay.run(STATUS)
    assert "the answer to 'show mlav cloud-status'" in raised.value.message
    assert why in raised.value.message
    assert raised.value.remedy == "Ask the firewall itself."
    assert len(raised.value.message) < 600
    assert replay.run(Command("show clock")).text == "fine"


def test_a_long_text_spoils_its_own_question_only() -> None:
    replay = device(answered("x" * (4 * 1024 * 1024 + 1)), answered("x" * 4 * 1024 * 1024, key="show clock"))
    with pytest.raises(MalformedAnswer, match=r"expected at most 4194304 characters, got 4194305"):
        replay.run(STATUS)
    assert len(replay.run(Command("show clock")).text) == 4 * 1024 * 1024


def test_time_passes_as_it_did() -> None:
    replay = device(answered("a", 1), answered("b", 2, key="show clock"), answered("c", 30))
    assert replay.now() == START - timedelta(seconds=0.5)
    assert [replay.now(), replay.now()] == [START + timedelta(seconds=1)] * 2
    seen = []
    for command in (STATUS, Command("show clock"), STATUS, STATUS, Command("never asked")):
        with suppress(NotObtainable):
            replay.run(command)
        seen.append(round((replay.now() - START).total_seconds()))
    assert seen == [2, 30, 30, 30, 30]


def test_a_session_without_questions_has_the_time_of_its_beginning() -> None:
    replay = device()
    assert [replay.now(), replay.now()] == [START - timedelta(seconds=0.5)] * 2


@pytest.mark.parametrize(("transport", "skew"), [("ssh", 600), ("archive", 0)])
def test_a_clock_is_compared_with_the_time_of_its_recording(transport: str, skew: int) -> None:
    clock = {"command": "show clock", "transport": transport, "text": "Mon Nov 23 10:25:07 UTC 2026"}
    saved = SavedEvidence.from_document(
        document(answered("x", 1, key="show system info"), answered("x", 5), question(7, "show clock", answers=[clock]))
    )
    found = judged(saved).clock
    assert found.value is not None
    assert found.value.skew_s == skew
    assert (found.problem is None) == (transport == "ssh")


def test_a_replay_can_be_recorded_in_turn() -> None:
    saved = read_saved(str(GOLDEN))
    replay = SavedDevice(saved)
    again = RecordingDevice(replay, INTEREST, Redactor(), replay.now)
    gather(again, saved.host, GatherOptions(source="saved", now=again.now))
    data = again.to_document(saved.host, saved.source, saved.collected_at, saved.depth, saved.collection_version)
    original = json.loads(GOLDEN.read_text(encoding="ascii"))
    times = [item.pop("asked_at") for whole in (original, data) for item in whole["questions"]]
    known = {(item["ask"], item["key"]) for item in original["questions"]}
    asked_since = [item for item in data["questions"] if (item["ask"], item["key"]) not in known]
    assert {item["error"]["kind"] for item in asked_since} == {"not_obtainable"}
    data["questions"] = [item for item in data["questions"] if item not in asked_since]
    for whole in (original, data):
        # The order of the questions has changed since the file was recorded.
        whole["questions"].sort(key=lambda item: (item["ask"], item["key"]))
    assert data == original
    assert times[0] == times[len(original["questions"])]


# --- the file ---------------------------------------------------------------------------------------------------------


def test_a_file_of_the_first_version_still_gives_its_cause() -> None:
    """Written by version 0.1.0 from a simulated firewall; it is never written anew."""
    saved = read_saved(str(GOLDEN))
    assert (saved.host, saved.source, saved.depth, saved.collection_version) == ("fw-lon-1", "live", "full", "0.1.0")
    found = judged(saved)
    problems = {name: getattr(found, name).problem for name in EVIDENCE_NAMES}
    assert {name for name, problem in problems.items() if problem is not None} == set()
    said = diagnose(found)
    assert said.verdict == "broken"
    assert [(cause.id, cause.confidence) for cause in said.causes] == [("tls_interception", "likely")]
    assert said.causes[0].details["decrypts"] == "elsewhere"
    assert found.clock.value is not None
    assert found.clock.value.skew_s == -1


def test_it_follows_the_published_schema() -> None:
    validator("evidence").validate(json.loads(GOLDEN.read_text(encoding="ascii")))


def test_unknown_keys_of_a_later_version_are_ignored() -> None:
    data = document(answered("x"))
    data["later"] = 10**30
    data["questions"][0]["later"] = [None]
    assert SavedEvidence.from_document(data) == SavedEvidence.from_document(document(answered("x")))


NO_JSON = [b"", b"{", b"\xff\xfe", b"\x1f\x8b\x08", b"[" * 90_000, b'{"a": \x00}', b"nul", "{'a': 1}".encode("utf-16")]


@pytest.mark.parametrize("content", NO_JSON)
def test_a_file_that_is_no_json_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "fw.json"
    path.write_bytes(content)
    with pytest.raises(InvalidOption) as raised:
        read_saved(str(path))
    assert raised.value.message.startswith(
        f"option evidence is {str(path)!r}, which cannot be used. Expected JSON as this collection saves it, got "
    )
    assert len(raised.value.message) < 500 + len(str(path))


@pytest.mark.parametrize(
    ("content", "actual"),
    [
        ("[]", "expected a mapping, got a list."),
        ("null", "expected a mapping, got null."),
        ("{}", "schema: expected panops.mlav/evidence/1, got null."),
        ('{"schema": ["x"]}', "schema: expected panops.mlav/evidence/1, got a list."),
        (
            '{"schema": "panops.mlav/diagnosis/1"}',
            "schema: expected panops.mlav/evidence/1, got 'panops.mlav/diagnosis/1'.",
        ),
        (
            '{"schema": "panops.mlav/evidence/2"}',
            "schema: expected panops.mlav/evidence/1, got 'panops.mlav/evidence/2' "
            "(written by a newer release of this collection, which can read it).",
        ),
    ],
)
def test_another_document_is_named(content: str, actual: str, tmp_path: Path) -> None:
    path = tmp_path / "fw.json"
    path.write_text(content)
    with pytest.raises(InvalidOption) as raised:
        read_saved(str(path))
    assert raised.value.message == f"option evidence is {str(path)!r}, which cannot be used. {actual}"


def test_a_place_without_a_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name, why in (
        ("absent", "No such file"),
        ("link", "No such file"),
        (".", "Is a directory"),
        ("pipe", "expected a regular file, got something else"),
        ("nul\x00", "null byte"),
    ):
        with pytest.raises(InvalidOption) as raised:
            read_saved(f"{tmp_path}/{name}")
        assert raised.value.message.startswith(f"option evidence is {f'{tmp_path}/{name}'!r}: expected a ")
        assert why in raised.value.message


def test_a_link_to_a_file_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    (tmp_path / "fw.json").write_text("\ufeff" + json.dumps(document(answered("é"))), encoding="utf-8")
    (tmp_path / "link.json").symlink_to("fw.json")
    assert SavedDevice(read_saved(str(tmp_path / "link.json"))).run(STATUS).text == "é"


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "fw.json"
    with path.open("wb") as file:
        file.truncate(128 * 1024 * 1024 + 1)
    with pytest.raises(InvalidOption, match=r"expected at most 134217728 bytes, got more"):
        read_saved(str(path))


@pytest.mark.parametrize("piece", ["[],", "{},", "0,", '"",', '"a\\"b":"",'])
def test_a_file_of_many_values_is_refused_before_they_are_built(
    piece: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fw.json"
    path.write_text("[" + piece * 100_001 + "0]")
    monkeypatch.setattr(json, "loads", lambda *_args, **_more: pytest.fail("it was built"))
    with pytest.raises(InvalidOption, match="Expected at most 100000 values"):
        read_saved(str(path))


def test_marks_in_a_text_are_no_values(tmp_path: Path) -> None:
    path = tmp_path / "fw.json"
    words = '[{,\\" \\\\' * 100_000
    path.write_text(json.dumps(document(answered(words), answered("\\", key="show clock"))))
    assert SavedDevice(read_saved(str(path))).run(STATUS).text == words


def test_long_numbers_cost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "fw.json"
    number = "9" * 1_000_000
    path.write_text(json.dumps(document(answered("x")))[:-1] + f', "later": {number}, "more": {number}.5e{number}}}')
    assert SavedDevice(read_saved(str(path))).run(STATUS).text == "x"


# --- every field ------------------------------------------------------------------------------------------------------

SMALL = document(
    {
        **answered("Cloud connection: disconnected"),
        "answers": [
            {
                "command": "c",
                "transport": "ssh",
                "text": "Cloud connection: disconnected",
                "truncated": False,
                "notes": ["n"],
            }
        ],
    },
    question(1, "show clock", error={"kind": "busy", "message": "m", "remedy": "r"}),
    question(2, "devsrv.log", "process_log", answers=[{"command": "c", "transport": "api", "xml": "<result/>"}]),
)
WRONG: tuple[Any, ...] = (None, True, 0, 1.5, 10**400, "", " ", "no", "\ud800", "9999-12-31T23:59:59Z", [], [[]], {})


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    members = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, member in members:
        yield from places(member, (*path, name))


def changed(path: tuple[Any, ...], *value: Any) -> Any:
    """The small document with another value in a place, or without the place."""
    if not path:
        return value[0] if value else None
    data = copy.deepcopy(SMALL)
    parent: Any = data
    for name in path[:-1]:
        parent = parent[name]
    if value:
        parent[path[-1]] = value[0]
    else:
        del parent[path[-1]]
    return data


def assert_survives(data: Any) -> None:
    """It is refused with a clear message, or judged without a crash."""
    saved = refused = None
    try:
        saved = SavedEvidence.from_document(data)
    except MalformedAnswer as error:
        refused = error.message
    if saved is None:
        assert refused is not None
        assert "expected " in refused
        assert ", got " in refused
        assert len(refused) < 500
        return
    found = judged(saved)
    problems = [getattr(found, name).problem for name in EVIDENCE_NAMES]
    assert "crash" not in {problem.kind for problem in problems if problem is not None}
    json.dumps(encode(found)).encode("utf-8")
    assert diagnose(found).verdict != "healthy"


def test_the_small_document_is_right() -> None:
    saved = SavedEvidence.from_document(SMALL)
    status = judged(saved).cloud_status.value
    assert status is not None
    assert status.state == "disconnected"


@pytest.mark.parametrize("path", list(places(SMALL)), ids=lambda path: ".".join(str(name) for name in path) or "all")
def test_a_wrong_value_anywhere_spoils_only_its_own_question(path: tuple[Any, ...]) -> None:
    assert_survives(changed(path))
    for value in WRONG:
        assert_survives(changed(path, value))


OPTIONAL = {"truncated", "notes", "remedy"}


@pytest.mark.parametrize(
    "path",
    [path for path in places(SMALL) if path and isinstance(path[-1], str) and path[-1] not in OPTIONAL],
    ids=lambda path: ".".join(str(name) for name in path),
)
@pytest.mark.parametrize("value", [None, 0, ["x", "y"]], ids=["null", "number", "list"])
def test_a_wrong_type_is_refused_and_the_place_named(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(MalformedAnswer) as raised:
        SavedEvidence.from_document(changed(path, value))
    named = "".join(f"[{name}]" if isinstance(name, int) else f".{name}" for name in path)[1:]
    assert path == ("schema",) or raised.value.message.startswith(named)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ("questions", 0, "error"),
            {},
            "questions[0]: expected either error or answers, got a mapping.",
        ),
        (("questions", 0, "answers"), [], "questions[0].answers: expected one answer to a command, got 0."),
        (
            ("questions", 0, "answers", 0, "xml"),
            "<r/>",
            "questions[0].answers[0]: expected either xml or text, got a mapping.",
        ),
        (
            ("questions", 0, "answers", 0, "notes", 0),
            5,
            "questions[0].answers[0].notes[0]: expected a text, got 5.",
        ),
        (
            ("questions", 0, "asked_at"),
            "2026-11-23T10:15:00",
            "questions[0].asked_at: expected a time in UTC such as ",
        ),
        (
            ("questions", 0, "asked_at"),
            "0001-01-01T00:00:00Z",
            "questions[0].asked_at: expected a time in UTC such as ",
        ),
        (
            ("questions", 1, "error", "kind"),
            "Not a word",
            "questions[1].error.kind: expected a text such as unreachable, got 'Not a word'.",
        ),
        (("source",), "saved", "source: expected one of live, techsupport, got 'saved'."),
        (("host",), "x" * 1001, "host: expected a text of 1 to 1000 characters, got 'xxx"),
    ],
)
def test_a_document_of_another_shape_is_refused(path: tuple[Any, ...], value: Any, message: str) -> None:
    with pytest.raises(MalformedAnswer) as raised:
        SavedEvidence.from_document(changed(path, value))
    assert raised.value.message.startswith(message)


def test_a_process_log_without_a_file_is_empty() -> None:
    assert device(question(key="devsrv.log", kind="process_log", answers=[])).process_log("devsrv.log", 5) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*SMALL, "ask", "key", "x"]), inner),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(path=st.sampled_from(list(places(SMALL))), value=JSON)
def test_no_document_crashes(path: tuple[Any, ...], value: Any) -> None:
    assert_survives(changed(path, value))


# --- the name ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("fw-lon-1.example_2", "fw-lon-1.example_2.json"),
        ("192.0.2.7", "192.0.2.7.json"),
        ("2001:db8::1", "2001%3Adb8%3A%3A1.json"),
        ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd.json"),
        (".", "%2E.json"),
        ("..", "%2E..json"),
        ("a/b\\c\x00~ %", "a%2Fb%5Cc%00%7E%20%25.json"),
        ("é\ud800", "%C3%A9%ED%A0%80.json"),
        ("", "%.json"),
    ],
)
def test_a_host_name_becomes_a_plain_name(host: str, name: str) -> None:
    assert name_of_file(host) == name


def test_a_long_name_is_cut_and_stays_its_own() -> None:
    assert name_of_file("x" * 160) == "x" * 160 + ".json"
    names = {name_of_file("x" * 200 + end) for end in ("a", "b", "")} | {name_of_file("é" * 200)}
    assert len(names) == 4
    assert {len(name) for name in names} <= {182, 181, 180}
    assert name_of_file("x" * 159 + "/" * 20).startswith("x" * 159 + "-")


@settings(max_examples=200, deadline=None)
@given(first=st.text(), second=st.text())
def test_no_name_leaves_the_folder_and_no_two_hosts_share_one(first: str, second: str) -> None:
    name = name_of_file(first)
    assert name.isascii()
    assert not set(name) & set("/\\\x00~ :")
    assert not name.startswith(".")
    assert len(name) <= 200
    assert (name == name_of_file(second)) == (first == second)
