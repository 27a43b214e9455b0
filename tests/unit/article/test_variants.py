# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rest of the remedies: each variant of the catalogue as some firewall's raw answers bring it about."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.tests.unit.article import article as kb
from ansible_collections.panops.mlav.tests.unit.article.firewall import (
    CONNECTED,
    DATAPLANE,
    FORWARD_PROXY,
    Shape,
    entry,
    service_route,
    socket,
)
from ansible_collections.panops.mlav.tests.unit.article.lines import UNTRUSTED, event, firewall, x509
from ansible_collections.panops.mlav.tests.unit.article.rows import LIKELY, POSSIBLE, PROVEN, Row, broken, check, spread

COMMITTING = {
    "show jobs all": "<job><tenq>2024/07/26 13:39:00</tenq><id>9</id><type>Commit</type><status>ACT</status>"
    "<result>PEND</result><progress>55</progress></job>"
}
RESTARTED = (event(20, kb.E_RESTART),)


TWO_ADDRESSES = {
    "show interface all": "<hw><entry><name>ethernet1/5</name><state>up</state></entry></hw><ifnet><entry>"
    "<name>ethernet1/5</name><zone>untrust</zone><ip>10.1.5.254/24</ip><addr><member>10.1.5.253/24</member></addr>"
    "</entry></ifnet>"
}


def excluded(word: str) -> dict[str, str]:
    name = entry("*.paloaltonetworks.com", f"<exclude>{word}</exclude>")
    return {"shared/ssl-decrypt": f"<ssl-decrypt><ssl-exclude-cert>{name}</ssl-exclude-cert></ssl-decrypt>"}


TABLE: dict[str, Row] = {
    "busy with a commit": Row(
        firewall(status=kb.BUSY, answers=COMMITTING),
        "undetermined",
        (("device_server_unavailable", POSSIBLE),),
        remedy=("Wait for the running job to finish",),
        never=("restart process",),
        summary=("Commit job 9",),
        actor="nobody",
    ),
    "restarted, and a commit runs": Row(
        firewall(events=RESTARTED, answers=COMMITTING),
        "broken",
        (("commit_force_needed", POSSIBLE),),
        remedy=("A commit is running. Wait",),
        actor="nobody",
    ),
    "another word for the connection": Row(
        firewall(status=kb.DISCONNECTED.replace("disconnected", "connecting")),
        "undetermined",
        summary=('got "connecting"',),
    ),
    "an address object in the service route": broken(
        firewall(system=service_route("ethernet1/5", "untrust-address"), sockets=(socket("SYN_SENT"),)),
        "port_443_blocked",
        remedy=("between ethernet1/5 (10.1.5.254) and the cloud", "TCP port 443 from 10.1.5.254 to"),
    ),
    "an address object in the service route, two addresses": Row(
        firewall(
            system=service_route("ethernet1/5", "untrust-address"),
            sockets=(socket("SYN_SENT"),),
            answers=TWO_ADDRESSES,
        ),
        "broken",
        (("port_443_blocked", LIKELY),),
        remedy=(
            "between ethernet1/5 and the cloud",
            "from ethernet1/5 to",
            "match source <source address> destination",
        ),
        missing=("service_route",),
    ),
    "a service route without a source": broken(
        firewall(
            system="<route><service><entry name='paloalto-networks-services'/></service></route>",
            sockets=(socket("SYN_SENT"),),
        ),
        "port_443_blocked",
        LIKELY,
        remedy=(
            "between the service-route interface and the cloud",
            "if the management interface is the source",
        ),
        missing=("service_route",),
    ),
    "an address object in the service route, no route": broken(
        firewall(
            system=service_route("ethernet1/5", "untrust-address"),
            ping="connect: Network is unreachable\n",
            answers=TWO_ADDRESSES,
        ),
        "cloud_unreachable",
        remedy=("the virtual router of ethernet1/5", f"`ping source <source address> count 3 host {kb.SERVER}`"),
        missing=("service_route",),
    ),
    "the exclusion is switched off": broken(
        firewall(*x509(5, *UNTRUSTED), system=DATAPLANE, rules=FORWARD_PROXY, answers=excluded("no")),
        "tls_interception",
        PROVEN,
        remedy=("The exclusion exists but is disabled", "enable it"),
        summary=("rule outbound matches", "Enable the exclusion"),
    ),
    "the exclusion is there already": broken(
        firewall(*x509(5, *UNTRUSTED), system=DATAPLANE, rules=FORWARD_PROXY, answers=excluded("yes")),
        "tls_interception",
        remedy=("it already excludes *.paloaltonetworks.com from decryption", "needs no change"),
        never=("ssl-exclude-cert",),
    ),
    "the exclusion is there, perhaps not committed": broken(
        firewall(*x509(5, *UNTRUSTED), system=DATAPLANE, rules=FORWARD_PROXY, answers=excluded("yes"), pending="yes"),
        "tls_interception",
        remedy=("the exclusion may not be committed",),
        never=("ssl-exclude-cert",),
    ),
    "connected with a wrong clock": Row(
        firewall(status=CONNECTED, off=2),
        "degraded",
        (("clock_skew", POSSIBLE),),
        remedy=("Set the firewall's clock (2 days ahead)",),
        summary=("the firewall's clock is 2 days ahead. Set the clock.",),
        depth="full",
    ),
    "connected with an expired device certificate": Row(
        firewall(status=CONNECTED, certificate="Expired"),
        "degraded",
        (("device_certificate_invalid", POSSIBLE),),
        remedy=("001606000117",),
        depth="full",
    ),
    "connected, and the name is unknown now": Row(
        firewall(status=CONNECTED, ping=f"ping: unknown host {kb.SERVER}\n"),
        "degraded",
        (("name_resolution_failed", POSSIBLE),),
        remedy=("192.0.2.53",),
        depth="full",
    ),
    "connected, and the source cannot be bound": Row(
        firewall(status=CONNECTED, system=DATAPLANE, ping="bind: Cannot assign requested address\n"),
        "degraded",
        (("service_route_invalid", POSSIBLE),),
        remedy=("Current source: ethernet1/5 (10.1.5.254). Problem: source address 10.1.5.254 cannot be bound.",),
        depth="full",
    ),
}


@pytest.mark.parametrize(("name", "shape"), spread(TABLE))
def test_variants(name: str, shape: Shape) -> None:
    check(TABLE[name], shape)
