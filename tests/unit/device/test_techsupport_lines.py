# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Large logs of a tech-support file are searched in blocks: what is kept must be what reading line by line keeps."""

from __future__ import annotations

import gzip
import io
import random
import re
import tarfile
import tracemalloc
from collections.abc import Iterator

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Interest, SystemLogQuery
from ansible_collections.panops.mlav.plugins.module_utils._device.relevant_lines import Relevance
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.device import ArchiveDevice, read_archive

LOG = "var/log/pan/devsrv.log"
SYSTEM_LOG = "tmp/cli/logs/show_log_system.txt"
WORDS = re.compile(rb"mlav|curl error")
# The logs are read in blocks of this size, and of a line this much counts.
BLOCK, PIECE = 256 * 1024, 4096


def device(files: dict[str, bytes], relevant: re.Pattern[bytes] = WORDS) -> ArchiveDevice:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    size = buffer.tell()
    buffer.seek(0)
    return read_archive(
        buffer, "fw.tar", size, Interest((), Relevance(relevant), Relevance(relevant)), lambda line: None
    )


def kept_of_log(data: bytes, relevant: re.Pattern[bytes] = WORDS) -> str:
    (answer,) = device({LOG: data}, relevant).process_log("devsrv.log", 1)
    return answer.text


def kept_of_system_log(data: bytes) -> str:
    return device({SYSTEM_LOG: data}).system_log(SystemLogQuery("", None, 5000)).text


def dated(number: int, text: str, separator: str = "-") -> bytes:
    day = f"2026{separator}07{separator}11"
    return f"{day} {number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d} {text}\n".encode()


