# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import (
    MASK,
    Redactor,
    excerpt,
    flatten,
    redact,
)

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIplanted\nplanted==\n-----END RSA PRIVATE KEY-----"

# Every text holds "planted"; what stands beside it has to stay.
PLANTED: list[tuple[str, str]] = [
    ("<result><key>LUFRPTplanted</key></result><a>stays</a>", "stays"),
    ("<password>planted one</password> stays", "stays"),
    ("<secure-proxy-password>planted</secure-proxy-password>stays", "stays"),
    ("<phash admin='x' time='t'>planted</phash>stays", "stays"),
    ("<secret><![CDATA[planted]]></secret>stays", "stays"),
    ("<bind-password>planted</bind-password><server>stays</server>", "stays"),
    ("<private-key>planted\nplanted</private-key>stays", "stays"),
    ("<pre-shared-key>planted</pre-shared-key>stays", "stays"),
    ("<pre-shared-key><key>planted</key></pre-shared-key>stays", "stays"),
    ("<community>planted</community>stays", "stays"),
    ("<snmp-community-string>planted</snmp-community-string>stays", "stays"),
    ("<api-key>planted</api-key>stays", "stays"),
    ("<authcode>planted</authcode>stays", "stays"),
    ("<authpwd>planted</authpwd><privpwd>planted</privpwd>stays", "stays"),
    ("stays <password>planted and cut", "stays"),
    (f"stays {PEM} stays too", "stays too"),
    (f"stays {PEM[:50]}", "stays"),
    ("the key LUFRPT1planted0planted== stays", "stays"),
    ("stays -AQ==plantedplanted0000=", "stays"),
    ("stays $1$planted0$planted0planted", "stays"),
    ("stays $5$planted0$planted0planted", "stays"),
    ("type=keygen&user=stays&password=planted%21", "stays"),
    ("https://fw/api/?type=op&key=planted&cmd=stays", "stays"),
    ("X-PAN-KEY: planted\r\nHost: stays", "stays"),
    ("Authorization: Basic cGxhbnRlZA==planted\r\nHost: stays", "stays"),
    ('{"password": "planted word", "user": "stays"}', "stays"),
    ("{'api_key': 'planted', 'user': 'stays'}", "stays"),
    ("password: planted, user: stays", "stays"),
    ("set mgt-config users stays password planted", "stays"),
    ("set mgt-config users stays phash planted", "stays"),
    ('set deviceconfig system secure-proxy-password "planted word"\nstays', "stays"),
    ("admin@fw# set shared server-profile ldap stays bind-password planted", "stays"),
    ("set network ike gateway stays authentication pre-shared-key key planted", "stays"),
    ("set deviceconfig system snmp-setting access-setting version v2c snmp-community-string planted\nstays", "stays"),
]


@pytest.mark.parametrize(("text", "stays"), PLANTED)
def test_planted_secrets_are_masked(text: str, stays: str) -> None:
    redacted = redact(text)
    assert "planted" not in redacted
    assert MASK in redacted
    assert stays in redacted
    assert redact(redacted) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "Current cloud server: ml.service.paloaltonetworks.com\nCloud connection: connected",
        "tcp 0 0 10.0.0.126:57966 52.8.4.127:443 ESTABLISHED",
        "2023-08-28 13:36:24.606 -0400 Error: verify_cb(pan_ssl_curl_utils.c:652): Failed to validate x509 cert",
        "the firewall does not accept the API key: Invalid Credential",
        "<device-certificate-status>Valid</device-certificate-status>",
        "<password/><server>a</server>",
        "<key/><server>a</server>",
        "set cli pager off",
        "<opaque>MLAV: Authentication or Client Certificate failure.</opaque>",
        "Failed password for user admin",
    ],
)
def test_evidence_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_a_session_masks_its_own_secrets_in_every_form() -> None:
    secret = "p&ss w/rd<1>\"'ü"
    redactor = Redactor([secret])
    forms = [
        secret,
        "p%26ss+w%2Frd%3C1%3E%22%27%C3%BC",
        "p%26ss%20w%2Frd%3C1%3E%22%27%C3%BC",
        "p&amp;ss w/rd&lt;1&gt;\"'ü",
        "p&amp;ss w/rd&lt;1&gt;&quot;&apos;ü",
    ]
    for form in forms:
        assert redactor.redact(f"before {form} after") == f"before {MASK} after"
    redactor.add("later-KEY")
    assert redactor.redact("later-KEY") == MASK
    assert "ss w" not in repr(redactor)
    assert "later" not in repr(redactor)


