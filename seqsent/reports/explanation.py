"""A text whose words show what they did for its label."""

from __future__ import annotations

from html import escape

from rich.color import Color
from rich.style import Style
from rich.text import Text

from seqsent.errors import printable
from seqsent.results import Explanation

# As the figures': for and against can be told apart with any colour vision.
FOR, AGAINST = (0, 114, 178), (213, 94, 0)

# Effects are shown beside the largest one, or beside this where none is as large: a text in
# which no word matters must not look as if some did.
SMALLEST_SCALE = 0.05

# Shares of the scale: from the one a word has a colour, from the other it is marked without.
WEAK, STRONG = 0.15, 0.5

BARS = "▁▂▃▄▅▆▇█"


def explanation_text(explanation: Explanation) -> Text:
    """Return an explanation for a terminal, with or without colours.

    Parameters
    ----------
    explanation : Explanation
        Of one text.

    Returns
    -------
    rich.text.Text
        The answer, the words, of which the strong ones carry a sign, and what the signs mean.
    """
    text = Text()
    label = printable(explanation.label)
    text.append(label, style="bold")
    text.append(f" {explanation.probability:.3f}\n\n")
    for word, effect in _effects(explanation):
        text.append(_sign(effect) + printable(word), style=_style(effect))
        text.append(" ")
    text.append("\n\n")
    if explanation.after is not None:
        text.append(f"Word by word: {_bars(explanation.after)}\n")
    text.append(f"+ speaks for {label}, − against it", style="dim")
    return text


def explanation_html(explanation: Explanation) -> str:
    """Return an explanation as a piece of HTML, for a page or a notebook, light or dark.

    Parameters
    ----------
    explanation : Explanation
        Of one text.

    Returns
    -------
    str
        A ``div`` with one ``span`` per word; pointing at a word shows its figures.
    """
    after = explanation.after or (None,) * len(explanation.words)
    spans = " ".join(
        _span(word, share, effect, score)
        for (word, share), effect, score in zip(
            _effects(explanation), explanation.without, after, strict=True
        )
    )
    label = escape(explanation.label)
    return (
        '<div class="explanation" style="line-height: 1.9; overflow-wrap: anywhere">'
        f"<p><strong>{label}</strong> {explanation.probability:.3f}</p>"
        f"<p>{spans}</p>"
        f"<p><small>{_swatch(1, f'speaks for {label}')} {_swatch(-1, 'speaks against it')}"
        "</small></p></div>"
    )


def _effects(explanation: Explanation) -> list[tuple[str, float]]:
    """Pair each word with its effect as a share of the largest, from -1 to 1."""
    scale = max([SMALLEST_SCALE, *map(abs, explanation.without)])
    return [
        (word, effect / scale)
        for word, effect in zip(explanation.words, explanation.without, strict=True)
    ]


def _sign(share: float) -> str:
    if abs(share) < STRONG:
        return ""
    return "+" if share > 0 else "−"


def _style(share: float) -> Style:
    color = Color.from_rgb(*_hue(share))
    if abs(share) >= STRONG:
        return Style(color="white", bgcolor=color, bold=True)
    return Style(color=color) if abs(share) >= WEAK else Style()


def _hue(share: float) -> tuple[int, int, int]:
    return FOR if share > 0 else AGAINST


def _bars(scores: tuple[float, ...]) -> str:
    """Draw scores from 0 to 1 as letters of growing height."""
    return "".join(BARS[min(int(score * len(BARS)), len(BARS) - 1)] for score in scores)


def _span(word: str, share: float, effect: float, score: float | None) -> str:
    title = f"left out: {-effect:+.3f}"
    if score is not None:
        title += f"; after this word: {score:.3f}"
    return f'<span title="{title}"{_css(share)}>{escape(word)}</span>'


def _swatch(share: float, meaning: str) -> str:
    return f"<span{_css(share)}>{_sign(share)} {meaning}</span>"


def _css(share: float) -> str:
    """Tint what lies behind a word, so that its own colour stays the page's; underline too."""
    if abs(share) < WEAK:
        return ""
    red, green, blue = _hue(share)
    kind = "solid" if share > 0 else "dashed"
    line = f"; border-bottom: 2px {kind}" if abs(share) >= STRONG else ""
    return (
        f' style="background: rgb({red} {green} {blue} / {abs(share) / 2:.2f}); '
        f'border-radius: 3px; padding: 1px 3px{line}"'
    )
