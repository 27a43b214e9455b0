# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turns good answers and archives into bad ones. Everything comes from the dice that are handed in."""

from __future__ import annotations

import bz2
import codecs
import copy
import gzip
import io
import json
import lzma
import tarfile
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from tests.simulator.planted import PHASH, PRE_SHARED_KEY, PROXY_PASSWORD
from tests.unit.device.archives import END, Item, gnu_sparse, pax_sparse

MEGABYTE = 1024 * 1024
# These say by themselves that they are secrets, wherever they stand.
SECRETS = (PHASH, PRE_SHARED_KEY, PROXY_PASSWORD)

TOKENS: tuple[bytes, ...] = (
    *(f" {secret} ".encode() for secret in SECRETS),
    f"\nMLAV <phash>{PHASH}</phash>\n".encode(),
    f"\nset deviceconfig system secure-proxy-password {PROXY_PASSWORD}\n".encode(),
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
    b'<!DOCTYPE r SYSTEM "file:///etc/passwd">',
    b"&#0;&#xd800;&undefined;",
    b"]]>",
    b"<![CDATA[",
    b"<a>" * 300,
    b"<entry " + b" ".join(b'a%d=""' % number for number in range(200)) + b"/>",
    b"9" * 5000,
    b"-1",
    b"1e999",
    "\N{ARABIC-INDIC DIGIT FOUR}\N{SUPERSCRIPT TWO}".encode(),
    b"9999-12-31 23:59:59.999 -1200 Error: pan_mlav_x(a.c:1): Got HTTP resp code 999\n",
    b"0001-01-01 00:00:00.000 +1400 Error: pan_mlav_x(a.c:1): curl error: x\n",
    b"2026-02-30 25:61:61.9999999 +9999 Error: pan_mlav_x(a.c:1): curl error: x\n",
    b"Fri Dec 31 23:59:59 UTC 9999\n",
    b"9999/12/31 23:59:59 high general general 0 MLAV: Unknown error.\n",
    b"99999999 days, 0:00:00",
    b"MLAV cloud\nCurrent cloud server: $(reboot)`reboot`;reboot\nCloud connection: disconnected\n",
    b"MLAV cloud\nCurrent cloud server: " + b"a." * 4000 + b"\nCloud connection: disconnected\n",
    b"PING -c.example (::ffff:10.0.0.1%eth0) from 10.1.5.254 : 56(84) bytes of data.\n",
    b"tcp 0 0 [::1%lo]:65536 2001:db8::1:99999999999999999999 SYN_SENT\n",
    b"\nadmin@fw-1> show system info\nadmin@fw-1> ",
    b"(y or n) ",
    b"\x1b[31m\x1b]0;title\x07\r\x08",
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{LINE SEPARATOR}\N{NEXT LINE}".encode(),
    b"\x00",
    b"\xff\xfe\xc0\x80\xed\xa0\x80",
    b"%s%n{0}{server.__class__}{",
    b"../../../../etc/passwd",
    b"> show system info\n\n> show clock\n",
)

# Names as hostile archives have them.
NAMES = (
    "../../../../tmp/escaped",
    "/etc/passwd",
    "./././var/log/pan/../../var/log/pan/devsrv.log",
    "var/log/pan/devsrv.log",
    "var/log/pan/devsrv.log.old",
    "var/log/pan/devsrv.log.1.gz",
    "tmp/cli/techsupport_fw-1_99999999_9999.txt",
    "tmp/cli/logs/show_log_system.txt",
    "opt/pancfg/mgmt/saved-configs/running-config.xml",
    "a" * 300,
    "d/" * 2000 + "devsrv.log",
    "con\udcff\udcfe\n\x1b[2J.txt",
    "",
    ".",
)
KINDS = (
    *(tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE),
    *(tarfile.CONTTYPE, b"Z"),
)


def damaged(dice: Random, data: bytes, most: int = 4) -> bytes:
    """One to ``most`` changes of a text."""
    for _time in range(dice.randint(1, most)):
        data = dice.choice(_CHANGES)(dice, data)
    return data


