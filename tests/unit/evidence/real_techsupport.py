# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tech-support files in real devices' words: one, and what is replaced in it.

Names, addresses and serial numbers are replaced.
"""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.tests.unit.device.archives import Item, opened, tar

DATA = Path(__file__).parent / "data"

DUMP = "tmp/cli/techsupport_fw-1_20260609_1000.txt"
DEVSRV = "var/log/pan/devsrv.log"
MERGED = "opt/pancfg/mgmt/saved-configs/.merged-running-config.xml"
RUNNING = "opt/pancfg/mgmt/saved-configs/running-config.xml"
QUERY = "Error: pan_mlav_send_query(pan_mlav_cloud.c:1396): Failed to send req type[3], curl error: "

# Per file what is replaced by what.
Changes = tuple[tuple[str, bytes, bytes], ...]


def in_both(old: bytes, new: bytes) -> Changes:
    return ((MERGED, old, new), (RUNNING, old, new))


def decrypting(zone: bytes) -> Changes:
    rule = (
        b"<entry name='vsys1'><rulebase><decryption><rules><entry name='decrypt-out'><type><ssl-forward-proxy/></type>"
        b"<from><member>%s</member></from><to><member>any</member></to><source><member>any</member></source><destination>"
        b"<member>any</member></destination><category><member>any</member></category><action>decrypt</action></entry>"
        b"</rules></decryption></rulebase></entry>" % zone
    )
    return in_both(b"<entry name='vsys1'/>", rule)


def logged(text: str, at: str = "2026-06-09 09:55:00.123 +0000") -> Changes:
    old = b"2026-06-09 09:58:00.000 +0000 pan_mlav_cloud_check(pan_mlav_cloud.c:1): tick"
    return ((DEVSRV, old, f"{at} {QUERY}{text}".encode()),)


CUT: Changes = ((DUMP, b"Internet Edge   ", b"Branch_Surveilla"),)


def archive(*changes: Changes) -> EvidenceSet:
    """What is found in the tech-support file with those changes."""
    folder = DATA / "techsupport"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name, old, new in (change for group in changes for change in group):
        assert old in files[name], (name, old)
        files[name] = files[name].replace(old, new)
    held = opened(tar(*(Item(name, data) for name, data in files.items())))
    now = datetime(2026, 6, 9, 10, 0, tzinfo=timezone.utc)
    return gather(held, "fw-1", GatherOptions(source="techsupport", now=lambda: now))
