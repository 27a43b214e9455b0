# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firewalls whose names are those of other hosts and groups: the real ansible-inventory, with several sources."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.simulator import Fleet, running_fleet

from .test_panorama_inventory import Listed, behind, entry, run_inventory, without_marks

# What a static source has, with credentials that no firewall may redirect.
STATIC = {
    "all": {
        "hosts": {
            "localhost": {"ansible_connection": "local", "mlav_provider": {"password": "of localhost"}},
            "jump": {"ansible_host": "192.0.2.1", "mlav_provider": {"password": "of jump"}},
            "000000000040": {"ansible_host": "192.0.2.40"},
            "000000000050": {"ansible_host": "192.0.2.50", "panorama_serial": "000000000050"},
        },
        "children": {
            "production": {
                "hosts": {"fw-prod": {"ansible_host": "192.0.2.2"}},
                "vars": {"mlav_provider": {"password": "of production"}},
            },
        },
    }
}
HOSTILE = {
    "000000000001": "localhost",
    "000000000002": "127.0.0.1",
    "000000000003": "jump",
    "000000000004": "JUMP",
    "000000000005": "ju\u200bmp",
    "000000000006": "\uff4a\uff55\uff4d\uff50",
    "000000000007": "production",
    "000000000008": "all",
    "000000000009": "2130706433",
    "000000000010": "0x7f.1",
    "000000000011": "::1",
    "000000000012": "fw-prod:&all",
    "000000000013": "~.*",
    "000000000014": "--limit",
    "000000000015": "jump.yml",
    "000000000016": "../jump",
    "000000000017": "mlav_direct",
    "000000000018": "mlav_through_pano_1",
    # The group that keyed_groups makes, and one that groups makes.
    "000000000019": "london",
    "000000000020": "large",
    # Two that become one.
    "000000000021": "fw-twin",
    "000000000022": "FW\u00ad-TWIN",
    "000000000023": "000000000024",
}
WORDS = [
    "all",
    "ungrouped",
    "production",
    "jump",
    "localhost",
    "mlav_direct",
    "large",
    "top",
    "a:b",
    "../x",
    "london",
    "\uff41",
]
SOURCE: dict[str, Any] = {
    "reach": "panorama",
    "keyed_groups": [{"key": "panorama_tags", "separator": "", "parent_group": "top"}],
    "groups": {"large": "panorama_model == 'PA-7080'"},
}


def firewall(serial: str, hostname: str, panorama: str = "pano-1", **managed: Any) -> dict[str, Any]:
    changes = {"serial": serial, "hostname": hostname, "managed": managed}
    return behind(f"at-{panorama}-{serial}", panorama, firewall=changes)


ENTRIES = [
    *(firewall(serial, hostname) for serial, hostname in HOSTILE.items()),
    firewall("000000000024", "fw-good", tags=WORDS),
    # The serial number is the name of another source's host, once without and once with the word that it is the same.
    firewall("000000000040", "all"),
    firewall("000000000050", "all"),
    firewall("000000000060", "fw-both"),
    firewall("000000000060", "fw-both", "pano-2", tags=["london"]),
    firewall("000000000061", "fw-other", "pano-2", tags=["london"]),
]


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running_fleet(ENTRIES) as fleet:
        yield fleet


