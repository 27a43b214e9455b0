# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes between the firewall and the cloud, MLAV01….

This is a private module: it may change in any release.
"""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import (
    FORCED,
    CauseEntry,
    RemedyEntry,
)

_OWN_POLICY = "{server} shows an untrusted certificate{x509}: {decrypts_why} of this firewall can decrypt it"

PATH = (
    CauseEntry(
        id="port_443_blocked",
        code="MLAV0101",
        title="TCP port 443 to the cloud server is blocked",
        essence="TCP port 443 of {server} ({address}) cannot be reached from {way}",
        proven_by="The connection table shows SYN_SENT to the cloud server's address on port 443 and no established "
        "session; or devsrv.log's newest error is that it could not connect or timed out.",
        ruled_out_by="An established session to the cloud server on port 443. Lost pings prove nothing.",
        remedy=RemedyEntry(
            action="allow TCP 443 from {source} to it",
            text="Find the device between {way} and the cloud that drops the traffic, and allow TCP port 443 from "
            "{source} to {server} ({address} now; the addresses are not static, so allow the name where you can). "
            "If the traffic crosses this firewall's own dataplane, look at its own security policy too.{proxy_note} To "
            "see how far it gets: {capture}",
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="tls_interception",
        code="MLAV0102",
        title="A device on the way decrypts the connection",
        essence="{server} shows an untrusted certificate{x509}: a device on the path decrypts",
        proven_by="Certificate validation fails with x509 code 18, 19 or 21 and the clock is right; or with code 20 "
        "(or curl's text alone) and a second witness: a decrypt rule of this firewall that matches, or all other "
        "clouds of the firewall fail in the same way on a release whose trusted roots are known to be good. Without "
        "that it is likely; a packet capture shows the issuer.",
        ruled_out_by="x509 code 9 or 10: the clock or the certificate's validity. Old trusted roots: see "
        "trusted_roots_outdated. A later answer of the cloud.",
        remedy=RemedyEntry(
            action="exclude {exclusion} on the device that decrypts",
            text="Find out which device between {way} and {server} decrypts this traffic, and exclude {exclusion} "
            "from decryption there. Whether this firewall is that device cannot be told from what was read "
            "({decrypts_why}); a capture shows who issued the certificate that is presented: {capture}",
            actor="decryption_admin",
            risk="low",
        ),
        variants={
            "this_firewall": RemedyEntry(
                essence=_OWN_POLICY,
                action="exclude {exclusion} from decryption here",
                text="This firewall's own decryption policy can match the traffic ({decrypts_why}). Exclude "
                "{exclusion} from decryption (Device > Certificate Management > SSL Decryption Exclusion; `set shared "
                'ssl-decrypt ssl-exclude-cert "{exclusion}" exclude yes`) or put a no-decrypt rule for it above, '
                "then commit.",
                actor="firewall_admin",
                risk="low",
                module="panops.mlav.mlav_decryption_exclusion",
                params={"name": "{exclusion}", "state": "present"},
            ),
            "perhaps_this_firewall": RemedyEntry(
                essence="{server} shows an untrusted certificate{x509}; on this firewall {decrypts_why}",
                action="check that rule, or exclude {exclusion} on the device that decrypts",
                text="This firewall's own decryption policy can match the traffic, but it is not certain that it does "
                "({decrypts_why}). Check whether it does, and exclude {exclusion} from decryption here; otherwise find "
                "out which device between {way} and {server} decrypts, and exclude it there. A capture shows who "
                "issued the certificate that is presented: {capture}",
                actor="decryption_admin",
                risk="low",
            ),
            "switched_off": RemedyEntry(
                essence=_OWN_POLICY,
                action="switch on the exclusion of {exclusion} here",
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
                action="have its owner exclude {exclusion}",
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
            "following `commit force`, in a maintenance window, may bring the connection back. " + FORCED,
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="cloud_unreachable",
        code="MLAV0105",
        title="There is no route to the cloud server",
        essence="{server} ({address}) cannot be reached from {way}: {reason}",
        proven_by="The ping answers that the network or the host is unreachable, or that the traffic goes in a loop.",
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
        id="tls_handshake_cut",
        code="MLAV0107",
        title="The connection is cut during the TLS handshake",
        essence="the connection to {server} is cut in TLS ({reason})",
        proven_by="Nothing on the firewall alone: devsrv.log's newest error is that TLS failed, or that the server "
        "returned nothing or reset the connection (curl 35, 52, 55, 56), which is likely. A packet capture shows who "
        "cuts it.",
        ruled_out_by="A certificate was shown and did not validate: see tls_interception. The connection never opened: "
        "see port_443_blocked. MLAV's client-certificate texts: see device_certificate_invalid.",
        remedy=RemedyEntry(
            action="find with a capture which device cuts it",
            text="Find the device between {way} and {server} that cuts or resets the connection: a proxy, an "
            "application filter or a decrypting device.{proxy_note} A capture shows where the reset comes from: "
            "{capture} Allow TLS to {server} there, without inspection.",
            actor="network_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="proxy_unreachable",
        code="MLAV0108",
        title="The configured proxy cannot be used",
        essence="the proxy {proxy} of the firewall cannot be used ({seen_as})",
        proven_by="A proxy is configured, and the connection table shows SYN_SENT to it alone, its name does not "
        "resolve (curl 5), or it aborts CONNECT.",
        ruled_out_by="An established session to the proxy or to the cloud server.",
        remedy=RemedyEntry(
            action="make the proxy {proxy} reachable from {way}, or correct it",
            text="Check the proxy under Device > Setup > Services (configured: {proxy}): does its name resolve, does "
            "it answer from {way}, and does it allow CONNECT to {server} on port 443? Correct it or remove it, then "
            "commit. To see how far it gets: {capture}",
            actor="network_admin",
            risk="low",
        ),
    ),
)