def damaged_text(dice: Random, text: str, most: int = 4) -> str:
    return damaged(dice, text.encode("utf-8", "surrogatepass"), most).decode("utf-8", "replace")


def _place(dice: Random, data: bytes) -> tuple[int, int]:
    begin = dice.randrange(len(data) + 1)
    return begin, min(len(data), begin + dice.choice((1, 3, 20, 200, 4000)))


def _flip(dice: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _time in range(dice.choice((1, 1, 2, 8, 64)) if data else 0):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _cut(dice: Random, data: bytes) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _leave_out(dice: Random, data: bytes) -> bytes:
    begin, end = _place(dice, data)
    return data[:begin] + data[end:]


def _repeat(dice: Random, data: bytes) -> bytes:
    begin, end = _place(dice, data)
    return data[:end] + data[begin:end] * dice.choice((1, 1, 2, 50, 500)) + data[end:]


def _insert(dice: Random, data: bytes) -> bytes:
    begin, end = _place(dice, data)
    return data[:begin] + dice.choice(TOKENS) + data[dice.choice((begin, end)) :]


def _noise(dice: Random, data: bytes) -> bytes:
    begin, end = _place(dice, data)
    return data[:begin] + dice.randbytes(end - begin) + data[end:]


def _shuffle(dice: Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    dice.shuffle(lines)
    return b"".join(lines)


def _digits(dice: Random, data: bytes) -> bytes:
    digits = [place for place, byte in enumerate(data) if byte in b"0123456789"]
    changed = bytearray(data)
    for place in dice.sample(digits, min(len(digits), dice.choice((1, 4, 40)))):
        changed[place] = dice.choice(b"0123456789")
    return bytes(changed)


def _recode(dice: Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    marks = (codecs.BOM_UTF8 + data, text.encode("utf-16"), text.encode("utf-32"), text.encode("latin-1", "replace"))
    return dice.choice((*marks, text.encode("utf-7"), data.replace(b"\n", b"\r"), data.replace(b"\n", b"\r\n")))


def _nothing(_dice: Random, _data: bytes) -> bytes:
    return b""


_CHANGES: tuple[Callable[[Random, bytes], bytes], ...] = (
    *(_flip, _flip, _cut, _leave_out, _repeat, _insert, _insert, _insert, _noise, _shuffle, _digits, _recode, _nothing),
)


def damaged_archive(dice: Random, files: Mapping[str, bytes]) -> bytes:
    """A tech-support file: some of its members, some of the packing, or both are bad."""
    items: list[Item | bytes] = [Item(name, data) for name, data in files.items()]
    for _time in range(dice.randint(0, 5)):
        _damage_member(dice, items)
    if dice.random() < 0.2:
        dice.shuffle(items)
    end = dice.choice((END, END, END, b"", dice.randbytes(2000)))
    data = b"".join(map(bytes, items)) + end
    if dice.random() < 0.2:
        data = damaged(dice, data, 2)
    data = _packed(dice, data)
    return damaged(dice, data, 2) if dice.random() < 0.2 else data


def _packed(dice: Random, data: bytes) -> bytes:
    how = dice.random()
    if how < 0.8:
        return gzip.compress(data, 1)
    others: tuple[Callable[[bytes], bytes], ...] = (
        bytes,
        lambda data: gzip.compress(gzip.compress(data, 1), 1),
        lambda data: gzip.compress(data[: len(data) // 2], 1) + gzip.compress(data[len(data) // 2 :], 1),
        lambda data: gzip.compress(data, 1) + dice.randbytes(1000),
        lambda data: bz2.compress(data, 1),
        lambda data: lzma.compress(data, preset=0),
        lambda data: gzip.compress(_inside_another(data), 1),
    )
    return dice.choice(others)(data)


def _inside_another(data: bytes) -> bytes:
    return bytes(Item("fw-1.tgz", gzip.compress(data, 1))) + END


def _damage_member(dice: Random, items: list[Item | bytes]) -> None:
    place = dice.randrange(len(items))
    item = items[place]
    if not isinstance(item, Item):
        return
    change = dice.randrange(9)
    if change < 3:
        items[place] = Item(item.name, damaged(dice, item.data))
    elif change == 3:
        items.insert(dice.randrange(len(items) + 1), Item(item.name, damaged(dice, item.data)))
    elif change == 4:
        items[place] = Item(dice.choice(NAMES), item.data)
    elif change == 5:
        items.insert(place, Item(item.name, kind=dice.choice(KINDS), link=dice.choice((*NAMES, item.name))[:100]))
    elif change == 6:
        items[place] = Item(item.name, item.data, size=dice.choice((0, 1, len(item.data) + 1, 8**11 - 1)))
    elif change == 7:
        huge = dice.choice((b"\0", b"\n", b"a", b"<a>", b"2026-11-23 10:00:00.000 +0000 Error: mlav x\n"))
        data = huge * (dice.choice((1, 4, 16)) * MEGABYTE // len(huge))
        packed = dice.choice((False, False, True))
        items[place] = Item("var/log/pan/devsrv.log.1.gz" if packed else item.name, _gzip(data) if packed else data)
    else:
        sparse = dice.choice((gnu_sparse, pax_sparse))
        items.insert(place, sparse(item.name, dice.choice((1, MEGABYTE, 2**40))))


def _gzip(data: bytes) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, 0) as file:
        file.write(data)
    return packed.getvalue()


def damaged_document(dice: Random, document: Mapping[str, Any]) -> bytes:
    """Saved evidence with bad answers in it, of a bad form, or as bad JSON."""
    data: Any = copy.deepcopy(dict(document))
    for _time in range(dice.randint(1, 4)):
        question = dice.choice(data["questions"]) if data["questions"] else {}
        for answer in question.get("answers", []):
            for key in ("text", "xml"):
                if key in answer:
                    answer[key] = damaged_text(dice, answer[key])
        if dice.random() < 0.1:
            holder = dice.choice([data, question, *question.get("answers", [])]) or data
            strange: Any = dice.choice((None, True, -1, 10**40, "", "x" * 2000, [], {}, [[]], {"": {}}))
            holder[dice.choice(sorted(holder))] = strange
            # What has another form now has no places that could be found for more.
            break
    text = json.dumps(data).encode()
    return damaged(dice, text, 2) if dice.random() < 0.1 else text


def damaged_http(dice: Random, status: int, body: bytes) -> bytes:
    """Everything that a server sends for one request: status line, headers and body."""
    length = str(len(body)).encode()
    head = [
        b"HTTP/1.1 %d OK" % status,
        b"Content-Type: application/xml; charset=UTF-8",
        b"Content-Length: " + length,
        b"Connection: close",
    ]
    change = dice.randrange(8)
    if change == 0:
        head[0] = dice.choice((b"HTTP/1.1 999 ?", b"HTTP/0.9 200", b"ICY 200 OK", b"HTTP/1.1 302 Found", b"", b"\x00"))
    elif change == 1:
        head[2] = b"Content-Length: " + dice.choice((b"-1", b"0", b"1", b"99999999999999999999", b"+5", b"1_0", b"x"))
    elif change == 2:
        head[2] = b"Transfer-Encoding: chunked"
        body = dice.choice((b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), b"ffffffffff\r\n" + body, b"-1\r\n" + body))
    elif change == 3:
        head.insert(1, dice.choice((b"X: " + b"a" * 70000, b"Location: http://\xff[::1", b": ", b"no colon")))
    elif change == 4:
        head += [b"X-%d: y" % number for number in range(200)]
    elif change == 5:
        head[1] = dice.choice((b"Content-Encoding: gzip", b"Content-Type: text/html", b"Content-Type: a/b; charset=x"))
    elif change == 6:
        return damaged(dice, b"\r\n".join(head) + b"\r\n\r\n" + body, 2)
    return b"\r\n".join(head) + b"\r\n\r\n" + body
