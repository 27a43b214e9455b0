# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who decrypts: a decryption policy and the way of the traffic in; who, why, and by which rules out."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    dataplane,
    device,
    devsrv,
    ev,
    exclusion,
    firewall,
    interfaces,
    jobs,
    lost,
    management,
    ping,
    policy,
    rule,
    x509,
)

NONE = "none of its decrypt rules can match"
OPEN = "rule decrypt-all may match, depending on address objects, URL categories or zones"
CROSSES = "rule decrypt-all matches if management traffic crosses this firewall's own dataplane"
PUSHED = "none of its own decrypt rules can match, but rules pushed by Panorama may be missing"
NO_ROUTE = "rule decrypt-all may match; the service route is unknown"
EXCLUDED = "it already excludes *.paloaltonetworks.com from decryption"
NOT_COMMITTED = "it already excludes *.paloaltonetworks.com, but the exclusion may not be committed"
ALL = ["decrypt-all"]
THIS = ("this_firewall", "rule decrypt-all", ALL)
MAYBE = ("unknown", OPEN, ALL)
NO: tuple[str, str, list[str]] = ("elsewhere", NONE, [])
AT_MANAGEMENT = device(management_address="192.0.2.7")
FURTHER_DOWN = rule("further-down")


def own(*rules: m.DecryptionRule, **more: Any) -> dict[str, Any]:
    """A dataplane route, and these rules."""
    return {"decryption": policy(*rules), "service_route": dataplane()} | more


