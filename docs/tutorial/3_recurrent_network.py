"""
3. A network that reads
=======================

How does one turn a row of vectors, one per word, into a single answer? One could throw all words
into a bag and count them. But *not good* and *good, not* would then be the same. This page builds
a network that takes the words in order, trains it, and watches it read.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from seqsent import Recipe, build_model, fit, load_synthetic, set_seed
from seqsent.text import split_words
from seqsent.textbook import published_results

plt.style.use("tutorial.mplstyle")

# %%
# Many words in, one answer out
# -----------------------------
#
# A *recurrent* network keeps a few numbers in mind, its **hidden state** :math:`h`. At each word
# it looks at the word's vector :math:`x_t` and at what it had in mind, and makes up its mind
# anew:
#
# .. math:: h_t = \tanh(x_t W + h_{t-1} U + b)
#
# :math:`W`, :math:`U` and :math:`b` are the weights, and they are the same at every word. The
# function :math:`\tanh` presses every number between −1 and 1. After the last word, and only then,
# the state is asked for an answer. Because :math:`N` words go in and one answer comes out, this is
# called an *N-to-1* network.


def box(axes, x, y, text, color):
    """Draw a box with a text in it."""
    axes.text(x, y, text, ha="center", va="center", bbox={"boxstyle": "round,pad=0.5", "fc": color})


_, axes = plt.subplots(figsize=(5.2, 2.8))
axes.set(xlim=(-0.6, 4.6), ylim=(-0.4, 2.5))
axes.axis("off")
arrow = {"arrowstyle": "->", "color": "0.3", "shrinkA": 14, "shrinkB": 14}
for t, word in enumerate(["the", "plot", "was", "not", "bad"]):
    box(axes, t, 0, word, "white")
    box(axes, t, 1.1, f"$h_{t + 1}$", "#cfe3f1")
    axes.annotate("", (t, 1.1), (t, 0), arrowprops=arrow)
    if t:
        axes.annotate("", (t, 1.1), (t - 1, 1.1), arrowprops=arrow)
box(axes, 4, 2.2, "praise: 0.95", "#f7dfcc")
axes.annotate("", (4, 2.2), (4, 1.1), arrowprops=arrow)
axes.set_title("N words, one answer")
plt.show()

# %%
# With vectors of 16 numbers and a state of 8, :math:`W` has 16 × 8 weights, :math:`U` 8 × 8 and
# :math:`b` 8, which makes 200. The answer takes nine more: a weight for each number of the state
# and a bias. The *sigmoid* :math:`\sigma(z) = 1 / (1 + e^{-z})` makes a probability of their sum.

splits = load_synthetic()
set_seed(2)
model = build_model("simplernn", vocab_size=500, maxlen=100, embedding=16, units=8)
for layer in model.layers[1:]:
    print(f"{type(layer).__name__:<10} {layer.count_params():>5,} weights")

# %%
# Training
# --------
#
# At first all weights are random, and so are the answers. Training goes through the reviews in
# small batches, measures how wrong the answers are, and moves every weight a little in the
# direction that makes them less wrong. How wrong is a number, the **loss**: 0.69 is what a coin
# toss gets, 0 is certainty in every case and always right. One pass over all reviews is an
# *epoch*.

history = fit(model, splits, Recipe(learning_rate=0.01, epochs=20, seed=2))


def draw_losses(axes, loss, val_loss, best_epoch):
    """Draw both losses epoch by epoch, with a ring where the weights were kept."""
    epochs = range(1, len(loss) + 1)
    axes.plot(epochs, loss, label="training")
    axes.plot(epochs, val_loss, label="validation")
    axes.plot(
        best_epoch, val_loss[best_epoch - 1], "o", mfc="white", color="C1", label="best epoch"
    )
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss (cross-entropy, nats)")


_, axes = plt.subplots()
draw_losses(axes, history.column("loss"), history.column("val_loss"), history.best_epoch)
axes.set_title("The plain network on reviews made in code")
axes.set_ylim(0, 0.75)
axes.legend()
plt.show()
print(f"Best epoch {history.best_epoch}: right in {history.best.val_accuracy:.1%}")

# %%
# The blue line can always be pushed lower: in the end a network learns its training reviews by
# heart. The orange line shows what helps with reviews that it has *not* seen. Where that stops
# falling, training should stop as well. So :func:`~seqsent.fit` waits three epochs for a better
# one and then goes back to the best: *early stopping*.
#
# The loss does not reach 0, and cannot. One label in 25 of these reviews is wrong on purpose, so
# that nobody can be right in more than about 96 %.
#
# Watching it read
# ----------------
#
# Here is a review that changes its mind.

review = "Although the plot was dull the acting was brilliant. The tickets came with a drink."
words = ["<start>", *split_words(review)]
ids = splits.vocabulary.encode(split_words(review))
row = np.array([[0] * (splits.maxlen - len(ids)) + ids])

# %%
# The network's weights are plain arrays, and the equation above is one line of NumPy. So we can
# do the reading ourselves and keep every state.

table, W, U, b, head, head_bias = model.get_weights()


def sigmoid(z):
    """Press any number between 0 and 1."""
    return 1 / (1 + np.exp(-z))


h = np.zeros(8)
states = []
for x in table[row[0]]:
    h = np.tanh(x @ W + h @ U + b)
    states.append(h)
answers = sigmoid(np.array(states) @ head + head_bias)[:, 0]

assert np.allclose(answers[-1], model.predict(row, verbose=0), atol=1e-4)

# %%
# The last line says that this is indeed what the network computes. Now look at its mind, word by
# word. On the left are the eight numbers of the hidden state; on the right is what the network
# *would* answer if the review ended there.

seen = slice(-len(words), None)  # without the padding
_, (left, right) = plt.subplots(1, 2, sharey=True, figsize=(5.2, 5))
image = left.imshow(np.array(states)[seen], vmin=-1, vmax=1, aspect="auto")
left.set_yticks(range(len(words)), words)
left.set_xticks(range(8), range(1, 9))
left.set_xlabel("unit")
left.set_title("Hidden state")
left.grid(visible=False)
plt.colorbar(image, ax=left, orientation="horizontal", label="value (−1 to 1)")
right.plot(answers[seen], range(len(words)), "o-", color="C1")
right.axvline(0.5, color="0.4", linestyle=":")
right.set_xlim(0, 1)
right.set_xlabel("probability of praise")
right.set_title("Answer so far")
plt.show()

# %%
# After *dull* the answer is blame, after *brilliant* it is praise. In between, and behind, it
# jumps about: the network was never asked there, so it has no reason to be steady. The hidden
# state is a workspace and not a memory. All eight numbers are rewritten at every word, and what
# should last must be written anew each time.
#
# Where that fails
# ----------------
#
# What must survive a hundred words is multiplied a hundred times on its way. Something that
# shrinks by a tenth at each step is gone after that (0.9 to the power of 100 is 0.00003), and
# something that grows by a tenth explodes (13,781). The same happens in training, where the error
# travels the same way backwards: this is the *vanishing* or *exploding gradient*.
#
# Reviews of twenty words forgive this. IMDB's hundred words do not. These are the textbook's two
# plain networks, with one-hot input and with an embedding, from a recorded run; the dashed lines
# are what the textbook printed.

record = json.loads(Path("imdb.json").read_text(encoding="utf-8"))
made = record["made"]

figure, panels = plt.subplots(2, 1, sharex=True, sharey=True, figsize=(5.2, 5))
for axes, name in zip(panels, ["simplernn-onehot", "simplernn"], strict=True):
    published = published_results()[name].history
    epochs = range(1, len(published.epochs) + 1)
    axes.plot(epochs, published.column("loss"), "C0--", linewidth=1, alpha=0.7)
    axes.plot(epochs, published.column("val_loss"), "C1--", linewidth=1, alpha=0.7)
    run = record["runs"][name]
    draw_losses(axes, run["loss"], run["val_loss"], run["best_epoch"])
    axes.set_title(f"{name} on IMDB (recorded)")
panels[0].label_outer()
panels[0].legend()
plt.show()
print(f"Recorded on {made['date']} with jax {made['jax']}: {made['processor']}, two cores")
for name in ("simplernn-onehot", "simplernn"):
    print(f"{name:<17} right in {record['runs'][name]['test_accuracy']:.1%} of the test reviews")

# %%
# Three quarters are right. With an embedding the network is no better here than with one-hot
# input, but it gets there in fewer epochs.
#
# Both curves are also *lucky*. With other first weights, the same networks on the same reviews
# stay at a loss of 0.69, a coin toss, and never begin to learn. How often that happens is counted
# in :doc:`/explanation/accuracy`. A network that learns or not by the luck of the draw needs a
# better memory. The next page builds one: :ref:`sphx_glr_auto_tutorial_4_lstm.py`.
