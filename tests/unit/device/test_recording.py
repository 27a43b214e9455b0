# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a recording keeps, what it leaves out, and that it is not noticed by the one who asks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    DeviceBusy,
    DeviceError,
    NotObtainable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    Answer,
    Command,
    Interest,
    SystemLogQuery,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import MASK, Redactor
from ansible_collections.panops.mlav.plugins.module_utils._device.relevant_lines import Relevance
from ansible_collections.panops.mlav.plugins.module_utils._device.saved import recorder as recording_module
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.recorder import RecordingDevice
from tests.tooling.schemas import validator

START = datetime(2026, 11, 23, 10, 15, tzinfo=timezone.utc)
INTEREST = Interest(("a/entry/wanted", "b"), Relevance(re.compile(rb"mlav")), Relevance(re.compile(rb"mlav|curl")))

Given = Answer | tuple[Answer, ...] | Exception


class OneAnswer:
    """A firewall with the same answer, or error, to whatever it is asked."""

    def __init__(self, *answers: Given) -> None:
        self.answers = list(answers)
        self.closed = False

    def _next(self) -> Any:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def run(self, command: Command) -> Answer:
        found: Answer = self._next()
        return found

    def effective_config(self, path: str) -> Answer:
        found: Answer = self._next()
        return found

    def system_log(self, query: SystemLogQuery) -> Answer:
        found: Answer = self._next()
        return found

    def process_log(self, name: str, lines: int) -> tuple[Answer, ...]:
        found: tuple[Answer, ...] = self._next()
        return found

    def close(self) -> None:
        self.closed = True


def ticking() -> Callable[[], datetime]:
    """A clock that goes a second further at each look."""
    seconds = iter(range(1000))
    return lambda: START + timedelta(seconds=next(seconds))


def recorder(*answers: Given, secrets: tuple[str, ...] = ()) -> RecordingDevice:
    return RecordingDevice(OneAnswer(*answers), INTEREST, Redactor(secrets), ticking())


def questions(device: RecordingDevice) -> list[dict[str, Any]]:
    """What was recorded, as it stands in a file; checked against the published schema."""
    document = device.to_document("fw", "live", START, "full", "0.1.0")
    validator("evidence").validate(document)
    found: list[dict[str, Any]] = json.loads(json.dumps(document))["questions"]
    return found


def text(words: str, **more: Any) -> Answer:
    return Answer("asked", "ssh", words, **more)


def xml(inner: str, **more: Any) -> Answer:
    result = fromstring(f"<result>{inner}</result>")
    return Answer("asked", "api", "".join(result.itertext()), result, **more)


QUERY = SystemLogQuery("x", None, 5)
ASKS: dict[str, Callable[[RecordingDevice], Any]] = {
    "command": lambda device: device.run(Command("show clock")),
    "configuration": lambda device: device.effective_config("a"),
    "system_log": lambda device: device.system_log(QUERY),
    "process_log": lambda device: device.process_log("devsrv.log", 100),
}


def ask(kind: str, answer: Answer, **more: Any) -> dict[str, Any]:
    """The one answer that is recorded of a question of this kind."""
    device = recorder((answer,) if kind == "process_log" else answer, **more)
    ASKS[kind](device)
    [question] = questions(device)
    assert question["ask"] == kind
    [recorded] = question["answers"]
    assert isinstance(recorded, dict)
    return recorded


def test_the_document_says_who_was_asked_and_when() -> None:
    device = recorder(text("10:15"))
    device.run(Command("show clock"))
    assert device.to_document("fw", "techsupport", START, "status", "1.2.3") == {
        "schema": "panops.mlav/evidence/1",
        "host": "fw",
        "source": "techsupport",
        "collected_at": "2026-11-23T10:15:00Z",
        "depth": "status",
        "collection_version": "1.2.3",
        "questions": [
            {
                "ask": "command",
                "key": "show clock",
                "asked_at": "2026-11-23T10:15:00Z",
                "answers": [{"command": "asked", "transport": "ssh", "text": "10:15", "truncated": False, "notes": []}],
            }
        ],
    }


