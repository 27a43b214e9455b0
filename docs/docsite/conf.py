# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx builds the site; tests/tooling/site.py lays out what it reads."""

project = "panops.mlav"
author = "panops contributors"
html_title = project

extensions = ["myst_parser", "sphinx_antsibull_ext"]
root_doc = "index"
# Reached from the root of the layout, and only from there.
exclude_patterns = ["docs/docsite"]

# Headings can be linked to by the names that they have on a code host.
myst_heading_anchors = 3

html_theme = "furo"
html_copy_source = False
html_show_sphinx = False

# Plugin documentation points to other collections and to Ansible's own; nothing is looked up on the network.
suppress_warnings = ["ref.envvar", "ref.ref"]
