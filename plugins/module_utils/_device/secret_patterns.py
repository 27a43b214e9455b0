# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What looks like a secret in any text: other people's, that no session knows.

What counts follows the element and keyword names of PAN-OS configurations, and the usual ones of HTTP, SNMP and AAA.
Too much is taken out rather than too little: a masked word costs a reader little.
"""

from __future__ import annotations

import re

from ansible_collections.panops.mlav.plugins.module_utils._device.own_secrets import MASK

# A secret's name, whole or as the last words of a longer one (secure-proxy-password, client_secret). Every repetition
# is bounded or runs to a character that ends it: the text is hostile, and may be built to take long.
_WORD = (
    r"(?:password|passwd|passphrase|passcode|password[-_]?hash|pwd|psk|phash|secret|token|cookie|authcode|"
    r"sess(?:ion)?[-_]?id|"
    r"(?:private|pre[-_]shared|access|secret|x-pan)[-_]key|(?:api|auth)[-_]?key|key[-_](?:value|string)|authpwd|privpwd|"
    r"authpassword|privpassword|community|community[-_]string)"
)
NAME = rf"(?:[\w.-]{{0,40}}[-_])?{_WORD}"
#: The name of an element or attribute that holds a secret.
SECRET_NAME = re.compile(rf"{NAME}|key", re.IGNORECASE)

# A quote as it stands in texts, in JSON within JSON, and in HTML.
_QUOTE = r"""(?:\\{0,4}["']|&(?:amp;){0,3}(?:quot|apos|\#0{0,3}3[49]|\#x0{0,3}2[27]);)"""
_LT, _GT = (rf"&(?:amp;){{0,3}}{name};" for name in ("lt", "gt"))
# A value: quoted, or up to white space and what ends a value in a list or in markup.
_VALUE = (
    r"""(?:"[^"\n]{0,1000}"?|'[^'\n]{0,1000}'?"""
    r"""|&(?:amp;){0,3}(?:quot|apos|\#0{0,3}3[49]|\#x0{0,3}2[27]);[^&\n]{0,1000}|[^\s"'&<>,;]+)+"""
)

# Words that follow the name of a secret in prose: "the password is wrong", "secret not set", "community list".
_PROSE = (
    "a|about|accepted|added|again|against|age|aging|alone|already|also|an|and|any|are|as|at|"
    "attempt|attempts|attribute|attributes|auth|authentication|be|because|been|before|below|but|by|"
    "bytes|can|cannot|change|changed|changes|character|characters|check|cleared|code|codes|complexity|"
    "configured|could|created|deleted|denied|did|differ|different|differs|do|does|empty|encrypted|"
    "encryption|entered|entry|expiration|expire|expired|expires|expiry|fail|failed|fails|failure|"
    "failures|field|fields|file|files|for|format|found|from|generated|given|had|has|hash|hashes|"
    "have|hint|history|if|in|incorrect|instead|into|invalid|is|it|its|key|keys|length|list|lists|"
    "login|logins|management|manager|match|matches|may|member|members|mismatch|missing|must|name|"
    "names|need|needed|needs|never|no|none|not|of|on|once|only|or|policy|profile|profiles|prompt|"
    "protected|protection|received|recovery|refused|rejected|removed|required|requirements|reset|"
    "rotation|same|sent|server|servers|set|sets|should|so|store|string|strings|successfully|than|"
    "that|the|then|there|these|this|through|to|too|twice|type|types|unchanged|under|unset|until|"
    "updated|used|user|username|users|valid|value|values|verification|verified|via|was|were|when|"
    "where|which|while|will|with|without|would|wrong|yet|you|your"
)
# Whose key is a secret: the word alone is one of prose.
_KEY_OF = (
    r"(?:tacacs\+?|radius|ike|bgp|ospf|ntp|snmp|ldap|shared|server|md5|sha1|encryption|authentication|auth|api|private|"
    r"master|session|encrypted)"
)
_NO_PROSE = rf"(?!(?:{_PROSE})(?![\w-]))"

_SUBSTITUTIONS: tuple[tuple[re.Pattern[str], str], ...] = (
    # PEM blocks of private keys, also cut short.
    (re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?(?:-----END \1-----|\Z)", re.DOTALL), MASK),
    # <password>…</password>, with attributes and CDATA; also cut short by a bound.
    (
        re.compile(rf"(<({NAME}|key)(?:\s[^<>]*)?(?<!/)>)(?!\s*<(?!!\[CDATA\[)).*?(?=</\2\s*>|\Z)", re.DOTALL | re.I),
        rf"\1{MASK}",
    ),
    # The same, escaped to stand in a text.
    (
        re.compile(rf"({_LT}(?:{NAME}|key)(?:\s[^&<>]{{0,200}})?{_GT}).*?(?={_LT}|<|\Z)", re.DOTALL | re.I),
        rf"\1{MASK}",
    ),
    # A line of YAML: the value is what is left of it, or its block.
    (
        re.compile(
            rf"""(?m)^([ \t]{{0,80}}(?:-[ \t]{{1,9}})?["']?{NAME}["']?:[ \t]{{1,9}})"""
            r"""(?:[|>][-+\d]{0,2}[ \t]{0,9}\n[ \t]{1,80}[^\n]+|[^\s"'&<>,;:=|{}\[\]][^\n"'&<>,;:={}]*$)""",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    # password="…", phash: …, X-PAN-KEY: …, in a form also password%3D…; "key" alone only before "=", since it is a word
    # of prose too.
    (
        re.compile(
            rf"((?:{_WORD}{_QUOTE}?(?:\s{{0,9}}(?:=>|->|:=|[=:])|%3[da])|\bkey{_QUOTE}?(?:=|%3d))[ \t]{{0,9}}){_VALUE}",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"\b(Authorization\s*:\s*(?:Basic|Bearer)\s+)\S+", re.IGNORECASE), rf"\1{MASK}"),
    (
        re.compile(r"\b((?i:basic)[ \t]{1,9})(?=[A-Za-z+/]{0,99}(?:[0-9=+/]|[a-z][A-Z]))[A-Za-z0-9+/_-]{8,}={0,2}"),
        rf"\1{MASK}",
    ),
    # password X, psk X, tacacs key X, secret 5 X: as commands and configurations of many kinds have it. A word of prose
    # after the name is no value, but one in quotes always is.
    (
        re.compile(
            rf"((?<![^\W_])(?:(?:{_WORD}|bearer(?![ \t]{{1,9}}token\b)|{_KEY_OF}[ \t_-]key)"
            r"(?:[ \t](?:string|hash|key|value|phrase))?[ \t]{1,9})+"
            r"(?:(?:\d|ro|rw|ascii|hex|clear|plain|md5|sha1?)[ \t]{1,9}){0,3})"
            rf"""(?:(?=["'])|{_NO_PROSE}(?=[^\s=:.,;|()\[\]]))"""
            r"""(?:"[^"\n]{0,1000}"?|'[^'\n]{0,1000}'?|[^\s"'&<>,;]+)+""",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    # https://user:password@host
    (re.compile(r"""(://[^\s/@:"'<>]{0,200}:)[^\s/"'<>]{1,300}(?=@)"""), rf"\1{MASK}"),
    # API keys, JSON web tokens, values encrypted with the master key, and password hashes, wherever they stand.
    (re.compile(r"\bLUFRPT[A-Za-z0-9+/=]{8,}"), MASK),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?"), MASK),
    (re.compile(r"-AQ==[A-Za-z0-9+/=]{8,}"), MASK),
    (re.compile(r"\$(?:[1-9y]|2[aby]|gy|argon2i?d?|scrypt)\$[./A-Za-z0-9$=,+-]{8,}"), MASK),
)

# set … password …: the CLI's form of the same; a value may be quoted. Within a line only where a configuration begins.
_SET_LINE = re.compile(
    r"(?m)(?:^[ \t]*(?:\S+[>#][ \t]*)?set[ \t]"
    r"|(?<![\w-])set[ \t]+(?:deviceconfig|mgt-config|shared|network|vsys|template|device-group|panorama)\b).*$"
)
_SET_SECRET = re.compile(rf"""([ \t](?:(?:{NAME}|key)[ \t]+)+)("[^"\n]*"?|\S+)""", re.IGNORECASE)

# Each of the patterns above needs one of these, and most texts have none. To look for them costs a tenth as much.
# Parts of words, without the letter i: patterns that ignore case also match it without its dot, which casefold keeps.
_MARKS = (
    *("pass", "pwd", "psk", "phash", "secret", "token", "key", "auth", "commun", "cook", "sess", "bearer", "basic"),
    *("-----begin", "lufrpt", "-aq==", "eyj", "$", "://"),
)


def redact(text: str) -> str:
    """Masks what looks like a secret in any text: XML, CLI output, logs, messages. Idempotent."""
    folded = text.casefold()
    if not any(mark in folded for mark in _MARKS):
        return text
    text = _SET_LINE.sub(_set_line, text)
    for pattern, replacement in _SUBSTITUTIONS:
        text = pattern.sub(replacement, text)
    return text


def _set_line(line: re.Match[str]) -> str:
    return _SET_SECRET.sub(rf"\1{MASK}", line.group())