@pytest.mark.parametrize("kind", ASKS)
def test_the_answer_itself_is_passed_on_unchanged(kind: str) -> None:
    given = xml("<a><entry><wanted>x</wanted></entry><phash>$1$abcdefgh$x</phash></a><entry>dull</entry>")
    assert given.result is not None
    before = tostring(given.result)
    answer: Given = (given,) if kind == "process_log" else given
    assert ASKS[kind](recorder(answer)) is answer
    assert tostring(given.result) == before


@pytest.mark.parametrize("kind", ASKS)
def test_an_error_is_raised_and_recorded(kind: str) -> None:
    error = CommandRefused("not with password=hush", "Ask over SSH.")
    device = recorder(error)
    with pytest.raises(CommandRefused) as raised:
        ASKS[kind](device)
    assert raised.value is error
    [question] = questions(device)
    assert "answers" not in question
    assert question["error"] == {
        "kind": "refused",
        "message": f"not with password={MASK}",
        "remedy": "Ask over SSH.",
    }


def test_a_crash_is_raised_and_recorded() -> None:
    device = recorder(TypeError("no"))
    with pytest.raises(TypeError):
        device.run(Command("show clock"))
    assert questions(device)[0]["error"]["kind"] == "crash"
    assert questions(device)[0]["error"]["message"] == "TypeError: no"


def test_every_answer_to_the_same_question_is_kept_in_order() -> None:
    device = recorder(DeviceBusy("busy"), text("one"), text("two"))
    with pytest.raises(DeviceBusy):
        device.run(Command("show mlav cloud-status"))
    device.run(Command("show mlav cloud-status"))
    device.run(Command("show  mlav cloud-status ", prefer_ssh=True))
    found = questions(device)
    assert {question["key"] for question in found} == {"show mlav cloud-status"}
    assert found[0]["error"]["kind"] == "busy"
    assert [question["answers"][0]["text"] for question in found[1:]] == ["one", "two"]
    assert [question["asked_at"][-3:] for question in found] == ["00Z", "01Z", "02Z"]


@pytest.mark.parametrize(
    ("cli", "key"),
    [
        ("ping source 10.1.5.254 count 3 host ml.example.com", "ping source 10.1.5.254 host ml.example.com"),
        ("ping count 100 host ml.example.com", "ping host ml.example.com"),
        ("ping host ml.example.com count 5", "ping host ml.example.com"),
        ("show  jobs\tall", "show jobs all"),
        ("show count 3", "show count 3"),
        ("ping host hunter2.example.com", f"ping host {MASK}.example.com"),
    ],
)
def test_a_key_outlives_what_means_nothing(cli: str, key: str) -> None:
    device = recorder(text("x"), secrets=("hunter2",))
    device.run(Command(cli))
    assert questions(device)[0]["key"] == key


def test_a_question_has_the_time_that_was_looked_at_before_it() -> None:
    device = recorder(text("x"))
    assert (device.now(), device.now()) == (START, START + timedelta(seconds=1))
    device.run(Command("show system info"))
    device.run(Command("show clock"))
    assert [question["asked_at"][-3:] for question in questions(device)] == ["01Z", "02Z"]


def test_what_a_reader_has_to_know_stays() -> None:
    recorded = ask("command", text("x", truncated=True, notes=("values may be missing", "password=hush")))
    assert recorded["truncated"] is True
    assert recorded["notes"] == ["values may be missing", f"password={MASK}"]


def test_closing_closes_the_firewall() -> None:
    under = OneAnswer(text("x"))
    RecordingDevice(under, INTEREST, Redactor(), ticking()).close()
    assert under.closed


# --- what is left out -------------------------------------------------------------------------------------------------


