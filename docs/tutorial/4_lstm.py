"""
4. A memory with gates: the LSTM
================================

The plain network rewrites its whole mind at every word. The *long short-term memory*, LSTM for
short, decides instead: what to keep, what to add, what to show. Hochreiter and Schmidhuber
described it in 1997; Gers, Schmidhuber and Cummins added the gate that forgets in 2000.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from seqsent import Recipe, build_model, fit, load_synthetic, set_seed
from seqsent.layers import keras
from seqsent.text import split_words

plt.style.use("tutorial.mplstyle")

# %%
# Two states, three gates
# -----------------------
#
# Beside the hidden state :math:`h` there is now a **cell state** :math:`c`. Think of :math:`h` as
# what one has on the tip of one's tongue, and of :math:`c` as a notebook.
#
# A **gate** is a row of numbers between 0 (shut) and 1 (open), one per unit. Each is computed
# from the present word and the last hidden state, with weights of its own. There are three:
#
# .. math::
#
#    f_t &= \sigma(x_t W_f + h_{t-1} U_f + b_f) \\
#    i_t &= \sigma(x_t W_i + h_{t-1} U_i + b_i) \\
#    o_t &= \sigma(x_t W_o + h_{t-1} U_o + b_o)
#
# The *forget gate* :math:`f` says what stays in the notebook, the *input gate* :math:`i` what is
# written into it, and the *output gate* :math:`o` what is read out.
#
# What there would be to write, the *candidate*, is made as the plain network makes its state:
#
# .. math:: g_t = \tanh(x_t W_g + h_{t-1} U_g + b_g)
#
# Then the notebook is brought up to date, and part of it becomes the new hidden state. The sign
# :math:`\odot` multiplies number by number:
#
# .. math::
#
#    c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
#    h_t &= o_t \odot \tanh(c_t)
#
# The line for :math:`c_t` is the whole invention. With the forget gate open and the input gate
# shut it says :math:`c_t = c_{t-1}`: the notebook passes through the word unchanged, and so does
# the error on its way back in training. Nothing has to shrink.
#
# Four sets of weights instead of one make 4 × 200 = 800:

splits = load_synthetic()
set_seed(1)
model = build_model("lstm", vocab_size=500, maxlen=100, embedding=16, units=8)
history = fit(model, splits, Recipe(learning_rate=0.01, epochs=20, seed=1))

for layer in model.layers[1:]:
    print(f"{type(layer).__name__:<10} {layer.count_params():>5,} weights")
print(f"Best epoch {history.best_epoch}: right in {history.best.val_accuracy:.1%}")

# %%
# The equations as code
# ---------------------
#
# Keras stores the four sets side by side, in the order :math:`i, f, g, o`. (Keras' own source
# calls :math:`g` by the letter c.) The rest reads like the equations.


def sigmoid(z):
    """Press any number between 0 and 1."""
    return 1 / (1 + np.exp(-z))


def read(vectors, W, U, b):
    """Let an LSTM read; return all gates and states, each of shape (words, units)."""
    h = c = np.zeros(len(U))
    steps = []
    for x in vectors:
        i, f, g, o = np.split(x @ W + h @ U + b, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * c + i * g
        h = o * np.tanh(c)
        steps.append((f, i, o, c, h))
    return np.array(steps).swapaxes(0, 1)


# %%
# Does it do what the layer does? We give both the same review and compare the last hidden state.

review = "Although the plot was dull the acting was brilliant. The tickets came with a drink."
words = ["<start>", *split_words(review)]
ids = splits.vocabulary.encode(split_words(review))
row = np.array([[0] * (splits.maxlen - len(ids)) + ids])

table, W, U, b, head, head_bias = model.get_weights()
forget, write, show, cell, hidden = read(table[row[0]], W, U, b)

_, embedding, lstm, _ = model.layers
from_layer = keras.ops.convert_to_numpy(lstm(embedding(row)))[0]
assert np.allclose(hidden[-1], from_layer, atol=1e-4)
np.round(from_layer, 2)

# %%
# Hidden state and cell state over one review
# -------------------------------------------
#
# With every step in hand we can look at both states while the network reads.


def draw_by_word(words, panels, limits, colors, label):
    """Draw arrays of shape (words, units) side by side, one line per word."""
    height = 1.4 + 0.235 * len(words)
    figure, all_axes = plt.subplots(1, len(panels), sharey=True, figsize=(5.2, height))
    for axes, (title, values) in zip(all_axes, panels.items(), strict=True):
        image = axes.imshow(
            values[-len(words) :],  # without the padding
            vmin=limits[0],
            vmax=limits[1],
            cmap=colors,
            aspect="auto",
        )
        axes.set_xticks([0, 7], [1, 8])
        axes.set_xlabel("unit")
        axes.set_title(title)
        axes.grid(visible=False)
    all_axes[0].set_yticks(range(len(words)), words)
    figure.colorbar(image, ax=all_axes, orientation="horizontal", label=label, aspect=40)
    plt.show()


limit = np.abs(cell).max()
draw_by_word(
    words,
    {"Cell state": cell, "Hidden state": hidden},
    (-limit, limit),
    "RdBu_r",
    "value (no unit)",
)

# %%
# Follow one column downwards. In the cell state colours *deepen* from word to word: notes pile up
# and go beyond 1, which the hidden state never can. At the words that decide, whole columns change
# colour, and over the words that say nothing they last. The hidden state shows what of this
# the output gate lets through, pressed between −1 and 1.
#
# The gates, word by word
# -----------------------
#
# And these are the gates that did it. Dark is open, pale is shut.

draw_by_word(
    words,
    {"Forget": forget, "Input": write, "Output": show},
    (0, 1),
    "Blues",
    "gate (0 shut, 1 open)",
)

# %%
# A pale line in the first panel is a moment at which the network *clears its notebook*. Where does
# it do so most?

kept = forget[-len(words) :].mean(axis=1)
place = kept.argmin()
print(f"At {words[place]!r} the forget gate is open by {kept[place]:.0%} on average.")

# %%
# Nobody told the network which words matter. It found out because forgetting at the right moment
# lowers the loss. Its units are not labelled either: another seed finds another way to share the
# work among them, and may clear its notebook at another word.
#
# The same on IMDB
# ----------------
#
# This is an LSTM of the same size, trained on the 20,000 IMDB reviews with the textbook's recipe.
# Its weights were recorded (a run of the day printed below), and so were the vectors of the few
# words that we need. The sentence is ours.

record = json.loads(Path("imdb.json").read_text(encoding="utf-8"))
made, imdb = record["made"], record["lstm"]
print(f"Recorded on {made['date']} with jax {made['jax']}, Keras {made['keras']}")


def read_imdb(sentence):
    """Let the recorded LSTM read; return the words, gates and states, and its answers."""
    words = ["<start>", *split_words(sentence)]
    padded = ["<pad>"] * (100 - len(words)) + words
    vectors = np.array([imdb["vectors"][word] for word in padded])
    weights = (np.array(imdb[name]) for name in ("kernel", "recurrent_kernel", "bias"))
    steps = read(vectors, *weights)
    answers = sigmoid(steps[-1] @ imdb["head"] + imdb["head_bias"])[:, 0]
    assert np.isclose(answers[-1], record["sentences"][sentence], atol=1e-4)
    return words, steps, answers[-len(words) :]


words, (forget, write, show, cell, hidden), answers = read_imdb(
    "the first half is boring but the end is great and i loved it"
)
draw_by_word(
    words,
    {"Forget": forget, "Input": write, "Output": show},
    (0, 1),
    "Blues",
    "gate (0 shut, 1 open), recorded LSTM",
)

# %%
# Nearly one colour! On real reviews, trained with the textbook's small steps, the gates hardly
# move:

for name, gate in {"forget": forget, "input": write, "output": show}.items():
    print(f"{name:<7} between {gate[-len(words) :].min():.2f} and {gate[-len(words) :].max():.2f}")

# %%
# That is close to where they began. Keras starts the forget gate's bias at 1 and the others at 0,
# and :math:`\sigma(1)` is 0.73, :math:`\sigma(0)` is 0.5. This network does not wait for the one
# sentence that decides. It gathers evidence, and its answer moves in steps, at the words that
# weigh something:

_, axes = plt.subplots(figsize=(5.2, 4.2))
axes.plot(answers, range(len(words)), "o-")
axes.axvline(0.5, color="0.4", linestyle=":")
axes.set_yticks(range(len(words)), words)
axes.invert_yaxis()
axes.set_xlim(0, 1)
axes.set_xlabel("probability of praise")
axes.set_title("Answer after each word (recorded)")
plt.show()

# %%
# A sum of evidence is a good reader of long reviews. It is a poor reader of this:

words, _, answers = read_imdb("this is not a bad movie at all")
for word, answer in zip(words, answers, strict=True):
    print(f"{word:<8} {answer:.2f}")

# %%
# It has not understood *not*. Remember that when the last page asks what the order of words was
# worth.
#
# Next: :ref:`sphx_glr_auto_tutorial_5_dropout_depth_gru.py`.
