# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary: evidence in, the verdict and the whole summary out."""

from __future__ import annotations

import re

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.summary import SUMMARY_LIMIT
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    COLLECTED,
    CONTENT_TEXT,
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
    exclusion,
    firewall,
    http,
    job,
    jobs,
    lost,
    management,
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
from ansible_collections.panops.mlav.tests.unit.diagnosis.test_checks import SAID as MESSAGES
from ansible_collections.panops.mlav.tests.unit.diagnosis.test_diagnosis_causes import ROWS
from tests.simulator.scenario import load
from tests.tooling.environment import ROOT
from tests.tooling.try_scenario import diagnosis

SCENARIOS = ROOT / "tests" / "simulator" / "scenarios"
CONNECTED = status("connected")
TCP_FAILED = curl("Couldn't connect to server")
DECRYPTED = {"service_route": dataplane(), "devsrv_log": devsrv(*x509(20))}
OWN_RULE = "TLS decrypted by this firewall (proven): untrusted certificate, and rule decrypt-all matches. "
CAPTURE = "Capture packets between the management interface and the cloud."
UNEXPLAINED = f"Disconnected, unexplained: no known cause matches. {CAPTURE}"
TCP_BLOCKED = (
    "TCP 443 blocked (likely): ml.service.paloaltonetworks.com does not answer (Couldn't connect to server). Allow TCP "
    "443 to it from the management interface."
)

