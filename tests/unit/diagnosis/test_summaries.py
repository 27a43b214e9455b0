# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one sentence that a person acts on: evidence in, the verdict and the whole sentence out."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
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

CONNECTED = status("connected")
TCP_FAILED = curl("Couldn't connect to server")
DECRYPTED = {"service_route": dataplane(), "devsrv_log": devsrv(*x509(20))}
OWN_RULE = (
    "The certificate shown for ml.service.paloaltonetworks.com does not validate (x509 code 20: unable to get local "
    "issuer certificate), and this firewall's own decryption policy can match the traffic (rule decrypt-all); "
)

BREAKS = "Connected to ml.service.paloaltonetworks.com, but something will break it next: "
LOST = "Disconnected from ml.service.paloaltonetworks.com"
UNEXPLAINED = (
    f"{LOST}, and nothing that was read explains it; capture packets between the management interface and the cloud "
    "server."
)

SAID: list[tuple[str, m.EvidenceSet, str, str]] = [
    ("connected", firewall(cloud_status=CONNECTED), "healthy",
     "Connected to ml.service.paloaltonetworks.com: nothing to do."),
    ("connected, the certificate ends soon",
     firewall(cloud_status=CONNECTED, device_certificate=certificate("Valid", 29)), "degraded",
     f"{BREAKS}The device certificate ends soon, at 2026-12-22 05:15:00: renew it. First: fetch a new device "
     "certificate."),
    ("connected, the clock is off and the name does not resolve",
     firewall(cloud_status=CONNECTED, clock=clock(-900), ping=unknown_host()), "degraded",
     f"{BREAKS}The clock is wrong. Expected: at most 5 minutes off Actual: 15 minutes behind. "
     "ml.service.paloaltonetworks.com does not resolve (DNS servers: 192.0.2.53, 192.0.2.54). Expected: an IP address "
     "Actual: unknown host. First: set the clock right."),
    ("connected, an engine stopped",
     firewall(cloud_status=CONNECTED, system_log=syslog(event(
         "content_engine_stopped", 9, "Machine Learning engine for Shell stopped, please update your content"))),
     "degraded", f"{BREAKS}Engines stopped until the content is updated: Shell."),
    ("a release without MLAV", firewall(device=device("9.1.19"), cloud_status=lost("refused")), "not_applicable",
     "PAN-OS 9.1.19 does not have MLAV. Expected: 10.0.0 or later Actual: 9.1.19."),
    ("nothing was asked", m.EvidenceSet("fw", "live", COLLECTED, "full"), "undetermined",
     "There is no evidence of this firewall."),
    ("not reached",
     m.EvidenceSet("fw", "live", COLLECTED, "full", device=lost("unreachable", "no route", "a route")), "undetermined",
     "The firewall could not be asked: no route. Needed: a route."),
    ("passive", firewall(high_availability=pair("passive")), "undetermined",
     "High-availability unit in state passive: disconnected from ml.service.paloaltonetworks.com, which need not be a "
     "defect; diagnose the active unit."),
    ("passive, a likely cause", firewall(high_availability=pair("passive"), devsrv_log=devsrv(TCP_FAILED)),
     "undetermined", f"High-availability unit in state passive: {LOST}; possible: port_443_blocked."),
    ("passive, a proven cause", firewall(high_availability=pair("passive"), ping=unknown_host()), "broken",
     "High-availability unit in state passive: The firewall cannot resolve ml.service.paloaltonetworks.com; make the "
     "DNS servers (192.0.2.53, 192.0.2.54) reachable and able to resolve it."),
    ("a likely cause", firewall(devsrv_log=devsrv(TCP_FAILED)), "broken",
     "Likely cause: no TCP session to ml.service.paloaltonetworks.com (198.51.100.10) on port 443 can be set up from "
     "the management interface; allow TCP 443 from the management interface to ml.service.paloaltonetworks.com on "
     "every device in between."),
    ("a cause that is not more than possible", firewall(system_log=syslog(stopped(5))), "broken",
     "Possible cause: device-server could not resolve ml.service.paloaltonetworks.com although the name resolves now; "
     "check that the DNS servers (192.0.2.53, 192.0.2.54) answer reliably."),
    ("a sentence that begins with a host name", firewall(ping=ping("host_unreachable")), "broken",
     "ml.service.paloaltonetworks.com (198.51.100.10) cannot be reached from the management interface: host "
     "unreachable; correct the routing from the management interface to the internet."),
    ("a sentence that begins with the name of a process", firewall(cloud_status=status("busy", attempts=3)), "broken",
     "device-server answers that it is busy or unavailable; restart device-server in a maintenance window and follow "
     "it with a commit force."),
    ("unexplained", firewall(), "broken", UNEXPLAINED),
    ("unexplained on a VM-50", firewall(device=device(model="VM-50")), "broken",
     f"{UNEXPLAINED} VM-50: inline machine learning is documented as not supported on VM-50 and VM-50L."),
    ("unexplained, older errors", firewall(devsrv_log=devsrv(*x509(20, 3000))), "broken",
     f"{UNEXPLAINED} Older errors are in the history."),
    ("an own rule decrypts", firewall(decryption=policy(rule()), **DECRYPTED), "broken",
     OWN_RULE + "exclude *.paloaltonetworks.com from decryption on this firewall."),
    ("an own rule decrypts, an exclusion is off",
     firewall(decryption=policy(rule(), exclusions=(exclusion(False),)), **DECRYPTED), "broken",
     OWN_RULE + "switch on the exclusion of *.paloaltonetworks.com on this firewall."),
    ("busy while a job runs",
     firewall(cloud_status=status("busy", attempts=3), commit_state=jobs(job("Commit", 1, "ACT", "PEND"))),
     "undetermined",
     "device-server is busy while Commit job 7 runs: wait until it has finished. Expected: an answer Actual: device "
     "busy or unavailable."),
    ("another word for the state", firewall(cloud_status=status("other", word="connecting")), "undetermined",
     "Whether the firewall is connected to ml.service.paloaltonetworks.com is not known. The firewall's word for the "
     "connection is not known. Expected: connected Actual: connecting."),
    ("restarted, a commit runs",
     firewall(system_log=syslog(restarted(5)), commit_state=jobs(job("Commit", 1, "ACT", "PEND"))), "undetermined",
     "Possible cause: device-server was restarted at 2026-11-23 05:10:00 and the commit job 7 is still running; wait "
     "until the running commit has finished and diagnose again."),
    ("restarted, jobs not known", firewall(system_log=syslog(restarted(60)), commit_state=lost("permission")),
     "undetermined",
     f"{LOST}; possible: commit_force_needed. To decide it, find out whether a commit has finished since the restart."),
    ("a release of which no fix is listed", firewall(device=device("10.0.12"), devsrv_log=devsrv(dns_error())),
     "undetermined",
     f"{LOST}; possible: name_resolution_intermittent or defect_pan_229832. To decide it, find out whether PAN-OS "
     "10.0.12 has the fix of PAN-229832."),
    ("no ping", archive(devsrv_log=devsrv(dns_error())), "undetermined",
     f"{LOST}; possible: name_resolution_failed or name_resolution_intermittent. To decide it, find out whether the "
     "name resolves now. Needed: the live firewall."),
    ("two errors, no clock", firewall(clock=lost(), devsrv_log=devsrv(*x509(20, 120), dns_error(5))), "undetermined",
     f"{LOST}; possible: name_resolution_intermittent or tls_interception. To decide it, find out which of the errors "
     "is the newest."),
    ("no SSH", no_ssh(), "undetermined",
     f"{LOST}, and why cannot be told without the ping and the connection table and devsrv.log. Needed: SSH "
     "credentials."),
    ("the service route is undetermined", firewall(service_route=ev(m.ServiceRoute("undetermined"))), "undetermined",
     f"{LOST}, and why cannot be told without the service route."),
    ("only the state was asked", m.EvidenceSet("fw", "live", COLLECTED, "status", cloud_status=status()),
     "undetermined",
     f"{LOST}, and why cannot be told without the service route and the ping and the connection table and devsrv.log "
     "and the system log. Diagnose with full depth."),
    ("what a rule needs is broken",
     firewall(device=device("10.0.1"), licenses=ev(m.Licenses((None,))),  # type: ignore[arg-type]
              devsrv_log=devsrv(http(400, CONTENT_TEXT))), "undetermined",
     f"{LOST}, and why cannot be told for a defect of this collection."),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "verdict", "summary"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
def test_what_the_summary_says(evidence: m.EvidenceSet, verdict: str, summary: str) -> None:
    found = diagnose(evidence)
    assert (found.verdict, found.summary) == (verdict, summary)
