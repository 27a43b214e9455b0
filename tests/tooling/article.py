# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the knowledge-base article says about each cause, in our own words; for the causes' pages."""

from __future__ import annotations

URL = "https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW"

_NOT_NAMED = "The article does not name this cause. "

SAYS = {
    "device_server_unavailable": (
        "It shows `Server error : device busy or unavailable` as the other answer, beside `disconnected`, "
        "that `show mlav cloud-status` may give. Restarting device-server with a following commit force is "
        "what may be tried in some cases to reconnect; it is disruptive, to be used with care and preferably "
        "in a maintenance window."
    ),
    "commit_force_needed": (
        "After device-server was restarted by hand (`debug software restart process device-server`) a commit "
        "force is required before the firewall reconnects to the cloud server."
    ),
    "clock_skew": _NOT_NAMED
    + (
        "It shows how a failed validation is logged, with the x509 code; codes 9 (not yet valid) and 10 "
        "(expired) are those that a wrong clock leads to."
    ),
    "device_certificate_invalid": _NOT_NAMED
    + (
        "It shows the text `MLAV: Authentication or Client Certificate failure.` only for the software defect "
        "of releases below 10.0.2."
    ),
    "service_route_invalid": (
        "Step 2 of its procedure: find the service route of Palo Alto Networks Services. By default the "
        "traffic leaves by the management interface; with a dataplane interface, that interface's address is "
        "the source of the ping. It does not describe a route that cannot work."
    ),
    "port_443_blocked": (
        "Step 2 of its procedure: look for the cloud server's address in the connection table (`show netstat "
        "numeric-hosts yes numeric-ports yes`), and make sure that no device between the service-route "
        "interface and the cloud server blocks port 443."
    ),
    "tls_interception": (
        "Its first known problem: the certificate of the MLAV server does not validate, because a device "
        "between the service-route interface and the cloud server decrypts the traffic. One solution is to "
        "exclude `*.paloaltonetworks.com` from decryption."
    ),
    "name_resolution_failed": (
        "Step 2 of its procedure: the ping of the cloud server tests reachability and resolves the name to an "
        "IP address. A name that does not resolve is not among its known problems."
    ),
    "name_resolution_intermittent": _NOT_NAMED
    + (
        "It shows the same line of devsrv.log for PAN-229832; on a release that has the fix, that explanation "
        "is ruled out."
    ),
    "cloud_unreachable": (
        "Step 2 of its procedure: the ping of the cloud server tests reachability. A missing route is not "
        "among its known problems."
    ),
    "certificate_expired": _NOT_NAMED
    + ("It shows how a failed validation is logged, with the x509 code; code 10 means expired."),
    "defect_pan_229832": (
        "Its known problem `MLAV cloud error, all machine Learning engines stopped`, with `Couldn't resolve "
        "host name` in devsrv.log: check whether the release is affected by PAN-229832, which is fixed in "
        "10.1.14, 10.2.11, 11.0.5, 11.1.3 and later."
    ),
    "unlicensed_content_defect": (
        "Its known problem `MLAV: Authentication or Client Certificate failure.`: a software defect that "
        "affects only firewalls without a Threat Prevention license on PAN-OS below 10.0.2. No license is "
        "needed for the connection itself. Upgrade to the currently recommended release."
    ),
    "device_certificate_not_renewed": _NOT_NAMED + "It is about a connection that is lost; this is one that will be.",
    "tls_handshake_cut": (
        "Step 3 of its procedure: capture packets between the service-route interface and the cloud server. A "
        "connection that is cut during the handshake is not among its known problems."
    ),
    "proxy_unreachable": _NOT_NAMED + "It does not speak of proxies.",
    "trusted_roots_outdated": _NOT_NAMED
    + "It shows how a failed validation is logged, with x509 code 20, for a device that decrypts.",
    "known_defect": (
        "It tells to compare with known problems, and names two defects, which have causes of their own: PAN-229832 "
        "and the one of releases below 10.0.2."
    ),
    "cloud_rejected_request": _NOT_NAMED
    + (
        "The one HTTP 400 that it describes is the defect of releases below 10.0.2 without a Threat Prevention license."
    ),
    "cloud_service_missing": (
        "Its known problem `MLAV: Unknown error.` with HTTP 404 in devsrv.log: the cause is most probably on "
        "the side of the MLAV cloud server. If it persists, contact customer support."
    ),
    "cloud_service_error": (
        "Its known problem `MLAV: Unknown error.` with HTTP 500 in devsrv.log: the cause is most probably the "
        "load balancer of the cloud platform. If it persists, contact customer support."
    ),
    "unexplained": (
        "Step 3 of its procedure: capture packets between the service-route interface and the cloud server, "
        "and look in devsrv.log for error messages about mlav (`less mp-log devsrv.log`)."
    ),
}
