# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``mlav_decryption_exclusion`` against simulated devices: where it writes, what it leaves alone, what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import DESCRIPTION
from ansible_collections.panops.mlav.plugins.module_utils._tasks import excluding
from tests.simulator.fleet import Firewall
from tests.simulator.running import running_fleet

from .committing import options
from .conftest import Ansible
from .excluding import (
    DEVICE,
    NAME,
    SHARED,
    comparable,
    entries,
    entry,
    exclude,
    firewall_with,
    holding,
    listed,
    predefined_disabled,
    put,
    vsys,
)

OURS = ("yes", DESCRIPTION)
CLOUD = "ml.service.paloaltonetworks.com"


@pytest.fixture(scope="module")
def shared_firewall() -> Iterator[Firewall]:
    with firewall_with() as firewall:
        yield firewall


@pytest.fixture
def firewall(shared_firewall: Firewall) -> Iterator[Firewall]:
    """One firewall for all that leaves no trace but in its configuration; nothing is excluded on it."""
    for place in (SHARED, vsys(1), vsys(2)):
        put(shared_firewall.world, place, "")
    yield shared_firewall
    assert (shared_firewall.world.commits, shared_firewall.world.locks) == ([], [])
    shared_firewall.world.config.revert()


@pytest.fixture(scope="module")
def panorama() -> Iterator[Firewall]:
    with running_fleet([{"name": "fw-1", "scenario": "healthy", "panorama": "pano-1"}]) as fleet:
        yield fleet.firewalls["pano-1"]


# Options, where the entry has to come into being, how that place is called.
PLACES: list[tuple[dict[str, Any], str, str]] = [
    ({}, SHARED, "shared"),
    ({"location": "shared"}, SHARED, "shared"),
    ({"location": "vsys", "vsys": "vsys1"}, vsys(1), "vsys1"),
    ({"location": "vsys", "vsys": "vsys2"}, vsys(2), "vsys2"),
]


@pytest.mark.parametrize(("given", "place", "called"), PLACES)
def test_add_and_remove_an_exclusion(firewall: Firewall, given: dict[str, Any], place: str, called: str) -> None:
    before = firewall.snapshot()
    done = exclude(firewall, **given)
    assert (done["changed"], done["action"], done["location"], done["host"]) == (True, "create", called, "fw-1")
    assert done["xpath"] == f"{listed(place)}/entry[@name='{NAME}']"
    assert (done["before"], done["after"]) == (None, {"exclude": True, "description": DESCRIPTION})
    assert (done["committed"], done["pending"], done["in_effect"]) == (False, True, False)
    assert (done["predefined_disabled"], done["similar"], done["warnings"]) == (False, [], [])
    assert entries(firewall.world, place) == {NAME: OURS}
    assert [change.xpath for change in firewall.world.config.changes] == [done["xpath"]]

    after = firewall.snapshot()
    again = exclude(firewall, **given)
    assert (again["changed"], again["action"], again["committed"]) == (False, "none", False)
    assert again["before"] == again["after"] == done["after"]
    assert again["similar"] == []
    assert firewall.snapshot() == after

    gone = exclude(firewall, state="absent", **given)
    assert (gone["changed"], gone["action"], gone["after"], gone["committed"]) == (True, "delete", None, True)
    assert entries(firewall.world, place) == {}
    assert exclude(firewall, state="absent", **given)["changed"] is False
    assert (firewall.snapshot().running, firewall.snapshot().jobs) == (before.running, before.jobs)


TEMPLATES: list[tuple[dict[str, Any], str, str]] = [
    (
        {"location": location, location: name, **inside},
        f"{DEVICE}/{tag}/entry[@name='{name}']/config{below}",
        f"{tag} {name}{called}",
    )
    for location, tag, name in (
        ("template", "template", "branch"),
        ("template_stack", "template-stack", "branch-stack"),
    )
    for inside, below, called in (({}, "/shared", ""), ({"vsys": "vsys1"}, vsys(1).removeprefix("/config"), ", vsys1"))
]


