# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.network import Deadline, connect
from ansible_collections.panops.mlav.tests.unit.device.servers import listening


@pytest.mark.parametrize(("host", "threads"), [("127.0.0.1", 0), ("localhost", 1)])
def test_only_a_name_is_resolved_in_a_thread(host: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    start = threading.Thread.start

    def noted(thread: threading.Thread) -> None:
        started.append(thread.name)
        start(thread)

    with listening(lambda connection: None) as port:
        monkeypatch.setattr(threading.Thread, "start", noted)
        connect(host, port, Deadline(5, "connecting")).close()
    assert started == ["panops-resolve"] * threads
