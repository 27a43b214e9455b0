# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes in the release or the content, MLAV02…."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import (
    FORCED,
    NOT_NAMED,
    CauseEntry,
    RemedyEntry,
)

SOFTWARE = (
    CauseEntry(
        id="defect_pan_229832",
        code="MLAV0201",
        title="PAN-OS defect PAN-229832",
        essence="PAN-OS {release} loses the MLAV cloud although its name resolves",
        proven_by="devsrv.log reports `Couldn't resolve host name`, or the system log that all engines stopped; the "
        "name resolves now; and the release lacks the fix (10.1.14, 10.2.11, 11.0.5, 11.1.3).",
        ruled_out_by="A release with the fix; a name that does not resolve now either; another, newer error. The "
        "defect also loses the URL cloud: if other clouds are connected, it is likely at most.",
        article="Its known problem `MLAV cloud error, all machine Learning engines stopped`, with `Couldn't resolve "
        "host name` in devsrv.log: check whether the release is affected by PAN-229832, which is fixed in 10.1.14, "
        "10.2.11, 11.0.5, 11.1.3 and later.",
        remedy=RemedyEntry(
            action="Upgrade to PAN-OS {fix}",
            text="Upgrade to PAN-OS {fix}. Until then, restarting device-server (`debug software restart process "
            "device-server`) and then running `commit force`, in a maintenance window, may restore the connection "
            "for a while. " + FORCED,
            actor="firewall_admin",
            risk="high",
            needs_maintenance_window=True,
        ),
    ),
    CauseEntry(
        id="unlicensed_content_defect",
        code="MLAV0202",
        title="PAN-OS defect without Threat Prevention",
        essence="the cloud rejects the content version of PAN-OS {release}",
        proven_by="HTTP 400 `invalid content version`, PAN-OS below 10.0.2 and no Threat Prevention license.",
        ruled_out_by="A later release or a Threat Prevention license: see cloud_rejected_request.",
        article="Its known problem `MLAV: Authentication or Client Certificate failure.`: a software defect that "
        "affects only firewalls without a Threat Prevention license on PAN-OS below 10.0.2. The connection itself "
        "needs no license. Upgrade to the currently recommended release.",
        remedy=RemedyEntry(
            action="Upgrade to PAN-OS 10.0.2 or later",
            text="Upgrade to the currently recommended PAN-OS release, 10.0.2 or later. The connection itself needs "
            "no license.",
            actor="firewall_admin",
            risk="high",
            needs_maintenance_window=True,
        ),
    ),
    CauseEntry(
        id="trusted_roots_outdated",
        code="MLAV0203",
        title="Trusted root CAs outdated",
        essence="PAN-OS {release} does not trust the issuer of {server}'s certificate",
        proven_by="x509 code 20 or curl's text on a release and content from before 2023-12-31, when the trusted root "
        "CAs of PAN-OS expired; likely at most, because a decrypting device looks the same.",
        ruled_out_by="A release or content with the new root CAs, a valid device certificate, or a matching decrypt "
        "rule of this firewall: see tls_interception.",
        article=NOT_NAMED + "It shows how a failed validation is logged, with x509 code 20, for a decrypting device.",
        remedy=RemedyEntry(
            action="Install content 8776-8390 or later",
            text="Install content 8776-8390 or later, or a release with the new root CAs, then diagnose again. If the "
            "certificate still does not validate, a device on the path decrypts: {capture}",
            actor="firewall_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="known_defect",
        code="MLAV0204",
        title="Known PAN-OS defect",
        essence="{defect}, {defect_title}",
        proven_by="The release is affected by a listed defect, and the defect's symptom was seen.",
        ruled_out_by="A release with the fix; a symptom that was not seen.",
        article="It recommends a comparison with known problems and names two defects, which have causes of their own: "
        "PAN-229832 and the one of releases below 10.0.2.",
        remedy=RemedyEntry(
            action="{defect_fix}",
            text="To fix {defect}, {defect_fix}. Symptom: {seen_as}. Source: {defect_source}.",
            actor="firewall_admin",
            risk="high",
            needs_maintenance_window=True,
        ),
    ),
)
