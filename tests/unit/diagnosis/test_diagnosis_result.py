# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result as a whole: its shape, its checks, and that no evidence whatever breaks it or makes it lie."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import ValidationError

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import RemedyEntry
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Check, Diagnosis, DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.plugins.module_utils._tasks.committing import COMMIT
from ansible_collections.panops.mlav.plugins.module_utils._tasks.excluding import DECRYPTION_EXCLUSION
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reconnecting import RECONNECT
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    ADDRESS,
    archive,
    certificate,
    clock,
    dataplane,
    device,
    devsrv,
    dns_error,
    ev,
    event,
    exclusion,
    firewall,
    http,
    job,
    jobs,
    licenses,
    lost,
    management,
    netstat,
    no_ssh,
    pair,
    ping,
    policy,
    restarted,
    rule,
    status,
    stopped,
    syslog,
    unknown_host,
    x509,
)
from tests.tooling.schemas import schema, validator

SCHEMA = schema("diagnosis")
VALIDATOR = validator("diagnosis")

ORDER = [
    "device_access",
    "supported_release",
    "device_server",
    "cloud_connection",
    "high_availability",
    "device_clock",
    "license",
    "device_certificate",
    "service_route",
    "name_resolution",
    "icmp_reachability",
    "tcp_connection",
    "tls_validation",
    "cloud_response",
    "engine_events",
    "known_defects",
    "decryption_policy",
    "commit_state",
]


def check(found: Diagnosis, check_id: str) -> Check:
    return next(entry for entry in found.checks if entry.id == check_id)


def test_shape() -> None:
    data = encode(diagnose(firewall(devsrv_log=devsrv(*x509(20)))))
    assert list(data) == [
        "schema",
        "host",
        "source",
        "source_file",
        "collected_at",
        "device",
        "cloud_server",
        "verdict",
        "cause_confidence",
        "summary",
        "causes",
        "checks",
        "history",
        "missing",
        "duration_ms",
    ]
    assert data["schema"] == "panops.mlav/diagnosis/1"
    assert data["collected_at"] == "2026-11-23T10:15:00Z"
    assert data["cloud_server"] == "ml.service.paloaltonetworks.com"
    assert [entry["id"] for entry in data["checks"]] == ORDER
    assert data["device"]["hostname"] == "fw-lon-1"
    assert data["device"]["ha_state"] == "disabled"
    assert data["device"]["clock_skew_s"] == 3
    assert data["device"]["device_time"] == "2026-11-23 05:15:00"
    assert data["causes"][0]["remedy"]["doc_url"] == "ansible_collections/panops/mlav/docs/causes/tls_interception.md"
    assert data["duration_ms"] == 75


@pytest.mark.parametrize("base", ["https://wiki.example.com/mlav", "https://wiki.example.com/mlav/"])
def test_the_pages_may_be_somewhere_else(base: str) -> None:
    found = diagnose(firewall(devsrv_log=devsrv(*x509(20))), DiagnosisOptions(doc_url=base))
    assert found.causes[0].remedy.doc_url == "https://wiki.example.com/mlav/tls_interception.md"


def test_another_time_zone_is_shown_in_utc() -> None:
    moment = datetime(2026, 11, 23, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=9)))
    assert encode(diagnose(firewall(collected_at=moment)))["collected_at"] == "2026-11-23T03:00:00Z"


@pytest.mark.parametrize(
    "path", [(), ("causes", 0), ("causes", 0, "remedy"), ("checks", 0), ("history", 0), ("missing", 0)]
)
def test_the_schema_is_strict(path: tuple[Any, ...]) -> None:
    evidence = no_ssh(cloud_status=status("disconnected"), devsrv_log=devsrv(*x509(20, 120), http(500)))
    data = encode(diagnose(evidence))
    VALIDATOR.validate(data)
    place: Any = data
    for step in path:
        place = place[step]
    place["surprise"] = 1
    with pytest.raises(ValidationError):
        VALIDATOR.validate(data)