def test_of_a_configuration_stays_what_is_read() -> None:
    recorded = ask(
        "configuration",
        xml('<a><entry name="x"><wanted p="1">y</wanted><other/></entry><users/></a><mgt-config><users/></mgt-config>'),
    )
    assert recorded["xml"] == '<result><a><entry name="x"><wanted p="1">y</wanted></entry></a></result>'


def test_of_a_configuration_that_is_another_node_stays_nothing() -> None:
    node = fromstring("<a><entry><wanted>y</wanted><other/></entry></a>")
    recorded = ask("configuration", Answer("asked", "archive", "y", node))
    assert (recorded["xml"], recorded["transport"]) == ("<result />", "archive")


def test_a_configuration_that_came_as_text_is_not_kept() -> None:
    assert ask("configuration", text("set mgt-config users admin"))["text"] == ""


LOG = """no time yet
no time, but mlav
2026-11-23 09:00:00.000 -0500 Error: the first line
of two
2026-11-23 09:00:01.000 -0500 Error: pan_mlav_x
body
  2026-11-23 09:00:01 indented body

2026-11-23 09:00:02.000 -0500 dull
its body
2026-11-23 09:00:03.000 -0500 CURL error
2026-11-23 09:00:04.000 -0500 the last line
its body
"""
KEPT = """no time, but mlav
2026-11-23 09:00:00.000 -0500 Error: the first line
2026-11-23 09:00:01.000 -0500 Error: pan_mlav_x
body
  2026-11-23 09:00:01 indented body

2026-11-23 09:00:03.000 -0500 CURL error
2026-11-23 09:00:04.000 -0500 the last line"""


def test_of_a_process_log_stays_what_concerns_and_its_bounds() -> None:
    assert ask("process_log", text(LOG))["text"] == KEPT


def test_a_process_log_from_the_api_is_recorded_as_text() -> None:
    answer = replace(xml(""), text=LOG)
    assert ask("process_log", answer)["text"] == KEPT


@pytest.mark.parametrize("words", ["", "\n", "no line has a time\nhere"])
def test_a_log_without_times_stays_as_it_is(words: str) -> None:
    assert ask("process_log", text(words))["text"] == words
    assert ask("system_log", text(words))["text"] == words


def test_each_file_of_a_process_log_is_an_answer() -> None:
    device = recorder((text(LOG), text("")))
    device.process_log("devsrv.log", 10)
    [question] = questions(device)
    assert question["key"] == "devsrv.log"
    assert [answer["text"] for answer in question["answers"]] == [KEPT, ""]


TABLE = """Time                Severity Subtype Object EventID ID Description
===============================================================================
  2026/11/23 09:00:04 info     general        general 0  newest
2026/11/23 09:00:03 info     general        general 0  MLAV: x
2026/11/23 09:00:02 info     general        general 0  dull
2026/11/23 09:00:01 info     general        general 0  oldest
"""


def test_of_the_system_log_stay_the_rows_that_concern_and_its_bounds() -> None:
    recorded = ask("system_log", text(TABLE))
    assert [line[-6:] for line in recorded["text"].split("\n")] == ["newest", "LAV: x", "oldest"]
    assert recorded["truncated"] is False


def entries(*words: str) -> str:
    rows = "".join(f"<entry logid='{n}'><opaque>{word}</opaque></entry>" for n, word in enumerate(words))
    return f"<job><status>FIN</status></job><log><logs count='9'>{rows}</logs></log>"


def opaque(recorded: dict[str, Any]) -> list[str | None]:
    return [item.text for item in fromstring(recorded["xml"]).iter("opaque")]


def test_of_the_system_log_stay_the_entries_that_concern_and_its_bounds() -> None:
    recorded = ask("system_log", xml(entries("newest", "dull", "mLaV", "oldest")))
    assert opaque(recorded) == ["newest", "mLaV", "oldest"]
    assert fromstring(recorded["xml"]).findtext("job/status") == "FIN"
    assert recorded["truncated"] is False


