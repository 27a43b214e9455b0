# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets in every part of a tech-support file that is read: no diagnosis, report or saved evidence holds one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import REPORT
from ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport import TECHSUPPORT_INFO
from tests.simulator.scenario import load
from tests.simulator.techsupport import write_archive
from tests.tooling.operations import run_operation

# What may stand in a line, and the part of it that must not come out.
LINES = {
    "password": ("MLAV login with password=Zebra-4711-stripes", "Zebra-4711-stripes"),
    "quoted": ('MLAV config "api_key": "quoted-Zebra-0815"', "quoted-Zebra-0815"),
    "set line": ("set deviceconfig system MLAV secure-proxy-password Zebra-proxy-99", "Zebra-proxy-99"),
    "API key": ("MLAV key LUFRPT1aZebraZebraZebraZebra0123456789==", "ZebraZebraZebra"),
    "header": ("MLAV sent X-PAN-KEY: header-Zebra-123456", "header-Zebra-123456"),
    "basic": ("MLAV sent Authorization: Basic WmVicmE6c3RyaXBlcw==", "WmVicmE6c3RyaXBlcw=="),
    "master key": ("MLAV value -AQ==ZebraMaster0123456789abcdefg=", "ZebraMaster0123456789"),
    "hash": ("MLAV user $5$zebrasalt$ZebraHash0123456789abcdefghijk", "ZebraHash0123456789"),
    "old hash": ("MLAV user $1$zebra$ZebraMd5Hash0123456789", "ZebraMd5Hash0123456789"),
    "element": ("MLAV <phash>element-Zebra-77</phash>", "element-Zebra-77"),
    "private key": (
        "MLAV -----BEGIN RSA PRIVATE KEY-----\nMIIZebraKey0123456789\n-----END RSA PRIVATE KEY-----",
        "MIIZebraKey0123456789",
    ),
    "cut private key": ("MLAV -----BEGIN PRIVATE KEY-----\nMIIZebraCut0123456789", "MIIZebraCut0123456789"),
}
PARTS = ("sections", "devsrv.log", "devsrv.log.1", "system log", "netstat", "configuration")


def plant(folder: Path, part: str, line: str) -> None:
    """Writes the line wherever the part is read and kept."""
    logs, configurations = folder / "var/log/pan", folder / "opt/pancfg/mgmt/saved-configs"
    if part == "sections":
        [path] = (folder / "tmp/cli").glob("techsupport_*.txt")
        text = path.read_text(encoding="latin-1")
        heads = [head for head in text.splitlines(keepends=True) if head.startswith("> ")]
        for head in dict.fromkeys(heads):
            text = text.replace(head, f"{head}{line}\n")
        path.write_text(text, encoding="latin-1")
    elif part.startswith("devsrv.log"):
        path = logs / part
        lines = path.read_text(encoding="latin-1").splitlines() if path.exists() else []
        stamp = (logs / "devsrv.log").read_text(encoding="latin-1")[:29]
        planted = [
            f"{stamp} Error: pan_mlav_send_query(pan_mlav_cloud.c:1): {line}",
            f"{stamp} Error: pan_mlav_send_query(pan_mlav_cloud.c:1): Failed to send req, curl error: {line}",
            f"{stamp} Error: pan_mlav_resp_parser(pan_mlav_cloud.c:2): Server resp code[500], msglen[9], msg: {line}",
        ]
        path.write_text("\n".join([*planted, *lines, *planted]) + "\n", encoding="latin-1")
    elif part == "system log":
        path = folder / "tmp/cli/logs/show_log_system.txt"
        text = path.read_text(encoding="latin-1")
        stamp = max(row[:19] for row in text.splitlines() if row[:1].isdigit())
        path.write_text(f"{text}{stamp} high general general 0  MLAV: Reason - {line}\n", encoding="latin-1")
    elif part == "netstat":
        with (folder / "tmp/cli/logs/cli_netstat.txt").open("a", encoding="latin-1") as file:
            file.write(f"{line}\ntcp 0 0 192.0.2.7:4711 198.51.100.25:443 SYN_SENT {line}\n")
    else:
        escaped = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for path in configurations.glob(".merged*.xml"):
            text = path.read_text(encoding="latin-1")
            entry = f'<entry name="*.example.com"><exclude>yes</exclude><description>{escaped}</description></entry>'
            lists = f"<ssl-decrypt><ssl-exclude-cert>{entry}</ssl-exclude-cert></ssl-decrypt>"
            assert "<shared>" in text
            assert "<route>" in text or "<system>" in text
            text = text.replace("<shared>", f"<shared>{lists}", 1)
            path.write_text(text.replace("<system>", f"<system><panorama>{escaped}</panorama>", 1), encoding="latin-1")


@pytest.mark.parametrize("name", LINES)
def test_no_secret_of_a_file_comes_out(name: str, tmp_path: Path) -> None:
    line, secret = LINES[name]
    folder = write_archive(load("cloud_service_error").world("fw-1"), tmp_path / "unpacked")
    for part in PARTS:
        plant(folder, part, line)
    assert sum(secret in path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()) >= len(PARTS)
    saved, reports = tmp_path / "saved", tmp_path / "reports"
    found = run_operation(TECHSUPPORT_INFO, {"path": str(folder), "save_evidence": str(saved)})
    report = run_operation(REPORT, {"diagnoses": found["diagnoses"], "report_dir": str(reports)})
    again = run_operation(TECHSUPPORT_INFO, {"path": str(saved)})
    written = {path.name: path.read_text(encoding="utf-8") for path in (*saved.iterdir(), *reports.iterdir())}
    assert set(written) == {"unpacked.json", "diagnoses.json", "report.md", "report.html"}
    told = {"result": json.dumps(found), "report": json.dumps(report), "again": json.dumps(again), **written}
    assert [place for place, text in told.items() if secret in text] == []
    # What was planted was read: its surroundings came out.
    assert "MLAV" in written["unpacked.json"]
    assert "********" in written["unpacked.json"]
