"""Search in Korean: words are found with and without the particles that follow them."""

from __future__ import annotations

import re
from typing import Any

from sphinx.search import SearchLanguage

# The particles that mark a word's place in a sentence, longer ones first.
PARTICLES = (
    "에서는|으로는|에서|에게|으로|까지|부터|처럼|보다|라는|이라|들은|들이|들을|"
    "은|는|이|가|을|를|의|에|로|와|과|도|만|들"
)
# Two syllables must be left: in 사과, an apple, 과 is no particle.
ENDING = f"^([가-힣]{{2,}}?)({PARTICLES})$"


class Korean(SearchLanguage):
    """Takes a particle off the end of a word, in the index and in what a reader types."""

    lang = "ko"
    language_name = "Korean"
    js_stemmer_code = (
        "var Stemmer = function () {\n"
        f'  this.stemWord = (word) => word.toLowerCase().replace(/{ENDING}/, "$1");\n'
        "};\n"
    )

    def stem(self, word: str) -> str:
        """Return the word in small letters, without its particle."""
        return re.sub(ENDING, r"\1", word.lower())


def setup(app: Any) -> dict[str, bool]:
    """Give Sphinx the language."""
    app.add_search_language(Korean)
    return {"parallel_read_safe": True}