SAID: list[tuple[str, m.EvidenceSet, str, str]] = [
    ("connected", firewall(cloud_status=CONNECTED), "healthy",
     "Connected to ml.service.paloaltonetworks.com. No action needed."),
    ("connected, the certificate was not renewed",
     firewall(cloud_status=CONNECTED, device_certificate=certificate("Valid", 9)), "degraded",
     "Connected, but at risk: device certificate not renewed: expires in 9 days (2026-12-02 05:15:00 UTC-05:00). Fetch "
     "a new one."),
    ("connected, the certificate was not renewed, a model with a TPM",
     firewall(cloud_status=CONNECTED, device=device(has_tpm=True), device_certificate=certificate("Valid", 9)),
     "degraded",
     "Connected, but at risk: device certificate not renewed: expires in 9 days (2026-12-02 05:15:00 UTC-05:00). Run "
     "`request certificate fetch`."),
    ("connected, the clock is off and the name does not resolve",
     firewall(cloud_status=CONNECTED, clock=clock(-900), ping=unknown_host()), "degraded",
     "Connected, but at risk: the firewall's clock is 15 minutes behind; ml.service.paloaltonetworks.com does not "
     "resolve. Set the clock."),
    ("connected, more is wrong than fits",
     firewall(cloud_status=CONNECTED, clock=clock(-900), ping=unknown_host(),
              device_certificate=certificate("Valid", 9)), "degraded",
     "Connected, but at risk: device certificate not renewed: expires in 9 days (2026-12-02 05:15:00 UTC-05:00) (and 2 "
     "more). Fetch a new one."),
    ("connected, an engine stopped",
     firewall(cloud_status=CONNECTED, system_log=syslog(event(
         "content_engine_stopped", 9, "Machine Learning engine for Shell stopped, please update your content"))),
     "degraded", "Connected, but at risk: engines stopped until a content update: Shell."),
    ("a release without MLAV", firewall(device=device("9.1.19"), cloud_status=lost("refused")), "not_applicable",
     "PAN-OS 9.1.19 has no MLAV, which needs 10.0.0 or later."),
    ("nothing was asked", m.EvidenceSet("fw", "live", COLLECTED, "full"), "undetermined",
     "No evidence was collected."),
    ("not reached",
     m.EvidenceSet("fw", "live", COLLECTED, "full", device=lost("unreachable", "no route", "Add a route")),
     "undetermined",
     "Could not query the firewall: no route. Add a route."),
    ("passive, MGT as source", firewall(high_availability=pair("passive")), "broken",
     f"Passive peer: {UNEXPLAINED}"),
    ("passive, a name that is too long beside it", firewall(high_availability=pair("passive"),
     devsrv_log=devsrv(*x509(19))), "broken",
     "Passive peer: TLS intercepted upstream (proven): the cloud server shows an untrusted certificate. Have the "
     "decrypting device exclude *.paloaltonetworks.com."),
    ("passive, a dataplane source", firewall(high_availability=pair("passive"), service_route=dataplane()), "standby",
     "Passive peer, disconnected as expected: its service route uses ethernet1/5 (10.1.5.254). No action needed."),
    ("passive, a proven cause", firewall(high_availability=pair("passive"), ping=unknown_host()), "broken",
     "Passive peer: Name resolution failed (proven): the firewall cannot resolve ml.service.paloaltonetworks.com. "
     "Check the DNS servers (192.0.2.53, 192.0.2.54)."),
    ("a likely cause", firewall(devsrv_log=devsrv(TCP_FAILED)), "broken",
     TCP_BLOCKED),
    ("an error that is not recognized", firewall(devsrv_log=devsrv(curl("Weird server reply"))), "broken",
     f'Unrecognized MLAV error: "Weird server reply". Disconnected, unexplained. {CAPTURE}'),
    ("a long error that is not recognized", firewall(devsrv_log=devsrv(curl(f"Weird {200 * 'x'}"))), "broken",
     f'Unrecognized MLAV error: "Weird {23 * "x"}…". Disconnected, unexplained. {CAPTURE}'),
    ("a decrypting device", firewall(devsrv_log=devsrv(*x509(19))), "broken",
     "TLS intercepted upstream (proven): ml.service.paloaltonetworks.com shows an untrusted certificate. Have the "
     "decrypting device exclude *.paloaltonetworks.com."),
    ("cut in TLS", firewall(devsrv_log=devsrv(curl(35))), "broken",
     'TLS handshake interrupted (likely): ml.service.paloaltonetworks.com ("SSL connect error"). Find the '
     "interrupting device with a packet capture."),
    ("a proxy", firewall(service_route=management(proxy_server="192.0.2.80", proxy_port=8080),
                         devsrv_log=devsrv(curl(5))), "broken",
     "Proxy unusable (proven): Couldn't resolve proxy name (proxy 192.0.2.80:8080). Make the proxy reachable from the "
     "management interface or correct it."),
    ("a cause that is not more than possible", firewall(system_log=syslog(stopped(5))), "broken",
     "Name resolution intermittent (possible): ml.service.paloaltonetworks.com resolves now, but not reliably. Check "
     "the DNS servers (192.0.2.53, 192.0.2.54)."),
    ("a sentence that begins with a host name", firewall(ping=ping("host_unreachable")), "broken",
     "No route to the cloud server (proven): host unreachable from the management interface. Correct the routing from "
     "there to the internet."),
    ("a sentence that begins with the name of a process", firewall(cloud_status=status("busy", attempts=3)),
     "undetermined",
     'device-server not responding (proven): cloud status answers "device busy or unavailable". Restart device-server '
     "in a maintenance window, then run commit force."),
    ("unexplained", firewall(), "broken", UNEXPLAINED),
    ("a VM-50", firewall(device=device(model="PA-VM", vm_license="VM-50")), "not_applicable",
     "The model VM-50 has no MLAV (inline machine learning)."),
    ("unexplained, older errors", firewall(devsrv_log=devsrv(*x509(20, 3000))), "broken",
     f"{UNEXPLAINED} Older errors are in the history."),
    ("an own rule decrypts", firewall(decryption=policy(rule()), **DECRYPTED), "broken",
     OWN_RULE + "Exclude *.paloaltonetworks.com here."),
    ("an own rule decrypts, an exclusion is off",
     firewall(decryption=policy(rule(), exclusions=(exclusion(False),)), **DECRYPTED), "broken",
     OWN_RULE + "Enable the exclusion of *.paloaltonetworks.com."),
    ("busy while a job runs",
     firewall(cloud_status=status("busy", attempts=3), commit_state=jobs(job("Commit", 1, "ACT", "PEND"))),
     "undetermined",
     "device-server is busy while Commit job 7 is running. Wait for the job to finish, then diagnose again."),
    ("another word for the state", firewall(cloud_status=status("other", raw_state="connecting")), "undetermined",
     'Cloud status unrecognized: expected "connected" or "disconnected", got "connecting". Report the raw answer.'),
    ("restarted, a commit runs",
     firewall(system_log=syslog(restarted(5)), commit_state=jobs(job("Commit", 1, "ACT", "PEND"))), "broken",
     "Commit force needed (possible): device-server was restarted 5 minutes ago (05:10:00 UTC-05:00), commit job 7 is "
     "running. Wait for it, then diagnose again."),
    ("restarted, jobs not known", firewall(system_log=syslog(restarted(60)), commit_state=lost("permission")),
     "broken",
     "Disconnected. Possible cause: commit_force_needed. Find out whether a commit has finished since the restart."),
    ("a release of which no fix is listed", firewall(device=device("10.0.12"), devsrv_log=devsrv(dns_error())),
     "broken",
     "Disconnected. Possible causes: name_resolution_intermittent or defect_pan_229832. Find out whether PAN-OS "
     "10.0.12 has the fix for PAN-229832."),
    ("no ping", archive(devsrv_log=devsrv(dns_error())), "broken",
     "Disconnected. Possible causes: name_resolution_failed or name_resolution_intermittent. Find out whether the name "
     "resolves now. Diagnose the live firewall."),
    ("no ping, and a long hint", archive(devsrv_log=devsrv(dns_error()), ping=lost(hint=f"Diagnose {9 * 'live '}")),
     "broken",
     "Disconnected. Possible causes: name_resolution_failed or name_resolution_intermittent. Find out whether the name "
     "resolves now."),
    ("two errors, no clock", firewall(clock=lost(), devsrv_log=devsrv(*x509(20, 120), dns_error(5))), "broken",
     "Disconnected. Possible causes: name_resolution_intermittent or tls_interception. Find out which of the errors is "
     "the newest."),
    ("no SSH", no_ssh(), "broken",
     "Disconnected; cause unknown: ping, connection table and devsrv.log are missing (ping not available to xmlapi "
     "client). Set the option ssh."),
    ("no SSH, and a long reason", no_ssh(ping=lost("refused", 90 * "x")), "broken",
     "Disconnected; cause unknown: ping, connection table and devsrv.log are missing. Set the option ssh."),
    ("the service route is undetermined", firewall(service_route=ev(m.ServiceRoute("undetermined"))), "broken",
     "Disconnected; cause unknown: service route is missing."),
    ("only the state was asked", m.EvidenceSet("fw", "live", COLLECTED, "status", cloud_status=status()),
     "broken",
     "Disconnected; cause unknown: service route, ping, connection table, devsrv.log and system log are missing. "
     "Diagnose again with depth full."),
    ("what a rule needs is broken",
     firewall(device=device("10.0.1"), licenses=ev(m.Licenses((None,))),  # type: ignore[arg-type]
              devsrv_log=devsrv(http(400, CONTENT_TEXT))), "broken",
     "Disconnected; cause unknown because of a bug in this collection (see the checks with status error)."),
    ("not reached, a long reason", m.EvidenceSet("fw", "live", COLLECTED, "full",
     device=lost("unreachable", 200 * "x", "Add a route")), "undetermined",
     f"Could not query the firewall: {115 * 'x'}…. Add a route."),
    ("not reached, a hint that is too long", m.EvidenceSet("fw", "live", COLLECTED, "full",
     device=lost("unreachable", "no route", 200 * "y")), "undetermined",
     "Could not query the firewall: no route."),
    ("not reached, a hint of which one clause fits", m.EvidenceSet("fw", "live", COLLECTED, "full",
     device=lost("tls", "its certificate is self-signed", f"Set ca_path, or cert_fingerprint {90 * 'y'}")),
     "undetermined", "Could not query the firewall: its certificate is self-signed. Set ca_path."),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "verdict", "summary"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
def test_summary(evidence: m.EvidenceSet, verdict: str, summary: str) -> None:
    found = diagnose(evidence)
    assert (found.verdict, found.summary) == (verdict, summary)


def test_a_summary_has_at_most_160_characters() -> None:
    """Also the summaries of the scenarios, of the tables of causes and checks, and of hostile evidence."""
    assert SUMMARY_LIMIT == 160
    scenarios = [diagnosis(load(path.stem)) for path in sorted(SCENARIOS.glob("*.yml"))]
    tables = [diagnose(evidence) for evidence in (*(row.evidence for row in ROWS), *(row[2] for row in MESSAGES))]
    summaries = [found.summary for found in (*scenarios, *tables)]
    assert len(scenarios) > 60
    assert [text for text in summaries if len(text) > SUMMARY_LIMIT] == []


def test_a_proven_or_likely_cause_of_a_scenario_is_told_with_its_fact() -> None:
    """No sample of the simulator is so long that the decisive fact has to go."""
    found = [diagnosis(load(path.stem)) for path in sorted(SCENARIOS.glob("*.yml"))]
    bare = [one.summary for one in found if one.causes and re.search(r"\((proven|likely)\)\. ", one.summary)]
    assert bare == []
