"""The textbook's rule for where a word ends."""

from __future__ import annotations

import re
import string

# Keras' filter characters: all ASCII punctuation except the apostrophe, tab and newline; and
# the carriage return, which IMDB lacks and texts from Windows have.
_SEPARATORS = "".join(sorted(set(string.punctuation) - {"'"})) + "\t\n\r"
_RULE = str.maketrans(
    string.ascii_uppercase + _SEPARATORS, string.ascii_lowercase + " " * len(_SEPARATORS)
)


def split_words(text: str) -> list[str]:
    """Split a text into words exactly as Keras did when it prepared IMDB.

    ASCII letters become lower case (``É`` stays ``É``), punctuation except the apostrophe
    separates words, and so do tab, line ends and space; other white space does not.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        The words in order; empty for a text without words.

    Examples
    --------
    >>> split_words("I didn't like it.<br />At all!")
    ['i', "didn't", 'like', 'it', 'br', 'at', 'all']
    """
    return [word for word in text.translate(_RULE).split(" ") if word]


def spans_of_words(text: str) -> list[tuple[int, int]]:
    """Return where the words that `split_words` gives begin in a text, and end."""
    return [found.span() for found in re.finditer("[^ ]+", text.translate(_RULE))]


def last_words(text: str, count: int) -> list[str]:
    """Return the last words of a text, sooner than splitting all of it.

    Parameters
    ----------
    text : str
        Any text.
    count : int
        How many words are wanted.

    Returns
    -------
    list of str
        The end of what `split_words` gives: ``count`` words, or all there are.
    """
    # Separators that stand together leave empty pieces, so twice as many are cut off.
    pieces = text.translate(_RULE).rsplit(" ", 2 * count)
    words = [piece for piece in pieces[1:] if piece]
    return words[-count:] if len(words) >= count else split_words(text)[-count:]
