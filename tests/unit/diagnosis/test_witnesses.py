# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What proves a cause, and what does not: witnesses that are there, taken away, or speak against it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.witnesses import OF_CAUSES, OF_LOGS, STANDBY
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    ALL_LOST,
    CURL,
    NOW,
    ago,
    archive,
    certificate,
    clock,
    curl,
    dataplane,
    device,
    devsrv,
    dns_error,
    ev,
    event,
    firewall,
    http,
    interfaces,
    job,
    jobs,
    licenses,
    lost,
    management,
    netstat,
    pair,
    ping,
    policy,
    restarted,
    rule,
    siblings,
    sig,
    status,
    stopped,
    syslog,
    unknown_host,
    x509,
)
from ansible_collections.panops.mlav.tests.unit.diagnosis.test_diagnosis_causes import ROWS as BY_CAUSE


@dataclass
class Row:
    """``causes`` in order as ``id confidence``; ``says``: words of the summary; ``details`` of the first cause."""

    name: str
    evidence: m.EvidenceSet
    causes: tuple[str, ...]
    says: tuple[str, ...] = ()


def chosen(interface: m.Interface) -> dict[str, Any]:
    return {"service_route": dataplane(), "interfaces": interfaces(interface), "devsrv_log": devsrv(*x509(20))}


def eth(zone: str = "dmz", *, cut: bool = False, vsys: int | None = 1) -> m.Interface:
    return m.Interface("ethernet1/5", "up", ("10.1.5.254",), zone, cut, vsys)


OLD = {"device": device("10.1.2", app_version="8700-8000"), "device_certificate": certificate("None", None)}
PROXY = management(proxy_server="proxy.example.com", proxy_port=8080)


def to_proxy(*states: str, direct: tuple[m.Connection, ...] = ()) -> Any:
    rows = tuple(m.Connection("tcp", "192.0.2.7", 40000, "192.0.2.80", 8080, state) for state in states)
    return ev(m.Netstat(("198.51.100.10",), 443, direct, 9, rows))