@pytest.mark.parametrize("secret", ["two\nlines  and more", "quo'te", "both\"and'", "back\\slash"])
def test_a_secret_in_an_excerpt_or_in_quotes_is_masked(secret: str) -> None:
    redactor = Redactor([secret])
    for told in (excerpt(f"it is {secret} now"), repr(f"it is {secret} now"), repr(excerpt(f"it is {secret} now"))):
        assert redactor.redact(told).strip("'\"") == f"it is {MASK} now"


def test_a_secret_within_another_leaves_nothing() -> None:
    assert Redactor(["pass", "pass-W0rd"]).redact("pass-W0rd pass") == f"{MASK} {MASK}"


def test_a_very_short_secret_does_not_shred_the_text() -> None:
    assert Redactor(["a", ""]).redact("Cloud connection: disconnected") == "Cloud connection: disconnected"


def test_flatten_masks_by_the_names_of_elements() -> None:
    element = fromstring("<result>a<b>b<key>planted</key></b>c<phash>planted</phash><d/><keys>e</keys></result>")
    assert flatten(element) == f"ab{MASK}c{MASK}e"
    assert flatten(None) == ""


def test_excerpt_is_one_short_clean_line() -> None:
    assert excerpt("a\n\x1b[31m b\t<password>planted</password>") == f"a [31m b <password>{MASK}</password>"
    assert len(excerpt("x" * 10_000)) == 201


@pytest.mark.parametrize(
    "piece",
    ["a-", "a_", "-", "a.", "<password ", "<password>", '<key a="', 'password="', "set ", "password ", "key=", "$1$",
     "-----BEGIN PRIVATE KEY-----", "x-pan-key", "<", " ", "pre-shared-key\t"],
)  # fmt: skip
def test_hostile_text_takes_no_time(piece: str) -> None:
    start = time.monotonic()
    redact(piece * (300_000 // len(piece)))
    redact("set " + piece * (300_000 // len(piece)))
    assert time.monotonic() - start < 4


@pytest.mark.parametrize(
    "text", ['password="cut with-in', "api_key: 'cut with-in", 'password=""with-in', "password=a'with-in'"]
)
def test_a_value_whose_quotes_do_not_match_is_masked(text: str) -> None:
    assert "with-in" not in redact(text)


words = st.sampled_from(
    ["<password>", "</password>", "<key>", "</key>", "password", "key", "=", ":", " ", "\n", '"', "'", "set ", "LUFRPT",
     "-AQ==", "$1$", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "abcdefgh", "<![CDATA[", "]]>", "*"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(words, max_size=14).map("".join))
@example('password=""password')
@example('password="cut within')
def test_redaction_is_idempotent(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=4, max_size=12), st.text(max_size=20), st.text(max_size=20))
def test_a_sessions_secret_never_survives(secret: str, before: str, after: str) -> None:
    redacted = Redactor([secret]).redact(before + secret + after)
    assert secret not in redacted.replace(MASK, "") or secret in before + after or set(secret) <= set(MASK)


@pytest.mark.parametrize(
    "text",
    [
        "paſſword=value99",
        "PA\u017f\u017fPHRASE: value99",
        "api-\u212aey=value99",
        "cookıe: value99",
        "COOKİE=value99",
        "<communıty>value99</communıty>",
        "prıvpwd=value99",
        "set deviceconfig system prıvate_key value99",
        "authorızation: basic value99",
    ],
)
def test_letters_that_a_pattern_takes_for_others(text: str) -> None:
    """Patterns that ignore case take a long s for an s; what looks for them first must not miss it."""
    assert "value99" not in redact(text)
