# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What pan-os-python builds for us. Run with its lowest and its newest supported version."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

pytest.importorskip("panos", reason="pan-os-python is not installed")

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MissingLibrary
from ansible_collections.panops.mlav.plugins.module_utils._device.live import pan_os_python as panos_library
from ansible_collections.panops.mlav.plugins.module_utils._device.live.pan_os_python import (
    exclusion_xml,
    firewall_commit,
)


def canonical(xml: str) -> str:
    return ElementTree.canonicalize(xml)


@pytest.mark.parametrize(
    ("admins", "force", "parts"),
    [
        (None, False, ""),
        (None, True, "<force/>"),
        (["admin"], False, "<partial><admin><member>admin</member></admin></partial>"),
    ],
)
def test_a_commit(admins: list[str] | None, force: bool, parts: str) -> None:
    built = ElementTree.tostring(firewall_commit("MLAV & more", admins, force), encoding="unicode")
    assert canonical(built) == canonical(f"<commit><description>MLAV &amp; more</description>{parts}</commit>")


@pytest.mark.parametrize(
    ("exclude", "description", "parts"),
    [
        (True, None, "<exclude>yes</exclude>"),
        (False, None, "<exclude>no</exclude>"),
        (None, None, ""),
        (True, "MLAV <cloud>", "<exclude>yes</exclude><description>MLAV &lt;cloud&gt;</description>"),
    ],
)
def test_an_exclusion(exclude: bool | None, description: str | None, parts: str) -> None:
    built = ElementTree.fromstring(exclusion_xml("*.example.com", exclude, description))
    assert (built.tag, built.attrib) == ("entry", {"name": "*.example.com"})
    expected = ElementTree.fromstring(f"<entry>{parts}</entry>")
    assert {part.tag: part.text for part in built} == {part.tag: part.text for part in expected}


def test_without_the_library_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panos_library, "_IMPORT_ERROR", ImportError("No module named 'panos'"))
    for build in (lambda: firewall_commit("", None, True), lambda: exclusion_xml("*.example.com", True, None)):
        with pytest.raises(MissingLibrary) as caught:
            build()
        assert caught.value.remedy == "pip install 'pan-os-python>=1.13.1'"


@pytest.mark.parametrize(("version", "usable"), [("1.12.6", False), ("1.13.0", False), ("1.13.1", True), ("2.0", True)])
def test_a_version_that_cannot_build_what_is_needed(
    version: str, usable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panos_library, "_VERSION", version)
    if usable:
        assert exclusion_xml("*.example.com", True, None)
        return
    with pytest.raises(MissingLibrary, match=f"expected 1.13.1 or later, got {version}"):
        exclusion_xml("*.example.com", True, None)
