# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes in the firewall itself, MLAV00…."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import (
    FORCED,
    NOT_NAMED,
    CauseEntry,
    RemedyEntry,
)

_FETCH = (
    "Generate a one-time password for serial number {serial} in the Customer Support Portal and fetch a new "
    "certificate (Device > Setup > Management > Device Certificate). Make sure that the clock is right and that the "
    "serial number is registered to your account."
)
_FETCH_BY_TPM = (
    "This model has a TPM and needs no one-time password. Run `request certificate fetch`. Make sure that the clock is "
    "right and that serial number {serial} is registered to your account."
)

DEVICE = (
    CauseEntry(
        id="device_server_unavailable",
        code="MLAV0001",
        title="device-server not responding",
        essence='cloud status answers "device busy or unavailable"',
        proven_by="`show mlav cloud-status` answers `device busy or unavailable`, repeatedly.",
        ruled_out_by="A running commit or content job: wait for it, then diagnose again.",
        article="It shows `Server error : device busy or unavailable` as the other answer, besides `disconnected`, "
        "that `show mlav cloud-status` may give. Restarting device-server and then running commit force may "
        "reconnect in some cases; it is disruptive, to be used with care and preferably in a maintenance window.",
        remedy=RemedyEntry(
            action="Restart device-server in a maintenance window, then run commit force",
            text="Check `show system software status` and `show jobs all`. If no job is running and the answer stays "
            "the same, run `debug software restart process device-server` in a maintenance window, wait until `show "
            "mlav cloud-status` answers again, and then run `commit force` in configuration mode: without it the "
            "firewall does not reconnect to {server}. " + FORCED,
            actor="firewall_admin",
            risk="high",
            needs_maintenance_window=True,
            module="panops.mlav.mlav_reconnect",
        ),
        variants={
            "wait": RemedyEntry(
                action="Wait for the job to finish, then diagnose again",
                text="Wait for the running job to finish (`show jobs all`), then diagnose again. Do not restart "
                "anything while a job is running.",
                actor="nobody",
                risk="none",
            )
        },
    ),
    CauseEntry(
        id="commit_force_needed",
        code="MLAV0002",
        title="Commit force needed",
        essence="{restart} {restart_time}, {since_restart}",
        proven_by="The system log shows a device-server restart, no commit has finished since, and the firewall is "
        "disconnected without a newer error.",
        ruled_out_by="A newer network, TLS or HTTP error; a newer `Reconnect to MLAV cloud`; a later reboot.",
        article="After a manual restart of device-server (`debug software restart process device-server`), a commit "
        "force is required before the firewall reconnects to the cloud server.",
        remedy=RemedyEntry(
            action="Run commit force",
            text="Run `commit force` in configuration mode, preferably in a maintenance window: after a restart of "
            "device-server, the firewall does not reconnect to {server} without a forced commit. " + FORCED,
            actor="firewall_admin",
            risk="medium",
            needs_maintenance_window=True,
            module="panops.mlav.mlav_commit",
            params={"force": True},
        ),
        variants={
            "wait": RemedyEntry(
                action="Wait for it, then diagnose again",
                text="A commit is running. Wait for it to finish (`show jobs all`), then diagnose again. If the "
                "firewall is still disconnected, run `commit force` in configuration mode.",
                actor="nobody",
                risk="none",
            )
        },
    ),
    CauseEntry(
        id="clock_skew",
        code="MLAV0003",
        title="Firewall clock wrong",
        essence="{skew}; certificates look {validity}",
        proven_by="Certificate validation fails with x509 code 9 or 10 and the clock is more than 5 minutes off, or "
        "earlier than the start of the device certificate or the release of installed content.",
        ruled_out_by="A clock that is right: then the certificate itself is outside its validity period.",
        article=NOT_NAMED + "It shows how a failed validation is logged, with the x509 code; a wrong clock leads to "
        "codes 9 (not yet valid) and 10 (expired).",
        remedy=RemedyEntry(
            action="Set the clock",
            text="Set the firewall's clock ({skew}): check `show clock` and `show ntp`, configure reachable NTP "
            "servers (Device > Setup > Services) and the time zone, commit, and diagnose again. If the error remains "
            "with a right clock, the certificate itself is outside its validity period.",
            actor="firewall_admin",
            risk="low",
        ),
    ),
    CauseEntry(
        id="device_certificate_invalid",
        code="MLAV0004",
        title="Device certificate not accepted",
        essence="{reason}",
        proven_by="The system log has one of MLAV's client-certificate texts; a text about dates counts only beside a "
        "certificate that is expired or not yet valid.",
        ruled_out_by="Another HTTP error from the cloud in devsrv.log, or a failure before the firewall could present "
        "its certificate.",
        article=NOT_NAMED + "It shows the text `MLAV: Authentication or Client Certificate failure.` only for the "
        "software defect of releases below 10.0.2.",
        remedy=RemedyEntry(
            action="Fetch a new device certificate",
            text=f"{_FETCH} If it is still not accepted, contact customer support.",
            actor="firewall_admin",
            risk="low",
        ),
        variants={
            "tpm": RemedyEntry(
                action="Run `request certificate fetch`",
                text=f"{_FETCH_BY_TPM} If it is still not accepted, contact customer support.",
                actor="firewall_admin",
                risk="low",
            )
        },
    ),
    CauseEntry(
        id="service_route_invalid",
        code="MLAV0005",
        title="Service route unusable",
        essence="{reason}",
        proven_by="The ping cannot bind the source address, the source address is on no interface of the firewall, "
        "or the source interface is down. curl's `Failed binding local connection end` makes it likely.",
        ruled_out_by="A ping that left from this source.",
        article="Step 2 of its procedure: find the service route of Palo Alto Networks Services. By default the "
        "management interface is the source; with a dataplane interface, that interface's address is the source of "
        "the ping. It does not describe an unusable route.",
        remedy=RemedyEntry(
            action="Correct its source (Device > Setup > Services)",
            text="Correct the service route of Palo Alto Networks Services (Device > Setup > Services > Service Route "
            "Configuration, or in the Panorama template that pushes it): select an interface that is up and an "
            "address on it, then commit. Current source: {egress}. Problem: {reason}.",
            actor="firewall_admin",
            risk="medium",
            needs_maintenance_window=True,
        ),
    ),
    CauseEntry(
        id="device_certificate_not_renewed",
        code="MLAV0006",
        title="Device certificate not renewed",
        essence="{reason}",
        proven_by="The last fetch of the device certificate failed, or fewer than 15 days of it are left: the firewall "
        "renews it automatically 15 days before it expires.",
        ruled_out_by="15 days or more are left and the last fetch succeeded. For a certificate that has expired or is "
        "not accepted, see device_certificate_invalid.",
        article=NOT_NAMED + "It covers a connection that is lost; this one will be.",
        remedy=RemedyEntry(
            action="Fetch a new one",
            text=f"{_FETCH} Make sure that certificate.paloaltonetworks.com is reachable.",
            actor="firewall_admin",
            risk="low",
        ),
        variants={
            "tpm": RemedyEntry(
                action="Run `request certificate fetch`",
                text=f"{_FETCH_BY_TPM} Make sure that certificate.paloaltonetworks.com is reachable.",
                actor="firewall_admin",
                risk="low",
            )
        },
    ),
)