@pytest.mark.parametrize(("given", "place", "called"), TEMPLATES)
def test_exclusion_in_a_panorama_template(panorama: Firewall, given: dict[str, Any], place: str, called: str) -> None:
    before = comparable(panorama.world.config.candidate)
    looked = exclude(panorama, check=True, **given)
    assert (looked["changed"], looked["location"], looked["in_effect"]) == (True, called, None)
    assert comparable(panorama.world.config.candidate) == before
    done = exclude(panorama, **given)
    assert (done["changed"], done["location"], done["in_effect"]) == (True, called, None)
    assert done["xpath"] == looked["xpath"] == f"{listed(place)}/entry[@name='{NAME}']"
    assert entries(panorama.world, place) == {NAME: OURS}
    assert exclude(panorama, **given)["changed"] is False
    assert exclude(panorama, state="absent", **given)["changed"] is True
    assert entries(panorama.world, place) == {}


def test_exclusion_through_a_panorama() -> None:
    with running_fleet([{"name": "fw-1", "scenario": "healthy", "panorama": "pano-1"}]) as fleet:
        firewall = fleet.firewalls["fw-1"]
        front = fleet.firewalls["pano-1"].snapshot()
        assert exclude(firewall)["changed"] is True
        assert entries(firewall.world, SHARED) == {NAME: OURS}
        assert fleet.firewalls["pano-1"].snapshot() == front


@pytest.mark.parametrize("number", [1, 2])
def test_auto_finds_the_location_of_the_entry(firewall: Firewall, number: int) -> None:
    put(firewall.world, SHARED, holding(entry("yes", "Change 1", name="*.example.com")))
    put(firewall.world, vsys(number), holding(entry("no", "Change 2")))
    done = exclude(firewall)
    assert (done["action"], done["location"]) == ("switch_on", f"vsys{number}")
    assert entries(firewall.world, vsys(number)) == {NAME: ("yes", "Change 2")}
    assert entries(firewall.world, SHARED) == {"*.example.com": ("yes", "Change 1")}


def test_entry_in_two_locations_is_removed_only_from_a_named_one(firewall: Firewall) -> None:
    for place in (SHARED, vsys(2)):
        put(firewall.world, place, holding(entry("yes", DESCRIPTION)))
    before = firewall.snapshot()
    refused = exclude(firewall, state="absent")
    assert (refused["failed"], refused["error"]["kind"]) == (True, "invalid_option")
    assert "location is auto" in refused["msg"]
    assert "exists in 2 places: shared, vsys2" in refused["msg"]
    assert firewall.snapshot() == before
    assert exclude(firewall, state="absent", location="vsys", vsys="vsys2")["location"] == "vsys2"
    assert entries(firewall.world, vsys(2)) == {}
    assert entries(firewall.world, SHARED) == {NAME: OURS}


def test_entry_is_switched_on_and_keeps_its_description(firewall: Firewall) -> None:
    put(firewall.world, SHARED, holding(entry("no", "Change 4711")))
    done = exclude(firewall, description="not taken")
    assert done["action"] == "switch_on"
    assert done["before"] == {"exclude": False, "description": "Change 4711"}
    assert done["after"] == {"exclude": True, "description": "Change 4711"}
    assert entries(firewall.world, SHARED) == {NAME: ("yes", "Change 4711")}


def test_disabled_predefined_exclusion_is_reported(firewall: Firewall) -> None:
    put(firewall.world, SHARED, f"<ssl-decrypt>{predefined_disabled(NAME)}</ssl-decrypt>")
    assert exclude(firewall)["predefined_disabled"] is True
    assert entries(firewall.world, SHARED) == {NAME: OURS}
    assert predefined_disabled(NAME) in firewall.snapshot().candidate
    other = exclude(firewall, name="*.example.com")
    assert (other["changed"], other["predefined_disabled"]) == (True, False)


def test_name_that_differs_only_in_case(firewall: Firewall) -> None:
    put(firewall.world, SHARED, holding(entry("yes", "theirs", name="*.PaloAltoNetworks.com")))
    done = exclude(firewall)
    assert (done["action"], done["similar"]) == ("create", ["*.PaloAltoNetworks.com"])
    assert "*.PaloAltoNetworks.com" in done["warnings"][0]
    assert entries(firewall.world, SHARED) == {"*.PaloAltoNetworks.com": ("yes", "theirs"), NAME: OURS}


