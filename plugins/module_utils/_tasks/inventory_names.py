# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of hosts and groups that come from a Panorama: none may become that of a host or group that is not its own.

Ansible knows hosts and groups by name alone: a second host of a name adds its variables to the first, and variables for
a host that is named like a group become the group's.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

# Names that one warning lists.
LISTED = 10
_EXCERPT = 80

_HOST_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,62}(?<!\.)")
_GROUP_NAME = re.compile(r"\w{1,255}")
# What resolvers take for an IPv4 address: one to four numbers, each decimal, octal or hexadecimal.
_NUMBER = r"(?:0[xX][0-9A-Fa-f]*|[0-9]+)"
_NUMBERS = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}\.?")
_RESERVED = frozenset({"all", "ungrouped", "localhost", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback"})
# Ansible reads host_vars/fw.yml for a host fw, and for one that is named fw.yml.
_FILES = (".yml", ".yaml", ".json")
# Invisible although Unicode counts them as letters or symbols: fillers, the empty Braille pattern, the replacement.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffd")

FORM = "the hostname is no valid host name (letters, digits, '.', '_' and '-', at most 63 characters)"
RESERVED = "the hostname has a meaning of its own for Ansible"
ADDRESS = "the hostname looks like an IP address"
FILE = "the hostname looks like the name of a variables file"
SERIAL = "the hostname is another firewall's serial number"
HOST = "the hostname is that of a host of another inventory source"
GROUP = "the hostname is that of a group"
ALIKE = "the hostname differs from another one only in case or in invisible or compatible characters"
SHARED = "several firewalls have the hostname"
SHARED_TAKEN = "several firewalls have the hostname, and with the serial number added it is taken"

LEFT_FORM = "the serial number cannot name a host"
LEFT_ALIKE = "the serial number differs from another one only in case"
LEFT_HOST = "the serial number is the name of a host of another inventory source"
LEFT_GROUP = "the serial number is the name of a group"
LEFT_KNOWN = "the firewall is already a host, through another Panorama of an earlier inventory source"

_DECLARE = " If that host is this firewall, set its variable panorama_serial to the serial number, in quotes."
_ADVICE = {HOST: _DECLARE, LEFT_HOST: _DECLARE}

GROUP_FORM = "the name cannot be used for a group"
GROUP_RESERVED = "the name is reserved"
GROUP_OTHER = "another inventory source has a group of that name"
GROUP_HOST = "a host has that name"
GROUP_LOOP = "it would be below itself"


@dataclass(frozen=True)
class Candidate:
    """A firewall that needs a name; ``panorama`` is the name of the Panorama that it is seen through."""

    serial: str
    hostname: str | None
    panorama: str


@dataclass(frozen=True)
class Known:
    """A host that is in the inventory already, as its variables ``panorama_serial`` and ``panorama_name`` say."""

    serial: str | None = None
    panorama: str | None = None

    def is_(self, firewall: Candidate) -> bool:
        """The host is this very firewall: of this Panorama, or of none and with this serial number by hand."""
        return self.serial == firewall.serial and self.panorama in (None, firewall.panorama)


@dataclass(frozen=True)
class Taken:
    """What the inventory has already.

    Attributes:
        hosts: those of other sources, and of this one where it is read again, by name.
        groups: those that are not made of a Panorama's words.
        words: groups that this source makes of a Panorama's words. A hostname yields to them, a serial number does not.
    """

    hosts: Mapping[str, Known] = field(default_factory=dict)
    groups: Collection[str] = ()
    words: Collection[str] = ()


@dataclass(frozen=True)
class Naming:
    """Names by serial number. A firewall that has none is left out; ``warnings`` says of which and why."""

    names: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def canonical(name: str) -> str:
    """What two names have in common that a reader, a resolver or a file system may take for the same."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(filter(_visible, folded)).rstrip(".")


def naming(firewalls: Sequence[Candidate], by: str, taken: Taken) -> Naming:
    """A name for each firewall, whatever their order: its hostname, else its serial number.

    Args:
        firewalls: each serial number once.
        by: ``hostname`` or ``serial``.
        taken: what is there already.
    """
    rules = _Rules(firewalls, taken)
    names: dict[str, str] = {}
    replaced: dict[str, list[Candidate]] = {}
    left: dict[str, list[Candidate]] = {}
    for firewall in firewalls:
        name, why = rules.by_hostname(firewall) if by == "hostname" else (firewall.serial, None)
        out = rules.not_listed(firewall, name)
        if out is not None:
            left.setdefault(out, []).append(firewall)
            continue
        names[firewall.serial] = name
        if why is not None:
            replaced.setdefault(why, []).append(firewall)
    return Naming(names, tuple(_warnings(replaced, left)))


class _Rules:
    """Which names are free."""

    def __init__(self, firewalls: Sequence[Candidate], taken: Taken) -> None:
        self._taken = taken
        self._hosts = {canonical(name) for name in taken.hosts}
        self._groups = {canonical(name) for name in taken.groups}
        self._words = {canonical(name) for name in taken.words}
        self._serials = _alike(firewall.serial for firewall in firewalls)
        self._hostnames = _alike(firewall.hostname for firewall in firewalls if firewall.hostname)
        self._elsewhere = {
            known.serial: known.panorama for known in taken.hosts.values() if known.serial and known.panorama
        }

    def by_hostname(self, firewall: Candidate) -> tuple[str, str | None]:
        """The name, and why it is not the hostname; None also where the firewall has no hostname."""
        hostname, serial = firewall.hostname, firewall.serial
        if hostname is None or canonical(hostname) == canonical(serial):
            return serial, None
        why = _unusable(hostname) or self._not_free(hostname, firewall)
        if why is not None:
            return serial, why
        alike = self._hostnames[canonical(hostname)]
        if len(alike) == 1 or self._is_this(hostname, firewall):
            return hostname, None
        if len(set(alike)) > 1:
            return serial, ALIKE
        longer = f"{hostname}_{serial}"
        if canonical(longer) in self._hostnames or self._not_free(longer, firewall) is not None:
            return serial, SHARED_TAKEN
        return longer, SHARED

    def not_listed(self, firewall: Candidate, name: str) -> str | None:
        """Why the firewall cannot be a host of the inventory at all."""
        panorama = self._elsewhere.get(firewall.serial)
        if panorama is not None and panorama != firewall.panorama:
            return LEFT_KNOWN
        if name != firewall.serial:
            return None
        key = canonical(name)
        # Real serial numbers are numbers, which look like addresses: see inventory_hosts.NOWHERE.
        if not name.isdecimal() and _unusable(name) is not None:
            return LEFT_FORM
        if len(self._serials[key]) > 1:
            return LEFT_ALIKE
        if key in self._groups:
            return LEFT_GROUP
        return None if key not in self._hosts or self._is_this(name, firewall) else LEFT_HOST

    def _not_free(self, name: str, firewall: Candidate) -> str | None:
        key = canonical(name)
        if key in self._serials:
            return SERIAL
        if key in self._hosts and not self._is_this(name, firewall):
            return HOST
        return GROUP if key in self._groups or key in self._words else None

    def _is_this(self, name: str, firewall: Candidate) -> bool:
        known = self._taken.hosts.get(name)
        return known is not None and known.is_(firewall)


def group_refusal(name: str, hosts: Collection[str], reserved: Collection[str], others: Collection[str]) -> str | None:
    """Why a group that is made of a Panorama's words cannot have a name; None: it can.

    Args:
        name: of the group, prefix included, as Ansible has made a valid one of it: letters, digits and ``_``.
        hosts: all canonical names of hosts.
        reserved: canonical names of groups that this source makes of its own options.
        others: canonical names of groups of other sources.
    """
    key = canonical(name)
    plain = unicodedata.normalize("NFKC", name)
    if not _GROUP_NAME.fullmatch(name) or plain != name or not all(map(_visible, name)):
        return GROUP_FORM
    if key in reserved or _has_meaning(key):
        return GROUP_RESERVED
    if key in others:
        return GROUP_OTHER
    return GROUP_HOST if key in hosts else None


def listing(items: Iterable[str]) -> str:
    """The items as a list in a sentence, however many they are."""
    found = list(items)
    more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
    return ", ".join(found[:LISTED]) + more


def quoted(text: str) -> str:
    """Somebody else's text in a message: short, and with every character that is not ASCII escaped."""
    return ascii(text if len(text) <= _EXCERPT else text[:_EXCERPT] + "...")


def _visible(character: str) -> bool:
    return character not in _BLANK and (character == " " or unicodedata.category(character)[0] not in "CMZ")


def _unusable(hostname: str) -> str | None:
    """What is wrong with the hostname itself."""
    key = canonical(hostname)
    if _is_address(key) or _is_address(hostname):
        return ADDRESS
    if _has_meaning(key):
        return RESERVED
    if not _HOST_NAME.fullmatch(hostname):
        return FORM
    return FILE if key.endswith(_FILES) else None


def _has_meaning(key: str) -> bool:
    return key in _RESERVED or key.startswith("localhost.") or key.endswith(".localhost")


def _is_address(name: str) -> bool:
    if _NUMBERS.fullmatch(name):
        return True
    with suppress(ValueError):
        ipaddress.ip_interface(name.strip("[]"))
        return True
    return False


def _alike(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(canonical(name), []).append(name)
    return found


def _warnings(replaced: Mapping[str, Sequence[Candidate]], left: Mapping[str, Sequence[Candidate]]) -> Iterable[str]:
    for why, firewalls in sorted(replaced.items()):
        what = "Serial number added to the hostname" if why == SHARED else "Host named by serial number"
        yield f"{what}, because {why}: {_told(firewalls)}.{_ADVICE.get(why, '')}"
    for why, firewalls in sorted(left.items()):
        yield f"Firewall left out of the inventory, because {why}: {_told(firewalls)}.{_ADVICE.get(why, '')}"


def _told(firewalls: Sequence[Candidate]) -> str:
    return listing(
        f"{firewall.serial} (hostname {quoted(firewall.hostname or '')}, Panorama {firewall.panorama})"
        for firewall in sorted(firewalls, key=lambda firewall: firewall.serial)
    )
