# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs sessions of noxfile.py: ``python3 tests/run.py test``; without a name it lists them.

Standard library only; everything else comes into ``.venv``. This file must stay readable for Pythons that are too old,
so that they can say so.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "This needs Python 3.11 or newer; this is Python %d.%d (%s). Run it with another, for example: python3.12 %s"
        % (sys.version_info[0], sys.version_info[1], sys.executable, sys.argv[0])
    )

from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True

from tests.tooling.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
