# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What pan-os-python knows of PAN-OS: how its configuration and its commits look in XML. Our own session sends it."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MissingLibrary

try:
    from panos import __version__ as _VERSION
    from panos.device import SslDecryptExcludeCert
    from panos.firewall import FirewallCommit
except ImportError as error:
    _IMPORT_ERROR: ImportError | None = error
else:
    _IMPORT_ERROR = None

# Those before it cannot build a commit of one administrator's changes.
LOWEST = "1.13.1"


def firewall_commit(description: str, admins: list[str] | None, force: bool) -> Element:
    """The ``<commit>`` element as pan-os-python builds it.

    Raises:
        MissingLibrary: pan-os-python is not installed, or too old.
    """
    _require()
    element: Element = FirewallCommit(description=description, admins=admins, force=force).element()
    return element


def exclusion_xml(name: str, exclude: bool | None, description: str | None) -> str:
    """The ``<entry>`` of an exclusion from decryption as pan-os-python builds it.

    Raises:
        MissingLibrary: pan-os-python is not installed, or too old.
    """
    _require()
    built: bytes = SslDecryptExcludeCert(name, description=description, exclude=exclude).element_str()
    return built.decode()


def _require() -> None:
    remedy = f"pip install 'pan-os-python>={LOWEST}'"
    if _IMPORT_ERROR is not None:
        raise MissingLibrary(
            f"the Python library pan-os-python is needed and cannot be imported: {_IMPORT_ERROR}", remedy
        )
    if _numbers(_VERSION) < _numbers(LOWEST):
        raise MissingLibrary(
            f"the Python library pan-os-python is too old: expected {LOWEST} or later, got {_VERSION}", remedy
        )


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]
