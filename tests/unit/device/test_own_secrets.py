# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session's own secrets: found in every notation, and our own sentences kept whole."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import MASK, Redactor, excerpt, own_excerpt
from tests.tooling.notations import NOTATIONS

SECRETS = {
    "special": "p&ss/w?rd<1>\"'ü\\",
    "API key": "LUFxPT1SYW5kb20rS2V5/Rm9yVGVzdA==",
    "four characters": "Zq7/",
    "words": "correct horse battery",
}


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_masked_in_every_notation(name: str, notation: str) -> None:
    secret = SECRETS[name]
    written = NOTATIONS[notation](secret)
    redactor = Redactor([secret])
    told = redactor.mask(f"before [{written}] after")
    if "wrapped base64" not in notation:
        assert told == f"before [{MASK}] after"
    # A line that was wrapped before or behind the secret holds nothing of it.
    assert told.startswith("before [")
    assert told.endswith("] after")
    assert written not in told
    assert secret not in told
    assert redactor.mask(told) == told


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", SECRETS)
def test_an_excerpt_knows_the_sessions_that_are_open(name: str, notation: str) -> None:
    written = NOTATIONS[notation](SECRETS[name])
    redactor = Redactor([SECRETS[name]]).known_to_excerpts()
    other = Redactor(["another-Secret-1"]).known_to_excerpts()
    told = excerpt(f"before [{written}] another-Secret-1")
    assert written not in told
    assert SECRETS[name] not in told
    assert told.endswith(MASK)
    assert told.startswith("before [")
    del redactor, other
    assert excerpt("another-Secret-1") == "another-Secret-1"


def test_what_a_caller_says_keeps_its_words_and_shows_no_secret() -> None:
    redactor = Redactor(["the", "Zebra-4711-stripes"]).known_to_excerpts()
    assert (
        own_excerpt("Exclude the cloud\nZebra-4711-stripes token=4711", 50) == f"Exclude the cloud {MASK} token={MASK}"
    )
    assert excerpt("Exclude the cloud") == f"Exclude {MASK} cloud"
    assert len(repr(redactor)) < 30


def test_an_excerpt_shows_no_part_of_a_secret_where_it_ends() -> None:
    redactor = Redactor(["Zebra-4711-stripes"]).known_to_excerpts()
    for length in range(175, 201):
        assert "Zebra" not in excerpt("x" * length + "Zebra-4711-stripes")
    assert "Zebra" not in excerpt(" " * 3995 + "Zebra-4711-stripes")
    assert len(repr(redactor)) < 30


@pytest.mark.parametrize(
    ("secret", "text", "masked"),
    [
        ("7q", "PA-850 7q now", f"PA-850 {MASK} now"),
        ("7q", "PA-7q850", "PA-7q850"),
        ("the", "the other is the one", f"{MASK} other is {MASK} one"),
        ("443", "192.0.2.1:443 open, 4430 not", f"192.0.2.1:{MASK} open, 4430 not"),
        ("a", "a certificate", f"{MASK} certificate"),
        ("", "empty", "empty"),
    ],
)
def test_a_short_secret_is_masked_as_a_word_of_its_own(secret: str, text: str, masked: str) -> None:
    assert Redactor([secret]).mask(text) == masked


SENTENCE = "the firewall does not accept the API key in the option provider: Invalid Credential (code 403)"


@pytest.mark.parametrize("secret", ["the", "firewall", "7q", "403", "accept", "Invalid Credential", "option provider"])
def test_a_sentence_of_ours_keeps_a_secret_that_is_a_word(secret: str) -> None:
    assert Redactor([secret]).redact_message(SENTENCE) == SENTENCE


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("secret", ["p&ss/w?rd<1>\"'ü\\", "LUFxPT1SYW5kb20rS2V5/Rm9yVGVzdA==", "Passw0rd"])
def test_a_sentence_of_ours_lets_no_unmistakable_secret_through(secret: str, notation: str) -> None:
    written = NOTATIONS[notation](secret)
    told = Redactor([secret]).redact_message(f"{SENTENCE} {written}")
    assert told.startswith(SENTENCE)
    assert written not in told


def test_a_secret_within_a_deeper_one_leaves_nothing() -> None:
    redactor = Redactor(["inner-Secret", "the-inner-Secret-0"])
    assert redactor.mask("the-inner-Secret-0 and inner-Secret") == f"{MASK} and {MASK}"


pieces = st.sampled_from(
    [
        "%",
        "25",
        "41",
        "&",
        "amp;",
        "#",
        "65",
        ";",
        "x",
        "\\",
        "u0041",
        "\n",
        " ",
        "Zeb",
        "ra-4",
        "711",
        "WmVicmE",
        "5a",
        ":",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=20).map("".join), st.sampled_from(sorted(NOTATIONS)), st.lists(pieces, max_size=20))
def test_whatever_stands_around_a_secret_it_is_found(before: str, notation: str, after: list[str]) -> None:
    """What stands around may be a part of the notation: then more than the secret is masked."""
    secret = "Zebra-4711"
    text = f"{before} {NOTATIONS[notation](secret)} {''.join(after)}"
    redactor = Redactor([secret])
    told = redactor.mask(text)
    assert secret not in told
    assert MASK in told
    assert redactor.mask(told) == told


HOSTILE = [
    *(
        "%41",
        "%25",
        "%",
        "%2525",
        "&#65;",
        "&amp;",
        "&amp;#",
        "&lt;",
        "&",
        "\\",
        "\\\\",
        '\\"',
        "\\u0041",
        "\\x41",
        "\\n",
    ),
    *(
        "Zebra-4711-stripe",
        "Zebra-4711-stripe\n",
        "Z\n",
        "Z",
        "5a",
        "5a ",
        "5a:",
        "5a 65 62 72 61",
        "\n",
        " \n",
        "\r\n\t",
    ),
    *("WmVicmEtNDcxMS1zdHJpcGV", "WmVi\n", "Zebra-4711-stripes", "Zebra-4711-stripes&lt;", "%5aebra-4711-stripes&"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    """Ten times the text takes ten times as long, with room for a busy machine; quadratic, a hundred times."""
    redactor = Redactor(["Zebra-4711-stripes", "Z" * 15 + "b"])

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        start = time.process_time()
        redactor.mask(text)
        return time.process_time() - start

    seconds(1000)
    assert seconds(400_000) < 40 * max(seconds(40_000), 0.002)


def test_many_secrets_cost_no_more_than_their_number() -> None:
    """A password and a key for each of several devices, as a remediation has them open."""
    redactor = Redactor(f"Secret-number-{number}" for number in range(20))
    assert redactor.mask(json.dumps({"a": "Secret-number-7"})) == json.dumps({"a": MASK})
