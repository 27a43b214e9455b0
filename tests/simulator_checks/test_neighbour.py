# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who decrypts, and what ends it: this firewall, a firewall next to it, exclusions of one's own and predefined ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.simulator import Firewall, load, running_fleet
from tests.simulator_checks.api_client import Client

EXCLUSIONS = "/config/shared/ssl-decrypt/ssl-exclude-cert"
ENTRY = "<entry name='*.paloaltonetworks.com'><exclude>{}</exclude></entry>"
DISABLED = "disabled-ssl-exclude-cert-from-predefined"
OFF = f"<{DISABLED}><member>*.paloaltonetworks.com</member></{DISABLED}>"
HOST = "<hostname>ml.service.paloaltonetworks.com</hostname>"
PREDEFINED = f"<test><ssl-exclude-list><predefined/>{HOST}</ssl-exclude-list></test>"


@contextmanager
def pair(**neighbour: Any) -> Iterator[tuple[Firewall, Firewall]]:
    entries: list[Any] = [
        {"name": "fw-behind", "scenario": "tls_interception_by_neighbour"},
        {"name": "fw-neighbour", "scenario": "decrypting_neighbour", "changes": neighbour},
    ]
    with running_fleet(entries) as fleet:
        yield fleet.firewalls["fw-behind"], fleet.firewalls["fw-neighbour"]


def exclude(firewall: Firewall, word: str = "yes") -> Client:
    client = Client(firewall)
    client.ask(type="config", action="set", xpath=EXCLUSIONS, element=ENTRY.format(word))
    return client


def test_an_exclusion_on_the_neighbour_helps_once_it_is_committed() -> None:
    with pair() as (behind, neighbour):
        assert (behind.world.status(), neighbour.world.status()) == ("disconnected", "connected")
        client = exclude(neighbour)
        assert behind.world.status() == "disconnected"
        client.commit()
        assert behind.world.status() == "connected"
        client.ask(type="config", action="delete", xpath=EXCLUSIONS)
        client.commit()
        assert behind.world.status() == "disconnected"


def test_a_job_of_the_neighbour_ends_without_anybody_asking_it() -> None:
    with pair(switches={"commit_seconds": 0}) as (behind, neighbour):
        exclude(neighbour).ask(type="commit", cmd="<commit/>")
        assert behind.world.status() == "connected"


def test_an_exclusion_on_this_firewall_does_not_help_against_the_neighbour() -> None:
    with pair() as (behind, _neighbour):
        exclude(behind).commit()
        assert behind.world.status() == "disconnected"


@pytest.mark.parametrize(
    "neighbour",
    [
        {"firewall": {"decryption_rules": []}},
        {"firewall": {"exclusions": [{"name": "*.paloaltonetworks.com"}]}},
        {"switches": {"predefined_exclusion": True}},
    ],
)
def test_a_neighbour_that_does_not_decrypt_this_traffic(neighbour: dict[str, Any]) -> None:
    with pair(**neighbour) as (behind, _neighbour):
        assert behind.world.status() == "connected"


def test_without_the_neighbour_the_traffic_is_decrypted_for_ever() -> None:
    assert load("tls_interception_by_neighbour").world().status() == "disconnected"


def test_decrypted_twice_one_exclusion_is_not_enough() -> None:
    world = load("tls_interception_twice").world()
    assert world.status() == "disconnected"
    world.path.excluded_elsewhere = True
    assert world.status() == "disconnected"
    with running_fleet(["tls_interception_twice"]) as fleet:
        [firewall] = fleet.firewalls.values()
        exclude(firewall).commit()
        assert firewall.world.status() == "disconnected"
        firewall.world.path.excluded_elsewhere = True
        assert firewall.world.status() == "connected"


def test_an_exclusion_that_is_off_decrypts_until_it_is_on() -> None:
    with running_fleet(["tls_interception_exclusion_off"]) as fleet:
        [firewall] = fleet.firewalls.values()
        assert firewall.world.status() == "disconnected"
        exclude(firewall).commit()
        assert firewall.world.status() == "connected"


def test_the_predefined_exclusion() -> None:
    with running_fleet(["tls_interception_predefined_disabled"]) as fleet:
        [firewall] = fleet.firewalls.values()
        client = Client(firewall)
        assert firewall.world.status() == "disconnected"
        assert " is not in the" in client.text(PREDEFINED)
        client.ask(type="config", action="delete", xpath=f"{EXCLUSIONS.rpartition('/')[0]}/{DISABLED}")
        client.commit()
        assert firewall.world.status() == "connected"
        assert " is in the" in client.text(PREDEFINED)
        exclude(firewall, "no").commit()  # a custom one beats it
        assert firewall.world.status() == "disconnected"
        client.ask(type="config", action="delete", xpath=EXCLUSIONS)
        client.ask(type="config", action="set", xpath=EXCLUSIONS.rpartition("/")[0], element=OFF)
        client.commit()
        assert firewall.world.status() == "disconnected"
