# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Less evidence never makes a verdict better, and never proves what more evidence did not."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    ago,
    certificate,
    clock,
    curl,
    dataplane,
    device,
    devsrv,
    dns_error,
    ev,
    event,
    exclusion,
    firewall,
    http,
    interfaces,
    job,
    jobs,
    licenses,
    management,
    netstat,
    pair,
    ping,
    policy,
    reconnected,
    restarted,
    rule,
    siblings,
    status,
    stopped,
    syslog,
    unknown_host,
    x509,
)
from ansible_collections.panops.mlav.tests.unit.diagnosis.test_diagnosis_causes import ROWS as BY_CAUSE
from ansible_collections.panops.mlav.tests.unit.diagnosis.test_witnesses import ROWS as BY_WITNESS

# How good each verdict is. What degrades a connection rests on what was seen, as a cause does: without it the firewall
# is connected all the same. That a state could not be told is no better than that it is bad.
GOODNESS = {"healthy": 3, "degraded": 3, "not_applicable": 2, "standby": 1, "broken": 0, "undetermined": 0}

PIECES = tuple(name for name in m.EVIDENCE_NAMES if name != "software_status")

Damage = Callable[[m.Evidence[Any]], m.Evidence[Any]]


def gone(_whole: m.Evidence[Any]) -> m.Evidence[Any]:
    return m.Evidence(problem=m.Problem("timeout", "no answer in time", "Ask again."))


def never_asked(_whole: m.Evidence[Any]) -> m.Evidence[Any]:
    return m.Evidence(problem=m.NOT_ASKED)


def partly_understood(whole: m.Evidence[Any]) -> m.Evidence[Any]:
    return replace(whole, problem=m.Problem("unrecognized", "some lines were not understood"))


def cut(whole: m.Evidence[Any]) -> m.Evidence[Any]:
    """What is listed in it is gone, and it says that it is not whole."""
    value = whole.value
    if isinstance(value, m.Interfaces):
        return replace(whole, value=m.Interfaces((), complete=False, why_incomplete="cut"))
    if isinstance(value, m.Decryption):
        return replace(whole, value=replace(value, rules=value.rules[:1], exclusions=(), complete=False))
    if isinstance(value, m.DevsrvLog):
        return replace(whole, value=replace(value, signatures=(), oldest=value.newest, truncated=True))
    if isinstance(value, m.ServiceRoute):
        return replace(whole, value=replace(value, complete=False, dns_servers=()))
    if isinstance(value, (m.SystemLog, m.CommitState, m.Licenses, m.Netstat)):
        emptied = {m.SystemLog: "events", m.CommitState: "jobs", m.Licenses: "entries", m.Netstat: "connections"}
        nothing: dict[str, Any] = {emptied[type(value)]: ()}
        whole = replace(whole, value=replace(value, **nothing))
    return partly_understood(whole)


DAMAGES: tuple[Damage, ...] = (gone, never_asked, partly_understood, cut)


def unjustified(whole: Diagnosis, part: Diagnosis) -> list[str]:
    """What the damaged evidence says that the whole one did not allow."""
    wrong = []
    if GOODNESS[part.verdict] > GOODNESS[whole.verdict]:
        wrong.append(f"the verdict was {whole.verdict} and is {part.verdict}")
    allowed = {cause.id for cause in whole.causes if cause.confidence == "proven"}
    allowed |= {cause.id for cause in whole.causes[:1]}
    wrong += [
        f"{cause.id} is proven" for cause in part.causes if cause.confidence == "proven" and cause.id not in allowed
    ]
    return wrong


def possible(piece: str, damage: Damage) -> bool:
    """Other clouds are always asked for where a firewall is disconnected."""
    return (piece, damage) != ("siblings", never_asked)


DAMAGINGS = [(piece, damage) for piece in PIECES for damage in DAMAGES if possible(piece, damage)]


def with_piece(evidence: m.EvidenceSet, piece: str, damaged_piece: m.Evidence[Any]) -> m.EvidenceSet:
    changes: dict[str, Any] = {piece: damaged_piece}
    return replace(evidence, **changes)


def damaged(evidence: m.EvidenceSet) -> Iterator[tuple[str, m.EvidenceSet]]:
    for name in PIECES:
        for damage in DAMAGES:
            whole = getattr(evidence, name)
            if whole.value is not None and possible(name, damage):
                yield f"{name} {damage.__name__}", with_piece(evidence, name, damage(whole))


KNOWN = [(row.name, row.evidence) for row in BY_CAUSE] + [(row.name, row.evidence) for row in BY_WITNESS]


@pytest.mark.parametrize("evidence", [row[1] for row in KNOWN], ids=[row[0] for row in KNOWN])
def test_every_known_firewall_with_every_piece_damaged(evidence: m.EvidenceSet) -> None:
    whole = diagnose(evidence)
    wrong = {what: found for what, part in damaged(evidence) if (found := unjustified(whole, diagnose(part)))}
    assert wrong == {}