def test_the_schema_knows_every_cause_check_and_evidence() -> None:
    evidence = firewall()
    names = [entry.name for entry in fields(evidence) if isinstance(getattr(evidence, entry.name), m.Evidence)]
    assert SCHEMA["$defs"]["causeId"]["enum"] == list(CATALOGUE)
    assert SCHEMA["$defs"]["checkId"]["enum"] == ORDER
    assert sorted(SCHEMA["$defs"]["evidenceName"]["enum"]) == sorted(names)


def test_codes_are_stable() -> None:
    """A code keeps its cause. A new cause has a code of its own."""
    codes = {entry.code: entry.id for entry in CATALOGUE.values()}
    assert len(codes) == len(CATALOGUE)
    published = {
        "MLAV0001": "device_server_unavailable",
        "MLAV0002": "commit_force_needed",
        "MLAV0003": "clock_skew",
        "MLAV0004": "device_certificate_invalid",
        "MLAV0005": "service_route_invalid",
        "MLAV0006": "device_certificate_not_renewed",
        "MLAV0101": "port_443_blocked",
        "MLAV0102": "tls_interception",
        "MLAV0103": "name_resolution_failed",
        "MLAV0104": "name_resolution_intermittent",
        "MLAV0105": "cloud_unreachable",
        "MLAV0106": "certificate_expired",
        "MLAV0107": "tls_handshake_cut",
        "MLAV0108": "proxy_unreachable",
        "MLAV0201": "defect_pan_229832",
        "MLAV0202": "unlicensed_content_defect",
        "MLAV0203": "trusted_roots_outdated",
        "MLAV0204": "known_defect",
        "MLAV0301": "cloud_rejected_request",
        "MLAV0302": "cloud_service_missing",
        "MLAV0303": "cloud_service_error",
        "MLAV0901": "unexplained",
    }
    assert codes | published == codes


REMEDIES = [remedy for entry in CATALOGUE.values() for remedy in (entry.remedy, *entry.variants.values())]


@pytest.mark.parametrize("remedy", [remedy for remedy in REMEDIES if remedy.module], ids=lambda remedy: remedy.module)
def test_a_remedy_names_a_module_and_options_that_exist(remedy: RemedyEntry) -> None:
    operations = {f"panops.mlav.{operation.name}": operation for operation in (COMMIT, DECRYPTION_EXCLUSION, RECONNECT)}
    assert set(remedy.params) <= set(operations[str(remedy.module)].argument_spec)


def test_a_remedy_that_a_module_can_carry_out_says_how() -> None:
    remedy = diagnose(firewall(system_log=syslog(restarted(60)))).causes[0].remedy
    assert (remedy.automated, remedy.module) == (True, "panops.mlav.mlav_commit")
    assert remedy.params == {"force": True}
    assert remedy.needs_maintenance_window
    intercepted = {"service_route": dataplane(), "devsrv_log": devsrv(*x509(20))}
    remedy = diagnose(firewall(decryption=policy(rule()), **intercepted)).causes[0].remedy
    assert (remedy.automated, remedy.module) == (True, "panops.mlav.mlav_decryption_exclusion")
    assert remedy.params == {"name": "*.paloaltonetworks.com", "state": "present"}
    rules = policy(rule(), exclusions=(exclusion(False),))
    assert diagnose(firewall(decryption=rules, **intercepted)).causes[0].remedy.params == remedy.params
    elsewhere = diagnose(firewall(**intercepted)).causes[0].remedy
    assert (elsewhere.automated, elsewhere.module, elsewhere.params) == (False, None, {})


def test_which_remedies_need_a_maintenance_window() -> None:
    named = {(entry.id, ""): entry.remedy for entry in CATALOGUE.values()}
    named |= {(entry.id, name): variant for entry in CATALOGUE.values() for name, variant in entry.variants.items()}
    assert {place for place, remedy in named.items() if remedy.needs_maintenance_window} == {
        ("device_server_unavailable", ""),
        ("commit_force_needed", ""),
        ("service_route_invalid", ""),
        ("defect_pan_229832", ""),
        ("unlicensed_content_defect", ""),
        ("known_defect", ""),
    }