ROWS = [
    # --- every text of libcurl ------------------------------------------------------------------------------------
    *(Row(f"curl {code}", firewall(devsrv_log=devsrv(curl(code))), causes, says) for code, causes, says in (
        (5, ("proxy_unreachable likely",), ("Couldn't resolve proxy name",)),
        (6, ("name_resolution_intermittent proven",), ()),
        (7, ("port_443_blocked likely",), ()),
        (27, ("unexplained possible",), ()),
        (28, ("port_443_blocked likely",), ()),
        (35, ("tls_handshake_cut likely",), ("SSL connect error", "with a packet capture")),
        (43, ("unexplained possible",), ()),
        (45, ("service_route_invalid likely",), ("Failed binding local connection end",)),
        (51, ("tls_interception likely",), ()),
        (52, ("tls_handshake_cut likely",), ()),
        (55, ("tls_handshake_cut likely",), ()),
        (56, ("tls_handshake_cut likely",), ()),
        (58, ("device_certificate_invalid likely",), ("Problem with the local SSL certificate",)),
        (60, ("tls_interception likely",), ()),
        (77, ("trusted_roots_outdated likely",), ()),
    )),
    Row("curl 43 on an affected release", firewall(device=device("10.2.3"), devsrv_log=devsrv(curl(43))),
        ("known_defect proven",), ("PAN-204216", "Upgrade to PAN-OS 10.2.4")),
    Row("a text that nobody knows", firewall(devsrv_log=devsrv(curl("Weird server reply"))),
        ("unexplained possible",), ('Unrecognized MLAV error: "Weird server reply". Disconnected',)),
    Row("an MLAV error that is none of curl's", firewall(devsrv_log=devsrv(sig("other", None, "queue full", ago(5)))),
        ("unexplained possible",), ('Unrecognized MLAV error: "queue full". ',)),
    Row("an unrecognized error that is given apart", firewall(devsrv_log=ev(m.DevsrvLog(
        (), 100, ago(60), ago(1), unrecognized_errors=(sig("other", None, "queue full", ago(5)),)))),
        ("unexplained possible",), ('Unrecognized MLAV error: "queue full". ',)),
    Row("an unrecognized error beside a cause", firewall(devsrv_log=devsrv(http(500), curl("Weird server reply"))),
        ("cloud_service_error proven",), ('Unrecognized MLAV error: "Weird server reply". Cloud server error',)),
    # --- tls: 18, 19, 21 with a right clock -----------------------------------------------------------------------
    *(Row(f"x509 {code}, the clock is {said}", firewall(clock=told, devsrv_log=devsrv(*x509(code))),
          (f"tls_interception {confidence}",))
      for code in (18, 19, 21)
      for said, told, confidence in (
          ("right", clock(), "proven"),
          ("off", clock(7200), "likely"),
          ("of an unknown zone", clock(3, None), "likely"),
      )),
    Row("x509 19 in an archive", archive(devsrv_log=devsrv(*x509(19))), ("tls_interception likely",)),
    # --- tls: 20 and curl's text need a second witness ------------------------------------------------------------
    Row("x509 20 alone", firewall(devsrv_log=devsrv(*x509(20))), ("tls_interception likely",)),
    Row("x509 20, an own rule matches", firewall(decryption=policy(rule()), **chosen(eth())),
        ("tls_interception proven",)),
    Row("curl's text, an own rule matches", firewall(decryption=policy(rule()), **chosen(eth())
        | {"devsrv_log": devsrv(curl(60))}), ("tls_interception proven",)),
    Row("curl 51, an own rule matches", firewall(decryption=policy(rule()), **chosen(eth())
        | {"devsrv_log": devsrv(curl(51))}), ("tls_interception likely",)),
    Row("x509 20, an own rule matches, the clock is off", firewall(decryption=policy(rule()), clock=clock(7200),
        **chosen(eth())), ("tls_interception likely",)),
    Row("x509 20, an own rule matches, pushed rules may be missing", firewall(
        decryption=policy(rule(), complete=False), **chosen(eth())), ("tls_interception likely",)),
    Row("x509 20, a rule of another virtual system", firewall(decryption=policy(rule(location="vsys2")),
        **chosen(eth())), ("tls_interception likely",)),
    Row("x509 20, all other clouds are lost", firewall(devsrv_log=devsrv(*x509(20)), siblings=ALL_LOST),
        ("tls_interception proven",)),
    Row("x509 20, the two other clouds that answer are lost", firewall(devsrv_log=devsrv(*x509(20)),
        siblings=siblings("disconnected", "disconnected")), ("tls_interception proven",)),
    Row("curl's text, all other clouds are lost", firewall(devsrv_log=devsrv(curl(60)), siblings=ALL_LOST),
        ("tls_interception proven",)),
    *(Row(f"x509 20, {said}", firewall(devsrv_log=devsrv(*x509(20)), siblings=told), ("tls_interception likely",))
      for said, told in (
          ("one cloud is not known", siblings("disconnected", "disconnected", "unknown")),
          ("one cloud alone answers", siblings("disconnected")),
          ("one cloud is connected", siblings("disconnected", "connected", "disconnected")),
          ("nothing is known of other clouds", lost()),
      )),
    Row("x509 20, all other clouds are lost, on a passive peer", firewall(devsrv_log=devsrv(*x509(20)),
        siblings=ALL_LOST, high_availability=pair("passive")), ("tls_interception likely",)),
    Row("x509 20, all other clouds are lost, the pair is not known", firewall(devsrv_log=devsrv(*x509(20)),
        siblings=ALL_LOST, high_availability=lost()), ("tls_interception likely",)),
    # --- old trusted roots ----------------------------------------------------------------------------------------
    Row("x509 20 with old roots", firewall(devsrv_log=devsrv(*x509(20)), **OLD),
        ("trusted_roots_outdated likely", "tls_interception possible"), ("Install content 8776-8390",)),
    Row("curl's text with old roots", firewall(devsrv_log=devsrv(curl(60)), **OLD),
        ("trusted_roots_outdated likely", "tls_interception possible")),
    Row("x509 20 with old roots, all other clouds are lost", firewall(devsrv_log=devsrv(*x509(20)), siblings=ALL_LOST,
        **OLD), ("trusted_roots_outdated likely", "tls_interception possible")),
    Row("x509 20, old release, new content", firewall(devsrv_log=devsrv(*x509(20)),
        **OLD | {"device": device("10.1.2", app_version="8776-8390")}), ("tls_interception likely",)),
    Row("x509 20, old release and content, a valid device certificate", firewall(devsrv_log=devsrv(*x509(20)),
        **OLD | {"device_certificate": certificate()}), ("tls_interception likely",)),
    Row("x509 20, new release, old content", firewall(devsrv_log=devsrv(*x509(20)),
        **OLD | {"device": device("10.1.10", app_version="8700-8000")}), ("tls_interception likely",)),
    Row("x509 20, roots not known, other clouds are lost", firewall(devsrv_log=devsrv(*x509(20)), siblings=ALL_LOST,
        **OLD | {"device": device("10.1.2", app_version=None)}),
        ("tls_interception likely", "trusted_roots_outdated possible")),
    Row("x509 18 with old roots", firewall(devsrv_log=devsrv(*x509(18)), **OLD), ("tls_interception proven",)),
    # --- the clock ------------------------------------------------------------------------------------------------
    Row("curl's text in an archive", archive(devsrv_log=devsrv(curl(60))),
        ("tls_interception likely", "clock_skew possible", "certificate_expired possible")),
    Row("curl's text, a clock before the device certificate", archive(devsrv_log=devsrv(curl(60)),
        device_certificate=ev(m.DeviceCertificate("Valid", NOW + timedelta(days=900)))),
        ("clock_skew likely", "tls_interception possible"),
        ("at least 900 days behind (device certificate valid from 2029-05-11)",)),
    Row("x509 9, a clock before the content", archive(devsrv_log=devsrv(*x509(9)),
        device=device(app_release_date=NOW + timedelta(days=3))), ("clock_skew proven",), ("content released",)),
    Row("x509 10, a clock before the content", archive(devsrv_log=devsrv(*x509(10)),
        device=device(threat_release_date=NOW + timedelta(days=3))), ("clock_skew likely",)),
    Row("content of the same day in another zone", archive(devsrv_log=devsrv(*x509(9)),
        device=device(av_release_date=NOW + timedelta(hours=26))),
        ("clock_skew possible", "certificate_expired possible")),
    Row("a right clock outweighs the content", firewall(devsrv_log=devsrv(*x509(10)),
        device=device(app_release_date=NOW + timedelta(days=3))), ("certificate_expired proven",)),
    # --- cut in TLS -----------------------------------------------------------------------------------------------
    Row("cut, and a certificate did not validate", firewall(devsrv_log=devsrv(*x509(19), curl(35, 4.9))),
        ("tls_interception proven", "tls_handshake_cut possible")),
    Row("cut, and the device certificate is not accepted", firewall(devsrv_log=devsrv(curl(35)),
        system_log=syslog(event("client_certificate", 5, "MLAV: Revoked Client Certificate."))),
        ("device_certificate_invalid proven",)),
    # --- the proxy ------------------------------------------------------------------------------------------------
    Row("SYN_SENT to the proxy alone", firewall(service_route=PROXY, netstat=to_proxy("SYN_SENT")),
        ("proxy_unreachable proven",), ("proxy.example.com:8080",)),
    Row("SYN_SENT to the proxy beside a session", firewall(service_route=PROXY,
        netstat=to_proxy("SYN_SENT", "ESTABLISHED")), ("unexplained possible",)),
    Row("SYN_SENT to the proxy and to the cloud", firewall(service_route=PROXY, netstat=to_proxy(
        "SYN_SENT", direct=(m.Connection("tcp", "192.0.2.7", 1, "198.51.100.10", 443, "SYN_SENT"),))),
        ("port_443_blocked proven",)),
    Row("the proxy's name does not resolve", firewall(service_route=PROXY, devsrv_log=devsrv(curl(5))),
        ("proxy_unreachable proven",)),
    Row("the proxy aborts CONNECT", firewall(service_route=PROXY, devsrv_log=devsrv(
        curl(56, text="Proxy CONNECT aborted"))), ("proxy_unreachable proven",)),
    Row("SYN_SENT to the proxy, a TLS error a minute ago", firewall(service_route=PROXY, netstat=to_proxy("SYN_SENT"),
        devsrv_log=devsrv(*x509(19, 1))), ("tls_interception proven", "proxy_unreachable possible")),
    # --- words of ping --------------------------------------------------------------------------------------------
    Row("a routing loop", firewall(ping=ping("ttl_exceeded")), ("cloud_unreachable proven",), ("routing loop",)),
    Row("a filter answers the ping", firewall(ping=ping("filtered")), ("unexplained possible",)),
    Row("a source of the wrong family", firewall(ping=ping("wrong_family", None)), ("unexplained possible",)),
    Row("a source of the wrong family, a DNS error", firewall(ping=ping("wrong_family", None),
        devsrv_log=devsrv(dns_error())),
        ("name_resolution_failed possible", "name_resolution_intermittent possible")),
    # --- other clouds ---------------------------------------------------------------------------------------------
    Row("unexplained, the URL cloud is connected", firewall(siblings=siblings("connected")), ("unexplained possible",),
        ("(the URL cloud is connected)",)),
    Row("unexplained, other clouds are lost", firewall(siblings=siblings("disconnected")), ("unexplained possible",),
        ("(other clouds are disconnected too)",)),
    Row("PAN-229832, the URL cloud is lost as well", firewall(device=device("10.1.12"), devsrv_log=devsrv(dns_error()),
        siblings=siblings("disconnected")), ("defect_pan_229832 proven",)),
    Row("PAN-229832, the URL cloud is connected", firewall(device=device("10.1.12"), devsrv_log=devsrv(dns_error()),
        siblings=siblings("connected")), ("defect_pan_229832 likely",)),
    Row("PAN-229832 by the system log, WildFire is connected", firewall(device=device("10.1.12"),
        system_log=syslog(stopped(5)), siblings=siblings(None, "connected")),
        ("defect_pan_229832 possible", "unexplained possible")),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_witnesses(row: Row) -> None:
    found = diagnose(row.evidence)
    assert (found.verdict, tuple(f"{cause.id} {cause.confidence}" for cause in found.causes)) == ("broken", row.causes)
    assert found.cause_confidence == found.causes[0].confidence
    for words in row.says:
        assert words in found.summary


def test_every_cause_comes_first_in_some_row() -> None:
    named = [row.causes for row in ROWS] + [row.causes for row in BY_CAUSE]
    first = {causes[0].split()[0] for causes in named if causes}
    assert first == set(CATALOGUE)


def test_every_text_of_libcurl_has_a_row() -> None:
    assert {f"curl {code}" for code in CURL} <= {row.name for row in ROWS}


@pytest.mark.parametrize("error", ["Weird server reply", *(CURL[code] for code in (27, 43))])
def test_no_check_passes_over_an_error_that_names_no_cause(error: str) -> None:
    code = next((code for code, text in CURL.items() if text == error), None)
    found = diagnose(firewall(devsrv_log=devsrv(curl(code if code is not None else error))))
    told = {check.id: check for check in found.checks}
    for check_id in ("tls_validation", "cloud_response"):
        assert (told[check_id].status, error in told[check_id].message) == ("error", True)
    assert found.causes[0].details["errors"] == [error]


@pytest.mark.parametrize("code", [35, 52, 55, 56, 77])
def test_a_connection_that_is_cut_does_not_pass_as_a_valid_certificate(code: int) -> None:
    found = diagnose(firewall(devsrv_log=devsrv(curl(code))))
    assert next(check.status for check in found.checks if check.id == "tls_validation") == "fail"


def test_the_proxy_is_in_the_remedy_and_in_the_capture() -> None:
    found = diagnose(firewall(service_route=PROXY, devsrv_log=devsrv(curl(35)))).causes[0]
    assert "Also check the configured proxy (proxy.example.com:8080)." in found.remedy.text
    assert '`tcpdump filter "host 198.51.100.10 or host proxy.example.com" snaplen 0`' in found.remedy.text
    by_dataplane = dataplane(proxy_server="192.0.2.80", proxy_port=8080)
    text = diagnose(firewall(service_route=by_dataplane, devsrv_log=devsrv(curl(35)))).causes[0].remedy.text
    assert "source 10.1.5.254 destination 192.0.2.80 destination-port 8080`" in text


# A model with a TPM needs no one-time password.
@pytest.mark.parametrize(("has_tpm", "words"), [(True, "request certificate fetch"), (False, "one-time password for")])
@pytest.mark.parametrize("days", [9, -3])
def test_how_a_device_certificate_is_fetched(days: int, has_tpm: bool, words: str) -> None:
    found = diagnose(firewall(device=device(has_tpm=has_tpm), device_certificate=certificate("Valid", days)))
    text = found.causes[0].remedy.text
    assert words in text
    assert ("one-time password for serial number" in text) != has_tpm


# --- each witness taken away -----------------------------------------------------------------------------------------

NEEDS_LOGS = {
    "service_route": {"service_route": lost()},
    "interfaces": {"interfaces": ev(m.Interfaces((eth(),), complete=False))},
    "ping": {"ping": lost()},
    "netstat": {"netstat": lost()},
    "devsrv_log": {"devsrv_log": lost()},
    "system_log": {"system_log": lost()},
    "clock": {"clock": lost()},
}
FORCE = firewall(system_log=syslog(restarted(60)))
BY_LOG = firewall(
    service_route=dataplane(), interfaces=interfaces(eth()), devsrv_log=devsrv(http(404)),
    system_log=syslog(event("client_certificate", 5, "MLAV: Revoked Client Certificate.")),
)  # fmt: skip
NO_ADDRESS = firewall(service_route=dataplane("10.1.9.9"), interfaces=interfaces(eth()), ping=ping("bind_failed", None))

# Peers that are disconnected by design, or may be.
INACTIVE: dict[str, dict[str, Any]] = {
    "active: a passive peer": {
        "high_availability": pair("passive"),
        "service_route": dataplane(),
        "devsrv_log": lost(),
    },
    "active: a passive peer, its route not known": {"high_availability": pair("passive"), "service_route": lost()},
    "active: not known": {"high_availability": lost(), "service_route": dataplane()},
}  # fmt: skip

# A proven cause, and changes that take one witness each.
TAKEN: list[tuple[str, m.EvidenceSet, dict[str, dict[str, Any]]]] = [
    ("commit_force_needed", FORCE, {
        **{name: changes for name, changes in NEEDS_LOGS.items() if name not in ("system_log", "interfaces")},
        "interfaces": {"service_route": dataplane(), **NEEDS_LOGS["interfaces"]},
        "jobs_since_restart": {"commit_state": jobs(since=30)},
        "jobs_since_restart: no jobs at all": {"commit_state": ev(m.CommitState((), False))},
        "uptime": {"device": device(uptime_s=None)},
        **{name: changes for name, changes in INACTIVE.items() if name != "active: a passive peer"},
    }),
    ("device_certificate_invalid", BY_LOG, {
        **{name: changes for name, changes in NEEDS_LOGS.items() if name != "system_log"},
        "devsrv_log: it begins too late": {
            "devsrv_log": ev(m.DevsrvLog((http(404),), 9, ago(20), ago(1), truncated=True))},
        "commits": {"commit_state": lost(), "system_log": syslog(restarted(90), event(
            "client_certificate", 5, "MLAV: Revoked Client Certificate."))},
        "netstat: no row": {"netstat": netstat(rows=0)},
        "netstat: cut": {"netstat": ev(netstat().value, problem=m.Problem("truncated", "cut"))},
    }),
    ("port_443_blocked", firewall(netstat=netstat("SYN_SENT")), {
        name: changes for name, changes in NEEDS_LOGS.items() if name not in ("netstat", "interfaces")} | INACTIVE),
    ("proxy_unreachable", firewall(service_route=PROXY, netstat=to_proxy("SYN_SENT")), {
        name: NEEDS_LOGS[name] for name in ("ping", "devsrv_log", "system_log", "clock")}),
    ("cloud_unreachable", firewall(ping=ping("host_unreachable")), {"netstat": NEEDS_LOGS["netstat"], **INACTIVE}),
    ("defect_pan_229832", firewall(device=device("10.1.12"), devsrv_log=devsrv(dns_error())), {
        "siblings": {"siblings": lost("timeout")}}),
    ("name_resolution_failed", firewall(ping=unknown_host()), INACTIVE),
    ("service_route_invalid", NO_ADDRESS, {
        "high_availability": {"high_availability": lost()},
        **{name: NEEDS_LOGS[name] for name in ("netstat",)},
        "ping": {"ping": lost()},
        "interfaces": {"interfaces": ev(m.Interfaces((eth(),), complete=False)), "ping": ping("lost")},
    }),
    ("device_server_unavailable", firewall(cloud_status=status("busy", attempts=3)), {
        "jobs": {"commit_state": lost()},
        "jobs: not whole": {"commit_state": ev(m.CommitState((), False), problem=m.Problem("truncated", "cut"))},
    }),
    ("tls_interception", firewall(decryption=policy(rule()), **chosen(eth())), {
        "decryption": {"decryption": policy(rule(), complete=False)},
        "decryption: not read": {"decryption": lost()},
        "virtual system": {"interfaces": interfaces(eth(vsys=None)), "device": device(multi_vsys=True)},
        "zone": {"interfaces": ev(m.Interfaces((eth(),), complete=False))},
    }),
    ("unlicensed_content_defect", firewall(device=device("10.0.1"), licenses=licenses(),
        devsrv_log=devsrv(http(400, "invalid content version"))), {
        "licenses": {"licenses": lost()},
        "licenses: not whole": {"licenses": ev(m.Licenses(()), problem=m.Problem("truncated", "cut"))},
    }),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cause_id", "evidence", "changes"),
    [(cause_id, evidence, changes) for cause_id, evidence, taken in TAKEN for changes in taken.values()],
    ids=[f"{cause_id}: {name}" for cause_id, _evidence, taken in TAKEN for name in taken],
)
def test_without_a_witness_nothing_is_proven(cause_id: str, evidence: m.EvidenceSet, changes: dict[str, Any]) -> None:
    whole = diagnose(evidence)
    assert (whole.causes[0].id, whole.cause_confidence) == (cause_id, "proven")
    part = diagnose(replace(evidence, **changes))
    assert "proven" not in [cause.confidence for cause in part.causes]
    assert part.verdict == whole.verdict


def test_every_witness_is_taken_away_once() -> None:
    needed = {cause_id: {witness.id for witness in witnesses} for cause_id, witnesses in OF_CAUSES.items()}
    taken = {cause_id: {name.partition(":")[0] for name in changes} for cause_id, _evidence, changes in TAKEN}
    assert set(needed) <= set(CATALOGUE)
    # An address is known by the ping alone; a proxy by the service route alone.
    spared = {"port_443_blocked": {"netstat", "interfaces"},
              "proxy_unreachable": {"netstat", "service_route", "interfaces", "active"}}  # fmt: skip
    for cause_id, witnesses in needed.items():
        assert witnesses - spared.get(cause_id, set()) <= taken[cause_id], cause_id
    assert {witness.id for witness in OF_LOGS} - {"system_log"} <= taken["device_certificate_invalid"]
    assert {witness.id for witness in STANDBY} == {"devsrv_log", "system_log", "interfaces"}


def test_an_explicit_mgt_is_not_overridden() -> None:
    routes = (m.DestinationRoute("198.51.100.10", "ethernet1/2", "10.1.2.1"),)
    for chosen_by_name, overridden in ((True, False), (False, True)):
        route = management(destination_routes=routes, explicit_mgt=chosen_by_name)
        found = diagnose(firewall(service_route=route))
        message = next(check.message for check in found.checks if check.id == "service_route")
        assert ("overrides it" in message) == overridden


def test_a_time_that_nothing_tells_proves_nothing() -> None:
    assert diagnose(firewall(clock=lost(), ping=unknown_host())).cause_confidence == "proven"
    undated = firewall(devsrv_log=devsrv(sig("http", 404, "", None)), commit_state=jobs(job("Commit", 30)))
    assert diagnose(undated).cause_confidence == "likely"
    assert diagnose(replace(undated, collected_at=datetime(2020, 1, 1))).cause_confidence == "likely"
