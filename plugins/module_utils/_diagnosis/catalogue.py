# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The causes as data: what proves each, what rules it out, and what to do about it.

A new signature is a new entry here, a rule that finds it, and a test row. Remedies are those of the knowledge-base
article kA14u000000HDuDCAW in our own words. Ids and codes are stable and never used again for something else.

Texts are templates. ``{server}``, ``{address}``, ``{way}`` and the like are filled in by ``wording`` with the values of
one firewall; a cause's ``details`` may add names of its own.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DOC_URL = "https://github.com/panops/panops.mlav/blob/main/docs/causes/{id}.md"


@dataclass(frozen=True)
class RemedyEntry:
    """What to do.

    Attributes:
        essence: what is the matter, where a variant says it otherwise than its cause.
        action: the first thing to do, short, for the one-sentence summary.
        text: all of it, imperative.
        actor: ``firewall_admin``, ``network_admin``, ``decryption_admin``, ``vendor`` or ``nobody``.
        risk: ``none``, ``low``, ``medium`` or ``high``: what following it may do to the firewall.
        module, params: the module of this collection that can do it; string values are templates.
    """

    action: str
    text: str
    actor: str
    risk: str
    needs_maintenance_window: bool = False
    module: str | None = None
    essence: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CauseEntry:
    """One cause. ``variants`` replace ``remedy`` where the finding names one of them."""

    id: str
    code: str
    title: str
    essence: str
    proven_by: str
    ruled_out_by: str
    remedy: RemedyEntry
    variants: Mapping[str, RemedyEntry] = field(default_factory=dict)

    @property
    def doc_url(self) -> str:
        return DOC_URL.format(id=self.id)


_LINES = "the lines of devsrv.log around the failure"
_SUPPORT = f"open a support case and attach the tech-support file and {_LINES}"

_FORCED = (
    "The forced commit takes every administrator's pending changes with it; look at the candidate configuration first."
)

_OWN_POLICY = (
    "the certificate shown for {server} does not validate ({reason}), and this firewall's own decryption policy can "
    "match the traffic ({decrypts_why})"
)

