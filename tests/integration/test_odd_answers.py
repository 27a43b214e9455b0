# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that look unlike the samples and mean the same, and answers that mean nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator import http_server, logs, ops_mlav, ssh_shell
from tests.simulator.scenario import load
from tests.simulator.xml_api import Answer

from .diagnosing import assert_safe, diagnose_worlds, found

pytestmark = pytest.mark.usefixtures("impatient")

WORLDS = (
    "healthy_full",
    "tls_interception",
    "name_resolution_failed",
    "port_443_blocked",
    "commit_force_needed",
    "cloud_service_error",
    "service_route_invalid",
    "device_server_unavailable",
)
EVERY_WORLD = [(world, "full") for world in WORLDS]
# So that all is asked by SSH.
REFUSED = {"switches": {"refused_over_api": ["show", "ping", "tail", "request"]}}

SAME_MEANING: dict[str, Callable[[str], str]] = {
    "single quotes": lambda body: re.sub(r'(\w+)="([^"<>]*)"', r"\1 = '\2'", body),
    "unknown attributes": lambda body: re.sub(r"<([a-z][\w-]*)(?=[ />])", r'<\1 uuid="1" loc="x"', body),
    "CRLF": lambda body: body.replace("\n", "\r\n"),
    "indented": lambda body: body.replace("><", ">\n   <"),
    "XML declaration": lambda body: '<?xml version="1.0" encoding="UTF-8"?>\n' + body,
    "mixed case": lambda body: re.sub("disconnected|connected|Cloud connection", lambda word: word[0].title(), body),
    "more space": lambda body: body.replace(": ", ":   ").replace("</", "  </"),
    "comments": lambda body: body.replace("<result>", "<result><!-- - -->"),
    "nested lines": lambda body: body.replace("<msg><line>", "<msg><line><line>").replace(
        "</line></msg>", "</line></line></msg>"
    ),
}
NOTHING = {
    "empty result": "<response status='success'><result/></response>",
    "no result": "<response status='success'/>",
}


def _answers(monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str]) -> None:
    send = http_server.send

    async def changed(writer: asyncio.StreamWriter, answer: Answer, *more: Any) -> None:
        await send(writer, Answer(change(answer.body), answer.status), *more)

    monkeypatch.setattr(http_server, "send", changed)


def _as_expected(changes: dict[str, Any]) -> None:
    for (world, _depth), diagnosis in diagnose_worlds(EVERY_WORLD, changes).items():
        expect, said = load(world).expect, found(diagnosis)
        assert said.verdict == expect["verdict"], (world, said, diagnosis["missing"])
        assert said.named("proven") == {expect["cause"]} - {None}, (world, said)


@pytest.mark.parametrize("name", SAME_MEANING)
def test_the_same_in_another_shape(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    _answers(monkeypatch, SAME_MEANING[name])
    _as_expected({})


@pytest.mark.parametrize("name", NOTHING)
@pytest.mark.parametrize("ssh", ["none", "password"])
def test_nothing_is_not_an_answer(monkeypatch: pytest.MonkeyPatch, name: str, ssh: str) -> None:
    _answers(monkeypatch, lambda body: body if "<key>" in body else NOTHING[name])
    for (world, _depth), diagnosis in diagnose_worlds(EVERY_WORLD, {"access": {"ssh": ssh}}).items():
        assert_safe(diagnosis, load(world).expect)
        if ssh == "none":
            assert (diagnosis["verdict"], diagnosis["causes"]) == ("undetermined", [])


@pytest.mark.parametrize(
    "prompt",
    [
        "{}@fw.lon-1.example.com> ",
        "{}@fw_lon_1(active-primary)> ",
        "{}@fw(active-secondary) vsys2>",
        "corp\\{}@fw> ",
        "{}@corp.example@fw> ",
        "\x1b[?1034h\r{}@fw> \x1b[K",
    ],
)
def test_prompts(monkeypatch: pytest.MonkeyPatch, prompt: str) -> None:
    monkeypatch.setattr(ssh_shell.Shell, "prompt", property(lambda shell: prompt.format(shell.admin.name)))
    _as_expected(REFUSED)


@pytest.mark.parametrize("motd", ["Ask noc@example.com>", "a@b> \nadmin@fw>", "Password:", "x" * 30_000 + ">"])
def test_what_is_printed_at_login(motd: str) -> None:
    _as_expected({**REFUSED, "access": {"motd": motd}})


def test_a_log_of_many_lines_that_mean_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    written = logs.devsrv_text
    noise = ["2020-01-01 00:00:00.000 +0000 Error: noise(x.c:1): lorem ipsum\r"] * 200
    monkeypatch.setattr(
        ops_mlav, "devsrv_text", lambda *log: [text for line in written(*log) for text in (line, *noise)]
    )
    _as_expected(REFUSED)
