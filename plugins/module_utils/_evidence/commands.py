# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every request that this collection may send, what it costs the device, and since which release it is safe.

A test fails when something else is sent. Source of what harms: the vendor's release notes (PAN-313623); of the costs:
documentation "Export Technical Support Data", CLI hierarchy, knowledge base.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Problem
from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import Release, parse_release
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_info import DeviceInfo

Effect = Literal["reads", "changes"]
When = Literal["always", "not_connected", "disconnected", "option", "remediation", "panorama"]

ANY = "any release"
_DOCUMENTED = "one that has the command; others refuse it"

# "show device-certificate status" leaves a file on firewalls with a TPM until a partition is full (PAN-313623). Of
# other branches the release notes do not tell.
DEVICE_CERTIFICATE_FIXES = tuple(
    Release(*numbers)
    for numbers in (
        (11, 1, 6, 29),
        (11, 1, 10, 21),
        (11, 1, 13, 3),
        (11, 1, 14),
        (11, 2, 7, 12),
        (11, 2, 10, 5),
        (11, 2, 11),
        (12, 1, 7),
    )
)
DEVICE_CERTIFICATE_WITHHELD = Problem(
    "not_asked",
    "not asked: on firewalls with a TPM, show device-certificate status fills a partition (PAN-313623)",
    "Upgrade PAN-OS to a release with the fix of PAN-313623.",
)


@dataclass(frozen=True)
class AllowedRequest:
    """One request.

    Attributes:
        pattern: the command as it is typed, or the parameters of another API request. A word in capitals stands for a
            value, one that ends in ``…`` for all that follows; words in brackets may be missing.
        when: ``always`` (of every firewall), ``not_connected`` (never of a connected one), ``disconnected`` (of a
            connected one only where everything is asked for), ``option`` (where an option asks for it),
            ``remediation``, or ``panorama``.
        purpose: what it is sent for.
        cost: what it costs the device.
        safe: since which release it does no harm.
        effect: whether it changes anything.
    """

    pattern: str
    when: When
    purpose: str
    cost: str = "little"
    safe: str = ANY
    effect: Effect = "reads"