@pytest.mark.parametrize(
    ("given", "action", "left"),
    [
        ({"state": "absent"}, "delete", {}),
        ({"exclude": False}, "switch_off", {NAME: ("no", "Change 4711")}),
        ({"exclude": False, "description": "Change 12"}, "switch_off", {NAME: ("no", "panops.mlav: Change 12")}),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_other_owners_entry_is_blocked_and_any_owner_overrides_it(
    firewall: Firewall, given: dict[str, Any], action: str, left: dict[str, Any], check: bool
) -> None:
    put(firewall.world, SHARED, holding(entry("yes", "Change 4711")))
    before = firewall.snapshot()
    refused = exclude(firewall, check, **given)
    assert (refused["failed"], refused["changed"]) == (True, False)
    assert (refused["guard"], refused["option"]) == ("owner", "any_owner")
    assert refused["error"]["kind"] == "blocked"
    assert "expected a description that begins with 'panops.mlav:', got 'Change 4711'" in refused["msg"]
    assert firewall.snapshot() == before
    lifted = exclude(firewall, check, any_owner=True, **given)
    assert (lifted["changed"], lifted["action"]) == (True, action)
    assert entries(firewall.world, SHARED) == ({NAME: ("yes", "Change 4711")} if check else left)


CHECKED: list[tuple[str, dict[str, Any], bool]] = [
    ("", {}, True),
    ("", {"state": "absent"}, False),
    (holding(entry("no", DESCRIPTION)), {}, True),
    (holding(entry("yes", DESCRIPTION)), {}, False),
    (holding(entry("yes", DESCRIPTION)), {"description": "other"}, True),
    (holding(entry("yes", DESCRIPTION)), {"exclude": False}, True),
    (holding(entry("yes", DESCRIPTION)), {"state": "absent"}, True),
]


@pytest.mark.parametrize(("start", "given", "changed"), CHECKED)
def test_check_mode_writes_nothing(firewall: Firewall, start: str, given: dict[str, Any], changed: bool) -> None:
    put(firewall.world, SHARED, start)
    before, writes = firewall.snapshot(), list(firewall.statistics()["writes"])
    foretold = exclude(firewall, check=True, **given)
    assert foretold["changed"] is changed
    assert (foretold["in_effect"] is None) is changed
    assert (firewall.snapshot(), firewall.statistics()["writes"]) == (before, writes)
    done = exclude(firewall, **given)
    assert {**foretold, "in_effect": done["in_effect"]} == done


def test_diff_shows_no_secret(firewall: Firewall) -> None:
    put(firewall.world, SHARED, holding(entry("no", "password=hunter2 &lt;x/&gt; " + "long " * 300)))
    looked = exclude(firewall, check=True)
    diff = looked["diff"]
    assert diff["before_header"] == diff["after_header"] == f"candidate {listed(SHARED)}/entry[@name='{NAME}']"
    assert "  <exclude>no</exclude>\n" in diff["before"]
    assert diff["after"] == diff["before"].replace("<exclude>no<", "<exclude>yes<")
    assert "hunter2" not in json.dumps(exclude(firewall))
    assert "&lt;x/&gt;" in diff["before"]
    assert max(len(diff["before"]), len(looked["before"]["description"])) < 1000
    assert exclude(firewall, name="*.example.com", check=True)["diff"]["before"] == ""


# What is excluded, what the firewall's own test then says.
EFFECTS = [(entry("yes", "x"), True), (entry("no", "x"), False), (entry("yes", "x", name=CLOUD), True)]


@pytest.mark.parametrize(("running", "effect"), EFFECTS)
def test_in_effect(firewall: Firewall, running: str, effect: bool) -> None:
    put(firewall.world, SHARED, holding(running))
    firewall.world.config.generation += 1
    said = exclude(firewall)
    assert said["in_effect"] is effect
    assert said["committed"] is (said["action"] == "none")
    assert exclude(firewall, test_hostname="elsewhere.example")["in_effect"] is False


@pytest.mark.parametrize(("given", "scope"), [(given, called) for given, _place, called in PLACES])
def test_scope_of_the_firewalls_test(
    firewall: Firewall, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], scope: str
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(excluding, "in_effect", lambda _device, *about: asked.append(about))
    exclude(firewall, **given)
    assert asked == [(CLOUD, None if scope == "shared" else scope)]


def test_in_effect_is_null_if_unknown() -> None:
    with firewall_with(switches={"test_ssl_exclude_list": False}) as firewall:
        assert exclude(firewall)["changed"] is True
        assert exclude(firewall)["in_effect"] is None


A_NAME = "a host name, with * as wildcard, such as *.paloaltonetworks.com"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": ""}, f"name: expected {A_NAME}, got ''"),
        ({"name": "a b"}, f"name: expected {A_NAME}, got 'a b'"),
        ({"location": "vsys"}, "location is vsys: vsys has to be a virtual system, such as vsys1, but is not set"),
        ({"vsys": "vsys2"}, "vsys is 'vsys2': expected location vsys, template or template_stack, got auto"),
        ({"location": "vsys", "vsys": "vsys0"}, "vsys: expected a virtual system, such as vsys1, got 'vsys0'"),
        ({"location": "template"}, "location is template, but template is not set"),
        ({"template": "branch"}, "template is 'branch': expected location template, got auto"),
        (
            {"location": "template_stack", "template_stack": "a/b"},
            "template_stack: expected a name of letters, digits, spaces, dots, hyphens and underscores, got 'a/b'",
        ),
        (
            {"description": "two\nlines"},
            "description: expected one line of text, got 'panops.mlav: two lines' with a line end or another control "
            "character",
        ),
        ({"description": "x" * 500}, "description: expected at most 512 characters, got 513 including its mark"),
        (
            {"test_hostname": NAME},
            f"test_hostname: expected a host name without wildcard, such as {CLOUD}, got {NAME!r}",
        ),
    ],
)
def test_invalid_values_send_no_request(firewall: Firewall, given: dict[str, Any], message: str) -> None:
    requests = firewall.statistics()["requests"]
    with pytest.raises(InvalidOption) as invalid:
        exclude(firewall, **given)
    assert invalid.value.message == message
    assert firewall.statistics()["requests"] == requests


