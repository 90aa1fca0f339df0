"""
2. One-hot or embedding
=======================

A text is a row of ids now. But an id is a name, not a quantity: word 40 is not twice word 20, and
word 41 is no neighbour of word 40. A network that multiplies ids would believe just that. So each
id is turned into a *vector* first. There are two ways.
"""

import matplotlib.pyplot as plt
import numpy as np

from seqsent import Recipe, build_model, fit, load_synthetic, set_seed

plt.style.use("tutorial.mplstyle")
splits = load_synthetic(num_words=300)

# %%
# One-hot: a switch for each word
# -------------------------------
#
# With six words, word 4 is a row of six switches of which the one in place 4 is on. All words are
# equally far apart, and nothing is claimed about them.

ids = np.array([4, 1, 5])
one_hot = np.eye(6, dtype=int)[ids]
one_hot

# %%
# Embedding: a row of a table
# ---------------------------
#
# An *embedding* gives each word a short list of ordinary numbers, 16 in the textbook, and all of
# them together form a table with one row per word. To embed a word is to look up its row. At
# first the table is filled at random; training then moves the rows like any other weights.
#
# The two ways are closer than they look. To multiply a one-hot row by a table *is* to look up a
# row of the table:

table = np.random.default_rng(0).normal(size=(6, 2))
assert np.array_equal(one_hot @ table, table[ids])

# %%
# So a network with one-hot input has a table, too: the first weights that the switches meet. What
# the embedding changes is size.
#
# What they cost
# --------------
#
# Numbers take room. These are the training reviews in each form, with four bytes per number:

texts, length = splits.train.ids.shape
megabytes = {
    "ids": texts * length * 4 / 1e6,
    "embedded, 16 wide": texts * length * 16 * 4 / 1e6,
    "one-hot, 300 wide": texts * length * 300 * 4 / 1e6,
}

_, axes = plt.subplots(figsize=(5.2, 2.2))
bars = axes.barh(list(megabytes), list(megabytes.values()), alpha=0.7)
axes.bar_label(bars, fmt=" {:,.1f} MB")
axes.set_xscale("log")
axes.set_xlim(1, 1e4)
axes.set_xlabel("memory (MB, each line is ten times the one before)")
axes.set_title(f"{texts:,} reviews of {length} words")
axes.invert_yaxis()
plt.show()

# %%
# The 20,000 IMDB reviews would take 2.4 GB as one-hot rows, and that with 300 words only. (The
# library therefore never makes the rows; it uses the equality above.)
#
# Weights are the other cost. Both networks below read the reviews with the same small recurrent
# layer of 8 units, which the next page explains:

for embedding in ("onehot", 16):
    model = build_model("simplernn", vocab_size=300, maxlen=100, embedding=embedding, units=8)
    print(f"embedding={embedding!r}")
    for layer in model.layers[1:]:
        print(f"    {type(layer).__name__:<12} {layer.count_params():>6,} weights")
    print(f"    {'in all':<12} {model.count_params():>6,} weights")

# %%
# Here the embedding has more weights, not fewer: 300 rows of 16 make 4,800. But the layer that
# does the reading shrinks from 2,472 to 200 weights, because it sees 16 numbers per word instead
# of 300. Make the reading layer larger, or the vocabulary, and the balance turns. One-hot input
# costs words × units *in every layer that reads it*; the embedding pays words × 16 once.
#
# What they learn
# ---------------
#
# The better reason is meaning. In a table, words that are used alike can come to lie close
# together, and what is learned of one then helps with the other. Let us train the network with
# the embedding on the task to tell praise from blame, and look at its table. *Nobody tells it
# which words are alike.* The 16 numbers of a word do not fit on paper, so we draw the two
# directions in which the rows differ most.

set_seed(1)
model = build_model("simplernn", vocab_size=300, maxlen=100, embedding=16, units=8)
fit(model, splits, Recipe(learning_rate=0.01, epochs=20, seed=1))

groups = {
    "praise": ["good", "great", "moving", "funny", "clever", "warm", "gripping", "brilliant"],
    "blame": ["bad", "dull", "boring", "weak", "clumsy", "cold", "flat", "silly", "awful"],
    "other words": ["plot", "acting", "music", "sea", "train", "station", "tuesday", "town"],
}
table = model.get_layer("embedding").get_weights()[0]
place_of = {word: id for id, word in enumerate(splits.vocabulary.pieces)}
rows = {name: table[[place_of[word] for word in words]] for name, words in groups.items()}

everything = np.concatenate(list(rows.values()))
centre = everything.mean(axis=0)
directions = np.linalg.svd(everything - centre)[2][:2]

_, axes = plt.subplots(figsize=(5.2, 4))
for name, marker in zip(groups, "o^s", strict=True):
    x, y = directions @ (rows[name] - centre).T
    axes.scatter(x, y, marker=marker, alpha=0.8, label=name)
    for word, *place in zip(groups[name], x, y, strict=True):
        if word in ("good", "brilliant", "bad", "boring", "plot", "station"):
            axes.annotate(word, place, xytext=(5, 4), textcoords="offset points")
axes.set_xlabel("first direction (no unit)")
axes.set_ylabel("second direction (no unit)")
axes.set_title("Words after training")
axes.legend()
plt.show()

# %%
# Praise has gathered on one side and blame on the other; words that say nothing stayed between
# them. To this network *brilliant* and *good* are now nearly the same word. One-hot switches
# could not say that: each word would have to be learned by itself.
#
# Next: :ref:`sphx_glr_auto_tutorial_3_recurrent_network.py`.
