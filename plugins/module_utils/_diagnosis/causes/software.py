# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes in the release or the content, MLAV02….

This is a private module: it may change in any release.
"""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import (
    FORCED,
    CauseEntry,
    RemedyEntry,
)

SOFTWARE = (
    CauseEntry(
        id="defect_pan_229832",
        code="MLAV0201",
        title="PAN-OS defect PAN-229832",
        essence="PAN-OS {release} has the defect PAN-229832, which loses the connection to the MLAV cloud "
        "although {server} resolves",
        proven_by="devsrv.log says `Couldn't resolve host name`, or the system log that all engines stopped; the name "
        "resolves now; and the release lacks the fix (10.1.14, 10.2.11, 11.0.5, 11.1.3).",
        ruled_out_by="A release with the fix; a name that does not resolve now either; another newer error. It loses "
        "the URL cloud as well: where other clouds are connected it is likely at most.",
        remedy=RemedyEntry(
            action="upgrade to PAN-OS {fix}",
            text="Upgrade to PAN-OS {fix}. Until then, a restart of device-server (`debug software restart process "
            "device-server`) with a following `commit force`, in a maintenance window, may bring the connection "
            "back for a while. " + FORCED,
            actor="firewall_admin",
            risk="high",
            needs_maintenance_window=True,
        ),
    ),
    CauseEntry(
        id="unlicensed_content_defect",
        code="MLAV0202",
        title="PAN-OS defect below 10.0.2 without a Threat Prevention license",
        essence="PAN-OS {release} without a Threat Prevention license sends a content version that the cloud rejects",
        proven_by="HTTP 400 `invalid content version`, PAN-OS below 10.0.2 and no Threat Prevention license.",
        ruled_out_by="A later release or a Threat Prevention license: see cloud_rejected_request.",
        remedy=RemedyEntry(
            action="upgrade to the currently recommended PAN-OS release (10.0.2 or later)",
            text="Upgrade to the currently recommended PAN-OS release, 10.0.2 or later. A license is not needed for "
            "the connection itself.",
            actor="firewall_admin",
            risk="high",
            needs_maintenance_window=True,
        ),
    ),
    CauseEntry(
        id="trusted_roots_outdated",
        code="MLAV0203",
        title="The firewall's trusted roots are too old",
        essence="PAN-OS {release} does not trust the issuer of {server}{x509}: its trusted roots may be old",
        proven_by="x509 code 20 or curl's text on a release and content from before 2023-12-31, when the trusted roots "
        "of PAN-OS ran out; likely at most, since a decrypting device looks the same.",
        ruled_out_by="A release or content with the new roots, a valid device certificate, or a decrypt rule of this "
        "firewall that matches: see tls_interception.",
        remedy=RemedyEntry(
            action="install content 8776-8390 or later",
            text="Install content 8776-8390 or later, or a release that brings the new roots, then diagnose again. If "
            "the certificate still does not validate, a device on the path decrypts: {capture}",
            actor="firewall_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="known_defect",
        code="MLAV0204",
        title="A known defect of this PAN-OS release",
        essence="PAN-OS {release} has {defect}: {defect_title}",
        proven_by="The release is one that a listed defect affects, and the defect's symptom was seen.",
        ruled_out_by="A release with the fix; a symptom that was not seen.",
        remedy=RemedyEntry(
            action="{defect_fix}",
            text="To mend {defect}, {defect_fix}. Symptom: {seen_as}. Source: {defect_source}.",
            actor="firewall_admin",
            risk="high",
            needs_maintenance_window=True,
        ),
    ),
)
