# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what over the XML API."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.simulator import running_firewall
from tests.simulator_checks.api_client import Client

INFO = "<show><system><info></info></system></show>"
REQUESTS = {
    "op": {"type": "op", "cmd": INFO},
    "config": {"type": "config", "action": "get", "xpath": "/config/shared"},
    "log": {"type": "log", "log-type": "system"},
    "commit": {"type": "commit", "cmd": "<commit><force/></commit>"},
    "export": {"type": "export", "category": "tech-support"},
}


def admin(**fields: Any) -> dict[str, Any]:
    return {"firewall": {"admins": [{"name": "u", **fields}]}, "access": {"admin": "u"}}


@pytest.mark.parametrize("missing", list(REQUESTS))
@pytest.mark.parametrize("kind", ["code16", "code403"])
def test_a_missing_right(missing: str, kind: str) -> None:
    rights = [right for right in REQUESTS if right != missing]
    changes = {**admin(role="custom", rights=rights), "switches": {"missing_right": kind}}
    with running_firewall("healthy", changes) as firewall:
        client = Client(firewall)
        for right, fields in REQUESTS.items():
            code = client.ask(**fields).get("code")
            assert (code == kind.removeprefix("code")) == (right == missing)


def test_a_reader_reads() -> None:
    with running_firewall("healthy", admin(role="superreader")) as firewall:
        client = Client(firewall)
        assert client.ask(**REQUESTS["config"]).get("status") == "success"
        element = "<entry name='x'><ip-netmask>192.0.2.1</ip-netmask></entry>"
        written = client.ask(type="config", action="set", xpath="/config/shared/address", element=element)
        assert written.get("code") == "16"
        assert client.ask(**REQUESTS["commit"]).get("code") == "16"


def test_keygen_and_basic() -> None:
    with running_firewall("healthy") as firewall:
        client = Client(firewall)
        key, client.key = client.key, ""
        assert client.raw(type="op", cmd=INFO)[0] == 403
        answer = client.ask(type="keygen", user=firewall.username, password=firewall.password)
        assert answer.findtext("./result/key") == key
        status, body = client.raw(type="keygen", user=firewall.username, password="no")
        assert status == 403
        assert (
            body == "<response status = 'error' code = '403'><result><msg>Invalid Credential</msg></result></response>"
        )
        assert client.ask(type="op", cmd=INFO, key=key).get("status") == "success"
        basic = base64.b64encode(f"{firewall.username}:{firewall.password}".encode()).decode()
        client.http.request("GET", "/api/?type=version", headers={"Authorization": f"Basic {basic}"})
        answer_text = client.http.getresponse().read().decode()
        assert "<sw-version>11.1.4</sw-version>" in answer_text


def test_no_xml_api_rights_at_all() -> None:
    with running_firewall("healthy", admin(role="custom", rights=[])) as firewall:
        status, _ = Client(firewall).raw(type="keygen", user="u", password=firewall.password)
        assert status == 403
