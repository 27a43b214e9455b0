# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx builds the site; tests/tooling/site.py lays out what it reads."""

project = "panops.mlav"
author = "panops contributors"
copyright = "2026 panops contributors"
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
# antsibull-docs has colors for a white page only.
html_theme_options = {
    "dark_css_variables": {
        "antsibull-table-background-header": "var(--color-background-item)",
        "antsibull-table-background-even": "var(--color-background-secondary)",
        "antsibull-table-background-odd": "var(--color-background-primary)",
        "antsibull-table-border": "var(--color-background-border)",
        "antsibull-narrowtable-background": "var(--color-background-secondary)",
        "antsibull-option-type": "#d7a6e8",
        "antsibull-option-elements": "#d7a6e8",
        "antsibull-option-required": "#ff8a80",
        "antsibull-option-version-added": "#8fd18f",
        "antsibull-option-aliases": "#8fd18f",
        "antsibull-option-default": "#8db8ff",
        "antsibull-option-sample": "#8db8ff",
        "antsibull-option-sample-header": "var(--color-foreground-primary)",
        "antsibull-attribute-support-none": "#ff8a80",
        "antsibull-attribute-support-partial": "#d9d26a",
        "antsibull-attribute-support-full": "#8fd18f",
    }
}

# Plugin documentation points to other collections and to Ansible's own; nothing is looked up on the network.
suppress_warnings = ["ref.envvar", "ref.ref"]