@pytest.mark.parametrize("answer", [xml(entries(*"abcde")), text(f"{TABLE}2026/11/23 09:00:00 info more")])
def test_a_system_log_that_has_more_says_so_although_rows_are_left_out(answer: Answer) -> None:
    assert ask("system_log", answer)["truncated"] is True


# --- what is too large, or cannot be recorded -------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_module, "MAX_ANSWER", 100)
    monkeypatch.setattr(recording_module, "MAX_RECORDING_BYTES", 250)


@pytest.mark.usefixtures("small")
def test_a_long_answer_keeps_its_first_part_and_a_log_its_last() -> None:
    lines = "".join(f"2026-11-23 09:00:00 mlav {number}\n" for number in range(9))
    assert ask("command", text(lines)) == {
        "command": "asked",
        "transport": "ssh",
        "text": lines[:100],
        "truncated": True,
        "notes": [],
    }
    recorded = ask("process_log", text(lines))
    assert (recorded["text"], recorded["truncated"]) == (lines[-100:], True)
    exact = ask("command", text("x" * 100))
    assert (len(exact["text"]), exact["truncated"]) == (100, False)


@pytest.mark.usefixtures("small")
def test_a_long_system_log_loses_its_oldest_entries() -> None:
    recorded = ask("system_log", xml("<log><logs>" + "<entry><opaque>mlav</opaque></entry>" * 4 + "</logs></log>"))
    assert opaque(recorded) == ["mlav"]
    assert recorded["truncated"] is True


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("kind", ["command", "configuration", "system_log"])
def test_other_xml_is_recorded_whole_or_not_at_all(kind: str) -> None:
    tag = "entry" if kind == "configuration" else "b"
    device = recorder(xml(f"<a><{tag}><wanted>{'x' * 100}</wanted></{tag}></a>"))
    ASKS[kind](device)
    error = questions(device)[0]["error"]
    assert error["kind"] == "not_obtainable"
    assert error["message"].startswith("the answer could not be recorded: it is too large: expected at most 100 char")
    assert error["remedy"] == "Ask the firewall itself."


@pytest.mark.usefixtures("small")
def test_a_full_recording_takes_no_more() -> None:
    device = recorder(text("x" * 90), text("y" * 90), text("\x00" * 90), text("z" * 50))
    for _number in range(4):
        device.run(Command("show clock"))
    found = questions(device)
    assert [question.get("answers", [{}])[0].get("text", "")[:1] for question in found] == ["x", "y", "", "z"]
    assert found[2]["error"]["message"] == (
        "the answer could not be recorded: the evidence file is full: expected at most 250 bytes"
    )


def test_what_cannot_be_recorded_is_passed_on_and_said() -> None:
    result = Element("result")
    SubElement(result, "a").text = 5  # type: ignore[assignment]
    answer = Answer("asked", "api", "", result)
    device = recorder(answer)
    assert device.run(Command("show clock")) is answer
    assert questions(device)[0]["error"]["message"].startswith("the answer could not be recorded: ")


def test_depth_costs_no_more_than_an_error() -> None:
    result = deepest = Element("result")
    for _number in range(5000):
        deepest = SubElement(deepest, "a")
    answer = Answer("asked", "api", "", result)
    device = recorder(answer)
    assert device.run(Command("show clock")) is answer
    assert questions(device)[0]["error"]["kind"] == "not_obtainable"


def test_what_python_quotes_differently_is_no_exception() -> None:
    assert ask("command", text("\ud800 \x00 é"))["text"] == "\ud800 \x00 é"
    recorded = ask("command", xml("<a b='&lt;&#10;'>x&#13;y &amp;lt;</a>"))
    read = fromstring(recorded["xml"]).find("a")
    assert read is not None
    assert (read.text, read.get("b")) == ("x\ry &lt;", "<\n")


