# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does what get-pip.py does, without downloading pip first: Python brings one along.

ansible-test runs this file in environments of its own, so it imports nothing of the project.
"""

from __future__ import annotations

import ensurepip
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(wheel) for wheel in (Path(ensurepip.__file__).parent / "_bundled").glob("*.whl")]
    from pip._internal.cli.main import main

    # Options of the real get-pip.py that pip does not have.
    arguments = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
    sys.exit(main(["install", "--upgrade", *arguments]))