def filled(size: int, begin: int = 0) -> bytes:
    """Lines that do not matter, ``size`` bytes of them."""
    lines = b"".join(dated(begin + number, "x" * 79) for number in range(size // 100))
    return lines + dated(begin + size // 100, "x" * (size % 100 + 79))


@pytest.mark.parametrize("place", [0, 1, 20, 21, 24, 25, 26, 40])
def test_a_line_across_two_blocks_is_found_wherever_it_is_cut(place: int) -> None:
    relevant = dated(40_000, "MLAV failed")
    before = filled(BLOCK - place - 100)
    assert len(before) == BLOCK - place
    after = filled(3 * BLOCK, 50_000)
    kept = kept_of_log(before + relevant + after).encode()
    assert kept == dated(0, "x" * 79) + relevant + after.splitlines(keepends=True)[-1]


def test_body_lines_across_two_blocks_are_kept_up_to_the_fifth() -> None:
    relevant = dated(40_000, "mlav failed") + b"".join(b"  body %d\n" % number for number in range(7))
    kept = kept_of_log(filled(BLOCK - 150) + relevant + filled(BLOCK, 50_000))
    assert re.findall("body .", kept) == ["body 0", "body 1", "body 2", "body 3", "body 4"]


def test_a_body_line_that_would_matter_counts_for_nothing_below_a_line_that_does_not() -> None:
    data = dated(0, "first") + dated(1, "other") + b"  curl error\n" + dated(2, "last")
    assert kept_of_log(data).encode() == dated(0, "first") + dated(2, "last")


def test_the_last_line_with_a_time_is_kept_though_much_without_one_follows() -> None:
    data = dated(0, "first") + filled(BLOCK) + dated(60_000, "last") + b"no time\n" * 100_000
    assert kept_of_log(data).encode() == dated(0, "first") + dated(60_000, "last")


def test_a_last_line_without_an_end_is_read() -> None:
    data = dated(0, "first") + filled(BLOCK) + dated(60_000, "mlav at last").rstrip()
    assert kept_of_log(data).encode() == dated(0, "first") + dated(60_000, "mlav at last").rstrip()


def test_of_a_very_long_line_the_beginning_is_the_line() -> None:
    long = dated(1, "y" * (2 * PIECE) + " mlav")
    relevant = dated(2, "mlav " + "z" * BLOCK * 2)
    kept = kept_of_log(dated(0, "first") + long + relevant + dated(3, "last")).encode()
    assert kept == dated(0, "first") + relevant[:PIECE] + b"\n" + dated(3, "last")


def test_a_line_without_an_end_as_long_as_the_log_is_passed_over() -> None:
    assert kept_of_log(dated(0, "first") + b"w" * BLOCK * 5).encode() == dated(0, "first")


def test_what_looks_like_a_time_within_a_very_long_line_begins_no_line() -> None:
    data = dated(0, "first") + b"v" * PIECE + dated(5, "mlav") + b"no time\n" * 100_000
    assert kept_of_log(data).encode() == dated(0, "first")


def test_what_stands_before_the_first_time_belongs_to_an_older_file() -> None:
    data = b"MIIEvQIBADANBgkqhkiG9w0\n" * 3 + dated(0, "first") + dated(1, "mlav")
    assert kept_of_log(data).encode() == dated(0, "first") + dated(1, "mlav")


def test_of_a_log_without_any_time_the_beginning_is_kept() -> None:
    assert kept_of_log(b"no time, mlav\n" * 100_000) == "no time, mlav\n" * 10


@pytest.mark.parametrize("begin", [b"", dated(1, "mlav")[:-1]])
def test_a_line_without_an_end_takes_no_memory(begin: bytes) -> None:
    data = dated(0, "first") + begin + b"u" * BLOCK * 100
    tracemalloc.start()
    try:
        kept = kept_of_log(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept.startswith(dated(0, "first").decode())
    # The archive itself is made in memory as well.
    assert peak - len(data) < 12 * BLOCK


def test_words_are_found_in_any_case() -> None:
    spelt = b"".join(dated(10 + number, word) for number, word in enumerate(("mlav", "MLAV", "MlAv", "9lav")))
    data = dated(0, "first") + spelt + dated(99, "last")
    assert re.findall(r"(\w*lav)\n", kept_of_log(data), re.IGNORECASE) == ["mlav", "MLAV", "MlAv"]


def test_the_system_log_has_its_head_and_the_rows_that_matter() -> None:
    head = b"Time  Severity Subtype\n====\n"
    rows = b"".join(
        dated(number, "MLAV cloud" if number % 4000 == 7 else "general " * 9, "/") for number in range(9000)
    )
    kept = kept_of_system_log(head + rows + b"no row: mlav\n").encode()
    newest = b"".join(dated(number, "MLAV cloud", "/") for number in (8007, 4007, 7))
    assert [line for line in kept.split(b"\n") if line] == (head + newest).splitlines()


def test_a_packed_rotation_is_searched_alike() -> None:
    data = dated(0, "first") + filled(BLOCK) + dated(60_000, "mlav") + filled(BLOCK, 61_000)
    found = device({LOG: dated(90, "live"), f"{LOG}.2.gz": gzip.compress(data)})
    live, rotation = found.process_log("devsrv.log", 1)
    assert live.text.encode() == dated(90, "live")
    assert rotation.text == kept_of_log(data)


# --- against reading line by line ---


def lines(data: bytes) -> Iterator[bytes]:
    for line in data.splitlines(keepends=True):
        yield line if len(line) < PIECE or line[PIECE - 1 :] == b"\n" else line[:PIECE] + b"\n"


def relevant(data: bytes) -> bytes:
    """What is to be kept of a log, in the plainest way."""
    kept: list[bytes] = []
    first = last = b""
    body = 0
    for line in lines(data):
        if re.match(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", line):
            kept = kept if first else []
            first, last = first or line, line
            body = 5 if WORDS.search(line.lower()) else 0
            wanted = body > 0
        else:
            wanted = body > 0
            body -= 1
        if wanted:
            kept.append(line)
    if first and first not in kept[:1]:
        kept.insert(0, first)
    return b"".join(kept if not last or kept[-1] == last else [*kept, last])


@pytest.mark.parametrize("seed", range(12))
def test_random_logs_are_kept_as_line_by_line(seed: int) -> None:
    dice = random.Random(seed)
    texts = ["mlav", "Curl Error", "curl", "ml\nav", "x" * 60, "x" * PIECE, "y" * (PIECE - 20), "z" * 9000, "\xff", ""]
    weights = [1, 1, 5, 1, 800, 1, 1, 1, 5, 5]
    data = bytearray(b"no time yet\n" * dice.randrange(3))
    for number in range(6000):
        text = "".join(dice.choices(texts, weights, k=2))
        data += dated(number, text) if dice.random() < 0.9 else f"{text}\n".encode("latin-1")
    data = data[: len(data) - dice.randrange(100)]
    assert len(data) > 2 * BLOCK
    expected = relevant(bytes(data))
    assert 1000 < len(expected) < len(data) // 2
    assert kept_of_log(bytes(data)) == expected.decode("utf-8", "replace")
