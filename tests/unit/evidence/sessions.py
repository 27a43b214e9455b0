# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions with a firewall that answers from a table."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import FULL, NOW, FakeDevice, Recorded

FROM_ROUTE = "ping source 10.1.5.254 count 3 host ml.service.paloaltonetworks.com"
NETSTAT_QUESTION = "show netstat numeric-hosts yes numeric-ports yes"
FROM_MANAGEMENT = "ping count 3 host ml.service.paloaltonetworks.com"


def options(**changes: object) -> GatherOptions:
    values: dict[str, object] = {"now": lambda: NOW, "sleep": lambda _seconds: None, **changes}
    return GatherOptions(**values)  # type: ignore[arg-type]


def firewall(**changes: Recorded | list[Recorded]) -> FakeDevice:
    names = {
        "status": "show mlav cloud-status",
        "info": "show system info",
        "clock": "show clock",
        "events": "log system",
    }
    names |= {"lines": "log devsrv.log", "config": "config devices/entry/deviceconfig", "ping": FROM_ROUTE}
    names |= {"netstat": NETSTAT_QUESTION, "interfaces": "show interface all"}
    names |= {"static": "config devices/entry/network/interface"}
    names |= {"shared": "config shared/address/entry[@name='fw-outside']"}
    names |= {"vsys": "config devices/entry/vsys/entry/address/entry[@name='fw-outside']"}
    nowhere = {names["shared"]: "", names["vsys"]: ""}
    return FakeDevice({**FULL, **nowhere, **{names[name]: answer for name, answer in changes.items()}})
