# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a host is excluded from decryption now, by the firewall's own test command."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command
from ansible_collections.panops.mlav.plugins.module_utils._device.live.cli import safe_argument
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import yes_no


def in_effect(device: LiveDevice, hostname: str, vsys: str | None = None) -> bool | None:
    """Whether ``hostname`` is excluded now by the firewall's own test; None where its answer is not recognized.

    The test is about the running configuration. The command is documented, its answer is not, so only one plain
    sentence, or a plain yes or no, counts.
    """
    host = safe_argument(hostname)
    scope = "shared" if vsys is None else "vsys"
    xml = f"<test><ssl-exclude-list><{scope}></{scope}><hostname>{host}</hostname></ssl-exclude-list></test>"
    asked = f"test ssl-exclude-list {scope} hostname {host}"
    try:
        if vsys is None:
            text = device.run(Command(asked, xml)).text
        else:
            # At the command line the virtual system would have to be chosen for the whole session.
            text = device.api.call({"type": "op", "cmd": xml, "vsys": vsys}, asked=asked).text
    except ExpectedFailure:
        return None
    sentence = " ".join(text.split()).lower().rstrip(".")
    for answer, excluded in (("is in", True), ("is not in", False)):
        if sentence == f"{host} {answer} the ssl exclude list".lower():
            return excluded
    return yes_no(sentence)
