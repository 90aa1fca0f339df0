"""What a plugin yields: the description of one data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seqsent.errors import PluginError, SeqsentError
from seqsent.references import (
    check_line,
    check_name,
    check_reference,
    from_plugin,
    import_function,
)

if TYPE_CHECKING:
    from seqsent.datasets import Texts


@dataclass(frozen=True)
class Dataset:
    """A data set: a name and the function that loads its texts.

    Parameters
    ----------
    name : str
        What users type instead of a file; lower-case letters, digits, ``-`` and ``_``.
    loader : str or callable
        A function without arguments that returns `Texts`. Given as ``"module:function"`` it
        is imported when the data set is asked for, not when it is listed.
    summary : str
        One line for listings.
    reference : str
        Where the data come from.
    plugin : str
        The plugin that brought it, which the registry fills in, for messages.

    Raises
    ------
    ValueError
        When the name or the loader is not of that form.

    Examples
    --------
    >>> from seqsent import Texts
    >>> two = Dataset("two", lambda: Texts.from_labels(["fine", "dull"], ["pos", "neg"]))
    >>> two.load().label_names
    ('neg', 'pos')
    """

    name: str
    loader: str | Callable[[], Texts]
    summary: str = ""
    reference: str = ""
    plugin: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse what could never be used."""
        check_name("data set", self.name)
        check_reference(f"the loader of data set {self.name!r}", self.loader)
        check_line(f"the summary of data set {self.name!r}", self.summary)
        check_line(f"the reference of data set {self.name!r}", self.reference)

    def load(self) -> Texts:
        """Return the texts.

        Raises
        ------
        PluginError
            When the loader cannot be imported, fails, or returns something else.
        SeqsentError
            What the loader itself says.
        """
        from seqsent.datasets import Texts

        called = f"data set {self.name!r}{from_plugin(self.plugin)}"
        loader = import_function(f"the loader of {called}", self.loader)
        try:
            texts = loader()
        except SeqsentError:
            raise
        except Exception as error:
            raise PluginError(
                f"{called} could not be loaded: {type(error).__name__}: {error}. "
                "Mend or update its plugin."
            ) from error
        if not isinstance(texts, Texts):
            raise PluginError(
                f"the loader of {called} returned a {type(texts).__name__}; expected seqsent.Texts"
            )
        return texts
