# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the firewall's own test of its exclusions is asked, and what counts of its answer."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.envelope import Envelope, check, parse
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import open_device
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.effective import in_effect

HOST = "ml.service.paloaltonetworks.com"
OPTIONS = {"provider": {"ip_address": "192.0.2.1", "api_key": "key"}}


def said(monkeypatch: pytest.MonkeyPatch, response: str, vsys: str | None) -> tuple[bool | None, dict[str, str]]:
    """What is made of a response, and what was sent for it."""
    sent: dict[str, str] = {}

    def call(_api: XmlApi, fields: Mapping[str, str], _seconds: float | None = None, asked: str = "") -> Envelope:
        sent.update(fields)
        return check(parse(response.encode()), asked, "the API key")

    monkeypatch.setattr(XmlApi, "call", call)
    return in_effect(open_device(OPTIONS), HOST, vsys), sent


@pytest.mark.parametrize("vsys", [None, "vsys2"])
@pytest.mark.parametrize(
    ("text", "effect"),
    [
        (f"{HOST} is in the ssl exclude list", True),
        (f" {HOST} is in the\n SSL exclude list. ", True),
        (f"{HOST} is not in the ssl exclude list", False),
        ("yes", True),
        ("no", False),
        ("", None),
        ("found", None),
        (f"{HOST}.example is in the ssl exclude list", None),
        (f"it is not so that {HOST} is in the ssl exclude list", None),
        (f"{HOST} is in the ssl exclude list, switched off", None),
    ],
)
def test_answers_of_the_firewalls_test(
    monkeypatch: pytest.MonkeyPatch, vsys: str | None, text: str, effect: bool | None
) -> None:
    response = f'<response status="success"><result>{text}</result></response>'
    assert said(monkeypatch, response, vsys)[0] is effect


@pytest.mark.parametrize("vsys", [None, "vsys2"])
def test_refused_test_command(monkeypatch: pytest.MonkeyPatch, vsys: str | None) -> None:
    refusal = '<response status="error" code="17"><msg><line>yes</line></msg></response>'
    assert said(monkeypatch, refusal, vsys)[0] is None


@pytest.mark.parametrize(("vsys", "scope"), [(None, "shared"), ("vsys2", "vsys")])
def test_scope_of_the_test_command(monkeypatch: pytest.MonkeyPatch, vsys: str | None, scope: str) -> None:
    _effect, sent = said(monkeypatch, '<response status="success"><result/></response>', vsys)
    assert sent["cmd"] == (
        f"<test><ssl-exclude-list><{scope}></{scope}><hostname>{HOST}</hostname></ssl-exclude-list></test>"
    )
    assert sent.get("vsys") == vsys


def test_host_name_with_markup_is_not_sent() -> None:
    with pytest.raises(InvalidOption):
        in_effect(open_device(OPTIONS), "<x/>")
