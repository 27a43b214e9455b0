# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is told to end undoes first what it has to undo, however often it is told."""

from __future__ import annotations

import os
import signal

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.signals import ended_in_order, undisturbed

SIGNALS = [signal.SIGTERM, signal.SIGINT]


def tell(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)
    # Python handles it before the next call returns.
    signal.getsignal(number)


@pytest.mark.parametrize("second", SIGNALS, ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("first", SIGNALS, ids=["SIGTERM", "SIGINT"])
def test_first_signal_ends_the_run(first: signal.Signals, second: signal.Signals) -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    undone: list[str] = []

    def run() -> None:
        try:
            tell(first)
            undone.append("not reached")
        finally:
            tell(second)
            tell(second)
            undone.append("undone")

    with ended_in_order(), pytest.raises(SystemExit) as ended:
        run()
    assert (undone, ended.value.code) == (["undone"], 128 + first)
    assert [signal.getsignal(number) for number in SIGNALS] == before


@pytest.mark.parametrize("number", SIGNALS, ids=["SIGTERM", "SIGINT"])
def test_signal_is_delivered_after_the_block(number: signal.Signals) -> None:
    done: list[str] = []

    def run() -> None:
        with undisturbed():
            tell(number)
            done.append("done")
        done.append("not reached")

    with ended_in_order(), pytest.raises(SystemExit):
        run()
    assert done == ["done"]
