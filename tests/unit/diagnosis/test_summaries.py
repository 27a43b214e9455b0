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

CONNECTED = status("connected")
TCP_FAILED = curl("Couldn't connect to server")
DECRYPTED = {"service_route": dataplane(), "devsrv_log": devsrv(*x509(20))}
OWN_RULE = (
    "ml.service.paloaltonetworks.com shows an untrusted certificate (x509 code 20): rule decrypt-all of this firewall "
    "can decrypt it; "
)

BREAKS = "Connected to ml.service.paloaltonetworks.com, but something will break it next: "
LOST = "Disconnected from ml.service.paloaltonetworks.com"
UNEXPLAINED = (
    f"{LOST}; all was read, nothing explains it; capture packets between the management interface and the cloud server."
)

SAID: list[tuple[str, m.EvidenceSet, str, str]] = [
    ("connected", firewall(cloud_status=CONNECTED), "healthy",
     "Connected to ml.service.paloaltonetworks.com: nothing to do."),
    ("connected, the certificate was not renewed",
     firewall(cloud_status=CONNECTED, device_certificate=certificate("Valid", 9)), "degraded",
     f"{BREAKS}The device certificate was not renewed: it ends at 2026-12-02 05:15:00, in 9 days. First: fetch a new "
     "device certificate before this one ends."),
    ("connected, the certificate was not renewed, a model with a TPM",
     firewall(cloud_status=CONNECTED, device=device(has_tpm=True), device_certificate=certificate("Valid", 9)),
     "degraded",
     f"{BREAKS}The device certificate was not renewed: it ends at 2026-12-02 05:15:00, in 9 days. First: run `request "
     "certificate fetch` before this one ends."),
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
    ("passive, MGT as source", firewall(high_availability=pair("passive")), "broken",
     f"HA peer (passive): {UNEXPLAINED}"),
    ("passive, a dataplane source", firewall(high_availability=pair("passive"), service_route=dataplane()), "standby",
     "HA peer (passive): disconnected from ml.service.paloaltonetworks.com, as expected: its service route leaves by "
     "ethernet1/5 (10.1.5.254)."),
    ("passive, a proven cause", firewall(high_availability=pair("passive"), ping=unknown_host()), "broken",
     "HA peer (passive): The firewall cannot resolve ml.service.paloaltonetworks.com; make the DNS servers "
     "(192.0.2.53, 192.0.2.54) reachable and able to resolve it."),
    ("a likely cause", firewall(devsrv_log=devsrv(TCP_FAILED)), "broken",
     "Likely cause: TCP port 443 of ml.service.paloaltonetworks.com (198.51.100.10) cannot be reached from the "
     "management interface; allow TCP 443 from the management interface to it."),
    ("an error that is not recognized", firewall(devsrv_log=devsrv(curl("Weird server reply"))), "broken",
     f'Unrecognized MLAV error: "Weird server reply". {UNEXPLAINED}'),
    ("a decrypting device", firewall(devsrv_log=devsrv(*x509(19))), "broken",
     "ml.service.paloaltonetworks.com shows an untrusted certificate (x509 code 19): a device on the path decrypts; "
     "have its owner exclude *.paloaltonetworks.com."),
    ("cut in TLS", firewall(devsrv_log=devsrv(curl(35))), "broken",
     "Likely cause: the connection to ml.service.paloaltonetworks.com is cut in TLS (SSL connect error); find with a "
     "capture which device cuts it."),
    ("a proxy", firewall(service_route=management(proxy_server="192.0.2.80", proxy_port=8080),
                         devsrv_log=devsrv(curl(5))), "broken",
     "The proxy 192.0.2.80:8080 of the firewall cannot be used (Couldn't resolve proxy name); make the proxy "
     "192.0.2.80:8080 reachable from the management interface, or correct it."),
    ("a cause that is not more than possible", firewall(system_log=syslog(stopped(5))), "broken",
     "Possible cause: device-server could not resolve ml.service.paloaltonetworks.com although the name resolves now; "
     "check that the DNS servers (192.0.2.53, 192.0.2.54) answer reliably."),
    ("a sentence that begins with a host name", firewall(ping=ping("host_unreachable")), "broken",
     "ml.service.paloaltonetworks.com (198.51.100.10) cannot be reached from the management interface: host "
     "unreachable; correct the routing from the management interface to the internet."),
    ("a sentence that begins with the name of a process", firewall(cloud_status=status("busy", attempts=3)),
     "undetermined",
     "device-server answers that it is busy or unavailable; restart device-server in a maintenance window and follow "
     "it with a commit force."),
    ("unexplained", firewall(), "broken", UNEXPLAINED),
    ("a VM-50", firewall(device=device(model="PA-VM", vm_license="VM-50")), "not_applicable",
     "A VM-50 does not have MLAV (inline machine learning)."),
    ("unexplained, older errors", firewall(devsrv_log=devsrv(*x509(20, 3000))), "broken",
     f"{UNEXPLAINED} Older errors are in the history."),
    ("an own rule decrypts", firewall(decryption=policy(rule()), **DECRYPTED), "broken",
     OWN_RULE + "exclude *.paloaltonetworks.com from decryption here."),
    ("an own rule decrypts, an exclusion is off",
     firewall(decryption=policy(rule(), exclusions=(exclusion(False),)), **DECRYPTED), "broken",
     OWN_RULE + "switch on the exclusion of *.paloaltonetworks.com here."),
    ("busy while a job runs",
     firewall(cloud_status=status("busy", attempts=3), commit_state=jobs(job("Commit", 1, "ACT", "PEND"))),
     "undetermined",
     "device-server is busy while Commit job 7 runs: wait until it has finished. Expected: an answer Actual: device "
     "busy or unavailable."),
    ("another word for the state", firewall(cloud_status=status("other", raw_state="connecting")), "undetermined",
     "Whether the firewall is connected to ml.service.paloaltonetworks.com is not known. The firewall's word for the "
     "connection is not known. Expected: connected Actual: connecting."),
    ("restarted, a commit runs",
     firewall(system_log=syslog(restarted(5)), commit_state=jobs(job("Commit", 1, "ACT", "PEND"))), "broken",
     "Possible cause: device-server was restarted at 2026-11-23 05:10:00 and the commit job 7 is still running; wait "
     "until the running commit has finished and diagnose again."),
    ("restarted, jobs not known", firewall(system_log=syslog(restarted(60)), commit_state=lost("permission")),
     "broken",
     f"{LOST}; possible: commit_force_needed. To decide, find out whether a commit has finished since the restart."),
    ("a release of which no fix is listed", firewall(device=device("10.0.12"), devsrv_log=devsrv(dns_error())),
     "broken",
     f"{LOST}; possible: name_resolution_intermittent or defect_pan_229832. To decide, find out whether PAN-OS "
     "10.0.12 has the fix of PAN-229832."),
    ("no ping", archive(devsrv_log=devsrv(dns_error())), "broken",
     f"{LOST}; possible: name_resolution_failed or name_resolution_intermittent. To decide, find out whether the "
     "name resolves now. the live firewall."),
    ("two errors, no clock", firewall(clock=lost(), devsrv_log=devsrv(*x509(20, 120), dns_error(5))), "broken",
     f"{LOST}; possible: name_resolution_intermittent or tls_interception. To decide, find out which of the errors "
     "is the newest."),
    ("no SSH", no_ssh(), "broken",
     f"{LOST}; cause unknown: ping, connection table and devsrv.log are missing (ping not available to xmlapi client). "
     "SSH credentials."),
    ("the service route is undetermined", firewall(service_route=ev(m.ServiceRoute("undetermined"))), "broken",
     f"{LOST}; cause unknown: service route is missing."),
    ("only the state was asked", m.EvidenceSet("fw", "live", COLLECTED, "status", cloud_status=status()),
     "broken",
     f"{LOST}; cause unknown: service route, ping, connection table, devsrv.log and system log are missing. Diagnose "
     "with full depth."),
    ("what a rule needs is broken",
     firewall(device=device("10.0.1"), licenses=ev(m.Licenses((None,))),  # type: ignore[arg-type]
              devsrv_log=devsrv(http(400, CONTENT_TEXT))), "broken",
     f"{LOST}; cause unknown because of a bug in this collection (see the checks with status error)."),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "verdict", "summary"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
def test_what_the_summary_says(evidence: m.EvidenceSet, verdict: str, summary: str) -> None:
    found = diagnose(evidence)
    assert (found.verdict, found.summary) == (verdict, summary)