def test_capture_on_the_management_interface() -> None:
    text = diagnose(firewall()).causes[0].remedy.text
    assert f'`tcpdump filter "host {ADDRESS}" snaplen 0`' in text
    assert "`view-pcap mgmt-pcap mgmt.pcap`" in text
    assert "`less mp-log devsrv.log`" in text
    assert "support case" in text


def test_capture_on_a_dataplane_interface() -> None:
    text = diagnose(firewall(service_route=dataplane())).causes[0].remedy.text
    assert f"set filter match source 10.1.5.254 destination {ADDRESS} destination-port 443`" in text
    assert "tcpdump" not in text


MESSAGES = [
    ("device_server", firewall(cloud_status=status("busy", attempts=3)), "fail", "process devsrvr: running"),
    ("cloud_connection", firewall(), "fail", "Not connected to ml."),
    ("cloud_connection", firewall(cloud_status=status("other", raw_state="x")), "error",
     'got "x"'),
    ("high_availability", firewall(high_availability=pair("passive")), "warn", "both peers connect"),
    ("device_clock", firewall(clock=clock(7200)), "warn", "expected at most 5 minutes off, got 2 hours ahead"),
    ("device_clock", firewall(clock=clock(-100000000)), "warn", "got 1157 days 9 hours behind"),
    ("device_clock", archive(clock=clock(10**7)), "skipped", "tech-support file"),
    ("license", firewall(licenses=licenses()), "pass", "needs none"),
    ("device_certificate", firewall(device_certificate=certificate("Valid", 9)), "warn", "2026-12-02 05:15:00"),
    ("device_certificate", firewall(device_certificate=certificate("Odd", None)), "warn",
        'expected "Valid", got "Odd"'),
    ("device_certificate", firewall(device_certificate=lost(), device=device(device_certificate_status="Revoked")),
     "fail", 'status "Revoked"'),
    ("service_route", firewall(service_route=management(destination_routes=(
        m.DestinationRoute(f"{ADDRESS}/32", "ethernet1/2", None),))), "pass", "overrides it: ethernet1/2"),
    ("service_route", firewall(), "pass", "Default service route, via the management interface"),
    ("service_route", firewall(service_route=management(complete=False)), "warn", "Panorama may be missing"),
    ("service_route", firewall(service_route=management(proxy_server="proxy.example.com")), "pass",
        "proxy.example.com"),
    ("service_route", firewall(service_route=dataplane("$source")), "error", 'got "$source"'),
    ("name_resolution", firewall(), "pass", f"resolves to {ADDRESS}"),
    ("name_resolution", firewall(ping=unknown_host()), "fail", 'expected an IP address, got "unknown host"'),
    ("name_resolution", no_ssh(), "skipped", "ping not available to xmlapi client"),
    ("icmp_reachability", firewall(ping=ping("lost", loss_percent=100)), "warn", "proves nothing"),
    ("tcp_connection", firewall(netstat=netstat("TIME_WAIT")), "warn", "got TIME_WAIT"),
    ("tcp_connection", firewall(netstat=netstat("SYN_SENT")), "fail", "got SYN_SENT"),
    ("tcp_connection", firewall(netstat=lost("timeout", "too slow")), "error", "too slow"),
    ("tls_validation", firewall(devsrv_log=devsrv(*x509(20))), "fail", "x509 code 20"),
    ("tls_validation", firewall(), "pass", "No current certificate error"),
    ("cloud_response", firewall(devsrv_log=devsrv(http(404))), "fail", "expected HTTP 200, got HTTP 404"),
    ("engine_events", firewall(system_log=syslog(stopped(3))), "fail", "all machine Learning engines stopped"),
    ("known_defects", firewall(device=device("10.1.12")), "warn", "Fixed in 10.1.14"),
    ("known_defects", firewall(device=device("10.0.9")), "warn", "is unknown"),
    ("decryption_policy", firewall(), "pass", "has no decrypt rule"),
    ("commit_state", firewall(system_log=syslog(restarted(60))), "fail",
     "expected a commit force since, got no commit"),
    ("commit_state", firewall(commit_state=jobs(job("Commit", 1, "ACT", "PEND"))), "warn", "is running"),
]  # fmt: skip


