# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tech-support archive is a third view of the same world: it says what the API and the command line say."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
import tarfile
import tracemalloc
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.simulator import (
    Layout,
    World,
    archive_bytes,
    load,
    names,
    panorama_archive,
    write_archive,
)
from tests.simulator.commands import CommandError, Request, from_cli
from tests.simulator.config import clean, to_text
from tests.simulator.parts import ScenarioError
from tests.simulator.planted import PLANTED
from tests.simulator.techsupport_parts import PARTS, SECTIONS
from tests.simulator.xml_api import XmlApi

ROOT = Path(__file__).resolve().parents[2]
AT = 1790000000.0  # 2026-09-21 14:13:20 UTC
SAVED = "opt/pancfg/mgmt/saved-configs"
LOG = "var/log/pan/devsrv.log"
STATUS = "show mlav cloud-status"
OLD_ERRORS = [{"ago": f"{hours}h", "world": {"cloud": {"http_status": 500}}} for hours in (140, 100, 60)]
OLD = {"firewall": {"history": OLD_ERRORS, "since": "30h"}}


def standing(name: str, changes: dict[str, Any] | None = None) -> World:
    """A world whose clock stands still."""
    return load(name, changes).world("fw-lon-1", now=lambda: AT)


def unpacked(data: bytes) -> dict[str, bytes]:
    """Name and content of every file."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        found = {}
        for member in tar:
            file = tar.extractfile(member)
            assert file is not None
            found[member.name] = file.read()
        return found


def dump(files: dict[str, bytes]) -> str:
    """The text with what the commands answered."""
    return next(data for name, data in files.items() if name.startswith("tmp/cli/techsupport_")).decode("latin-1")


def sections(text: str) -> dict[str, str]:
    """The answers by command."""
    parts = re.split(r"^> (.*)\n\n", text, flags=re.MULTILINE)
    assert parts[0] == ""
    return {line: answer.removesuffix("\n\n") for line, answer in zip(parts[1::2], parts[2::2], strict=True)}


def say(world: World, line: str) -> str:
    """What the command line answers."""
    command, params = from_cli(line)
    return command.run(world, Request(command, world.spec.admins[0], "ssh", params)).text


def ask(world: World, **fields: str) -> ET.Element:
    """What the XML API answers."""
    headers = {"x-pan-key": world.spec.admins[0].api_key}
    return ET.fromstring(XmlApi(world).handle(fields, headers).body)


def test_the_files_of_an_archive() -> None:
    world = standing("healthy", {"firewall": {"clock": {"utc_offset": "-0400", "zone": "EDT", "skew_s": 60}}})
    assert list(unpacked(archive_bytes(world))) == [
        "tmp/cli/techsupport_fw-lon-1_20260921_1014.txt",
        "tmp/cli/logs/show_log_system.txt",
        "tmp/cli/logs/cli_netstat.txt",
        LOG,
        f"{LOG}.old",
        "var/log/pan/dagger.log",
        "var/log/pan/mp-monitor.log",
        f"{SAVED}/running-config.xml",
        f"{SAVED}/.merged-running-config.xml",
        f"{SAVED}/techsupport-saved-currcfg.xml",
        f"{SAVED}/.ha-remote-rc.xml",
        "var/log/pan/content_telemetry.log",
        "opt/var.dp0/log/pan/devsrv.log",
    ]


def test_the_archive_of_a_world_is_always_the_same() -> None:
    world = standing("tls_interception")
    first = archive_bytes(world)
    assert archive_bytes(world) == first
    world.path.decrypting_device = "none"
    assert archive_bytes(world) != first
    with tarfile.open(fileobj=io.BytesIO(first)) as tar:
        assert {member.mtime for member in tar} == {int(AT)}
    assert gzip.GzipFile(fileobj=io.BytesIO(first)).read(1) == b"t"
    assert int.from_bytes(first[4:8], "little") == int(AT)


@pytest.mark.parametrize("name", names())
def test_the_archive_says_what_the_command_line_says(name: str) -> None:
    world = standing(name)
    files = unpacked(archive_bytes(world))
    found = sections(dump(files))
    for line in SECTIONS:
        try:
            expected = say(world, line)
        except CommandError as error:
            if error.syntax:
                assert line not in found
                continue
            expected = f"Server error : {error.text}\n"
        assert found[line] == expected
    assert files["tmp/cli/logs/cli_netstat.txt"].decode() == say(world, "show netstat numeric-hosts yes")
    assert files["tmp/cli/logs/show_log_system.txt"].decode() == say(world, "show log system")
    name = f"var/log/pan/{world.switches.devsrv_log}"
    assert files[name].decode() == say(world, f"less mp-log {world.switches.devsrv_log}")
    assert files[f"{name}.old"].decode() == say(world, f"less mp-log {world.switches.devsrv_log}.old")
    assert f"hostname: {world.spec.hostname}\n" in files["var/log/pan/content_telemetry.log"].decode()


def test_the_order_of_the_sections() -> None:
    found = list(sections(dump(unpacked(archive_bytes(standing("healthy"))))))
    assert found[0] == "show clock"
    assert found[found.index(STATUS) - 1] == "show url-cloud status"
    assert len(found) > 50


@pytest.mark.parametrize(
    ("name", "changes", "status"),
    [
        (
            "healthy",
            {},
            "MLAV cloud\nCurrent cloud server: ml.service.paloaltonetworks.com\nCloud connection: connected\n",
        ),
        ("device_server_unavailable", {}, "Server error : device busy or unavailable\n"),
        (
            "healthy_busy_recovers",
            {"firewall": {"configured_cloud": "x.test"}},
            "MLAV cloud\nCurrent cloud server: x.test\n",
        ),
        ("healthy", {"switches": {"archive_status": "absent"}}, None),
        ("healthy", {"firewall": {"sw_version": "9.1.16"}}, None),
    ],
)
def test_the_status_of_the_cloud(name: str, changes: dict[str, Any], status: str | None) -> None:
    found = sections(dump(unpacked(archive_bytes(standing(name, changes)))))
    if status is None:
        assert STATUS not in found
    else:
        assert found[STATUS].startswith(status)


def test_configurations_are_those_of_the_api() -> None:
    pending = [{"admin": "bob", "name": "waiting", "value": "203.0.113.9"}]
    route = {"kind": "interface", "interface": "ethernet1/2", "address": "10.1.2.1/24", "pushed": True}
    world = standing("healthy", {"firewall": {"pending": pending, "service_route": route}})
    files = unpacked(archive_bytes(world))

    def saved(name: str) -> str:
        data = files[f"{SAVED}/{name}"]
        assert data.startswith(b'<?xml version="1.0"?>\n<config version="11.1.0"')
        return to_text(clean(ET.fromstring(data)))

    def shown(**fields: str) -> str:
        found = ask(world, **fields).find("result/config")
        assert found is not None
        return to_text(clean(found))

    assert saved("running-config.xml") == shown(type="config", action="show", xpath="/config")
    assert saved("techsupport-saved-currcfg.xml") == shown(type="config", action="get", xpath="/config")
    cmd = "<show><config><effective-running></effective-running></config></show>"
    assert saved(".merged-running-config.xml") == shown(type="op", cmd=cmd)
    assert "paloalto-networks-services" in saved(".merged-running-config.xml")
    assert "paloalto-networks-services" not in saved("running-config.xml")
    assert "waiting" in saved("techsupport-saved-currcfg.xml")
    assert "waiting" not in saved("running-config.xml")
    assert b'dirtyId="2"' in files[f"{SAVED}/techsupport-saved-currcfg.xml"]


def test_the_peers_configuration_and_the_dataplanes_log_are_another_story() -> None:
    files = unpacked(archive_bytes(standing("healthy")))
    peer = files[f"{SAVED}/.ha-remote-rc.xml"].decode()
    assert "198.18.0.9/24" in peer
    assert "peer-decrypts" in peer
    assert "<hostname>fw-lon-1-peer</hostname>" in peer
    decoy = files["opt/var.dp0/log/pan/devsrv.log"].decode()
    assert "Code : 9" in decoy
    others = b"".join(data for name, data in files.items() if "ha-remote" not in name and "var.dp0" not in name)
    for text in (b"198.18.0.9", b"peer-decrypts", b"Code : 9"):
        assert text not in others


def test_secrets_are_planted_in_every_view() -> None:
    world = standing("healthy")
    assert len(set(PLANTED)) == 8
    files = unpacked(archive_bytes(world))
    shown = to_text(ask(world, type="config", action="show", xpath="/config"))
    for secret in PLANTED:
        assert secret in files[f"{SAVED}/running-config.xml"].decode()
        assert secret in shown
        assert secret in say(world, "show config running")


@pytest.mark.parametrize(
    ("rotations", "expected"),
    [
        ("old", [".old"]),
        ("numbered", [".1", ".2"]),
        ("gz", [".1", ".2.gz", ".3.gz"]),
    ],
)
def test_how_rotated_logs_are_named(rotations: str, expected: list[str]) -> None:
    world = standing("healthy", {**OLD, "switches": {"archive_rotations": rotations}})
    files = unpacked(archive_bytes(world))
    assert [name.removeprefix(LOG) for name in files if name.startswith(f"{LOG}.")] == expected
    texts = [gzip.decompress(files[LOG + end]) if end.endswith(".gz") else files[LOG + end] for end in expected]
    assert all(texts)
    both = say(world, "less mp-log devsrv.log.old") + say(world, "less mp-log devsrv.log")
    assert b"".join([*reversed(texts), files[LOG]]).decode() == both
    old = [line for line in world.devsrv if line.at < AT - 36 * 3600 and line.text.endswith("code 500")]
    assert len(old) > 50
    assert sum(text.count(b"code 500") for text in texts) == len(old)


def test_a_log_that_is_empty_or_not_there() -> None:
    files = unpacked(archive_bytes(standing("healthy", {"switches": {"devsrv_log_content": "empty"}})))
    assert files[LOG] == b""
    assert f"{LOG}.old" not in files
    files = unpacked(archive_bytes(standing("healthy", {**OLD, "switches": {"devsrv_log_content": "absent"}})))
    assert [name for name in files if name.startswith("var/log/pan/devsrv")] == []
    files = unpacked(archive_bytes(standing("healthy", {**OLD, "switches": {"devsrv_log": "devsrvr.log"}})))
    assert [name for name in files if "var/log/pan/devsrv" in name] == [
        "var/log/pan/devsrvr.log",
        "var/log/pan/devsrvr.log.old",
    ]


@pytest.mark.parametrize(
    ("log_offset", "archive", "expected"),
    [(True, "as_log", True), (False, "as_log", False), (True, "no", False), (False, "yes", True)],
)
def test_the_offset_of_log_lines(log_offset: bool, archive: str, expected: bool) -> None:
    world = standing("tls_interception", {"switches": {"log_offset": log_offset, "archive_log_offset": archive}})
    log = unpacked(archive_bytes(world))[LOG].decode()
    assert (f" {world.spec.clock.utc_offset} Error: " in log) is expected
    assert (f" {world.spec.clock.utc_offset} " in say(world, "less mp-log devsrv.log")) is log_offset


def test_the_system_log_is_whole_and_its_order_a_switch() -> None:
    world = standing("healthy")
    world.events += [world.events[0]] * 1500
    forward = unpacked(archive_bytes(world))["tmp/cli/logs/show_log_system.txt"].decode().splitlines()
    assert len(forward) == len(world.events) + 2
    assert len(say(world, "show log system").splitlines()) == 1002
    world.switches.archive_system_log_order = "backward"
    backward = unpacked(archive_bytes(world))["tmp/cli/logs/show_log_system.txt"].decode().splitlines()
    assert forward[2][:19] < forward[-1][:19]
    assert [line[:19] for line in backward[2:]] == [line[:19] for line in reversed(forward[2:])]


def test_bytes_that_are_not_utf_8() -> None:
    files = unpacked(archive_bytes(standing("healthy")))
    for name in ("tmp/cli/techsupport_fw-lon-1_20260921_1413.txt", "var/log/pan/dagger.log"):
        with pytest.raises(UnicodeDecodeError):
            files[name].decode()


@pytest.mark.parametrize("ending", [".tgz", ".tar.gz", ".tar"])
def test_endings(ending: str, tmp_path: Path) -> None:
    world = standing("healthy")
    path = write_archive(world, tmp_path / f"fw{ending}", Layout(prefix="./", mode=0o000, directories=True))
    assert path == tmp_path / f"fw{ending}"
    assert (path.read_bytes()[:2] == b"\x1f\x8b") is (ending != ".tar")
    with tarfile.open(path) as tar:
        members = tar.getmembers()
    assert {member.name.split("/")[0] for member in members} == {"."}
    assert {member.mode for member in members if member.isfile()} == {0o000}
    assert members[0].name == "./tmp"
    assert members[0].isdir()
    assert [member.name for member in members].count("./var/log/pan") == 1


def test_a_folder_holds_the_same_files(tmp_path: Path) -> None:
    world = standing("tls_interception")
    folder = write_archive(world, tmp_path / "unpacked", Layout(mode=0o600))
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    assert {name: path.read_bytes() for name, path in found.items()} == unpacked(archive_bytes(world))
    assert {path.stat().st_mode & 0o777 for path in found.values()} == {0o600}
    assert {int(path.stat().st_mtime) for path in found.values()} == {int(AT)}


def test_parts_can_be_left_out() -> None:
    world = standing("healthy")
    whole = unpacked(archive_bytes(world))
    less = unpacked(archive_bytes(world, Layout(include=PARTS - {"show clock", "merged", "netstat"})))
    assert set(whole) - set(less) == {f"{SAVED}/.merged-running-config.xml", "tmp/cli/logs/cli_netstat.txt"}
    assert set(sections(dump(whole))) - set(sections(dump(less))) == {"show clock"}
    assert list(unpacked(archive_bytes(world, Layout(include=frozenset({"devsrv"}))))) == [LOG]


def test_the_order_is_shuffled_by_a_seed() -> None:
    world = standing("healthy")
    plain, one, again, two = (list(unpacked(archive_bytes(world, Layout(seed=seed)))) for seed in (None, 1, 1, 2))
    assert one == again
    assert one != two
    assert one != plain
    assert sorted(one) == sorted(plain)


def test_fillers_are_never_whole_in_memory(tmp_path: Path) -> None:
    world = standing("healthy")
    tracemalloc.start()
    path = write_archive(world, tmp_path / "fw.tgz", Layout(filler_mb=40))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024
    with tarfile.open(path) as tar:
        sizes = [member.size for member in tar if "pan_task" in member.name]
        first = tar.extractfile("var/log/pan/pan_task_1.log")
        assert first is not None
        lines = first.read().split(b"\n")
    assert sizes == [16 * 1024 * 1024, 16 * 1024 * 1024, 8 * 1024 * 1024]
    # It compresses, but not to nothing.
    assert 4 < 40 * 1024 * 1024 / path.stat().st_size < 12
    whole = re.compile(
        rb"2026-01-\d\d \d\d:\d\d:\d\d\.\d{3} \+0000 pan_task_\d\(pan_task\.c:\d+\): session [0-9a-f]{12} closed"
    )
    assert sum(1 for line in lines if whole.fullmatch(line)) / len(lines) > 0.99
    assert b"mlav" not in b"".join(lines).lower()


def test_a_panorama_says_that_it_is_one(tmp_path: Path) -> None:
    files = unpacked(panorama_archive(tmp_path / "pano.tgz").read_bytes())
    found = sections(dump(files))
    assert "model: M-600\n" in found["show system info"]
    assert "system-mode: panorama\n" in found["show system info"]
    assert STATUS not in found
    assert "MLAV" not in files["tmp/cli/logs/show_log_system.txt"].decode()
    assert "system-mode" not in say(standing("healthy"), "show system info")


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """The simulator's command line, to its end."""
    command = [sys.executable, "-m", "tests.simulator", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_archives_of_a_fleet(tmp_path: Path) -> None:
    result = run("--fleet", "demo", "--archives", str(tmp_path / "archives"))
    assert (result.returncode, result.stderr) == (0, "")
    expected = json.loads((tmp_path / "archives" / "expected.json").read_text())
    written = {path.name for path in (tmp_path / "archives").glob("*.tgz")}
    assert written == {f"{entry['name']}.tgz" for entry in expected}
    assert len(written) == 35
    assert result.stdout == f"wrote 35 archives to {tmp_path / 'archives'}\n"
    assert expected[3] == {
        "name": "fw-ams-1",
        "scenario": "tls_interception",
        "expect": load("tls_interception").expect,
    }
    files = unpacked((tmp_path / "archives" / "fw-sto-2.tgz").read_bytes())
    assert "hostname: fw-sto-2\n" in sections(dump(files))["show system info"]
    assert "Connected     : yes" in sections(dump(files))["show panorama-status"]


def test_archives_of_scenarios(tmp_path: Path) -> None:
    panorama = tmp_path / "pano.yml"
    panorama.write_text("name: pano\nfirewall: {model: M-600, interfaces: [], licences: []}\n", encoding="utf-8")
    result = run("--scenario", "healthy", "--scenario", str(panorama), "--archives", str(tmp_path / "archives"))
    assert (result.returncode, result.stdout) == (0, f"wrote 1 archives to {tmp_path / 'archives'}\n")
    assert {path.name for path in (tmp_path / "archives").iterdir()} == {"fw-1.tgz", "expected.json"}


def test_a_switch_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ScenarioError, match="archive_order"):
        standing("healthy", {"switches": {"archive_order": "forward"}})
