# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything is a session of noxfile.py, which tests/run.py runs in .venv; that works without make too:
# python3 tests/run.py demo

# The first Python here that is new enough; .venv is made with the best one that run.py finds, or with PYTHON=... .
RUNNER := $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
RUN = $(or $(RUNNER),python3) tests/run.py
NAMES = demo demo-techsupport demo-remediate benchmark test ci full lint types units integration coverage sanity artifact clean

export PYTHON

.PHONY: list $(NAMES)
list:
	@$(RUN)
$(NAMES):
	@$(RUN) $@
