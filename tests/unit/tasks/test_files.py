# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved evidence as a file: whole, private, and never written through a link."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._tasks.files import write_saved

DOCUMENT = {"host": "fw-\ud800-é"}


def test_it_is_written_for_its_owner_alone_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "fw.json"
    before = os.umask(0)
    try:
        write_saved(str(path), DOCUMENT)
    finally:
        os.umask(before)
    assert json.loads(path.read_text(encoding="ascii")) == DOCUMENT
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [item.name for item in path.parent.iterdir()] == ["fw.json"]


def test_an_older_file_is_replaced_whatever_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "fw.json"
    path.write_text("x" * 1000)
    path.chmod(0o666)
    write_saved(str(path), DOCUMENT)
    assert json.loads(path.read_text()) == DOCUMENT
    assert path.stat().st_mode & 0o777 == 0o600


def test_links_and_pipes_are_replaced_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("untouched")
    (tmp_path / "link.json").symlink_to(other)
    os.mkfifo(tmp_path / "pipe.json")
    for name in ("link.json", "pipe.json"):
        write_saved(str(tmp_path / name), DOCUMENT)
        assert not (tmp_path / name).is_symlink()
        assert json.loads((tmp_path / name).read_text()) == DOCUMENT
    assert other.read_text() == "untouched"


def test_a_plain_name_is_a_file_of_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_saved("fw.json", DOCUMENT)
    assert [item.name for item in tmp_path.iterdir()] == ["fw.json"]


@pytest.mark.parametrize("name", ["file/fw.json", "folder", "nul\x00.json", "a" * 300])
def test_a_place_that_cannot_be_written_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    path = str(tmp_path / name)
    with pytest.raises(InvalidOption) as raised:
        write_saved(path, DOCUMENT)
    assert raised.value.message.startswith(f"option save_evidence is {path!r}: expected a writable file, got ")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["file", "folder"]
