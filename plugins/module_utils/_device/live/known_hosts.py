# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SSH host keys that are known, from a file of OpenSSH's form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import HostKeyFailure, InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.options import SshOptions

if TYPE_CHECKING:
    from asyncssh import SSHKey
    from asyncssh.known_hosts import SSHKnownHosts

try:
    import asyncssh
except ImportError:
    # Reported by ssh.SshShell, the only one who comes here.
    asyncssh = None  # type: ignore[assignment]

_RSA = ("rsa-sha2-256", "rsa-sha2-512")


class KnownHosts:
    """What is known of one host: plain, hashed and ``[host]:port`` entries, patterns, ``@revoked`` and authorities.

    Raises:
        InvalidOption: the file cannot be read. One that is not there knows nothing.
    """

    def __init__(self, options: SshOptions) -> None:
        self._options = options
        self._name = options.host if options.port == 22 else f"[{options.host}]:{options.port}"
        try:
            text = Path(options.known_hosts).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            text = ""
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise InvalidOption(
                f"option {options.option}.known_hosts is {options.known_hosts!r}: expected a readable file, "
                f"got {reason!r}"
            ) from error
        self._known = _import(line for line in text.splitlines() if self._may_concern(line))
        port = None if options.port == 22 else options.port
        keys, authorities, *_rest = self._known.match(options.host, "", port)
        self._keys: list[SSHKey] = list(keys)
        self._authorities: list[SSHKey] = list(authorities)

    def match(self, host: str, addr: str, port: int | None) -> Sequence[Sequence[object]]:
        """What asyncssh asks for; by the name that was given only, not by the address behind it."""
        return self._known.match(host, "", port)

    @property
    def has_entry(self) -> bool:
        """Whether the file has a key of this host, or an authority for it."""
        return bool(self._keys or self._authorities)

    @property
    def preferred_algorithms(self) -> str:
        """Known types first, so that a server with several keys presents the one that can be compared."""
        names: list[str] = []
        for key in self._keys:
            algorithm = key.get_algorithm()
            names += _RSA if algorithm == "ssh-rsa" else [algorithm]
        return f"^{','.join(names)}" if names else "default"

    def failure(self, presented: SSHKey | None, reason: str) -> HostKeyFailure:
        """The error for a key that is not trusted."""
        options = self._options
        scan = (
            f"ssh-keyscan {'' if options.port == 22 else f'-p {options.port} '}{options.host} >> {options.known_hosts}"
        )
        actual = f"{presented.get_algorithm()} {presented.get_fingerprint()}" if presented is not None else reason
        if not self._keys and not self._authorities:
            return HostKeyFailure(
                f"the SSH host key of {self._name} is unknown: {options.known_hosts} (option "
                f"{options.option}.known_hosts) has no entry for it; the host presents {actual}",
                remedy=f"Compare the fingerprint on the console of the firewall, then run: {scan}",
            )
        expected = ", ".join(f"{key.get_algorithm()} {key.get_fingerprint()}" for key in self._keys)
        return HostKeyFailure(
            f"the SSH host key of {self._name} has changed: expected "
            f"{expected or 'a certificate of a known authority'} as in "
            f"{options.known_hosts} (option {options.option}.known_hosts), got {actual}",
            remedy="If the firewall was replaced or its key regenerated, compare the fingerprint on its console, "
            "then run: "
            f"ssh-keygen -R '{self._name}' -f {options.known_hosts}; {scan}. "
            "Otherwise find out which host answers at this address.",
        )

    def _may_concern(self, line: str) -> bool:
        """Sorts out the plain entries of other hosts before their keys are decoded: the file may list thousands."""
        fields = line.split(None, 2)
        if len(fields) < 2 or fields[0].startswith("#"):
            return False
        hosts = fields[1] if fields[0].startswith("@") else fields[0]
        return any(c in hosts for c in "*?|/!") or not {self._name, self._options.host}.isdisjoint(hosts.split(","))


def _import(lines: Iterable[str]) -> SSHKnownHosts:
    """Lines that are not understood are passed over, as OpenSSH does."""
    good: list[str] = []
    for line in lines:
        try:
            asyncssh.import_known_hosts(line)
        except ValueError:
            continue
        good.append(line)
    return asyncssh.import_known_hosts("\n".join(good))