def written(path: Path, content: Mapping[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def together(home: Path, *files: Path, **changes: str) -> Listed:
    first, *others = files
    options = [option for path in others for option in ("-i", str(path))]
    done = run_inventory(first, home, "--list", *options, ANSIBLE_INVENTORY_UNPARSED_FAILED="true", **changes)
    assert done.returncode == 0, done.stderr
    return Listed(0, without_marks(json.loads(done.stdout)), " ".join(done.stderr.split()))


def panorama_source(home: Path, fleet: Fleet, name: str = "pano-1", **changes: Any) -> Path:
    source = {"plugin": "panops.mlav.panorama", "panoramas": [entry(fleet.firewalls[name])], **SOURCE, **changes}
    return written(home / f"{name}.panorama.yml", source)


@pytest.fixture(scope="module")
def found(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> tuple[Listed, Listed]:
    """A static source alone, and with the Panorama's behind it."""
    home = tmp_path_factory.mktemp("inventory")
    static = written(home / "static.yml", STATIC)
    return together(home, static), together(home, static, panorama_source(home, fleet))


def test_no_firewall_changes_a_host_of_another_source(found: tuple[Listed, Listed]) -> None:
    alone, both = found
    for host in ("localhost", "jump", "fw-prod", "000000000040"):
        assert both.variables[host] == alone.variables[host], host
    # Variables of a group show at its hosts, and no host has joined.
    assert both.hosts("production") == {"fw-prod"}
    assert all(set(both.variables[serial]) >= {"panorama_serial", "mlav_panorama"} for serial in HOSTILE)
    assert all("mlav_provider" not in both.variables[serial] for serial in HOSTILE)


def test_such_a_firewall_is_named_by_its_serial_number(found: tuple[Listed, Listed]) -> None:
    alone, both = found
    expected = {*HOSTILE, "fw-good", "fw-both", "000000000050"}
    assert set(both.variables) == {*alone.variables, *expected}
    assert all(both.variables[serial]["panorama_serial"] == serial for serial in HOSTILE)


def test_a_warning_says_which_and_why(found: tuple[Listed, Listed]) -> None:
    _alone, both = found
    lines = both.errors.split("[WARNING]: ")
    for serial, why in {
        "000000000001": "the hostname has a meaning of its own for Ansible",
        "000000000002": "the hostname looks like an IP address",
        "000000000003": "the hostname is that of a host of another inventory source",
        "000000000005": "the hostname is no valid host name",
        "000000000007": "the hostname is that of a group",
        "000000000015": "the hostname looks like the name of a variables file",
        "000000000018": "the hostname is that of a group",
        "000000000019": "the hostname is that of a group",
        "000000000020": "the hostname is that of a group",
        "000000000021": "the hostname differs from another one only in case or in invisible",
        "000000000023": "the hostname looks like an IP address",
    }.items():
        named = ascii(HOSTILE[serial] if serial != "000000000005" else "ju\ufffdmp")
        told = [line for line in lines if f"{serial} (hostname {named}, Panorama pano-1)" in line]
        assert len(told) == 1, serial
        assert told[0].startswith(f"Host named by serial number, because {why}")
    assert (
        "Firewall left out of the inventory, because the serial number is the name of a host of another" in both.errors
    )


def test_a_host_that_says_that_it_is_this_firewall_gets_its_variables(found: tuple[Listed, Listed]) -> None:
    _alone, both = found
    assert both.variables["000000000050"]["mlav_panorama"]["serial_number"] == "000000000050"
    assert "panorama_serial" not in both.variables["000000000040"]


def test_groups_of_a_panoramas_words_are_new_ones(found: tuple[Listed, Listed]) -> None:
    alone, both = found
    assert both.hosts("london") == {"fw-good"}
    # Ansible itself makes valid names of them.
    assert set(both.groups["top"]["children"]) == {"london", "a_b", "___x"}
    assert both.hosts("large") == both.hosts("mlav_direct") == set()
    assert set(both.groups["production"]) == set(alone.groups["production"])
    for name, why in {
        "all": "the name is reserved",
        "mlav_direct": "the name is reserved",
        "large": "the name is reserved",
        "top": "the name is reserved",
        "production": "another inventory source has a group of that name",
        "jump": "a host has that name",
        "\\uff41": "the name cannot be used for a group",
    }.items():
        warning = next(line for line in both.errors.split("[WARNING]: ") if f"because {why}: " in line)
        assert f"'{name}' of fw-good" in warning


def test_parents_that_a_word_names_are_groups_of_words_too(fleet: Fleet, tmp_path: Path) -> None:
    keyed = [{"key": "'x'", "separator": "", "parent_group": "{{ panorama_tags | select('eq', 'production') | join }}"}]
    static = written(tmp_path / "static.yml", STATIC)
    result = together(tmp_path, static, panorama_source(tmp_path, fleet, keyed_groups=keyed))
    assert "fw-good" in result.hosts("x")
    assert "children" not in result.groups["production"]
    assert "mlav_provider" not in result.variables["fw-good"]
    assert "another inventory source has a group of that name: 'production' of fw-good" in result.errors


def test_words_that_name_each_other_as_parent_do_not_fail_the_source(fleet: Fleet, tmp_path: Path) -> None:
    keyed = [
        {"key": "'x'", "separator": "", "parent_group": "{{ 'y' }}"},
        {"key": "'y'", "separator": "", "parent_group": "{{ 'x' }}"},
    ]
    result = together(tmp_path, panorama_source(tmp_path, fleet, keyed_groups=keyed))
    assert "fw-good" in result.hosts("y")
    assert "because it would be below itself: 'y'" in result.errors


def test_two_sources_share_groups_and_no_firewall(fleet: Fleet, tmp_path: Path) -> None:
    first, second = panorama_source(tmp_path, fleet), panorama_source(tmp_path, fleet, "pano-2")
    result = together(tmp_path, first, second)
    assert result.hosts("london") == {"fw-good", "fw-other"}
    assert result.hosts("mlav_through_pano_2") == {"fw-other"}
    assert result.variables["fw-both"]["panorama_name"] == "pano-1"
    assert "the firewall is already a host, through another Panorama of an earlier inventory source: 000000000060" in (
        result.errors
    )


def test_a_source_that_is_read_twice_is_the_same(fleet: Fleet, tmp_path: Path) -> None:
    path = panorama_source(tmp_path, fleet)
    once, twice = together(tmp_path, path), together(tmp_path, path, path)
    assert twice.groups == once.groups


def test_a_cache_that_somebody_changed_takes_no_host_over(fleet: Fleet, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(folder)}
    path = panorama_source(tmp_path, fleet, "pano-2", **cache)
    static = written(tmp_path / "static.yml", STATIC)
    alone = together(tmp_path, static)
    together(tmp_path, static, path)
    [file] = folder.iterdir()
    whole = json.loads(file.read_text(encoding="utf-8"))
    # ansible-core from 2.19 on wraps what it keeps.
    text = json.dumps(whole).replace("fw-other", "localhost").replace("fw-both", "jump")
    assert "localhost" in text
    file.write_text(text.replace("000000000060", "production"), encoding="utf-8")
    asked = fleet.firewalls["pano-2"].world.statistics.requests
    result = together(tmp_path, static, path)
    assert fleet.firewalls["pano-2"].world.statistics.requests == asked
    assert set(result.variables) == {*alone.variables, "000000000061"}
    assert all(result.variables[host] == said for host, said in alone.variables.items())
    assert result.hosts("production") == {"fw-prod"}
