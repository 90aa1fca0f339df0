"""How Sphinx builds the site."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import seqsent

project = "seqsent"
author = "the seqsent developers"
release = version = seqsent.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "examples", "tutorial", "**/sg_execution_times.rst"]
nitpicky = True

myst_enable_extensions = ["attrs_block", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
numpydoc_show_class_members = False
copybutton_exclude = ".linenos, .gp, .go"

sphinx_gallery_conf = {
    "examples_dirs": "tutorial",
    "gallery_dirs": "auto_tutorial",
    "filename_pattern": r"/\d",
    "abort_on_example_error": True,
    "show_memory": False,
}

locale_dirs = ["locale"]
gettext_compact = False

html_theme = "pydata_sphinx_theme"
html_title = "seqsent"
html_theme_options = {"show_prev_next": False}