# (what, what is changed of a firewall, (who, why, rules))
WHO: list[tuple[str, dict[str, Any], tuple[str, str, list[str]]]] = [
    ("the policy was not read", {"decryption": lost()},
     ("unknown", "its decryption policy could not be collected", [])),
    ("no rule", own(), ("elsewhere", "it has no decrypt rule", [])),
    ("rules may be missing", {"decryption": policy(complete=False)}, ("unknown", PUSHED, [])),
    ("only partly understood", {"decryption": ev(policy().value, problem=m.Problem("unrecognized", "some lines"))},
     ("unknown", PUSHED, [])),
    ("no decrypt rule matches", own(rule(from_zones=("trust",))), NO),
    ("a rule matches surely", own(rule()), THIS),
    ("two match surely, the first decides", own(rule(), FURTHER_DOWN), THIS),
    ("the first surely but for its zone", own(rule(to_zones=("untrust",)), FURTHER_DOWN),
     ("this_firewall", "rule decrypt-all, further-down", [*ALL, "further-down"])),
    ("the first only perhaps", own(rule("perhaps", categories=("news",)), rule()), THIS),
    ("a name that is just not too long", own(rule(60 * "x")),
     ("this_firewall", f"rule {60 * 'x'}", [60 * "x"])),
    ("a long name", own(rule(61 * "x")), ("this_firewall", f"rule {59 * 'x'}…", [f"{59 * 'x'}…"])),
    ("two only perhaps", own(rule("a", categories=("news",)), rule("b", sources=("servers",))),
     ("unknown", "rule a, b may match, depending on address objects, URL categories or zones", ["a", "b"])),
    # What hides the rules below.
    ("a no-decrypt rule", own(rule("skip", "no-decrypt"), rule()), NO),
    ("a no-decrypt rule, disabled", own(rule("skip", "no-decrypt", disabled=True), rule()), THIS),
    ("a no-decrypt rule for some destination zone", own(rule("skip", "no-decrypt", to_zones=("untrust",)), rule()),
     THIS),
    ("a no-decrypt rule that matches perhaps", own(rule("skip", "no-decrypt", categories=("news",)), rule()), THIS),
    ("inbound inspection hides nothing", own(rule("inbound", kind="ssl-inbound-inspection"), rule()), THIS),
    ("an SSH proxy hides nothing", own(rule("ssh", kind="ssh-proxy"), rule()), THIS),
    ("a forward proxy", own(rule(kind="ssl-forward-proxy")), THIS),
    ("an action that is not known hides nothing", own(rule("odd", "unknown"), rule()), THIS),
    ("an action that is not known", own(rule(action="unknown")), MAYBE),
    ("an action that is not known, for another zone", own(rule(action="unknown", from_zones=("trust",))), NO),
    ("decrypt and forward", own(rule(action="decrypt-and-forward")), THIS),
    ("one for another zone, then one that matches", own(rule("other", from_zones=("trust",)), rule()), THIS),
    ("from no source at all", own(rule(negate_source=True)), NO),
    # Zones.
    ("no zone named", own(rule(from_zones=())), THIS),
    ("its zone is not known", own(rule(from_zones=("dmz",)), interfaces=lost()), MAYBE),
    ("its zone is empty", own(rule(from_zones=("dmz",)), interfaces=interfaces(
        m.Interface("ethernet1/5", "up", ("10.1.5.254",), ""))), MAYBE),
    ("any zone among others", own(rule(from_zones=("trust", "any"))), THIS),
    # Addresses.
    ("no source named", own(rule(sources=())), THIS),
    ("any source among others", own(rule(sources=("10.9.0.0/16", "any"))), THIS),
    ("one of two networks", own(rule(sources=("10.9.0.0/16", "10.1.5.0/24"))), THIS),
    ("a host bit in the network", own(rule(sources=("10.1.5.1/24",))), THIS),
    ("a name, or another network", own(rule(sources=("servers", "10.9.0.0/16"))), MAYBE),
    ("not a named source", own(rule(sources=("servers",), negate_source=True)), MAYBE),
    ("not another network", own(rule(sources=("10.9.0.0/16",), negate_source=True)), THIS),
    ("a range that begins at it", own(rule(sources=("10.1.5.254 - 10.1.5.255",))), THIS),
    ("a range that ends at it", own(rule(sources=("10.1.5.1-10.1.5.254",))), THIS),
    ("a range below it", own(rule(sources=("10.1.5.1-10.1.5.253",))), NO),
    ("a range of the other protocol", own(rule(sources=("::-ffff::",))), NO),
    ("a network of the other protocol", own(rule(sources=("2001:db8::/32",))), NO),
    ("a name with a hyphen", own(rule(sources=("web-servers",))), MAYBE),
    ("the destination is not known", own(rule(destinations=("203.0.113.0/24",)), ping=ping("lost", None)), MAYBE),
    ("not the destination", own(rule(destinations=("198.51.100.0/24",), negate_destination=True)), NO),
    # The service route.
    ("a management route", {"decryption": policy(rule())}, ("unknown", CROSSES, ALL)),
    ("a management route, a rule for its address",
     {"decryption": policy(rule(sources=("192.0.2.0/24",))), "device": AT_MANAGEMENT}, ("unknown", CROSSES, ALL)),
    ("a management route, a rule for another address",
     {"decryption": policy(rule(sources=("10.9.0.0/16",))), "device": AT_MANAGEMENT}, NO),
    ("a management route, its address is not known",
     {"decryption": policy(rule(sources=("10.9.0.0/16",))), "device": lost()}, ("unknown", CROSSES, ALL)),
    ("a management route, a rule for some zone", {"decryption": policy(rule(from_zones=("dmz",)))},
     ("unknown", CROSSES, ALL)),
    ("no route known", {"decryption": policy(rule()), "service_route": lost()}, ("unknown", NO_ROUTE, ALL)),
    ("no route known, a rule for another address than that of management",
     {"decryption": policy(rule(sources=("10.1.5.0/24",))), "device": AT_MANAGEMENT, "service_route": lost()},
     ("unknown", NO_ROUTE, ALL)),
    ("an undetermined route, a rule for another address than that of management",
     {"decryption": policy(rule(sources=("10.1.5.0/24",))), "device": AT_MANAGEMENT,
      "service_route": ev(m.ServiceRoute("undetermined"))}, ("unknown", NO_ROUTE, ALL)),
    # Exclusions.
    ("excluded", own(decryption=policy(rule(), exclusions=(exclusion(),))), ("elsewhere", EXCLUDED, ALL)),
    ("excluded, by a management route", {"decryption": policy(rule(), exclusions=(exclusion(),))},
     ("elsewhere", EXCLUDED, ALL)),
    ("excluded, by the second of two", own(decryption=policy(rule(), exclusions=(
        exclusion(False, "ml.*"), exclusion()))), ("elsewhere", EXCLUDED, ALL)),
    ("excluded, changes pend", own(decryption=policy(rule(), exclusions=(exclusion(),)), commit_state=jobs(
        pending=True)), ("unknown", NOT_COMMITTED, ALL)),
    ("excluded, whether changes pend is not known", own(decryption=policy(rule(), exclusions=(exclusion(),)),
        commit_state=jobs(pending=None)), ("unknown", NOT_COMMITTED, ALL)),
    ("excluded, jobs not known", own(decryption=policy(rule(), exclusions=(exclusion(),)), commit_state=lost()),
     ("unknown", NOT_COMMITTED, ALL)),
    ("excluded, but rules may be missing", own(decryption=policy(rule(), exclusions=(exclusion(),), complete=False)),
     ("unknown", NOT_COMMITTED, ALL)),
    ("perhaps excluded", own(decryption=policy(rule(), exclusions=(exclusion(None),))),
     ("unknown", "rule decrypt-all may match, and the exclusion may not be in effect", ALL)),
    ("an exclusion that begins like the server", own(decryption=policy(rule(), exclusions=(
        exclusion(name="ml.service"),))), THIS),
    ("a question mark is none of the wildcards", own(decryption=policy(rule(), exclusions=(
        exclusion(name="ml.service.paloaltonetworks.co?"),))), THIS),
    ("nor is a bracket", own(decryption=policy(rule(), exclusions=(
        exclusion(name="[m]l.service.paloaltonetworks.com"),))), THIS),
    ("the server itself", own(decryption=policy(rule(), exclusions=(
        exclusion(name="ml.service.paloaltonetworks.com"),))),
     ("elsewhere", "it already excludes ml.service.paloaltonetworks.com from decryption", ALL)),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "decrypter"), [row[1:] for row in WHO], ids=[row[0] for row in WHO])
def test_who_decrypts_why_and_by_which_rules(changes: dict[str, Any], decrypter: tuple[str, str, list[str]]) -> None:
    details = diagnose(firewall(devsrv_log=devsrv(*x509(20)), **changes)).causes[0].details
    assert (details["decrypts"], details["decrypts_why"], details["decrypt_rules"]) == decrypter


SWITCHED_OFF = (exclusion(False),)


@pytest.mark.parametrize(
    ("route", "who", "first"),
    [
        (dataplane(), "this_firewall", "Enable the exclusion of *.paloaltonetworks.com."),
        (management(), "unknown", "Exclude *.paloaltonetworks.com on the decrypting device."),
    ],
)
def test_a_disabled_exclusion_is_enabled_only_where_this_firewall_decrypts(route: Any, who: str, first: str) -> None:
    rules = policy(rule(), exclusions=SWITCHED_OFF)
    found = diagnose(firewall(decryption=rules, service_route=route, devsrv_log=devsrv(*x509(20))))
    assert found.causes[0].details["decrypts"] == who
    assert first in found.summary
