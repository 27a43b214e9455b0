# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specifications that the modules share. Their documentation is plugins/doc_fragments."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption


def between(option: str, value: int, lowest: int, highest: int) -> int:
    """Raises InvalidOption when ``value`` is outside ``lowest`` .. ``highest``."""
    if not lowest <= value <= highest:
        raise InvalidOption(f"{option} is {value}: expected a number from {lowest} to {highest}")
    return value


def connection() -> dict[str, Any]:
    """How to reach the firewall (fragment ``panops.mlav.connection``)."""
    return {
        "provider": {
            "type": "dict",
            "apply_defaults": True,
            "options": {
                "ip_address": {"type": "str", "fallback": (env_fallback, ["PANOS_HOSTNAME"])},
                "username": {
                    "type": "str",
                    "fallback": (env_fallback, ["PANOS_USERNAME", "ANSIBLE_NET_USERNAME"]),
                },
                "password": {
                    "type": "str",
                    "no_log": True,
                    "fallback": (env_fallback, ["PANOS_PASSWORD", "ANSIBLE_NET_PASSWORD"]),
                },
                "api_key": {"type": "str", "no_log": True, "fallback": (env_fallback, ["PANOS_API_KEY"])},
                "port": {"type": "int", "default": 443, "fallback": (env_fallback, ["PANOS_PORT"])},
                # A serial number is no secret: masking it would mask it everywhere in the result.
                "serial_number": {"type": "str", "no_log": False},
            },
        },
        "validate_certs": {"type": "bool", "default": True, "fallback": (env_fallback, ["PANOS_VALIDATE_CERTS"])},
        "ca_path": {"type": "path", "fallback": (env_fallback, ["PANOS_CA_PATH"])},
        "cert_fingerprint": {"type": "str"},
        "timeout": {"type": "int", "default": 30},
        "ssh": {
            "type": "dict",
            "options": {
                "host": {"type": "str"},
                "port": {"type": "int", "default": 22},
                "username": {"type": "str"},
                "password": {"type": "str", "no_log": True},
                "key_file": {"type": "path", "fallback": (env_fallback, ["ANSIBLE_NET_SSH_KEYFILE"])},
                "key_passphrase": {"type": "str", "no_log": True},
                "known_hosts": {"type": "path"},
                "host_key_checking": {"type": "bool", "default": True},
                "accept_banner": {"type": "bool", "default": False},
            },
        },
    }


def logs() -> dict[str, Any]:
    """How far back logs count, and how much of the system log is read (fragment ``panops.mlav.logs``)."""
    return {
        "log_window": {"type": "str", "default": "24h"},
        "log_entries": {"type": "int", "default": 500},
    }


def doc_url() -> dict[str, Any]:
    """Where the causes' pages are (fragment ``panops.mlav.pages``)."""
    return {"doc_url": {"type": "str"}}


def log_lines() -> dict[str, Any]:
    """How much of devsrv.log a firewall is asked for (fragment ``panops.mlav.logs.lines``)."""
    return {"log_lines": {"type": "int", "default": 5000}}


def role_variables() -> dict[str, Any]:
    """Whether the role's variables are options (fragment ``panops.mlav.role_variables``)."""
    return {"role_variables": {"type": "bool", "default": False}}


def host() -> dict[str, Any]:
    """The name in the result (fragment ``panops.mlav.connection``)."""
    return {"host": {"type": "str"}}
