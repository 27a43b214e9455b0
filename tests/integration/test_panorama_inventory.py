# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin against simulated Panoramas: the real ansible-inventory and ansible-playbook, over TLS."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.live.panorama_answers import ManagedFirewall
from ansible_collections.panops.mlav.plugins.module_utils._device.live.reachability import answering
from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory import collect, sources
from tests.simulator import Firewall, Fleet, running_fleet

from .conftest import Ansible, environment

MANY = 200
TEMPLATE = "{{ lookup('ansible.builtin.pipe', 'touch hacked') }}"


def behind(name: str, panorama: str = "pano-1", scenario: str = "healthy", **changes: Any) -> dict[str, Any]:
    """A firewall that listens nowhere itself, unless told otherwise."""
    listens = changes.pop("listens", False)
    faults = {} if listens else {"faults": {"unreachable": True}}
    return {"name": name, "scenario": scenario, "panorama": panorama, "changes": {**faults, **changes}}


def at(address: str, **managed: Any) -> dict[str, Any]:
    return {"management": {"name": "mgmt", "address": f"{address}/24"}, "managed": managed}


TWIN = {"hostname": "twin"}
SHARED = {"serial": "000000000077", "hostname": "shared"}
ENTRIES = [
    {**behind("fw", firewall=at("192.0.2.7", device_groups=["branches"], tags=["london"])), "count": MANY},
    behind("gone", firewall=at("127.0.0.3", connected=False)),
    behind(
        "pair-a",
        firewall={"serial": "000000000001", "ha": {"state": "active"}, "managed": {"ha_peer": "000000000002"}},
    ),
    behind(
        "pair-b",
        firewall={"serial": "000000000002", "ha": {"state": "passive"}, "managed": {"ha_peer": "000000000001"}},
    ),
    behind("twin-a", firewall={**TWIN, "serial": "000000000003"}),
    behind("twin-b", firewall={**TWIN, "serial": "000000000004"}),
    behind("answers", firewall=at("127.0.0.2")),
    behind("six", firewall=at("unknown", ipv6="::1", device_groups=["a", "b"], template_stack="")),
    behind(
        "evil", firewall={"serial": "000000000066", "hostname": TEMPLATE, "managed": {"tags": [TEMPLATE, "[1, 2]"]}}
    ),
    behind("shared-1", firewall={**SHARED, "managed": {"connected": False}}),
    behind("shared-2", "pano-2", firewall=SHARED),
    behind("other", "pano-2", firewall={"multi_vsys": True}),
]
HOSTS = {*(f"fw-{number:04d}" for number in range(1, MANY + 1)), "pair-a", "pair-b", "twin_000000000003"}
HOSTS |= {"twin_000000000004", "answers", "six", "000000000066", "shared", "other"}


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running_fleet(ENTRIES) as fleet:
        yield fleet


