"""How Sphinx builds the site, in English and in Korean."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

from numpydoc.xref import DEFAULT_LINKS

import seqsent
import seqsent.layers

project = "seqsent"
author = "the seqsent developers"
release = version = seqsent.__version__
project_copyright = "the seqsent developers; Apache-2.0"

extensions = [
    "korean",
    "listings",
    "mathml",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "examples", "locale", "tutorial", "**/sg_execution_times.rst"]
templates_path = ["_templates"]

myst_enable_extensions = ["attrs_block", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
html_math_renderer = "mathml"
copybutton_exclude = ".linenos, .gp, .go"

# The reference. Types are in the docstrings, where they read better than in signatures.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {  # scikit-learn makes them for every estimator
    "exclude-members": "set_fit_request, set_predict_proba_request, set_predict_request, "
    "set_score_request"
}
default_role = "py:obj"
numpydoc_show_class_members = False

# Types in docstrings lead to seqsent's own pages. What is documented elsewhere stays plain:
# links to it would need the network to build.
numpydoc_xref_param_type = True
numpydoc_xref_ignore = "all"
numpydoc_xref_aliases = {name: name for name in DEFAULT_LINKS} | {
    name: f"{module.__name__}.{name}"
    for module in (seqsent, seqsent.layers)
    for name in module.__all__
}
nitpicky = True
nitpick_ignore = [("py:obj", name) for name in DEFAULT_LINKS]
nitpick_ignore_regex = [("py:.*", r"(keras|numpy|sklearn)\..*")]

sphinx_gallery_conf = {
    "examples_dirs": "tutorial",
    "gallery_dirs": "auto_tutorial",
    "filename_pattern": r"/\d",
    "abort_on_example_error": True,
    "show_memory": False,
    "write_computation_times": False,
    "min_reported_time": 600,  # a time on a page would change with every build
    "within_subsection_order": "FileNameSortKey",
    "image_srcset": ["2x"],
}

language = "en"
locale_dirs = [str(HERE / "locale")]  # whole, so that sphinx.js in it is found
gettext_compact = False

html_theme = "pydata_sphinx_theme"
html_title = "seqsent"
html_favicon = "_static/seqsent.svg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {
        "image_light": "_static/seqsent.svg",
        "image_dark": "_static/seqsent.svg",
        "text": "seqsent",
    },
    "navbar_persistent": ["search-button", "languages"],
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
# The Korean site lies in a folder of the English one, and has a page for each of its pages.
html_context = {"default_mode": "auto", "translated": (HERE / "locale" / "ko").is_dir()}