@pytest.mark.parametrize(("check_id", "evidence", "expected", "words"), MESSAGES)
def test_checks(check_id: str, evidence: m.EvidenceSet, expected: str, words: str) -> None:
    found = check(diagnose(evidence), check_id)
    assert found.status == expected
    assert words in found.message


BLOCKED = [
    (firewall(ping=unknown_host()), "cloud_connection", "name_resolution"),
    (firewall(ping=unknown_host(), netstat=lost()), "tcp_connection", "name_resolution"),
    (firewall(ping=unknown_host()), "icmp_reachability", "name_resolution"),
    (firewall(service_route=dataplane(), ping=ping("bind_failed", None)), "name_resolution", "service_route"),
    (firewall(service_route=dataplane(), ping=ping("bind_failed", None)), "cloud_connection", "service_route"),
    (firewall(devsrv_log=devsrv(*x509(20)), system_log=syslog(stopped(4))), "engine_events", "tls_validation"),
    (firewall(clock=clock(172800), devsrv_log=devsrv(*x509(10))), "tls_validation", "device_clock"),
    (
        firewall(device=device("10.0.1"), licenses=licenses(), devsrv_log=devsrv(http(400, "invalid content version"))),
        "cloud_response",
        "known_defects",
    ),
    (firewall(cloud_status=status("busy", attempts=3)), "cloud_connection", "device_server"),
    (
        firewall(devsrv_log=devsrv(http(403)), system_log=syslog(event("client_certificate", 5, "MLAV: Revoked"))),
        "cloud_response",
        "device_certificate",
    ),
    (firewall(device=device("9.1.2"), cloud_status=lost("refused")), "cloud_connection", "supported_release"),
    (firewall(), "cloud_connection", None),
    (firewall(ping=lost()), "name_resolution", None),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "check_id", "by"), BLOCKED)
def test_one_cause_one_red_line(evidence: m.EvidenceSet, check_id: str, by: str | None) -> None:
    found = check(diagnose(evidence), check_id)
    assert found.status in ("fail", "error", "skipped")
    assert found.blocked_by == by


def test_without_access_the_other_checks_are_skipped() -> None:
    refused = m.Evidence[Any](problem=m.Problem("authentication", "Invalid Credential", "Give a valid API key"))
    found = diagnose(m.EvidenceSet("fw", "live", datetime(2026, 1, 1), "full", cloud_status=refused))
    assert found.checks[0].status == "error"
    assert {(entry.status, entry.blocked_by) for entry in found.checks[1:]} == {("skipped", "device_access")}
    assert found.summary == "Could not query the firewall: Invalid Credential. Give a valid API key."
    assert (found.missing[0].kind, found.missing[0].hint) == ("authentication", "Give a valid API key")


def test_evidence_is_shown_where_it_belongs() -> None:
    unclear = m.Evidence[Any](
        problem=m.Problem("unrecognized", "not understood"), asked=(m.Asked("show netstat", "ssh", "gibberish"),)
    )
    found = diagnose(firewall(netstat=unclear, devsrv_log=devsrv(*x509(20), dns_error(600))))
    tcp = check(found, "tcp_connection").evidence[0]
    assert (tcp.command, tcp.transport, tcp.parsed, tcp.raw) == ("show netstat", "ssh", None, "gibberish")
    tls = check(found, "tls_validation").evidence[0]
    assert "x509 20" in tls.raw
    assert "resolve" not in tls.raw
    assert check(found, "cloud_connection").evidence[0].parsed == {
        "state": "disconnected",
        "server": "ml.service.paloaltonetworks.com",
        "raw_state": None,
        "attempts": 1,
    }


def test_what_was_refused_comes_with_the_answer_that_followed() -> None:
    asked = (m.Asked("ping", "api", "not available to xmlapi client"), m.Asked("ping", "ssh", "PING"))
    found = diagnose(firewall(ping=m.Evidence(m.Ping("h", None, "answered", ADDRESS), asked=asked)))
    shown = check(found, "icmp_reachability").evidence
    assert [(entry.transport, entry.parsed is None) for entry in shown] == [("api", True), ("ssh", False)]


