# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import time
from pathlib import Path
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

PLUGINS = Path(__file__).parents[3] / "plugins"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIplanted\nplanted==\n-----END RSA PRIVATE KEY-----"

NAMED = [
    (name, between)
    for name, betweens in {
        "psk": ("=", ": ", " "),
        "PSK": (":", " "),
        "pwd": ("=", " "),
        "token": ("=", ": ", " "),
        "access_token": ("=", " "),
        "client-secret": ("=", " "),
        "secret_key": ("=", ": "),
        "Bearer": (" ",),
        "X-PAN-KEY": (": ", " ", "="),
        "snmp-community-string": (" ", ": "),
        "community": (" ", "="),
        "community string": (" ",),
        "secret": (" ", " = ", " := ", " => "),
        "tacacs key": (" ",),
        "radius secret": (" ",),
        "radius-server key": (" ",),
        "shared key": (" ",),
        "master key": (" ",),
        "pre-shared-key": (" ", "\t"),
        "passphrase": (" ", ": "),
        "passwd": (" ",),
        "auth-password": (" ", ": "),
        "priv-password": (" ",),
        "api-key": (": ", " "),
        "api_key": (" ", " -> "),
        "key-string": (" ",),
        "PHPSESSID": ("=",),
        "--password": (" ", "="),
    }.items()
    for between in betweens
]

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
    # Names and values of other kinds of configuration, with and without something between.
    *((f"stays {name}{between}planted\nand stays", "and stays") for name, between in NAMED),
    ('{"access_token":"planted","user":"stays"}', "stays"),
    ('{\\"password\\": \\"planted word\\"}\nstays', "stays"),
    ("&quot;password&quot;: &quot;planted word&quot;\nstays", "stays"),
    ("type=keygen&user=stays&password%3Dplanted", "stays"),
    ("&lt;password&gt;planted word&lt;/password&gt;stays", "&lt;/password&gt;stays"),
    ("&amp;lt;phash a=1&amp;gt;planted&amp;lt;/phash&amp;gt;stays", "stays"),
    ("user: stays\n  password: planted words of a phrase\nmore: stays", "more: stays"),
    ("secrets:\n- password: |\n    planted word\n  user: stays", "user: stays"),
    ("from https://bob:planted@stays/path", "@stays/path"),
    ("from https://bob:plan@planted@stays/path", "@stays/path"),
    ("ftp://:planted@stays", "stays"),
    ("Authorization: Bearer planted\r\nHost: stays", "stays"),
    ("sent Bearer planted, stays", "stays"),
    ("sent Basic cGxhbnRlZDo0NzEx-planted and stays", "stays"),
    ("eyJhbGciOiJIUzI1NiJ9.plantedplanted.plantedplanted stays", "stays"),
    ("$9$planted0/planted0 stays", "stays"),
    ("$argon2id$v=19$m=65536,t=3$planted0$planted0 stays", "stays"),
    ("password 'planted words' stays", "stays"),
    ('radius secret "planted words" stays', "stays"),
    ("password is 'wrong': password planted, stays", "stays"),
    ("snmp-server community planted ro stays", "stays"),
    ("community ro planted stays", "stays"),
    ("enable secret 5 planted stays", "stays"),
    ("wpa-psk ascii 0 planted stays", "stays"),
    ("password secret planted stays", "stays"),
    ("bearer token planted stays", "stays"),
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
        "the password is wrong",
        "Invalid username or password.",
        "password, or key",
        "Password for bob:",
        "password authentication failed",
        "password change required by policy",
        "secret not set",
        "no shared secret was found",
        "the secret (see below)",
        "community list",
        "community-list 10 permit 65000:1",
        "BGP community attribute",
        "the API key was refused",
        "pre-shared-key mismatch",
        "Token expired",
        "unexpected token in JSON",
        "bearer token is missing",
        "Basic authentication",
        "basic settings",
        "master key changed",
        "https://host:443/api/?type=op",
        "https://host/path:a@b",
        "mail to bob@example.com",
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
     "-----BEGIN PRIVATE KEY-----", "x-pan-key", "<", " ", "pre-shared-key\t", "://", "://a:", "://:@", "@", "a:b@",
     "password: ", "\npassword: ", "\n- password: |\n a", "&lt;password&gt;", "&lt;key ", "&amp;", "password&quot;",
     "\\", 'password\\"', "bearer ", "bearer token ", "basic ", "basic aaaaaaaa", "Basic A", "eyJ", "eyJaaaaaaaa.",
     "tacacs key ", "community ro ", "psk ascii ", "psk 1 ", "password'", "password is ", "token-", "secret\t\t\t",
     "password%3d", "$9$a"],
)  # fmt: skip
def test_hostile_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    """Ten times the text takes ten times as long, with room for a busy machine; quadratic, a hundred times."""

    def seconds(length: int) -> float:
        start = time.process_time()
        redact("password " + piece * (length // len(piece)))
        redact("set password " + piece * (length // len(piece)))
        return time.process_time() - start

    seconds(1000)
    assert seconds(300_000) < 40 * max(seconds(30_000), 0.002)


def sentences() -> list[str]:
    """Every text of this collection's code that may be a message: a name stands for each value that is put in."""
    found = []
    for path in sorted(PLUGINS.rglob("*.py")):
        if path.name == "secret_patterns.py" or path.parent.name in ("modules", "inventory", "doc_fragments"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        notes = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                found.append(
                    "".join(
                        str(getattr(part, "value", ""))
                        if part in parts and isinstance(part, ast.Constant)
                        else "'fw-1'"
                        for part in node.values
                    )
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts | notes:
                found.append(node.value)
    return found


def test_our_own_sentences_stay_whole() -> None:
    written = sentences()
    assert len(written) > 1000
    assert [text for text in written if redact(text) != text] == []


@pytest.mark.parametrize(
    "text", ['password="cut with-in', "api_key: 'cut with-in", 'password=""with-in', "password=a'with-in'"]
)
def test_a_value_whose_quotes_do_not_match_is_masked(text: str) -> None:
    assert "with-in" not in redact(text)


words = st.sampled_from(
    ["<password>", "</password>", "<key>", "</key>", "password", "key", "=", ":", " ", "\n", '"', "'", "set ", "LUFRPT",
     "-AQ==", "$1$", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "abcdefgh", "<![CDATA[", "]]>", "*",
     "psk", "bearer", "token", "basic ", "://", "@", "&quot;", "&lt;password&gt;", "&lt;", "|", "%3d", "tacacs ", "ro ",
     "5 ", "is", "eyJ", ".", "\\"]
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