# --- secrets ----------------------------------------------------------------------------------------------------------

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nq8Zsecretline\n-----END RSA PRIVATE KEY-----"
SECRETS = {
    "phash": "$5$abcdefgh$Zk3hashhashhash",
    "private-key": "-AQ==c2VjcmV0c2VjcmV0=privatesecret",
    "password": "hunter2-in-a-tag",
    "community": "snmp-reads-this",
    "pre-shared-key": "ike-shares-this",
    "bind-password": "-AQ==ldapbindsecret=",
}
SESSION = ("s3ssion&password", "LUFRPT1sessionkey==")
NOWHERE = (*SECRETS.values(), *SESSION, "s3ssion&amp;password", "MIIEpAIB", "q8Zsecretline", "attrsecret")
IN_TAGS = (
    "".join(f"<{name}>{value}</{name}>" for name, value in SECRETS.items())
    + f"<note secret='attrsecret' about='{SESSION[1]} mlav'>s3ssion&amp;password {PEM}<b/>{SESSION[1]} mlav</note>"
    + "".join(f"<member>{line}</member>" for line in PEM.splitlines())
    + f"<key>{SESSION[1]}<b/>mlav</key>"
)
IN_TEXT = (
    "mlav "
    + " ".join(f"{name}: {value}" for name, value in SECRETS.items() if name != "bind-password")
    + f' LUFRPT1sessionkey== s3ssion&password password="{SECRETS["bind-password"]}" {PEM} mlav'
)
HOLDING: list[tuple[str, Answer]] = [
    ("command", xml(IN_TAGS)),
    ("command", text(IN_TEXT)),
    ("configuration", xml(f"<a><entry><wanted>{IN_TAGS}</wanted></entry><users>{IN_TAGS}</users></a>")),
    ("configuration", xml(f"<a phash='attrsecret'><entry name='{SESSION[1]}'>{IN_TAGS}</entry></a>")),
    ("configuration", text(IN_TEXT)),
    ("system_log", xml(f"<log><logs><entry>{IN_TAGS}</entry><entry>{IN_TAGS}</entry></logs></log>")),
    ("system_log", text(f"2026/11/23 09:00:00 info {IN_TEXT}")),
    ("process_log", text(f"2026-11-23 09:00:00 {IN_TEXT}\n2026-11-23 09:00:00 {IN_TEXT}")),
    ("command", text("x", notes=(IN_TEXT,))),
    ("command", Answer(IN_TEXT, "api", "x")),
]


@pytest.mark.parametrize(("kind", "answer"), HOLDING)
def test_no_secret_is_recorded(kind: str, answer: Answer) -> None:
    recorded = json.dumps(ask(kind, answer, secrets=SESSION))
    assert [secret for secret in NOWHERE if secret in recorded] == []


@pytest.mark.parametrize(("kind", "answer"), HOLDING[:1] + HOLDING[2:3] + HOLDING[5:6])
def test_what_was_redacted_is_still_xml(kind: str, answer: Answer) -> None:
    recorded = fromstring(ask(kind, answer, secrets=SESSION)["xml"])
    assert [item.text for item in recorded.iter("phash")][:1] == [MASK]
    note = next(recorded.iter("note"))
    assert note.attrib == {"secret": MASK, "about": f"{MASK} mlav"}
    assert note.text == f"{MASK} {MASK}"
    assert note[0].tail == f"{MASK} mlav"
    assert [item.text for item in recorded.iter("member")][:4] == [MASK] * 4


@pytest.mark.parametrize("error", [DeviceError(IN_TEXT, IN_TEXT), NotObtainable(IN_TEXT), ValueError(IN_TEXT)])
def test_no_secret_is_recorded_of_an_error(error: Exception) -> None:
    device = recorder(error, secrets=SESSION)
    with pytest.raises(type(error)):
        device.run(Command("show clock"))
    recorded = json.dumps(questions(device))
    assert [secret for secret in NOWHERE if secret in recorded] == []