ALLOWED: tuple[AllowedRequest, ...] = (
    AllowedRequest("keygen", "always", "log in with a password, once per task", "a login"),
    AllowedRequest("show system info", "always", "model, release, serial number, clock, device certificate's status"),
    AllowedRequest("show mlav cloud-status", "always", "the state of the connection", safe="10.0.0"),
    AllowedRequest("show high-availability state", "always", "active or passive peer"),
    AllowedRequest(
        "show device-certificate status",
        "not_connected",
        "dates and last renewal of the device certificate",
        "with a TPM and without the fix, a file that is never deleted (PAN-313623)",
        "; ".join(map(str, DEVICE_CERTIFICATE_FIXES)) + "; any on a model without a TPM. Not sent otherwise",
    ),
    AllowedRequest("show clock", "disconnected", "the time and its zone"),
    AllowedRequest("request license info", "disconnected", "the licenses"),
    AllowedRequest("show system software status", "disconnected", "the process devsrvr"),
    AllowedRequest("show jobs all", "disconnected", "commit and content jobs"),
    AllowedRequest("check pending-changes", "disconnected", "whether a commit is pending"),
    AllowedRequest(
        "show config effective-running xpath PATH…",
        "disconnected",
        "service route, decryption policy, exclusions, zones",
        "grows with the subtree",
        _DOCUMENTED,
    ),
    AllowedRequest(
        "config show PATH…", "disconnected", "the same where effective-running is refused", "grows with the subtree"
    ),
    AllowedRequest("show interface all", "disconnected", "addresses and states of interfaces"),
    AllowedRequest(
        "ping [inet6 yes] [source ADDRESS] count N host HOST",
        "disconnected",
        "name resolution and path",
        "some packets",
    ),
    AllowedRequest(
        "show netstat numeric-hosts yes numeric-ports yes", "disconnected", "the TCP sessions of the management plane"
    ),
    AllowedRequest("show url-cloud status", "not_connected", "the PAN-DB cloud", safe=_DOCUMENTED),
    AllowedRequest("show wildfire status", "not_connected", "the WildFire cloud", safe=_DOCUMENTED),
    AllowedRequest("show ctd-agent status security-client", "not_connected", "the inline clouds", safe=_DOCUMENTED),
    AllowedRequest("tail lines N mp-log FILE", "disconnected", "devsrv.log and its last rotation", "reads a file"),
    AllowedRequest("log", "disconnected", "start a search in the system log", "a search job"),
    AllowedRequest("log get", "disconnected", "the result of the search"),
    AllowedRequest("log finish", "disconnected", "end the search job"),
    AllowedRequest(
        "show log system direction equal backward [start-time equal TIME] query equal EXPRESSION…",
        "disconnected",
        "the system log over SSH, where the API refuses it",
        "a search",
    ),
    AllowedRequest("version", "always", "whether the address is that of the firewall that was meant"),
    AllowedRequest("set cli scripting-mode on", "always", "prepare a session, where SSH is used"),
    AllowedRequest("set cli terminal width N", "always", "prepare a session, where SSH is used"),
    AllowedRequest("set cli pager off", "always", "prepare a session, where SSH is used"),
    AllowedRequest("set cli op-command-xml-output on", "always", "answers over SSH as XML"),
    AllowedRequest("set cli op-command-xml-output off", "always", "answers over SSH as text"),
    AllowedRequest("set cli confirmation-prompt off", "remediation", "no question before a restart over SSH"),
    AllowedRequest(
        "export",
        "option",
        "have a tech-support file made (mlav_techsupport_export)",
        "minutes of load on the management plane; it asks for the device certificate as well",
        "as show device-certificate status; not sent to a model with a TPM without the fix",
    ),
    AllowedRequest("export status", "option", "how far the tech-support file is"),
    AllowedRequest("export get", "option", "the tech-support file", "a transfer of up to 1 GB"),
    AllowedRequest("export finish", "option", "end the export job"),
    AllowedRequest("config get PATH…", "remediation", "the candidate configuration", "grows with the subtree"),
    AllowedRequest("check full-commit-required", "remediation", "whether a partial commit is possible"),
    AllowedRequest("show config list changes", "remediation", "whose changes are pending"),
    AllowedRequest("show config-locks vsys all", "remediation", "config locks"),
    AllowedRequest("show commit-locks vsys all", "remediation", "commit locks"),
    AllowedRequest("show jobs id N", "remediation", "the commit job"),
    AllowedRequest("test ssl-exclude-list SCOPE hostname HOST", "remediation", "whether the exclusion is in effect"),
    AllowedRequest("request config-lock add", "remediation", "take the config lock", effect="changes"),
    AllowedRequest("request config-lock remove", "remediation", "release the config lock", effect="changes"),
    AllowedRequest("request commit-lock remove", "remediation", "release a stale commit lock", effect="changes"),
    AllowedRequest("config set", "remediation", "write the decryption exclusion", effect="changes"),
    AllowedRequest("config delete", "remediation", "remove the decryption exclusion", effect="changes"),
    AllowedRequest("commit", "remediation", "commit, or commit force", "a commit", effect="changes"),
    AllowedRequest("commit partial", "remediation", "commit own changes alone", "a commit", effect="changes"),
    AllowedRequest(
        "debug software restart process device-server",
        "remediation",
        "restart device-server",
        "device-server is away for minutes; a commit force must follow",
        effect="changes",
    ),
    AllowedRequest("show devices all", "panorama", "the managed firewalls, for the inventory"),
    AllowedRequest("show devicegroups", "panorama", "device groups, for the inventory"),
    AllowedRequest("show template-stack", "panorama", "template stacks, for the inventory"),
    AllowedRequest("show templates", "panorama", "templates, for the inventory"),
    AllowedRequest("config show mgt-config/devices", "panorama", "tags, for the inventory"),
)


def find(request: str) -> AllowedRequest | None:
    """The entry of a request: the command as it is typed, or the words that name another API request.

    The beginning of a command, without its values, is found as well: ``show config effective-running``.
    """
    words = " ".join(request.split())
    whole = next((entry for entry in ALLOWED if _compiled(entry.pattern).fullmatch(words)), None)
    return whole or next((entry for entry in ALLOWED if f"{_words_of(entry.pattern)} ".startswith(f"{words} ")), None)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """``ping [source ADDRESS] host HOST`` as an expression over words with single spaces between and one behind."""
    written = ""
    for part in re.findall(r"\[[^\]]*\]|\S+", pattern):
        optional = part.startswith("[")
        words = "".join(f" {_value(word)}" for word in part.strip("[]").split())
        written += f"(?:{words})?" if optional else words
    return re.compile(written[1:])


def _value(word: str) -> str:
    if word.endswith("…"):
        return ".+"
    return r"\S+" if word.isupper() else re.escape(word)


def _words_of(pattern: str) -> str:
    return " ".join(word.strip("[]") for word in pattern.split())


def device_certificate_may_be_asked(info: DeviceInfo) -> bool:
    """Whether ``show device-certificate status`` does no harm: the model has no TPM, or the release has the fix."""
    if info.has_tpm is False:
        return True
    release = parse_release(info.sw_version)
    return release is not None and any(release.includes(fix) for fix in DEVICE_CERTIFICATE_FIXES)


def techsupport_does_harm(info: DeviceInfo) -> bool:
    """Whether making a tech-support file leaves a file behind: it asks for the device certificate as well."""
    return info.has_tpm is True and not device_certificate_may_be_asked(info)
