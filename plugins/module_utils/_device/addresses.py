# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IP addresses as devices and configurations write them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address


def parse_address(text: str | None) -> IPv4Address | IPv6Address | None:
    """An IP address without a scope, an IPv4 address mapped into IPv6 as IPv4; None for a name or anything else."""
    if text is None or "%" in text:  # what follows may be anything, and addresses stand in commands
        return None
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
