# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every text of the system log that the documentation or the article gives, alone on a disconnected firewall."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.panops.mlav.tests.unit.article.firewall import CONNECTED, Firewall, Shape
from ansible_collections.panops.mlav.tests.unit.article.rows import (
    LIKELY,
    POSSIBLE,
    PROVEN,
    Row,
    at,
    broken,
    check,
    spread,
    unexplained,
)

TLS = "high tls tls-X50 0"
HIGH, MEDIUM, INFO = "high general general 0", "medium general general 0", "info general general 0"


def said(kind: str, *texts: str, **more: Any) -> Firewall:
    """A firewall whose system log said ``texts`` in this order, minutes ago."""
    events = tuple(f"2024/07/26 13:{30 + minute}:00 {kind} {text}" for minute, text in enumerate(texts))
    return at("2024-07-26 13:40:00", 0, "UTC", events=events, **more)


# With a device certificate that says of itself that it is valid, an expiry may be older than its renewal.
CLIENT_CERTIFICATE = {
    "MLAV: Client Certificate has expired or is not yet valid.": LIKELY,
    "MLAV: Device Client Certificate unavailable.": PROVEN,
    "MLAV: Mismatched Serial number in certificate and payload.": PROVEN,
    "MLAV: Expired Client Certificate.": LIKELY,
    "MLAV: Revoked Client Certificate.": PROVEN,
    "MLAV: Reason - Unknown Issuer or Incomplete or Incorrect Certificate chain.": PROVEN,
}
FETCH: dict[str, Any] = {
    "remedy": ("one-time password for serial number 001606000117",),
    "actor": "firewall_admin",
}
AMBIGUOUS = "MLAV: Authentication or Client Certificate failure."
STOPPED = "MLAV cloud error, all machine Learning engines stopped"
ONE_STOPPED = "Machine Learning engine for Windows Executables stopped, please update your content"
ONE_STARTED = "Machine Learning engine for Windows Executables started"
RECONNECTED = "Reconnect to MLAV cloud, enable all machine Learning engines"

TABLE: dict[str, Row] = {
    **{
        f"{text} {severity}": broken(
            said(severity, text),
            "device_certificate_invalid",
            confidence,
            summary=(text.rstrip(".").removeprefix("MLAV: Reason - "),),
            **FETCH,
        )
        for text, confidence in CLIENT_CERTIFICATE.items()
        # Documents disagree on the severity: the text decides.
        for severity in (MEDIUM, HIGH)
    },
    **{
        f"{text} and a certificate that says so": broken(
            said(MEDIUM, text, certificate="Expired"), "device_certificate_invalid", **FETCH
        )
        for text in CLIENT_CERTIFICATE
    },
    **{
        f"no SSH: {text}": broken(
            said(MEDIUM, text),
            "device_certificate_invalid",
            # A newer error may stand in devsrv.log.
            LIKELY,
            missing=("devsrv_log", "ping"),
            shapes=("api alone",),
        )
        for text in CLIENT_CERTIFICATE
    },
    **{
        f"another cloud: {text.replace('MLAV', cloud)}": unexplained(said(MEDIUM, text.replace("MLAV", cloud)))
        for cloud in ("PANDB", "WFRTSIG")
        for text in (*CLIENT_CERTIFICATE, AMBIGUOUS, "MLAV: Unknown error.")
    },
    "validation failed": broken(
        said(
            TLS,
            "MLAV Server certificate validation failed. Dest Addr: ml.service.paloaltonetworks.com, "
            "Reason: self signed certificate in certificate chain",
        ),
        "tls_interception",
        PROVEN,
        details={"x509_code": 19},
    ),
    "validation failed, expired": broken(
        said(
            TLS,
            "MLAV Server certificate validation failed. Dest Addr: ml.service.paloaltonetworks.com, "
            "Reason: certificate has expired",
        ),
        "certificate_expired",
    ),
    "authentication failed": broken(said(TLS, "MLAV server certificate authentication failed"), "tls_interception"),
    "another client's authentication failed": unexplained(said(TLS, "HTTP server certificate authentication failed")),
    "ambiguous": Row(
        said(HIGH, AMBIGUOUS),
        "broken",
        (("device_certificate_invalid", POSSIBLE), ("unexplained", POSSIBLE)),
        **FETCH,
    ),
    "unknown error": unexplained(said(MEDIUM, "MLAV: Unknown error."), details={"errors": ["MLAV: Unknown error."]}),
    "all stopped, affected release": broken(said(HIGH, STOPPED, release="11.1.2"), "defect_pan_229832", LIKELY),
    "all stopped, fixed release": Row(
        said(HIGH, STOPPED), "broken", (("name_resolution_intermittent", POSSIBLE), ("unexplained", POSSIBLE))
    ),
    "one stopped": unexplained(said(HIGH, ONE_STOPPED)),
    "one stopped, connected": Row(
        said(HIGH, ONE_STOPPED, status=CONNECTED),
        "degraded",
        summary=("Windows Executables", "content"),
        depth="full",
    ),
    "one stopped and started, connected": Row(
        said(HIGH, ONE_STOPPED, ONE_STARTED, status=CONNECTED),
        "healthy",
        depth="full",
    ),
    "started": unexplained(said(INFO, ONE_STARTED)),
    "reconnected": unexplained(said(INFO, RECONNECTED)),
    "certificate text, then reconnected": unexplained(
        said(MEDIUM, "MLAV: Revoked Client Certificate.", RECONNECTED),
        history=("device_certificate_invalid",),
    ),
}


@pytest.mark.parametrize(("name", "shape"), spread(TABLE))
def test_documented_texts(name: str, shape: Shape) -> None:
    check(TABLE[name], shape)
