# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes in the firewall itself, MLAV00….

This is a private module: it may change in any release.
"""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import (
    FORCED,
    CauseEntry,
    RemedyEntry,
)

_FETCH = (
    "Generate a one-time password for serial number {serial} in the Customer Support Portal and fetch the certificate "
    "anew (Device > Setup > Management > Device Certificate). Make sure that the clock is right and that the serial "
    "number is registered to your account."
)
_FETCH_BY_TPM = (
    "This model has a TPM and needs no one-time password. Run `request certificate fetch`. Make sure that the clock is "
    "right and that serial number {serial} is registered to your account."
)

DEVICE = (
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
            "the firewall does not reconnect to {server}. " + FORCED,
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
        essence="device-server {restart} at {restarted_at} and {since_restart}",
        proven_by="The system log shows that device-server was restarted, no commit has finished since, and the "
        "firewall is disconnected without a newer error.",
        ruled_out_by="A newer network, TLS or HTTP error; a newer `Reconnect to MLAV cloud`; a reboot since.",
        remedy=RemedyEntry(
            action="do a commit force",
            text="Do a `commit force` in configuration mode, preferably in a maintenance window: after a restart of "
            "device-server the firewall does not reconnect to {server} until a forced commit is done. " + FORCED,
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
        proven_by="Certificate validation fails with x509 code 9 or 10 and the clock is more than 5 minutes off, or is "
        "behind the beginning of the device certificate or the release of installed content.",
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
        proven_by="The system log carries one of MLAV's client-certificate texts, beside a certificate that is over "
        "where the text is about its dates.",
        ruled_out_by="devsrv.log shows that the cloud answered with another HTTP error, or that the failure came "
        "before the firewall could show its certificate.",
        remedy=RemedyEntry(
            action="fetch a new device certificate",
            text=f"{_FETCH} If it is still not accepted, contact customer support.",
            actor="firewall_admin",
            risk="low",
        ),
        variants={
            "tpm": RemedyEntry(
                action="fetch a new device certificate with `request certificate fetch`",
                text=f"{_FETCH_BY_TPM} If it is still not accepted, contact customer support.",
                actor="firewall_admin",
                risk="low",
            )
        },
    ),
    CauseEntry(
        id="service_route_invalid",
        code="MLAV0005",
        title='The service route for "Palo Alto Networks Services" cannot work',
        essence="the service route of Palo Alto Networks Services cannot work: {reason}",
        proven_by="The ping cannot bind the source address, the source address is on no interface of the firewall, "
        "or the source interface is down. curl's `Failed binding local connection end` makes it likely.",
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
        id="device_certificate_not_renewed",
        code="MLAV0006",
        title="The firewall's device certificate was not renewed",
        essence="the device certificate was not renewed ({reason})",
        proven_by="The last fetch of the device certificate failed, or fewer than 15 days of it are left: the firewall "
        "renews it by itself 15 days before its end.",
        ruled_out_by="15 days or more are left and the last fetch succeeded. A certificate that is over or not "
        "accepted: see device_certificate_invalid.",
        remedy=RemedyEntry(
            action="fetch a new device certificate before this one ends",
            text=f"{_FETCH} Make sure that certificate.paloaltonetworks.com is reachable.",
            actor="firewall_admin",
            risk="low",
        ),
        variants={
            "tpm": RemedyEntry(
                action="run `request certificate fetch` before this one ends",
                text=f"{_FETCH_BY_TPM} Make sure that certificate.paloaltonetworks.com is reachable.",
                actor="firewall_admin",
                risk="low",
            )
        },
    ),
)
