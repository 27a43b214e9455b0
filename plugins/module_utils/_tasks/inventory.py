# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks the Panoramas of an inventory source, side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    DeviceError,
    ExpectedFailure,
    InvalidOption,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.panorama import Listing, managed_firewalls
from ansible_collections.panops.mlav.plugins.module_utils._device.live.panorama_answers import (
    ManagedFirewall,
    from_data,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._tasks import arguments
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context

PANORAMAS_SIDE_BY_SIDE = 8
_TLS = ("validate_certs", "ca_path", "cert_fingerprint")


@dataclass(frozen=True)
class PanoramaSource:
    """One entry of the option ``panoramas``.

    Attributes:
        label: the name as a part of groups' names.
        tls: what the entry itself says of the certificate, by its name there.
    """

    name: str
    label: str
    options: ConnectionOptions
    tls: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it is, which is also what a cache knows it by."""
        return f"{self.options.host}:{self.options.port}"


@dataclass
class Collected:
    """What the Panoramas said, in the order of the source; ``warnings`` are for a person."""

    found: list[tuple[PanoramaSource, tuple[ManagedFirewall, ...]]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def to_cache(self) -> dict[str, Any]:
        """The answers as plain data, without anything secret."""
        return {source.place: [asdict(firewall) for firewall in firewalls] for source, firewalls in self.found}


def sources(entries: Any) -> tuple[PanoramaSource, ...]:
    """The entries of the option ``panoramas``, checked; the environment completes them as it completes a module's.

    Raises:
        InvalidOption: naming the entry and what would be right.
    """
    if not isinstance(entries, list) or not entries:
        raise InvalidOption("option panoramas is empty: expected a list with an entry for each Panorama")
    found: list[PanoramaSource] = []
    for number, entry in enumerate(entries):
        source = _source(f"panoramas[{number}]", entry)
        if any(source.label.lower() == other.label.lower() for other in found):
            raise InvalidOption(
                f"option panoramas[{number}].name is {source.name!r}: expected names that differ in letters "
                "and digits, since groups are named after them, got one that another entry has"
            )
        found.append(source)
    return tuple(found)


def _source(where: str, entry: Any) -> PanoramaSource:
    if not isinstance(entry, Mapping):
        # It may be a password in a shape that was not expected, so only its type is told.
        raise InvalidOption(f"option {where} cannot be used: expected a dictionary, got {type(entry).__name__}")
    connection = arguments.connection()
    provider = {name: spec for name, spec in connection["provider"]["options"].items() if name != "serial_number"}
    others = {name: connection[name] for name in (*_TLS, "timeout")}
    # As for a module, an empty text is none.
    given = {name: value for name, value in entry.items() if value not in (None, "")}
    checked = ArgumentSpecValidator({"name": {"type": "str"}, **provider, **others}).validate(given)
    if checked.error_messages:
        raise InvalidOption(f"option {where} cannot be used: {checked.error_messages[0]}")
    params = checked.validated_parameters
    options = ConnectionOptions.from_params(
        {"provider": {name: params.get(name) for name in provider}, **{name: params.get(name) for name in others}},
        where,
        f"{where}.",
    )
    name = params.get("name") or options.host
    tls = {name: getattr(options, name) for name in _TLS if name in given}
    return PanoramaSource(name, re.sub(r"[^A-Za-z0-9]", "_", name), options, tls)


def collect(wanted: Sequence[PanoramaSource], cached: Any, tolerant: bool, context: Context | None = None) -> Collected:
    """The firewalls of every Panorama: from the cache where that knows it, else asked.

    Args:
        wanted: the Panoramas.
        cached: what ``Collected.to_cache`` gave earlier, or anything else.
        context: shows the requests, where somebody watches.
        tolerant: go on without a Panorama that cannot be asked, as long as there is another.

    Raises:
        DeviceError: a Panorama cannot be asked; the message names each, and why.
    """
    known = {source.place: _known(cached, source.place) for source in wanted}
    missing = [source for source in wanted if known[source.place] is None]
    said: dict[str, Listing | ExpectedFailure] = {}
    if missing:
        with ThreadPoolExecutor(min(PANORAMAS_SIDE_BY_SIDE, len(missing))) as pool:
            asked = pool.map(partial(_ask, context or Context()), missing)
            said = dict(zip((source.place for source in missing), asked, strict=True))
    result = Collected()
    failures: list[str] = []
    for source in wanted:
        firewalls, answer = known[source.place], said.get(source.place)
        if isinstance(answer, ExpectedFailure):
            failures.append(_told(source, answer))
        elif isinstance(answer, Listing):
            firewalls = answer.firewalls
            result.warnings += [f"Panorama {source.name} does not list {what}" for what in answer.missing]
        if firewalls is not None:
            result.found.append((source, firewalls))
    if failures and not (tolerant and result.found):
        raise DeviceError(" ".join(failures))
    result.warnings += [f"{failure} The inventory lacks its firewalls." for failure in failures]
    return result


def _ask(context: Context, source: PanoramaSource) -> Listing | ExpectedFailure:
    try:
        return managed_firewalls(source.options, context.observer(source.name))
    except ExpectedFailure as error:
        return error


def _known(cached: Any, place: str) -> tuple[ManagedFirewall, ...] | None:
    """The firewalls of a cache that somebody may have changed; None where it has not all of them."""
    items = cached.get(place) if isinstance(cached, Mapping) else None
    if not isinstance(items, list):
        return None
    firewalls = tuple(firewall for firewall in map(from_data, items) if firewall is not None)
    return firewalls if len(firewalls) == len(items) else None


def _told(source: PanoramaSource, error: ExpectedFailure) -> str:
    # The errors of a session speak of a firewall.
    message = re.sub(r"\bthe firewall\b", "it", error.message.rstrip("."), count=1)
    return " ".join(
        filter(None, (f"Panorama {source.name} ({source.place}) could not be queried: {message}.", error.remedy))
    )
