# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in the configuration of every simulated firewall, so that tests can look for them where none may be.

None of them opens anything. Each is one line, so that a search finds it however the text around it is wrapped.
"""

from __future__ import annotations

PHASH = "$5$plantedsalt$Qm9ndXNIYXNoT2ZOb2JvZHlBdEFsbDAwMDAwMDAw"
SNMP_COMMUNITY = "planted-community-7f3a"
LDAP_BIND_PASSWORD = "-AQ==cGxhbnRlZExkYXBCaW5kUGFzc3dvcmQ=x0"
RADIUS_SECRET = "-AQ==cGxhbnRlZFJhZGl1c1NlY3JldDAwMDA=x1"
PRE_SHARED_KEY = "-AQ==cGxhbnRlZFByZVNoYXJlZEtleTAwMDA=x2"
PROXY_PASSWORD = "-AQ==cGxhbnRlZFByb3h5UGFzc3dvcmQwMDA=x3"
# No key: the text says so when it is decoded.
PRIVATE_KEY_LINES = (
    "cGxhbnRlZCBwcml2YXRlIGtleSwgbGluZSBvbmUsIG5vIGtleSBhdCBhbGwgMDAx",
    "cGxhbnRlZCBwcml2YXRlIGtleSwgbGluZSB0d28sIG5vIGtleSBhdCBhbGwgMDAy",
)
PRIVATE_KEY = "\n".join(("-----BEGIN PRIVATE KEY-----", *PRIVATE_KEY_LINES, "-----END PRIVATE KEY-----", ""))

PLANTED: tuple[str, ...] = (
    PHASH,
    SNMP_COMMUNITY,
    LDAP_BIND_PASSWORD,
    RADIUS_SECRET,
    PRE_SHARED_KEY,
    PROXY_PASSWORD,
    *PRIVATE_KEY_LINES,
)