BROKEN_LICENSES = ev(m.Licenses((None,)))  # type: ignore[arg-type]
BROKEN_POLICY = ev(m.Decryption((None,), ()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "check_id"),
    [({"licenses": BROKEN_LICENSES}, "license"), ({"decryption": BROKEN_POLICY}, "decryption_policy")],
)
def test_a_check_that_crashes_hides_no_other(changes: dict[str, Any], check_id: str) -> None:
    found = diagnose(firewall(ping=unknown_host(), **changes))
    VALIDATOR.validate(encode(found))
    assert check(found, check_id).status == "error"
    assert "a bug in this collection" in check(found, check_id).message
    assert check(found, "name_resolution").status == "fail"
    assert found.causes[0].id == "name_resolution_failed"


def test_a_rule_that_crashes_leaves_nothing_unexplained() -> None:
    text = "invalid content version"
    evidence = firewall(device=device("10.0.1"), licenses=BROKEN_LICENSES, devsrv_log=devsrv(http(400, text)))
    found = diagnose(evidence)
    VALIDATOR.validate(encode(found))
    assert (found.verdict, found.cause_confidence, found.causes) == ("broken", "unknown", ())
    assert "a bug in this collection" in check(found, "cloud_response").message


HOSTILE = "x`; request restart system\n{server}{0}<script>\x1b[31m"


def test_hostile_values_do_not_reach_commands() -> None:
    evidence = firewall(
        cloud_status=status(server=HOSTILE),
        device=ev(m.DeviceInfo(serial=HOSTILE, sw_version=HOSTILE)),
        service_route=dataplane(HOSTILE, HOSTILE, dns_proxy_object=HOSTILE),
        ping=ping("bind_failed", HOSTILE, source=HOSTILE),
        system_log=syslog(event("client_certificate", 5, HOSTILE)),
        decryption=lost(),
    )
    found = diagnose(evidence)
    assert [cause.id for cause in found.causes] == ["service_route_invalid"]
    for cause in found.causes:
        commands = cause.remedy.text.split("`")[1::2]
        assert not any("restart system" in command for command in commands)
    assert "\n" not in found.summary
    assert "\x1b" not in found.summary


# --- whatever evidence ---------------------------------------------------------------------------------------------

WORDS = st.one_of(
    st.sampled_from(["", "any", "10.1.5.254", "2001:db8::1", "down", "Valid", "10.1.12", "9.1.0", "active", "Commit"]),
    st.sampled_from(["invalid content version", "Couldn't resolve host name", "Timeout was reached", "{}", "{0}"]),
    st.text(max_size=12),
)
TIMES = st.one_of(
    st.none(),
    st.datetimes(),
    st.datetimes(min_value=datetime(2026, 11, 22), max_value=datetime(2026, 11, 24)),
    st.datetimes(
        timezones=st.sampled_from([timezone.utc, timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))])
    ),
)
NAIVE = st.one_of(st.datetimes(), st.datetimes(min_value=datetime(2026, 11, 22), max_value=datetime(2026, 11, 24)))
PROBLEMS = st.builds(
    m.Problem,
    st.sampled_from(["busy", "refused", "not_obtainable", "unrecognized", "crash", "timeout", "authentication"]),
    WORDS,
    WORDS,
)


def evidence_of(value: st.SearchStrategy[Any]) -> st.SearchStrategy[m.Evidence[Any]]:
    asked = st.lists(st.builds(m.Asked, WORDS, WORDS, WORDS), max_size=2).map(tuple)
    return st.one_of(
        st.just(m.Evidence[Any](problem=m.NOT_ASKED)),
        st.builds(m.Evidence, value, st.none(), asked, st.integers(0, 9)),
        st.builds(m.Evidence, st.none(), PROBLEMS, asked, st.integers(0, 9)),
        st.builds(m.Evidence, value, PROBLEMS, asked, st.integers(0, 9)),
        st.just(m.Evidence[Any]()),
    )


