# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes on the cloud's side, MLAV03…, and the unexplained, MLAV09…."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import (
    LINES,
    NOT_NAMED,
    SUPPORT,
    CauseEntry,
    RemedyEntry,
)

CLOUD = (
    CauseEntry(
        id="cloud_rejected_request",
        code="MLAV0301",
        title="Cloud rejects requests",
        essence="{server} answers HTTP {http_code}",
        proven_by="The newest error in devsrv.log is an HTTP 4xx answer other than 404.",
        ruled_out_by="HTTP 400 `invalid content version` on PAN-OS below 10.0.2 without a Threat Prevention license.",
        article=NOT_NAMED + "The only HTTP 400 that it describes is the defect of releases below 10.0.2 without a "
        "Threat Prevention license.",
        remedy=RemedyEntry(
            action="Update the content; if it persists, open a support case",
            text="Make sure that the content is up to date and the device certificate is valid, and that no proxy "
            "answers in place of the cloud (configured proxy: {proxy}). If HTTP {http_code} persists, " + SUPPORT + ".",
            actor="firewall_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="cloud_service_missing",
        code="MLAV0302",
        title="Cloud service not found",
        essence="{server} answers HTTP 404, most likely a fault in the cloud",
        proven_by="The newest error in devsrv.log is an HTTP 404 answer.",
        ruled_out_by="A newer error of another kind.",
        article="Its known problem `MLAV: Unknown error.` with HTTP 404 in devsrv.log: the cause is most probably on "
        "the MLAV cloud server. If it persists, contact customer support.",
        remedy=RemedyEntry(
            action="Wait; if it persists, open a support case",
            text="Wait: the fault is most likely in the cloud. If HTTP 404 persists, " + SUPPORT + ".",
            actor="vendor",
            risk="none",
        ),
    ),
    CauseEntry(
        id="cloud_service_error",
        code="MLAV0303",
        title="Cloud server error",
        essence="{server} answers HTTP {http_code}, most likely a load balancer fault",
        proven_by="The newest error in devsrv.log is an HTTP 5xx answer.",
        ruled_out_by="A newer error of another kind.",
        article="Its known problem `MLAV: Unknown error.` with HTTP 500 in devsrv.log: the cause is most probably the "
        "load balancer of the cloud platform. If it persists, contact customer support.",
        remedy=RemedyEntry(
            action="Wait; if it persists, open a support case",
            text="Wait: the fault is most likely in the load balancer of the cloud. If HTTP {http_code} persists, "
            + SUPPORT
            + ".",
            actor="vendor",
            risk="none",
        ),
    ),
    CauseEntry(
        id="unexplained",
        code="MLAV0901",
        title="Disconnected, unexplained",
        essence="no known cause matches{siblings}",
        proven_by="Disconnected, all evidence of the article's procedure was read, and no cause matches.",
        ruled_out_by="Any other cause.",
        article="Step 3 of its procedure: capture packets between the service-route interface and the cloud server, "
        "and look for MLAV errors in devsrv.log (`less mp-log devsrv.log`).",
        remedy=RemedyEntry(
            action="Capture packets between {egress} and the cloud",
            text="Capture packets between {egress} and the cloud server: {capture}{proxy_note} Read "
            "`less mp-log devsrv.log` around the time of the capture for messages about MLAV. If neither shows the "
            "cause, open a support case with the tech-support file, the capture and " + LINES + ".",
            actor="firewall_admin",
            risk="low",
        ),
    ),
)
