"""
1. From words to numbers
========================

A neural network multiplies and adds. It cannot read, so before anything else a text must become
numbers. This page does that in three steps: split the text into words, replace each word by a
number, and bring all texts to one length.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from seqsent import TextEncoder, load_synthetic

plt.style.use("tutorial.mplstyle")

# %%
# Words become ids
# ----------------
#
# Here are three reviews. A :class:`~seqsent.TextEncoder` looks through them once and makes a
# list of their words, the most frequent first. A word's place in this list gives its *id*.

reviews = [
    "The plot was good.",
    "The plot was not good, not at all!",
    "The music was lovely and the plot was clever.",
]
encoder = TextEncoder.fit(reviews, maxlen=8)
for word, id in encoder.read(reviews[1]):
    print(id, word)

# %%
# Capitals and punctuation are gone, and a word that appears twice has the same id twice. The
# first four ids are not words:
#
# == =========================================
# 0  padding, to fill short texts
# 1  the start of a text
# 2  a word that is not in the list
# 3  unused (a habit of Keras that we keep)
# == =========================================
#
# A network can only know words that it has seen in training. Whatever else it meets later is
# id 2, the *unknown word*:

for word, id in encoder.read("The plot was preposterous."):
    print(id, word)

# %%
# One length for all
# ------------------
#
# Networks are trained on many texts at once, stacked into one array. Its rows must be equally
# long, here eight ids:

print(encoder.encode(reviews))

# %%
# Short texts are filled with zeros: that is *padding*. Longer ones are cut, and it is their
# *beginning* that is lost. Both happen at the front for a reason: the network will read from
# left to right and be asked for its opinion at the end. The last thing that it reads should be
# the review and not a row of zeros. Look what is left of the third one:

encoder.decode(encoder.encode(reviews)[2])

# %%
# How long is long enough?
# ------------------------
#
# The longer the rows, the longer the training; the shorter, the more is cut off. Before choosing,
# look at the data. From here on we use ten thousand small reviews that are made in code. Each
# has one sentence with an opinion, and around it a few that say nothing.

splits = load_synthetic()
for ids, label in zip(splits.train.ids[1:4], splits.train.labels[1:4], strict=True):
    print(splits.label_names[label], "|", splits.vocabulary.decode(ids))

# %%
# How many words do they have?


def draw_lengths(edges, counts, mean, median, maxlen=100):
    """Draw a histogram of lengths, with the length that rows are cut to."""
    _, axes = plt.subplots()
    axes.stairs(counts, edges, fill=True, alpha=0.55)
    axes.axvline(mean, color="C1", label=f"mean {mean:.0f}")
    axes.axvline(median, color="C2", linestyle="--", label=f"median {median:.0f}")
    axes.axvline(maxlen, color="black", linestyle=":", label=f"rows are cut to {maxlen}")
    axes.set_xlabel("length of the review (words)")
    axes.set_ylabel("frequency (reviews)")
    axes.legend()
    return axes


lengths = splits.lengths
counts, edges = np.histogram(lengths, bins=range(0, 125, 5))
axes = draw_lengths(edges, counts, lengths.mean(), np.median(lengths))
axes.set_title("Training reviews made in code")
plt.show()

# %%
# A hundred ids are plenty. The mean lies to the right of the median because of a *long tail*: a
# few reviews are much longer than most.
#
# Real reviews are like that, only more so. This is the same picture of the 20,000 IMDB reviews
# that the textbook trains on. We do not have them here, so their figures come from a recorded
# run:

record = json.loads(Path("imdb.json").read_text(encoding="utf-8"))
made = record["made"]
print(f"Recorded on {made['date']}: {made['processor']}, {made['processors']} cores")
print(f"jax {made['jax']}, Keras {made['keras']}, Python {made['python']}")

imdb = record["lengths"]
axes = draw_lengths(imdb["edges"], imdb["counts"], imdb["mean"], imdb["median"])
axes.set_xlim(0, 1000)
axes.set_title("Training reviews from IMDB (recorded)")
plt.show()
print(f"{imdb['cut']:.0%} are longer than 100 words, the longest has {imdb['longest']:,}.")

# %%
# The textbook cuts them to 100 words all the same, and so loses the larger part of most. It is a
# bet that an opinion stands at the end of a review, and the price of training in minutes. Keep
# it in mind; the last page comes back to it.
#
# Three piles
# -----------
#
# One more thing happens before training. The reviews are dealt into three piles:

for name in ("train", "validation", "test"):
    print(f"{name:<10} {len(getattr(splits, name)):>5,} reviews")

# %%
# The network learns from the *training* reviews. After each round it is asked about the
# *validation* reviews, which tell when to stop. The *test* reviews stay locked away until
# everything is decided. Only what a network says of those counts, because all the others have had
# a part in making it.
#
# Next: :ref:`sphx_glr_auto_tutorial_2_onehot_and_embedding.py`.