ETHERNET = m.Interface("ethernet1/5", "up", ("10.1.5.254",), "dmz", vsys=1)
ERRORS = st.sampled_from([5, 6, 7, 28, 35, 43, 45, 51, 52, 58, 60, 77, "Weird server reply"])
MINUTES = st.sampled_from([1, 5, 14, 20, 40, 90, 2000])
SIGNATURES = st.one_of(
    st.builds(lambda error, minutes: (curl(error, minutes),), ERRORS, MINUTES),
    st.builds(lambda code, minutes: x509(code, minutes), st.sampled_from([9, 10, 18, 19, 20, 21]), MINUTES),
    st.builds(
        lambda code, minutes: (http(code, "invalid content version", minutes),),
        st.sampled_from([400, 403, 404, 500]),
        MINUTES,
    ),
    st.builds(lambda minutes: (dns_error(minutes),), MINUTES),
)
EVENTS = st.one_of(
    st.builds(stopped, MINUTES),
    st.builds(restarted, MINUTES),
    st.builds(reconnected, MINUTES),
    st.builds(lambda minutes: event("authentication", minutes), MINUTES),
    st.builds(lambda minutes: event("client_certificate", minutes, "MLAV: Revoked Client Certificate."), MINUTES),
    st.builds(lambda minutes: event("client_certificate", minutes, "MLAV: Expired Client Certificate."), MINUTES),
)
STATES = st.sampled_from(["connected", "disconnected", "unknown", None])
FIREWALLS = st.builds(
    firewall,
    cloud_status=st.builds(status, st.sampled_from(["disconnected", "disconnected", "disconnected", "connected"])),
    device=st.builds(
        device,
        st.sampled_from(["10.0.1", "10.1.2", "10.1.12", "10.2.3", "11.1.6", "11.2.8", "9.1.9", "junk"]),
        app_version=st.sampled_from(["8700-8000", "8868-8828", None]),
        has_tpm=st.sampled_from([True, False, None]),
        multi_vsys=st.sampled_from([True, False, None]),
        uptime_s=st.sampled_from([600, 5000, 40 * 86400, None]),
    ),
    clock=st.builds(clock, st.sampled_from([3, 7200, -172800]), st.sampled_from([-18000, None])),
    high_availability=st.sampled_from([ev(m.HighAvailability(False)), pair("passive"), pair("active"), pair("odd")]),
    licenses=st.sampled_from([licenses(), licenses("Threat Prevention")]),
    device_certificate=st.builds(
        certificate, st.sampled_from(["Valid", "Expired", "None"]), st.sampled_from([-3, 9, 60, None])
    ),
    service_route=st.sampled_from(
        [management(), management(explicit_mgt=True), dataplane(), dataplane("10.1.9.9"),
         management(proxy_server="192.0.2.80", proxy_port=8080), ev(m.ServiceRoute("management"))]
    ),
    interfaces=st.sampled_from(
        [interfaces(ETHERNET), interfaces(replace(ETHERNET, state="down")), interfaces(replace(ETHERNET, vsys=None))]
    ),
    ping=st.sampled_from(
        [ping(), ping("lost"), unknown_host(), ping("bind_failed", None), ping("host_unreachable"), ping("filtered")]
    ),
    netstat=st.sampled_from([
        netstat(), netstat("SYN_SENT"), netstat("ESTABLISHED"), netstat("TIME_WAIT"),
        ev(m.Netstat(("198.51.100.10",), 443, (), 9,
                     (m.Connection("tcp", "192.0.2.7", 1, "192.0.2.80", 8080, "SYN_SENT"),)))]),
    siblings=st.builds(siblings, STATES, STATES, STATES),
    devsrv_log=st.lists(SIGNATURES, max_size=3).map(lambda groups: devsrv(*itertools.chain(*groups))),
    system_log=st.lists(EVENTS, max_size=3).map(lambda events: syslog(*events)),
    decryption=st.sampled_from(
        [policy(), policy(rule()), policy(rule(from_zones=("dmz",))), policy(rule(location="vsys2")),
         policy(rule(), exclusions=(exclusion(),)), policy(rule("skip", "no-decrypt"), rule())]
    ),
    commit_state=st.one_of(
        st.builds(lambda minutes, since: jobs(job("Commit", minutes), since=since), MINUTES, MINUTES),
        st.builds(lambda since: jobs(since=since), MINUTES),
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(FIREWALLS, st.sampled_from(DAMAGINGS))
def test_any_firewall_with_a_piece_damaged(evidence: m.EvidenceSet, damaging: tuple[str, Damage]) -> None:
    piece, damage = damaging
    part = with_piece(evidence, piece, damage(getattr(evidence, piece)))
    assert unjustified(diagnose(evidence), diagnose(part)) == []


def test_a_single_damage_is_seen_by_the_measure() -> None:
    """The measure itself: what it must not let pass."""
    whole = diagnose(firewall(devsrv_log=devsrv(*x509(20))))
    better = diagnose(firewall(cloud_status=status("connected")))
    other = diagnose(firewall(ping=unknown_host()))
    assert unjustified(whole, better) == ["the verdict was broken and is healthy"]
    assert unjustified(whole, other) == ["name_resolution_failed is proven"]
    assert unjustified(whole, whole) == []
    assert ago() > ago(1)
