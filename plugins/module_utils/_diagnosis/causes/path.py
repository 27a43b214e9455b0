# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes between the firewall and the cloud, MLAV01…."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import (
    FORCED,
    NOT_NAMED,
    CauseEntry,
    RemedyEntry,
)

_UNTRUSTED = "{server} shows an untrusted certificate"
_OWN_POLICY = "untrusted certificate, and {decrypts_why} matches"
_BY_THIS_FIREWALL = "TLS decrypted by this firewall"

PATH = (
    CauseEntry(
        id="port_443_blocked",
        code="MLAV0101",
        title="TCP 443 blocked",
        essence="{server} does not answer ({seen_as})",
        proven_by="The connection table shows SYN_SENT to the cloud server's address on port 443 and no established "
        "session; or the newest error in devsrv.log is a failed or timed-out connection.",
        ruled_out_by="An established session to the cloud server on port 443. Lost pings prove nothing.",
        article="Step 2 of its procedure: look for the cloud server's address in the connection table (`show netstat "
        "numeric-hosts yes numeric-ports yes`), and make sure that no device between the service-route interface and "
        "the cloud server blocks port 443.",
        remedy=RemedyEntry(
            action="Allow TCP 443 to it from {source}",
            text="Find the device between {egress} and the cloud that drops the traffic, and allow TCP port 443 from "
            "{source} to {server} (currently {address}; addresses change, so allow the name where possible). If the "
            "traffic crosses this firewall's own dataplane, check its security policy too.{proxy_note} To see how far "
            "the traffic gets: {capture}",
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="tls_interception",
        code="MLAV0102",
        title="TLS intercepted",
        essence=_UNTRUSTED,
        proven_by="Certificate validation fails with x509 code 18, 19 or 21 and the clock is right; or with code 20 "
        "(or curl's text alone) and a second witness: a matching decrypt rule of this firewall, or all other clouds "
        "of the firewall fail alike on a release whose trusted root CAs are known to be good. Otherwise it is likely; "
        "a packet capture shows the issuer.",
        ruled_out_by="x509 code 9 or 10: the clock or the certificate's validity period. Outdated trusted root CAs: "
        "see trusted_roots_outdated. A later answer from the cloud.",
        article="Its first known problem: the certificate of the MLAV server does not validate, because a device "
        "between the service-route interface and the cloud server decrypts the traffic. One solution is to exclude "
        "`*.paloaltonetworks.com` from decryption.",
        remedy=RemedyEntry(
            action="Exclude {exclusion} on the decrypting device",
            text="Find the device between {egress} and {server} that decrypts this traffic, and exclude {exclusion} "
            "from decryption there. Whether this firewall is that device is unknown ({decrypts_why}). A capture shows "
            "who issued the certificate: {capture}",
            actor="decryption_admin",
            risk="low",
        ),
        variants={
            "this_firewall": RemedyEntry(
                title=_BY_THIS_FIREWALL,
                essence=_OWN_POLICY,
                action="Exclude {exclusion} here",
                text="This firewall's decryption policy matches the traffic ({decrypts_why}). Exclude {exclusion} "
                "from decryption (Device > Certificate Management > SSL Decryption Exclusion; `set shared ssl-decrypt "
                'ssl-exclude-cert "{exclusion}" exclude yes`) or put a no-decrypt rule for it above, then commit.',
                actor="firewall_admin",
                risk="low",
                module="panops.mlav.mlav_decryption_exclusion",
                params={"name": "{exclusion}", "state": "present"},
            ),
            "perhaps_this_firewall": RemedyEntry(
                essence="untrusted certificate, and rule {rules} of this firewall may match",
                action="Exclude {exclusion} on the decrypting device",
                text="This firewall's decryption policy may match the traffic ({decrypts_why}). If it does, exclude "
                "{exclusion} from decryption here; otherwise find the device between {egress} and {server} that "
                "decrypts, and exclude it there. A capture shows who issued the certificate: {capture}",
                actor="decryption_admin",
                risk="low",
            ),
            "switched_off": RemedyEntry(
                title=_BY_THIS_FIREWALL,
                essence=_OWN_POLICY,
                action="Enable the exclusion of {exclusion}",
                text="This firewall's decryption policy matches the traffic ({decrypts_why}). The exclusion exists but "
                "is disabled (`exclude no`), so the traffic is still decrypted: enable it (`set shared ssl-decrypt "
                'ssl-exclude-cert "{exclusion}" exclude yes`, or in the virtual system or template that holds it), '
                "then commit.",
                actor="firewall_admin",
                risk="low",
                module="panops.mlav.mlav_decryption_exclusion",
                params={"name": "{exclusion}", "state": "present"},
            ),
            "elsewhere": RemedyEntry(
                title="TLS intercepted upstream",
                action="Have the decrypting device exclude {exclusion}",
                text="Ask the owner of the device that decrypts between {egress} and the cloud to exclude {exclusion} "
                "from decryption there. This firewall is not that device ({decrypts_why}) and needs no change.",
                actor="decryption_admin",
                risk="low",
            ),
        },
    ),
    CauseEntry(
        id="name_resolution_failed",
        code="MLAV0103",
        title="Name resolution failed",
        essence="the firewall cannot resolve {server}",
        proven_by="The ping answers that the host is unknown, now; devsrv.log may report `Couldn't resolve host name`.",
        ruled_out_by="The name resolves now: see defect_pan_229832 and name_resolution_intermittent.",
        article="Step 2 of its procedure: the ping of the cloud server tests reachability and resolves the name to an "
        "IP address. A name that does not resolve is not among its known problems.",
        remedy=RemedyEntry(
            action="Check the DNS servers ({dns})",
            text="Check the DNS settings of the firewall (configured: {dns}) and their service route, make sure that "
            "these servers answer the firewall and resolve {server}, then try again: {ping}.",
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="name_resolution_intermittent",
        code="MLAV0104",
        title="Name resolution intermittent",
        essence="{server} resolves now, but not reliably",
        proven_by="devsrv.log reports `Couldn't resolve host name`, the name resolves now, and the release has the fix "
        "for PAN-229832.",
        ruled_out_by="A release without that fix: see defect_pan_229832. A name that does not resolve now either.",
        article=NOT_NAMED + "It shows the same line of devsrv.log for PAN-229832; a release with the fix rules that "
        "explanation out.",
        remedy=RemedyEntry(
            action="Check the DNS servers ({dns})",
            text="Check that the configured DNS servers ({dns}) answer reliably and in time: look for timeouts and "
            "packet loss between the firewall and each of them, and configure a second server if there is only one. "
            "If the name keeps resolving and the firewall stays disconnected, restarting device-server and then "
            "running `commit force`, in a maintenance window, may restore the connection. " + FORCED,
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="cloud_unreachable",
        code="MLAV0105",
        title="No route to the cloud server",
        essence="{reason} from {egress}",
        proven_by="The ping answers that the network or the host is unreachable, or that the traffic loops.",
        ruled_out_by="An established session to the cloud server.",
        article="Step 2 of its procedure: the ping of the cloud server tests reachability. A missing route is not "
        "among its known problems.",
        remedy=RemedyEntry(
            action="Correct the routing from there to the internet",
            text="Correct the routing between {egress} and the internet ({server} is {address}): {router}, and the "
            "next hops after it. Then try again: {ping}.",
            actor="network_admin",
            risk="medium",
        ),
    ),
    CauseEntry(
        id="certificate_expired",
        code="MLAV0106",
        title="Server certificate outside its validity",
        essence="{validity} although the clock is right",
        proven_by="Certificate validation fails with x509 code 10 and the clock is right.",
        ruled_out_by="A clock that is off: see clock_skew.",
        article=NOT_NAMED + "It shows how a failed validation is logged, with the x509 code; code 10 means expired.",
        remedy=RemedyEntry(
            action="Find its issuer with a packet capture and have it renewed",
            text="Find out whose certificate it is: {capture} If your own decrypting device is the issuer, renew its "
            "certificate and exclude {exclusion} from decryption there. If it is the cloud server's own, contact "
            "customer support.",
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="tls_handshake_cut",
        code="MLAV0107",
        title="TLS handshake interrupted",
        essence='{server} ("{reason}")',
        proven_by="Nothing on the firewall alone. It is likely if the newest error in devsrv.log is a failed TLS "
        "handshake, an empty answer or a reset (curl 35, 52, 55, 56). A packet capture shows which device interrupts "
        "it.",
        ruled_out_by="A certificate that was shown and did not validate: see tls_interception. A connection that never "
        "opened: see port_443_blocked. MLAV's client-certificate texts: see device_certificate_invalid.",
        article="Step 3 of its procedure: capture packets between the service-route interface and the cloud server. "
        "An interrupted handshake is not among its known problems.",
        remedy=RemedyEntry(
            action="Find the interrupting device with a packet capture",
            text="Find the device between {egress} and {server} that resets the connection: a proxy, an application "
            "filter or a decrypting device.{proxy_note} A capture shows where the reset comes from: {capture} Allow "
            "TLS to {server} there, without inspection.",
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="proxy_unreachable",
        code="MLAV0108",
        title="Proxy unusable",
        essence="{seen_as} (proxy {proxy})",
        proven_by="A proxy is configured, and the connection table shows SYN_SENT only to it, its name does not "
        "resolve (curl 5), or it aborts CONNECT.",
        ruled_out_by="An established session to the proxy or to the cloud server.",
        article=NOT_NAMED + "It does not mention proxies.",
        remedy=RemedyEntry(
            action="Make the proxy reachable from {egress} or correct it",
            text="Check the proxy under Device > Setup > Services (configured: {proxy}): does its name resolve, does "
            "it answer from {egress}, and does it allow CONNECT to {server} on port 443? Correct or remove it, then "
            "commit. To see how far the traffic gets: {capture}",
            actor="network_admin",
            risk="low",
        ),
    ),
)
