# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes on the side of the cloud, MLAV03…, and what nothing explains, MLAV09….

This is a private module: it may change in any release.
"""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import (
    LINES,
    SUPPORT,
    CauseEntry,
    RemedyEntry,
)

CLOUD = (
    CauseEntry(
        id="cloud_rejected_request",
        code="MLAV0301",
        title="The cloud rejects the firewall's requests",
        essence="{server} answers HTTP {http_code} to the firewall's requests",
        proven_by="devsrv.log's newest error is an HTTP 4xx answer other than 404.",
        ruled_out_by="HTTP 400 `invalid content version` on PAN-OS below 10.0.2 without a Threat Prevention license.",
        remedy=RemedyEntry(
            action="update the content and, if it persists, contact customer support",
            text="Make sure that the content is up to date and the device certificate valid, and that no proxy "
            "answers in the cloud's place (proxy configured: {proxy}). If HTTP {http_code} persists, " + SUPPORT + ".",
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
            + SUPPORT
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
            "{http_code} persists, " + SUPPORT + ".",
            actor="vendor",
            risk="none",
        ),
    ),
    CauseEntry(
        id="unexplained",
        code="MLAV0901",
        title="Disconnected without a known cause",
        essence="disconnected from {server}; all was read, nothing explains it{siblings}",
        proven_by="Disconnected, all evidence of the article's procedure was read, and nothing matched.",
        ruled_out_by="Any other cause.",
        remedy=RemedyEntry(
            action="capture packets between {way} and the cloud server",
            text="Capture packets between {way} and the cloud server: {capture}{proxy_note} Read "
            "`less mp-log devsrv.log` around "
            "the time of the capture for messages about mlav. If neither shows the cause, open a support case "
            "and attach the tech-support file, the capture and " + LINES + ".",
            actor="firewall_admin",
            risk="low",
        ),
    ),
)
