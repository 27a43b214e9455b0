# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bare asynchronous client: asks every firewall of an inventory what the sweep asks, without Ansible.

    python benchmarks/fleet/bare_async.py TARGETS.json

TARGETS.json: {"addresses": [...], "port": ..., "api_key": ..., "ca_path": ..., "parallel": ...}. Prints how many are
connected.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import aiohttp

COMMAND = "<show><mlav><cloud-status/></mlav></show>"


async def ask(session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> bool:
    async with session.post(url, data={"type": "op", "cmd": COMMAND}, headers=headers) as answer:
        text = ET.fromstring(await answer.text()).findtext("result") or ""  # noqa: S314
    return "connected" in text.lower() and "not connected" not in text.lower()


async def sweep(targets: dict[str, Any]) -> int:
    headers = {"X-PAN-KEY": targets["api_key"]}
    verified = ssl.create_default_context(cafile=targets["ca_path"])
    connector = aiohttp.TCPConnector(limit=targets["parallel"], ssl=verified, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        urls = [f"https://{address}:{targets['port']}/api/" for address in targets["addresses"]]
        return sum(await asyncio.gather(*(ask(session, url, headers) for url in urls)))


if __name__ == "__main__":
    print(asyncio.run(sweep(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
