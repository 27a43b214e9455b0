# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names of evidence can be asked for."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EVIDENCE_NAMES
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.subset import parse_subset


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["all"], set(EVIDENCE_NAMES)),
        ([], set(EVIDENCE_NAMES)),
        (["device"], {"device"}),
        ([" device ", "all"], set(EVIDENCE_NAMES)),
        (["ping"], {"ping", "cloud_status", "service_route"}),
        (["netstat"], {"netstat", "ping", "cloud_status", "service_route"}),
        (["system_log"], {"system_log", "clock"}),
        (["decryption"], {"decryption", "service_route"}),
        (["!interfaces"], set(EVIDENCE_NAMES) - {"interfaces"}),
        (["all", "!ping"], set(EVIDENCE_NAMES) - {"ping", "netstat"}),
        (["! service_route"], set(EVIDENCE_NAMES) - {"service_route", "ping", "netstat", "decryption"}),
        (["device", "clock", "!clock"], {"device"}),
    ],
)
def test_subsets(names: list[str], expected: set[str]) -> None:
    assert parse_subset(names) == expected


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["licences"], "(did you mean licenses?)"),
        (["!pings"], "(did you mean ping?)"),
        (["xyzzy"], "expected some of all, clock, cloud_status"),
        (["ping", "!service_route"], "leaves nothing"),
        (["!all"], "leaves nothing"),
        (["device", "!all"], "leaves nothing"),
    ],
)
def test_what_cannot_be_asked(names: list[str], message: str) -> None:
    with pytest.raises(InvalidOption, match=message.replace("?", r"\?")):
        parse_subset(names)


def test_no_near_name_is_no_guess() -> None:
    with pytest.raises(InvalidOption) as caught:
        parse_subset(["xyzzy"])
    assert "did you mean" not in caught.value.message


def test_everything_is_wanted_by_default() -> None:
    assert all(GatherOptions().wants(name) for name in EVIDENCE_NAMES)