_ENTRIES = (
    CauseEntry(
        id="device_server_unavailable",
        code="MLAV0001",
        title="The device-server process does not answer",
        essence="device-server answers that it is busy or unavailable",
        proven_by="`show mlav cloud-status` answers `device busy or unavailable`, also when asked again.",
        ruled_out_by="A commit or content job runs now: wait for it and ask again.",
        remedy=RemedyEntry(
            action="restart device-server in a maintenance window and follow it with a commit force",
            text="Look at `show system software status` and `show jobs all`. If no job is running and the answer "
            "stays the same, run `debug software restart process device-server` in a maintenance window, wait until "
            "`show mlav cloud-status` answers again, and then do a `commit force` in configuration mode: without it "
            "the firewall does not reconnect to {server}. " + _FORCED,
            actor="firewall_admin",
            risk="high",
            needs_maintenance_window=True,
            module="panops.mlav.mlav_reconnect",
        ),
        variants={
            "wait": RemedyEntry(
                action="wait until the job has finished and diagnose again",
                text="Wait until the running job has finished (`show jobs all`), then diagnose again. Do not restart "
                "anything while a job is running.",
                actor="nobody",
                risk="none",
            )
        },
    ),
    CauseEntry(
        id="commit_force_needed",
        code="MLAV0002",
        title="device-server was restarted and no forced commit has followed",
        essence="device-server was restarted at {restarted_at} and {since_restart}",
        proven_by="The system log shows that device-server was restarted, no commit has finished since, and the "
        "firewall is disconnected without a newer error.",
        ruled_out_by="A newer network, TLS or HTTP error; a newer `Reconnect to MLAV cloud`; a reboot since.",
        remedy=RemedyEntry(
            action="do a commit force",
            text="Do a `commit force` in configuration mode, preferably in a maintenance window: after a restart of "
            "device-server the firewall does not reconnect to {server} until a forced commit is done. " + _FORCED,
            actor="firewall_admin",
            risk="medium",
            needs_maintenance_window=True,
            module="panops.mlav.mlav_commit",
            params={"force": True},
        ),
        variants={
            "wait": RemedyEntry(
                action="wait until the running commit has finished and diagnose again",
                text="A commit is running. Wait until it has finished (`show jobs all`), then diagnose again. If the "
                "firewall is still disconnected, do a `commit force` in configuration mode.",
                actor="nobody",
                risk="none",
            )
        },
    ),
    CauseEntry(
        id="clock_skew",
        code="MLAV0003",
        title="The firewall's clock is wrong",
        essence="the firewall's clock is {skew}, so that valid certificates look {validity}",
        proven_by="Certificate validation fails with x509 code 9 or 10 and the clock is more than 5 minutes off.",
        ruled_out_by="A clock that is right: then the certificate itself is outside its validity.",
        remedy=RemedyEntry(
            action="set the clock right",
            text="Correct the firewall's clock ({skew}): look at `show clock` and `show ntp`, set reachable NTP "
            "servers (Device > Setup > Services) and the right time zone, commit, and diagnose again. If the error "
            "stays although the clock is right, the certificate itself is outside its validity.",
            actor="firewall_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="device_certificate_invalid",
        code="MLAV0004",
        title="The firewall's device certificate is not accepted",
        essence="the device certificate is not accepted ({reason})",
        proven_by="The system log carries one of MLAV's client-certificate texts, or the device certificate has "
        "expired or is reported as not valid.",
        ruled_out_by="devsrv.log shows that the cloud answered with another HTTP error, or that the failure came "
        "before the firewall could show its certificate.",
        remedy=RemedyEntry(
            action="fetch a new device certificate",
            text="Look at `show device-certificate status`. Generate a one-time password for serial number {serial} "
            "in the Customer Support Portal and fetch the certificate anew (Device > Setup > Management > Device "
            "Certificate). Make sure that the clock is right "
            "and that the serial number is registered to your account. If it is still not accepted, "
            "contact customer support.",
            actor="firewall_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="service_route_invalid",
        code="MLAV0005",
        title='The service route for "Palo Alto Networks Services" cannot work',
        essence="the service route of Palo Alto Networks Services cannot work: {reason}",
        proven_by="The ping cannot bind the source address, the source address is on no interface of the firewall, "
        "or the source interface is down.",
        ruled_out_by="A ping from this source that got out.",
        remedy=RemedyEntry(
            action="correct the source interface and address under Device > Setup > Services > Service Route "
            "Configuration",
            text="Correct the service route of Palo Alto Networks Services (Device > Setup > Services > Service Route "
            "Configuration, or in the Panorama template that pushes it): choose an interface that is up and an "
            "address that is on it, then commit. Now configured: {way}. Problem: {reason}.",
            actor="firewall_admin",
            risk="medium",
            needs_maintenance_window=True,
        ),
    ),
    CauseEntry(
        id="port_443_blocked",
        code="MLAV0101",
        title="TCP port 443 to the cloud server is blocked",
        essence="no TCP session to {server} ({address}) on port 443 can be set up from {way}",
        proven_by="The connection table shows SYN_SENT to the cloud server's address on port 443 and no established "
        "session; or devsrv.log's newest error is that it could not connect or timed out.",
        ruled_out_by="An established session to the cloud server on port 443. Lost pings prove nothing.",
        remedy=RemedyEntry(
            action="allow TCP 443 from {source} to {server} on every device in between",
            text="Find the device between {way} and the cloud that drops the traffic, and allow TCP port 443 from "
            "{source} to {server} ({address} now; the addresses are not static, so allow the name where you can). "
            "If the traffic crosses this firewall's own dataplane, look at its own security policy too. To see how "
            "far it gets: {capture}",
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="tls_interception",
        code="MLAV0102",
        title="A device on the way decrypts the connection",
        essence="the certificate shown for {server} does not validate ({reason}): a device between {way} and the "
        "cloud decrypts the traffic",
        proven_by="Certificate validation fails with x509 code 18, 19, 20 or 21, curl reports that the peer "
        "certificate cannot be authenticated, or the system log says so for MLAV.",
        ruled_out_by="x509 code 9 or 10: the clock or the certificate's validity. A later answer of the cloud.",
        remedy=RemedyEntry(
            action="find the device that decrypts and exclude {exclusion} from decryption there",
            text="Find out which device between {way} and {server} decrypts this traffic, and exclude {exclusion} "
            "from decryption there. Whether this firewall is that device cannot be told from what was read "
            "({decrypts_why}); a capture shows who issued the certificate that is presented: {capture}",
            actor="decryption_admin",
            risk="low",
        ),
        variants={
            "this_firewall": RemedyEntry(
                essence=_OWN_POLICY,
                action="exclude {exclusion} from decryption on this firewall",
                text="This firewall's own decryption policy can match the traffic ({decrypts_why}). Exclude "
                "{exclusion} from decryption (Device > Certificate Management > SSL Decryption Exclusion; `set shared "
                'ssl-decrypt ssl-exclude-cert "{exclusion}" exclude yes`) or put a no-decrypt rule for it above, '
                "then commit.",
                actor="firewall_admin",
                risk="low",
                module="panops.mlav.mlav_decryption_exclusion",
                params={"name": "{exclusion}", "state": "present"},
            ),
            "switched_off": RemedyEntry(
                essence=_OWN_POLICY,
                action="switch on the exclusion of {exclusion} on this firewall",
                text="This firewall's own decryption policy can match the traffic ({decrypts_why}). The exclusion is "
                "there but switched off (`exclude no`), so that the traffic is still decrypted: switch it on (`set "
                'shared ssl-decrypt ssl-exclude-cert "{exclusion}" exclude yes`, or in the virtual system or '
                "template that holds it), then commit.",
                actor="firewall_admin",
                risk="low",
                module="panops.mlav.mlav_decryption_exclusion",
                params={"name": "{exclusion}", "state": "present"},
            ),
            "elsewhere": RemedyEntry(
                action="ask the owner of the decrypting device to exclude {exclusion} from decryption",
                text="Tell the owner of the device that decrypts between {way} and the cloud to exclude {exclusion} "
                "from decryption there. This firewall is not that device ({decrypts_why}), so nothing is to be "
                "changed on it.",
                actor="decryption_admin",
                risk="low",
            ),
        },
    ),
    CauseEntry(
        id="name_resolution_failed",
        code="MLAV0103",
        title="The name of the cloud server does not resolve",
        essence="the firewall cannot resolve {server}",
        proven_by="The ping answers that the host is unknown, now; devsrv.log may say `Couldn't resolve host name`.",
        ruled_out_by="The name resolves now: see defect_pan_229832 and name_resolution_intermittent.",
        remedy=RemedyEntry(
            action="make the DNS servers ({dns}) reachable and able to resolve it",
            text="Check the DNS settings of the firewall (configured: {dns}) and their own service route, make sure "
            "that these servers answer from the firewall and resolve {server}, then try again: {ping}.",
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="name_resolution_intermittent",
        code="MLAV0104",
        title="The name of the cloud server resolves only at times",
        essence="device-server could not resolve {server} although the name resolves now",
        proven_by="devsrv.log says `Couldn't resolve host name`, the name resolves now, and the release has the fix "
        "of PAN-229832.",
        ruled_out_by="A release without that fix: see defect_pan_229832. A name that does not resolve now either.",
        remedy=RemedyEntry(
            action="check that the DNS servers ({dns}) answer reliably",
            text="Check that the configured DNS servers ({dns}) answer reliably and in time: look for timeouts and "
            "lost packets between the firewall and each of them, and set a second server if there is only one. If "
            "the name keeps resolving and the firewall stays disconnected, a restart of device-server with a "
            "following `commit force`, in a maintenance window, may bring the connection back. " + _FORCED,
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="cloud_unreachable",
        code="MLAV0105",
        title="There is no route to the cloud server",
        essence="{server} ({address}) cannot be reached from {way}: {reason}",
        proven_by="The ping answers that the network or the host is unreachable.",
        ruled_out_by="An established session to the cloud server.",
        remedy=RemedyEntry(
            action="correct the routing from {way} to the internet",
            text="Correct the routing between {way} and the internet: {router}, and the next "
            "hops after it. Then try again: "
            "{ping}.",
            actor="network_admin",
            risk="medium",
        ),
    ),
    CauseEntry(
        id="certificate_expired",
        code="MLAV0106",
        title="A certificate on the way is outside its validity",
        essence="the certificate shown for {server} is {validity} although the firewall's clock is right",
        proven_by="Certificate validation fails with x509 code 10 and the clock is right.",
        ruled_out_by="A clock that is off: see clock_skew.",
        remedy=RemedyEntry(
            action="look with a capture whose certificate it is, and have its owner renew it",
            text="Look whose certificate is outside its validity: {capture} If the issuer is your own decrypting "
            "device, renew its certificate and exclude {exclusion} from decryption there. If it is the cloud "
            "server's own, contact customer support.",
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="defect_pan_229832",
        code="MLAV0201",
        title="PAN-OS defect PAN-229832",
        essence="PAN-OS {release} has the defect PAN-229832, which loses the connection to the MLAV cloud "
        "although {server} resolves",
        proven_by="devsrv.log says `Couldn't resolve host name`, or the system log that all engines stopped; the name "
        "resolves now; and the release lacks the fix (10.1.14, 10.2.11, 11.0.5, 11.1.3).",
        ruled_out_by="A release with the fix; a name that does not resolve now either; another newer error.",
        remedy=RemedyEntry(
            action="upgrade to PAN-OS {fix}",
            text="Upgrade to PAN-OS {fix}. Until then, a restart of device-server (`debug software restart process "
            "device-server`) with a following `commit force`, in a maintenance window, may bring the connection "
            "back for a while. " + _FORCED,
            actor="firewall_admin",
            risk="high",
            needs_maintenance_window=True,
        ),
    ),
    CauseEntry(
        id="unlicensed_content_defect",
        code="MLAV0202",
        title="PAN-OS defect below 10.0.2 without a Threat Prevention licence",
        essence="PAN-OS {release} without a Threat Prevention licence sends a content version that the cloud rejects",
        proven_by="HTTP 400 `invalid content version`, PAN-OS below 10.0.2 and no Threat Prevention licence.",
        ruled_out_by="A later release or a Threat Prevention licence: see cloud_rejected_request.",
        remedy=RemedyEntry(
            action="upgrade to the currently recommended PAN-OS release (10.0.2 or later)",
            text="Upgrade to the currently recommended PAN-OS release, 10.0.2 or later. A licence is not needed for "
            "the connection itself.",
            actor="firewall_admin",
            risk="high",
            needs_maintenance_window=True,
        ),
    ),
    CauseEntry(
        id="cloud_rejected_request",
        code="MLAV0301",
        title="The cloud rejects the firewall's requests",
        essence="{server} answers HTTP {http_code} to the firewall's requests",
        proven_by="devsrv.log's newest error is an HTTP 4xx answer other than 404.",
        ruled_out_by="HTTP 400 `invalid content version` on PAN-OS below 10.0.2 without a Threat Prevention licence.",
        remedy=RemedyEntry(
            action="update the content and, if it persists, contact customer support",
            text="Make sure that the content is up to date and the device certificate valid, and that no proxy "
            "answers in the cloud's place (proxy configured: {proxy}). If HTTP {http_code} persists, " + _SUPPORT + ".",
            actor="firewall_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="cloud_service_missing",
        code="MLAV0302",
        title="The cloud answers HTTP 404",
        essence="{server} answers HTTP 404, most probably a fault of the cloud service",
        proven_by="devsrv.log's newest error is an HTTP 404 answer.",
        ruled_out_by="A newer error of another kind.",
        remedy=RemedyEntry(
            action="wait and, if it persists, contact customer support",
            text="Wait: the cause is most probably on the side of the cloud server. If HTTP 404 persists, "
            + _SUPPORT
            + ".",
            actor="vendor",
            risk="none",
        ),
    ),
    CauseEntry(
        id="cloud_service_error",
        code="MLAV0303",
        title="The cloud answers with a server error",
        essence="{server} answers HTTP {http_code}, most probably a fault of the cloud's load balancer",
        proven_by="devsrv.log's newest error is an HTTP 5xx answer.",
        ruled_out_by="A newer error of another kind.",
        remedy=RemedyEntry(
            action="wait and, if it persists, contact customer support",
            text="Wait: the cause is most probably the load balancer in front of the cloud service. If HTTP "
            "{http_code} persists, " + _SUPPORT + ".",
            actor="vendor",
            risk="none",
        ),
    ),
    CauseEntry(
        id="unexplained",
        code="MLAV0901",
        title="Disconnected without a known cause",
        essence="disconnected from {server}, and nothing that was read explains it",
        proven_by="Disconnected, all evidence of the article's procedure was read, and nothing matched.",
        ruled_out_by="Any other cause.",
        remedy=RemedyEntry(
            action="capture packets between {way} and the cloud server",
            text="Capture packets between {way} and the cloud server: {capture} Read `less mp-log devsrv.log` around "
            "the time of the capture for messages about mlav. If neither shows the cause, open a support case "
            "and attach the tech-support file, the capture and " + _LINES + ".",
            actor="firewall_admin",
            risk="low",
        ),
    ),
)

CATALOGUE: Mapping[str, CauseEntry] = {entry.id: entry for entry in _ENTRIES}
