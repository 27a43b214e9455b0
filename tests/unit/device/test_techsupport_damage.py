# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Damaged tech-support files, and files and folders of all sorts: never more certain than the whole one."""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport import tar_stream as techsupport_stream
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.contents import (
    MERGED,
    NETSTAT,
    RUNNING,
    SYSTEM_LOG,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.device import find_archives
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context
from ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport import TECHSUPPORT_INFO
from ansible_collections.panops.mlav.tests.unit.device.archives import (
    DEVSRV,
    Item,
    causes_of,
    commands_of,
    diagnosed,
    files_of,
    one_diagnosed,
    packed,
    reasons_of,
    tar,
    world,
    write_folder,
)
from tests.simulator.techsupport import Layout, archive_bytes, write_archive

SCENARIOS = ("tls_interception", "cloud_service_error", "port_443_blocked", "service_route_invalid", "healthy")


def assert_honest(part: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
    """Nothing is proven that the whole does not prove; where less is known, it is said why."""
    told = f"{part['verdict']} {causes_of(part)} {reasons_of(part)}"
    proven = {cause for cause, confidence in causes_of(part) if confidence == "proven"}
    assert proven <= {cause for cause, confidence in causes_of(whole) if confidence == "proven"}, told
    assert part["verdict"] in (whole["verdict"], "undetermined"), told
    assert "crash" not in {item["kind"] for item in part["missing"]}, told
    if (part["verdict"], causes_of(part)) != (whole["verdict"], causes_of(whole)):
        why = " ".join(reasons_of(part).values())
        assert "is cut off or damaged after" in why or "is not a tech-support file" in why, told


# --- cut ---


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_packed_archive_that_is_cut(scenario: str, tmp_path: Path) -> None:
    # Fillers, so that the members are not all in the last piece that is read.
    data = archive_bytes(world(scenario), Layout(seed=4, filler_mb=1))
    whole = one_diagnosed(data, tmp_path)
    cut = [one_diagnosed(data[: len(data) * percent // 100], tmp_path) for percent in range(0, 100, 2)]
    for part in cut:
        assert_honest(part, whole)
    assert cut[0]["verdict"] == "undetermined"


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("off", [0, 1, 511], ids=["on a block", "behind a block", "before a block"])
def test_a_tar_that_is_cut(scenario: str, off: int, tmp_path: Path) -> None:
    files = files_of(scenario)
    data = packed(files)
    whole = one_diagnosed(data, tmp_path)
    step = len(data) // 512 // 40
    seen = []
    for block in range(0, len(data) // 512 - 2, step):
        part = one_diagnosed(data[: block * 512 + off], tmp_path)
        assert_honest(part, whole)
        seen.append(part["verdict"])
    assert seen[0] == "undetermined"
    # The last files are those of others: all that matters stands before them.
    assert seen[-1] == whole["verdict"]


@pytest.mark.parametrize("name", [NETSTAT, SYSTEM_LOG, DEVSRV, MERGED])
def test_a_member_that_is_cut_is_no_evidence_and_those_before_it_are(name: str, tmp_path: Path) -> None:
    evidence = {NETSTAT: "netstat", SYSTEM_LOG: "system_log", DEVSRV: "devsrv_log", MERGED: "decryption"}[name]
    files = files_of("tls_interception")
    data = files.pop(name)
    if name == MERGED:
        files.pop(RUNNING)
    before = packed(files)[:-1024]
    part = one_diagnosed(before + bytes(Item(name, data))[: 512 + len(data) // 2], tmp_path)
    assert reasons_of(part)[evidence].startswith(
        f"{name} is cut off in the archive; fw.tgz is cut off or damaged after"
    )
    assert not [check for check in part["checks"] if check["status"] == "error" and "crash" in check["message"]]
    found = {
        evidence for evidence in ("netstat", "system_log", "devsrv_log", "decryption") if evidence in reasons_of(part)
    }
    # Of the log it may be said that older generations are missing.
    assert found - {"devsrv_log"} == {evidence} - {"devsrv_log"}
    if name != DEVSRV:
        assert reasons_of(part)["devsrv_log"].startswith("older lines may be missing: fw.tgz is cut off or damaged")


def test_generations_that_are_damaged_are_said(tmp_path: Path) -> None:
    """Else a firewall whose older log is unreadable would look as one without older errors."""
    files = {**files_of("unexplained"), f"{DEVSRV}.1.gz": gzip.compress(b"2026-11-23 10:00:00 mlav\n")[:-4]}
    part = one_diagnosed(packed(files), tmp_path)
    assert (part["verdict"], part["cause_confidence"]) == ("broken", "unknown")
    assert reasons_of(part)["devsrv_log"] == f"older lines may be missing: {DEVSRV}.1.gz is cut off or damaged"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_one_wrong_byte_in_a_packed_archive(scenario: str, tmp_path: Path) -> None:
    data = archive_bytes(world(scenario), Layout(seed=4, filler_mb=1))
    whole = one_diagnosed(data, tmp_path)
    for percent in range(1, 100, 3):
        broken = bytearray(data)
        broken[len(data) * percent // 100] ^= 0x55
        assert_honest(one_diagnosed(bytes(broken), tmp_path), whole)


SMALL = {name: data for name, data in files_of("tls_interception").items() if len(data) < 60_000}


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=8),
    gz=st.booleans(),
)
def test_wrong_bytes_never_prove_anything_else(flips: list[tuple[float, int]], gz: bool, tmp_path: Path) -> None:
    data = bytearray(gzip.compress(packed(SMALL)) if gz else packed(SMALL))
    for place, value in flips:
        data[int(place * len(data))] ^= value
    found = one_diagnosed(bytes(data), tmp_path)
    assert {cause for cause, confidence in causes_of(found) if confidence == "proven"} <= {"tls_interception"}
    assert found["verdict"] in ("broken", "undetermined")
    assert "crash" not in {item["kind"] for item in found["missing"]}


# --- files ---


def why_not(path: Path | str) -> str:
    with pytest.raises(InvalidOption) as raised:
        find_archives("path", str(path))
    return raised.value.message


EXPECTED = (
    "expected a tech-support file (.tgz, .tar.gz, .tar), an unpacked one, an evidence file (.json), or a folder of them"
)


def test_a_path_without_archives_names_the_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / ".hidden.tgz").write_text("x")
    (tmp_path / "folder.tgz").mkdir()
    (tmp_path / "gone.tgz").symlink_to("nowhere")
    os.mkfifo(tmp_path / "fifo.tgz")
    wrong: dict[Path | str, str] = {
        tmp_path: "a folder without any",
        tmp_path / "none": "nothing",
        tmp_path / "gone.tgz": "nothing",
        tmp_path / "fifo.tgz": "neither a file nor a folder",
        tmp_path / "a\0b": "nothing",
        "": "a folder without any",
    }
    monkeypatch.chdir(tmp_path)
    for path, actual in wrong.items():
        assert why_not(path) == f"option path is {str(path)!r}: {EXPECTED}, got {actual}"
    why = why_not("~nobody-of-this-name/fw.tgz")
    assert why.startswith(f"option path is '~nobody-of-this-name/fw.tgz': {EXPECTED}, got 'Could not determine home")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"log_window": "a day"}, "log_window"),
        ({"log_entries": 0}, "log_entries"),
        ({"log_entries": 5001}, "log_entries"),
    ],
)
def test_the_other_options_are_named_as_well(given: dict[str, Any], named: str, tmp_path: Path) -> None:
    usual = {"path": str(tmp_path), "diagnose": True, "log_window": "24h", "log_entries": 500, "save_evidence": None}
    with pytest.raises(InvalidOption, match=f"^{named} is .*expected "):
        TECHSUPPORT_INFO.run({**usual, **given}, Context())


def test_a_folder_that_may_not_be_read_names_the_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_path: Path) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    assert why_not(tmp_path) == f"option path is {str(tmp_path)!r}: {EXPECTED}, got 'Permission denied'"


def test_a_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "fw.tgz").write_bytes(b"x")
    assert [(found.path, found.name) for found in find_archives("path", "~/fw.tgz")] == [(tmp_path / "fw.tgz", "fw")]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (b"fw-lon-1.tgz", "fw-lon-1"),
        (b"fw.tar.gz", "fw"),
        (b"FW.TGZ", "FW"),
        (b"fw.tar", "fw"),
        (b"20260609_1000_fw-1.tgz_tw", "20260609_1000_fw-1"),
        (b"{{ 1 }} {% x %}.tgz", "_1_x_"),
        (b"a b\nc.tgz", "a_b_c"),
        (b"a\xff\xfeb.tgz", "a_b"),
        ("gerät.tgz".encode(), "ger_t"),
        ("防火墙.tgz".encode(), "_"),
        (b"!unsafe.tgz", "_unsafe"),
        (b"[a:z],b.tgz", "_a_z_b"),
        (b"-rf.tgz", "rf"),
        (b"a" * 240 + b".tgz", "a" * 100),
        (b"4711.tgz", "4711"),
        (b"localhost.tgz", "localhost-2"),
        (b"all.tar", "all-2"),
        (b"ungrouped.tgz", "ungrouped-2"),
        (b"mlav_files.tar.gz", "mlav_files-2"),
        (b"a.tgz.tgz", "a.tgz"),
    ],
)
def test_names_are_fit_for_an_inventory(file: bytes, name: str, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(file)
    path.write_bytes(b"x")
    assert [found.name for found in find_archives("path", str(tmp_path))] == [name]
    assert [found.name for found in find_archives("path", str(path))] == [name]


def test_names_are_unique_and_in_order(tmp_path: Path) -> None:
    for file in ("a.tgz", "a.tar", "a.tar.gz", "a-2.tgz", "a!.tgz", "a?.tgz", "...tgz", "A.tgz"):
        (tmp_path / file).write_bytes(b"x")
    found = find_archives("path", str(tmp_path))
    assert [(archive.path.name, archive.name) for archive in found] == [
        ("A.tgz", "A"),
        ("a!.tgz", "a_"),
        ("a-2.tgz", "a-2"),
        ("a.tar", "a"),
        ("a.tar.gz", "a-3"),
        ("a.tgz", "a-4"),
        ("a?.tgz", "a_-2"),
    ]


def test_one_broken_file_leaves_the_others_alone(tmp_path: Path) -> None:
    write_archive(world("tls_interception", hostname="one"), tmp_path / "1.tgz")
    (tmp_path / "2.tgz").write_bytes(b"not an archive")
    (tmp_path / "3.tgz").write_bytes(b"")
    write_archive(world("healthy", hostname="four"), tmp_path / "4.tar")
    write_archive(world("cloud_service_error", hostname="five"), tmp_path / "5")
    found = diagnosed(tmp_path)
    assert [(item["host"], item["verdict"], causes_of(item)) for item in found] == [
        ("one", "broken", [("tls_interception", "likely")]),
        ("2", "undetermined", []),
        ("3", "undetermined", []),
        ("four", "healthy", []),
        ("five", "broken", [("cloud_service_error", "proven")]),
    ]
    told = "is not a tech-support file: expected a tar archive, gzipped or not, or an unpacked folder, got "
    assert reasons_of(found[1])["device"] == f"2.tgz {told}no whole header where a member should begin"
    assert reasons_of(found[2])["device"] == f"3.tgz {told}an empty file"
    assert {item["source"] for item in found} == {"techsupport"}


def test_each_diagnosis_names_its_file_and_its_pages(tmp_path: Path) -> None:
    for name in ("lon-1.tgz", "lon-2.tar"):
        (tmp_path / name).write_bytes(packed(files_of("cloud_service_error")))
    found = diagnosed(tmp_path, doc_url="https://wiki.example.com/mlav")
    assert [diagnosis["source_file"] for diagnosis in found] == ["lon-1.tgz", "lon-2.tar"]
    pages = {diagnosis["causes"][0]["remedy"]["doc_url"] for diagnosis in found}
    assert pages == {"https://wiki.example.com/mlav/cloud_service_error.md"}


def test_a_file_that_may_not_be_opened_is_undetermined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_archive(world("healthy"), tmp_path / "fw.tgz")

    def denied(*_args: Any, **_named: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    (found,) = diagnosed(tmp_path / "fw.tgz")
    assert (found["host"], found["verdict"]) == ("fw", "undetermined")
    assert reasons_of(found)["device"] == f"{tmp_path / 'fw.tgz'} cannot be read: Permission denied"


# --- unpacked folders ---


def test_an_unpacked_folder_is_read_without_following_links(tmp_path: Path) -> None:
    files = files_of("tls_interception")
    folder = write_folder(files, tmp_path / "fw")
    (outside := tmp_path / "outside.log").write_bytes(files[DEVSRV])
    (folder / DEVSRV).unlink()
    (folder / DEVSRV).symlink_to(outside)
    (folder / NETSTAT).unlink()
    os.mkfifo(folder / NETSTAT)
    (folder / SYSTEM_LOG).unlink()
    (folder / SYSTEM_LOG).mkdir()
    (found,) = diagnosed(folder)
    assert reasons_of(found)["devsrv_log"] == f"{DEVSRV} cannot be read: Too many levels of symbolic links"
    assert reasons_of(found)["netstat"] == f"{NETSTAT} is no regular file"
    assert reasons_of(found)["system_log"] == f"the tech-support file has no {SYSTEM_LOG}"
    assert (found["verdict"], causes_of(found)) == ("broken", [])


def test_a_folder_within_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    files = files_of("tls_interception")
    folder = write_folder(files, tmp_path / "fw")
    (folder / "var").rename(tmp_path / "var")
    (folder / "var").symlink_to(tmp_path / "var")
    (found,) = diagnosed(folder)
    assert reasons_of(found)["devsrv_log"] == "the tech-support file has no var/log/pan/devsrv.log"
    # The user's own path may be a link.
    (tmp_path / "link").symlink_to(folder)
    assert reasons_of(diagnosed(tmp_path / "link")[0]) == reasons_of(found)


def test_files_of_a_folder_that_may_not_be_read_are_no_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(files_of("tls_interception"), tmp_path / "fw")
    real = os.open

    def denied(path: Any, *args: Any, **named: Any) -> int:
        if str(path).endswith(NETSTAT):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **named)

    monkeypatch.setattr(os, "open", denied)
    (found,) = diagnosed(folder)
    what_helps = f"Permission denied; run: chmod -R u+rwX {folder}"
    assert reasons_of(found)["netstat"] == f"{NETSTAT} cannot be read: {what_helps}"
    assert causes_of(found) == [("tls_interception", "likely")]


def test_answers_in_a_file_that_may_not_be_read_say_what_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All members of a file may have the mode 0000 when they have been unpacked."""
    folder = write_folder(files_of("tls_interception"), tmp_path / "fw 1")

    def denied(path: Any, *_args: Any, **_named: Any) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    (found,) = diagnosed(folder)
    assert found["verdict"] == "undetermined"
    what_helps = f"cannot be read: Permission denied; run: chmod -R u+rwX '{folder}'"
    assert reasons_of(found)["cloud_status"].endswith(f".txt {what_helps}")


def test_folders_that_may_not_be_entered_are_an_unpacked_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder({}, tmp_path / "fw")
    for name in ("tmp", "var", "opt"):
        (folder / name).mkdir(parents=True)
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name not in ("tmp", "var", "opt"))
    (archive,) = find_archives("path", str(folder))
    assert archive.name == "fw"


@pytest.mark.parametrize("name", ["tmp/cli", "var/log/pan", "opt/pancfg/mgmt/saved-configs"])
def test_an_unpacked_folder_without_files_is_none(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir(parents=True)
    (found,) = diagnosed(tmp_path)
    assert found["verdict"] == "undetermined"
    assert reasons_of(found)["device"].endswith("got a folder without any of its files")


def test_a_sparse_file_of_terabytes_in_a_folder_is_not_read(tmp_path: Path) -> None:
    folder = write_folder(files_of("tls_interception"), tmp_path / "fw")
    os.truncate(folder / DEVSRV, 2**42)
    (found,) = diagnosed(folder)
    assert found["verdict"] == "undetermined"
    assert reasons_of(found)["device"] == "fw holds more than 32 GiB"


def test_a_folder_s_own_time_may_be_absurd(tmp_path: Path) -> None:
    folder = write_folder({NETSTAT: b"x"}, tmp_path / "fw")
    for seconds in (0, 2**33, 2**55):
        os.utime(folder, (seconds, seconds))
        assert diagnosed(folder)[0]["verdict"] == "undetermined"


def test_progress_in_a_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock:
        now = 0.0

        def monotonic(self) -> float:
            self.now += 6.0
            return self.now

    monkeypatch.setattr(techsupport_stream, "time", Clock())
    folder = write_folder({NETSTAT: b"x", SYSTEM_LOG: b"x", DEVSRV: b"x" * 3 * 1024**2}, tmp_path / "fw")
    told: list[str] = []
    diagnosed(folder, told.append)
    assert told == ["fw: 0 MiB read", "fw: 0 MiB read", "fw: 3 MiB read"]


def test_an_archive_without_its_text_is_named_by_its_file(tmp_path: Path) -> None:
    files = files_of("tls_interception")
    del files[commands_of(files)]
    found = one_diagnosed(packed(files), tmp_path, "case 4711.tar")
    assert (found["host"], found["verdict"]) == ("case_4711", "undetermined")
    assert reasons_of(found)["cloud_status"] == "the tech-support file has no section '> show mlav cloud-status'"
    links = [Item(name, kind=tarfile.SYMTYPE, link="/etc/passwd") for name in files]
    found = one_diagnosed(tar(*links), tmp_path)
    assert (found["host"], found["verdict"], causes_of(found)) == ("fw", "undetermined", [])