def many(item: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(item, max_size=3).map(tuple)


def one(strategy: Any, **known: Any) -> st.SearchStrategy[Any]:
    """Any value of a dataclass: texts and times of our own, the rest from its types."""
    overrides: dict[str, Any] = {}
    for entry in fields(strategy):
        kind = str(entry.type)
        if entry.name in known:
            overrides[entry.name] = known[entry.name]
        elif kind == "str":
            overrides[entry.name] = WORDS
        elif kind == "str | None":
            overrides[entry.name] = st.none() | WORDS
        elif kind == "datetime | None":
            overrides[entry.name] = TIMES
        elif kind == "datetime":
            overrides[entry.name] = NAIVE
        elif kind == "tuple[str, ...]":
            overrides[entry.name] = many(WORDS)
        elif kind in ("int", "int | None"):
            number = st.sampled_from([0, 1, 9, 10, 20, 400, 404, 443, 500]) | st.integers(-(10**9), 10**9)
            overrides[entry.name] = number if kind == "int" else st.none() | number
    return st.builds(strategy, **overrides)


COUNTS = st.integers(0, 5)
ANY_EVIDENCE = st.builds(
    m.EvidenceSet,
    host=WORDS,
    source=st.sampled_from(["live", "techsupport", "saved"]),
    collected_at=NAIVE,
    depth=st.sampled_from(["status", "full"]),
    cloud_status=evidence_of(one(m.CloudStatus)),
    device=evidence_of(one(m.DeviceInfo)),
    clock=evidence_of(one(m.Clock)),
    high_availability=evidence_of(one(m.HighAvailability)),
    licenses=evidence_of(st.builds(m.Licenses, many(one(m.License)))),
    device_certificate=evidence_of(one(m.DeviceCertificate)),
    service_route=evidence_of(one(m.ServiceRoute, destination_routes=many(one(m.DestinationRoute)))),
    interfaces=evidence_of(one(m.Interfaces, entries=many(one(m.Interface)))),
    ping=evidence_of(one(m.Ping)),
    netstat=evidence_of(
        one(
            m.Netstat, connections=many(one(m.Connection)), proxy_connections=many(one(m.Connection)), history=st.none()
        )
    ),
    siblings=evidence_of(st.builds(m.Siblings, *[st.none() | one(m.Sibling)] * 3)),
    devsrv_log=evidence_of(
        one(
            m.DevsrvLog,
            signatures=many(one(m.LogSignature, count=COUNTS)),
            unrecognized_errors=many(one(m.LogSignature, count=COUNTS)),
        )
    ),
    system_log=evidence_of(one(m.SystemLog, events=many(one(m.SystemEvent)))),
    decryption=evidence_of(
        one(
            m.Decryption,
            rules=many(one(m.DecryptionRule)),
            exclusions=many(one(m.DecryptionExclusion)),
            zones=st.just(()),
        )
    ),
    commit_state=evidence_of(one(m.CommitState, jobs=many(one(m.Job)))),
    software_status=evidence_of(st.builds(m.SoftwareStatus, many(one(m.Process)))),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(ANY_EVIDENCE)
def test_whatever_evidence(evidence: m.EvidenceSet) -> None:
    found = diagnose(evidence)
    data = encode(found)
    VALIDATOR.validate(data)
    assert not [entry.message for entry in found.checks if "crashed" in entry.message]
    connected = evidence.cloud_status.value is not None and evidence.cloud_status.value.state == "connected"
    disconnected = evidence.cloud_status.value is not None and evidence.cloud_status.value.state == "disconnected"
    assert (found.verdict in ("healthy", "degraded")) == connected
    assert found.verdict not in ("broken", "standby") or disconnected
    assert not disconnected or found.verdict in ("broken", "standby", "not_applicable")
    assert found.verdict not in ("healthy", "standby") or not found.causes
    assert found.cause_confidence == (found.causes[0].confidence if found.causes else "unknown")
    order = [("proven", "likely", "possible").index(cause.confidence) for cause in found.causes]
    assert order == sorted(order)
    assert not {past.id for past in found.history} & {cause.id for cause in found.causes}
    assert diagnose(evidence) == found