def test_missing_location_is_never_created(firewall: Firewall, panorama: Firewall) -> None:
    lacking: list[tuple[Firewall, dict[str, Any], str]] = [
        (
            firewall,
            {"location": "vsys", "vsys": "vsys7"},
            "vsys: expected a virtual system of this firewall (vsys1, vsys2), got 'vsys7'",
        ),
        (firewall, {"location": "template", "template": "branch"}, "template: the device has no template 'branch'"),
        (panorama, {"location": "template", "template": "nowhere"}, "template: the device has no template 'nowhere'"),
        (
            panorama,
            {"location": "template", "template": "branch", "vsys": "vsys2"},
            "vsys: expected a virtual system of template 'branch', got 'vsys2'",
        ),
    ]
    for device, given, message in lacking:
        before = device.snapshot()
        for state in ("present", "absent"):
            refused = exclude(device, state=state, **given)
            assert (refused["failed"], refused["error"]["kind"]) == (True, "invalid_option")
            assert message in refused["msg"]
        assert device.snapshot() == before


def test_check_mode_and_change_in_a_playbook(ansible: Ansible) -> None:
    with firewall_with() as firewall:
        given = {name: value for name, value in options(firewall).items() if name != "host"}
        task: dict[str, Any] = {"panops.mlav.mlav_decryption_exclusion": given}
        asked = {"that": ["would.changed", "would.in_effect == none", "not done.committed", "not again.changed"]}
        play = {
            "hosts": "all",
            "gather_facts": False,
            "tasks": [
                {**task, "check_mode": True, "diff": True, "register": "would"},
                {**task, "register": "done"},
                {**task, "register": "again", "async": 60, "poll": 1},
                {"ansible.builtin.assert": asked},
            ],
        }
        file = ansible.home / "play.yml"
        file.write_text(json.dumps([play]), encoding="utf-8")
        inventory = ansible.home / "inventory.json"
        inventory.write_text(
            json.dumps({"all": {"hosts": {"fw-1": {"ansible_connection": "local"}}}}), encoding="utf-8"
        )
        run = ansible.playbook(file, inventory)
        assert run.code == 0, run.output
        assert f"+++ after: candidate {listed(SHARED)}/entry[@name='{NAME}']" in run.output
        assert "+  <exclude>yes</exclude>" in run.output
        assert run.output.count("+++ after") == 1
        assert firewall.statistics()["writes"] == ["config set"]
        assert entries(firewall.world, SHARED) == {NAME: OURS}