@dataclass(frozen=True)
class Listed:
    """What ansible-inventory said."""

    code: int
    groups: dict[str, Any]
    errors: str

    @property
    def variables(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.groups["_meta"]["hostvars"]
        return found

    def hosts(self, group: str) -> set[str]:
        return set(self.groups.get(group, {}).get("hosts", ()))


def without_marks(value: Any) -> Any:
    """The value as ansible-core from 2.19 on prints it: up to 2.18 it shows what may not be evaluated."""
    if isinstance(value, dict):
        if set(value) == {"__ansible_unsafe"}:
            return value["__ansible_unsafe"]
        return {name: without_marks(item) for name, item in value.items()}
    return [without_marks(item) for item in value] if isinstance(value, list) else value


def run_inventory(source: Path, home: Path, *options: str, **changes: str) -> subprocess.CompletedProcess[str]:
    (home / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    strict = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", **changes}
    return subprocess.run(
        [str(Path(sys.executable).with_name("ansible-inventory")), "-i", str(source), *options],
        cwd=home,
        env=environment(home, **strict),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def listed(source: Mapping[str, Any], home: Path, *options: str, **changes: str) -> Listed:
    path = home / "my_panorama.yml"
    path.write_text(yaml.safe_dump({"plugin": "panops.mlav.panorama", **source}), encoding="utf-8")
    done = run_inventory(path, home, "--list", *options, **changes)
    groups = without_marks(json.loads(done.stdout)) if done.returncode == 0 else {}
    return Listed(done.returncode, groups, " ".join(done.stderr.split()))


def entry(panorama: Firewall, **changes: Any) -> dict[str, Any]:
    given = {"name": panorama.name, **panorama.provider(), "ca_path": str(panorama.ca_path), **changes}
    return {name: value for name, value in given.items() if value is not None}


def both(fleet: Fleet) -> list[dict[str, Any]]:
    return [entry(fleet.firewalls[name]) for name in ("pano-1", "pano-2")]


@contextmanager
def listening(address: str) -> Iterator[int]:
    """A port of an address that takes connections."""
    with socket.socket() as server:
        server.bind((address, 0))
        server.listen()
        yield int(server.getsockname()[1])


@pytest.fixture(scope="module")
def found(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Listed:
    """Both Panoramas, asked with everything that a source can say."""
    source = {
        "panoramas": both(fleet),
        "reach_timeout": 0.5,
        "keyed_groups": [{"key": "panorama_device_group", "prefix": "dg"}, {"key": "panorama_tags", "prefix": "tag"}],
        "groups": {"pairs": "panorama_ha_peer is not none"},
        "compose": {"label": "panorama_hostname ~ ' ' ~ panorama_model"},
        "strict": True,
    }
    with listening("127.0.0.2") as port:
        result = listed({**source, "reach_port": port}, tmp_path_factory.mktemp("inventory"))
    assert result.code == 0, result.errors
    return result


def test_every_connected_firewall_is_a_host(found: Listed) -> None:
    assert set(found.variables) == HOSTS
    shared, invalid = found.errors.split("[WARNING]: ")[1:]
    assert shared.startswith("Serial number added to the hostname, because several firewalls have the hostname: 0000")
    assert invalid.startswith("Host named by serial number, because the hostname is no valid host name (letters, digi")


def test_variables(found: Listed, fleet: Fleet) -> None:
    firewall = fleet.firewalls["fw-0007"]
    variables = dict(found.variables["fw-0007"])
    assert variables.pop("mlav_panorama") == {
        "ip_address": "127.0.0.1",
        "port": fleet.firewalls["pano-1"].api_port,
        "serial_number": firewall.serial,
    }
    assert variables == {
        "ansible_host": "192.0.2.7",
        "label": "fw-0007 PA-850",
        "mlav_ca_path": str(fleet.ca_path),
        "panorama_app_version": "8868-8828",
        "panorama_connected": True,
        "panorama_device_group": "branches",
        "panorama_device_groups": ["branches"],
        "panorama_family": "800",
        "panorama_ha_peer": None,
        "panorama_ha_state": None,
        "panorama_hostname": "fw-0007",
        "panorama_management_address": "192.0.2.7",
        "panorama_model": "PA-850",
        "panorama_multi_vsys": False,
        "panorama_name": "pano-1",
        "panorama_serial": firewall.serial,
        "panorama_sw_version": "11.1.4",
        "panorama_tags": ["london"],
        "panorama_template_stack": "branch-stack",
    }
    six = found.variables["six"]
    assert (six["ansible_host"], six["panorama_device_groups"]) == ("::1", ["a", "b"])
    assert (six["panorama_device_group"], six["panorama_template_stack"], six["panorama_tags"]) == ("a", None, [])
    pair = found.variables["pair-b"]
    assert (pair["panorama_ha_state"], pair["panorama_ha_peer"]) == ("passive", "000000000001")
    assert found.variables["other"]["panorama_multi_vsys"] is True


def test_groups(found: Listed) -> None:
    assert found.hosts("mlav_direct") == {"answers"}
    assert "mlav_panorama" not in found.variables["answers"]
    assert "mlav_ca_path" not in found.variables["answers"]
    assert set(found.groups["mlav_through_panorama"]["children"]) == {"mlav_through_pano_1", "mlav_through_pano_2"}
    assert found.hosts("mlav_through_pano_2") == found.hosts("panorama_pano_2") == {"shared", "other"}
    assert found.hosts("panorama_pano_1") == HOSTS - {"shared", "other"}
    assert found.hosts("mlav_through_pano_1") == HOSTS - {"shared", "other", "answers"}
    assert found.hosts("pairs") == {"pair-a", "pair-b"}
    assert found.hosts("dg_branches") == found.hosts("tag_london") == {name for name in HOSTS if name[:3] == "fw-"}


def test_a_firewall_of_both_panoramas_is_reached_through_the_one_that_is_connected(found: Listed) -> None:
    assert found.variables["shared"]["panorama_name"] == "pano-2"


def test_what_panorama_says_is_never_evaluated(found: Listed) -> None:
    variables = found.variables["000000000066"]
    assert variables["panorama_hostname"] == TEMPLATE
    assert variables["panorama_tags"] == sorted([TEMPLATE, "[1, 2]"])
    assert variables["label"] == f"{TEMPLATE} PA-850"


def test_no_variable_holds_a_credential(found: Listed, fleet: Fleet) -> None:
    text = json.dumps(found.groups)
    for panorama in (fleet.firewalls["pano-1"], fleet.firewalls["pano-2"]):
        assert panorama.password not in text
        assert panorama.api_key not in text


def test_five_requests_over_one_connection(fleet: Fleet) -> None:
    statistics = fleet.firewalls["pano-1"].world.statistics
    before = (statistics.requests, statistics.tls_handshakes)
    collected = collect(sources(both(fleet)), None, False)
    assert (statistics.requests - before[0], statistics.tls_handshakes - before[1]) == (5, 1)
    assert [len(firewalls) for _source, firewalls in collected.found] == [MANY + 9, 2]


def test_disconnected_firewalls_and_serial_numbers(fleet: Fleet, tmp_path: Path) -> None:
    pano = entry(fleet.firewalls["pano-1"])
    result = listed({"panoramas": [pano], "disconnected": True, "name": "serial", "reach": "panorama"}, tmp_path)
    serials = {firewall.serial for firewall in fleet.firewalls["pano-1"].managed}
    assert set(result.variables) == serials
    assert result.variables[fleet.firewalls["gone"].serial]["panorama_connected"] is False
    assert result.hosts("mlav_through_pano_1") == serials


def test_the_second_run_asks_nothing_and_the_cache_holds_no_secret(fleet: Fleet, tmp_path: Path) -> None:
    panorama, folder = fleet.firewalls["pano-1"], tmp_path / "cache"
    source = {
        "panoramas": [entry(panorama)],
        "reach": "panorama",
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(folder),
    }
    first = listed(source, tmp_path)
    asked = panorama.world.statistics.requests
    assert first.code == 0, first.errors
    again = listed(source, tmp_path)
    assert panorama.world.statistics.requests == asked
    assert again.groups == first.groups
    [file] = folder.iterdir()
    text = file.read_text(encoding="utf-8")
    assert panorama.password not in text
    assert panorama.api_key not in text
    # Another Panorama of the same source is not in the cache, and is asked.
    more = listed({**source, "panoramas": both(fleet)}, tmp_path)
    assert panorama.world.statistics.requests == asked
    assert more.hosts("panorama_pano_2") == {"shared", "other"}
    play = tmp_path / "play.yml"
    play.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": []}]), encoding="utf-8")
    flushed = Ansible(tmp_path).playbook(play, tmp_path / "my_panorama.yml", options=["--flush-cache", "--list-hosts"])
    assert flushed.code == 0, flushed.output
    assert panorama.world.statistics.requests == asked + 5


@pytest.mark.parametrize("bad", [None, "text", [], {"x": 1}, {"127.0.0.1:443": [{"serial": "../x"}]}])
def test_a_cache_that_is_none_is_asked_for_anew(bad: Any, fleet: Fleet) -> None:
    pano = fleet.firewalls["pano-2"]
    cached = {f"127.0.0.1:{pano.api_port}": bad["127.0.0.1:443"]} if isinstance(bad, dict) and "x" not in bad else bad
    [(_source, firewalls)] = collect(sources([entry(pano)]), cached, False).found
    assert len(firewalls) == 2


def test_values_may_be_templates_of_the_environment_and_of_extra_variables(fleet: Fleet, tmp_path: Path) -> None:
    panorama = fleet.firewalls["pano-2"]
    pano = entry(
        panorama, username=None, password="{{ lookup('ansible.builtin.env', 'A_PASSWORD') }}", port="{{ port }}"
    )
    extra = ("-e", f"port={panorama.api_port}")
    variables = {"A_PASSWORD": panorama.password, "PANOS_USERNAME": panorama.username}
    result = listed({"panoramas": [pano], "reach": "panorama"}, tmp_path, *extra, **variables)
    assert result.code == 0, result.errors
    assert set(result.variables) == {"shared", "other"}


BAD_SOURCES = [
    ({"panoramas": [{"ip_address": "a"}]}, "option panoramas[0] has no usable credentials: expected api_key, or user"),
    ({"panoramas": []}, "option panoramas is empty: expected a list with an entry for each Panorama"),
    ({"panoramas": [{"ip_address": "{{ nobody }}"}]}, "option panoramas[0].ip_address cannot be evaluated"),
    ({"panoramas": [{"ip_address": "a", "api_key": "k"}], "reech": "auto"}, "option reech is unknown: expected one"),
    ({"panoramas": [{"ip_address": "a", "api_key": "k"}], "reach": "both"}, "auto, direct, panorama"),
    ({"panoramas": [{"ip_address": "a", "api_key": "k"}], "reach_port": 0}, "option reach_port is 0: expected a num"),
]


@pytest.mark.parametrize(("source", "said"), BAD_SOURCES)
def test_options_that_cannot_be_used(source: dict[str, Any], said: str, tmp_path: Path) -> None:
    result = listed(source, tmp_path)
    assert result.code != 0
    assert said in result.errors


def test_a_file_of_another_name_is_not_read(fleet: Fleet, tmp_path: Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text(yaml.safe_dump({"plugin": "panops.mlav.panorama", "panoramas": both(fleet)}), encoding="utf-8")
    done = run_inventory(path, tmp_path, "--list")
    assert done.returncode != 0
    assert "panops.mlav.panorama" in done.stderr


FAILURES: dict[str, tuple[dict[str, Any], str]] = {
    "password": (
        {"password": "wrong"},
        "could not be queried: login failed: it rejected the user name and password of 'admin' in the option ",
    ),
    "certificate": ({"ca_path": None}, "could not be queried: "),
    "port": ({"port": 1}, "could not be queried: "),
}


@pytest.mark.parametrize("fault", FAILURES)
def test_a_panorama_that_cannot_be_asked(fault: str, fleet: Fleet) -> None:
    """It fails the source; where that is wanted, it is left out with a warning as long as there is another."""
    changes, said = FAILURES[fault]
    good, bad = entry(fleet.firewalls["pano-2"]), entry(fleet.firewalls["pano-1"], **changes)
    with pytest.raises(ExpectedFailure) as raised:
        collect(sources([good, bad]), None, False)
    assert f"Panorama pano-1 (127.0.0.1:{bad['port']}) {said}" in str(raised.value)
    assert "pano-2" not in str(raised.value)
    tolerant = collect(sources([good, bad]), None, True)
    assert [source.name for source, _firewalls in tolerant.found] == ["pano-2"]
    [warning] = tolerant.warnings
    assert said in warning
    assert warning.endswith("The inventory lacks its firewalls.")
    with pytest.raises(ExpectedFailure):
        collect(sources([bad]), None, True)


@pytest.mark.parametrize("on_failure", ["error", "warning"])
def test_an_inventory_that_lacks_a_panorama_says_so(on_failure: str, fleet: Fleet, tmp_path: Path) -> None:
    panoramas = [entry(fleet.firewalls["pano-1"], password="wrong"), entry(fleet.firewalls["pano-2"])]
    result = listed({"panoramas": panoramas, "reach": "panorama", "on_failure": on_failure}, tmp_path)
    assert "Panorama pano-1" in result.errors
    assert (result.code == 0) == (on_failure == "warning")
    if on_failure == "warning":
        assert set(result.variables) == {"shared", "other"}


def test_a_firewall_is_no_panorama() -> None:
    with running_fleet([{"name": "fw", "scenario": "healthy"}]) as fleet, pytest.raises(ExpectedFailure) as raised:
        collect(sources([entry(fleet.firewalls["fw"])]), None, False)
    assert "rejected show devices all: show -> devices is unexpected" in str(raised.value)


Listing = dict[str, str]
KNOWN = ManagedFirewall(
    serial="000000000009",
    hostname="fw",
    address="192.0.2.7",
    model="PA-850",
    family="800",
    sw_version="11.1.4",
    app_version="8868-8828",
    connected=False,
    multi_vsys=False,
    device_groups=("branch-offices",),
    template_stack="branch-stack",
    tags=("london",),
)
BARE = {"hostname": None, "address": None, "model": None, "family": None, "sw_version": None, "app_version": None}
SHAPES: list[tuple[Listing, dict[str, Any], tuple[str, ...]]] = [
    ({}, {}, ()),
    ({"disconnected": "bare"}, {**BARE, "multi_vsys": None}, ()),
    ({"device_groups": "refused"}, {"device_groups": None}, ("device groups",)),
    ({"template_stacks": "templates"}, {}, ()),
    ({"template_stacks": "refused"}, {"template_stack": None}, ("template stacks",)),
    ({"tags": "devices"}, {}, ()),
    ({"tags": "nowhere"}, {"tags": ()}, ()),
]


@pytest.mark.parametrize(("listing", "changes", "missing"), SHAPES)
def test_what_no_source_settles(listing: Listing, changes: dict[str, Any], missing: tuple[str, ...]) -> None:
    managed = {"connected": False, "tags": ["london"]}
    entries = [
        {"name": "pano", "scenario": "panorama", "changes": {"firewall": {"listing": listing}}},
        behind("fw", "pano", firewall={"serial": KNOWN.serial, "managed": managed}),
    ]
    with running_fleet(entries) as fleet:
        collected = collect(sources([entry(fleet.firewalls["pano"])]), None, False)
    [(_source, [firewall])] = collected.found
    assert vars(firewall) == {**vars(KNOWN), **changes}
    assert len(collected.warnings) == len(missing)
    assert all(what in warning for what, warning in zip(missing, collected.warnings, strict=True))


def test_addresses_that_answer() -> None:
    with listening("127.0.0.2") as port:
        assert answering(["127.0.0.2", "127.0.0.3", "127.0.0.2"], port, 0.5) == {"127.0.0.2"}
        assert answering([], port, 0.5) == frozenset()


def test_the_fleet_is_diagnosed_through_its_panorama(ansible: Ansible) -> None:
    """From the source that the simulator writes; the credentials of Panorama and of SSH come from groups."""
    entries = [
        behind("fw-a", scenario="tls_interception", listens=True, firewall=at("127.0.0.1")),
        behind("fw-b", listens=True, firewall=at("127.0.0.1")),
    ]
    with running_fleet(entries) as fleet:
        source = fleet.directory / "panorama.yml"
        assert stat.S_IMODE(source.stat().st_mode) == 0o600
        panorama, firewall = fleet.firewalls["pano-1"], fleet.firewalls["fw-a"]
        credentials = {"username": panorama.username, "password": panorama.password}
        # SSH goes to the firewall's own address, which the inventory knows.
        ssh = {name: value for name, value in (firewall.ssh() or {}).items() if name != "host"}
        more = ansible.home / "more.json"
        groups: dict[str, Any] = {
            "mlav_through_pano_1": {"vars": {"mlav_provider": credentials}},
            "ungrouped": {"hosts": {"fw-a": {"mlav_ssh": ssh}}},
        }
        more.write_text(json.dumps({"all": {"children": groups}}), encoding="utf-8")
        playbook = "panops.mlav.diagnose"
        run = ansible.playbook(
            playbook, source, options=["-i", str(more)], ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="1"
        )
        assert run.code == 0, run.output
        assert panorama.world.statistics.requests > 5
    result = run.diagnoses["fw-a"]
    assert (result["verdict"], result["missing"]) == ("broken", []), result["missing"]
    assert result["causes"][0]["id"] == "tls_interception"
    assert result["device"]["serial"] == firewall.serial
    assert run.diagnoses["fw-b"]["verdict"] == "healthy"
