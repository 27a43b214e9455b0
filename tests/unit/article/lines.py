# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of the logs as the article writes them, so many minutes before one moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ansible_collections.panops.mlav.tests.unit.article import article as kb
from ansible_collections.panops.mlav.tests.unit.article.firewall import Firewall
from ansible_collections.panops.mlav.tests.unit.article.rows import at

CLOCK = datetime(2024, 7, 26, 13, 40)
QUERY = "pan_mlav_send_query(pan_mlav_cloud.c:1394): Failed to send req type[3], curl error: "
PEER = QUERY + "Peer certificate cannot be authenticated with given CA certificates"
DNS = QUERY + "Couldn't resolve host name"
CONNECT = QUERY + "Couldn't connect to server"
TIMEOUT = QUERY + "Timeout was reached"
CODE = "pan_mlav_process_http_resp_code(pan_mlav_cloud.c:558): Got HTTP resp code {}"
ANSWER = "pan_mlav_resp_parser(pan_mlav_cloud.c:822): Server resp code[{}], msglen[71], msg: {}"
CONTENT = "invalid flatbuffer request: invalid content version (with build number)"
NO_SUCH_NAME = f"ping: unknown host {kb.SERVER}\n"
RECONNECT = "Reconnect to MLAV cloud, enable all machine Learning engines"
STOPPED = "MLAV cloud error, all machine Learning engines stopped"


def firewall(*lines: str, **changes: Any) -> Firewall:
    return at(str(CLOCK), 0, "UTC", *lines, **changes)


def line(minutes: float, message: str, offset: str = " +0000", prefix: str = " Error:") -> str:
    """A line of devsrv.log, so many minutes ago."""
    return f"{CLOCK - timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}.606{offset}{prefix} {message}"


def x509(minutes: float, code: int, text: str) -> tuple[str, ...]:
    """The three lines of a certificate that does not validate, and MLAV's own."""
    where = "verify_cb(pan_ssl_curl_utils.c:65{}): "
    return (
        line(minutes, where.format(1) + "Error with certificate at depth: 0"),
        line(minutes, where.format(2) + f"Basic Validation of x509 cert Fail ; Code : {code}"),
        line(minutes, where.format(3) + f"Failed to validate x509 cert from ctx: ({code}) {text}"),
        line(minutes, PEER),
    )


UNTRUSTED = (20, "unable to get local issuer certificate")
EXPIRED = (10, "certificate has expired")
TOO_EARLY = (9, "certificate is not yet valid")


def event(minutes: float, text: str, subtype: str = "general general") -> str:
    """A row of the system log, so many minutes ago."""
    return f"{CLOCK - timedelta(minutes=minutes):%Y/%m/%d %H:%M:%S} high {subtype} 0 {text}"


def unresolved(release: str, **changes: Any) -> Firewall:
    return firewall(line(5, DNS), release=release, **changes)
