"""
5. Dropout, two layers, and the GRU
===================================

The textbook changes its LSTM in three ways: it makes learning by heart harder, it puts one layer
on top of another, and it tries a simpler cell. Each is one argument or one name here.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from seqsent import Recipe, build_model, fit, load_synthetic, set_seed
from seqsent.layers import keras

plt.style.use("tutorial.mplstyle")
splits = load_synthetic()
recipe = Recipe(learning_rate=0.01, epochs=20, seed=1)

# %%
# Dropout
# -------
#
# A network with many weights can learn its training reviews by heart. *Dropout* disturbs that: in
# training, a random share of the numbers that enter a layer is set to zero, and the others are
# made larger so that their sum stays the same on average. No single number can be relied upon, so
# the network must spread what it knows. This is what happens to ten ones at a share of 0.3:

set_seed(1)
keras.ops.convert_to_numpy(keras.layers.Dropout(0.3)(np.ones(10), training=True)).round(2)

# %%
# When the network answers, nothing is dropped. Dropout adds no weights.
#
# Two layers
# ----------
#
# A layer that gives its hidden state *at every word*, and not only at the end, makes a sequence of
# a sequence. Another layer can read that: one looks at words, the next at what the first made of
# them. The second has an input 8 wide instead of 16, so it has 4 × (8 × 8 + 8 × 8 + 8) = 544
# weights.
#
# The GRU
# -------
#
# In 2014 Cho and others asked what an LSTM could do without. Their *gated recurrent unit*, GRU,
# leaves out the cell state and one of the gates. What is left:
#
# .. math::
#
#    z_t &= \sigma(x_t W_z + h_{t-1} U_z + b_z) \\
#    r_t &= \sigma(x_t W_r + h_{t-1} U_r + b_r) \\
#    g_t &= \tanh(x_t W_g + r_t \odot (h_{t-1} U_g + b'_g) + b_g) \\
#    h_t &= z_t \odot h_{t-1} + (1 - z_t) \odot g_t
#
# The *update gate* :math:`z` says what stays, the *reset gate* :math:`r` what the candidate
# :math:`g` may see of the past. Look at the last line. An LSTM forgets and writes with two gates;
# here one gate does both, and whatever is kept of the old cannot be taken from the new. There is
# no notebook apart from the hidden state, and no gate that hides any of it.
#
# Three sets of weights instead of four, each with a second bias, make
# 3 × (16 × 8 + 8 × 8 + 2 × 8) = 624.

networks = {
    "lstm": ("lstm", {}),
    "lstm-dropout": ("lstm", {"dropout": 0.3}),
    "stacked": ("stacked", {"dropout": 0.3}),
    "gru": ("gru", {}),
}
models = {}
for name, (architecture, options) in networks.items():
    set_seed(1)
    models[name] = build_model(architecture, vocab_size=500, maxlen=100, embedding=16, **options)
    print(f"{name:<13} {models[name].count_params():,} weights")

# %%
# The GRU as code
# ---------------
#
# Keras keeps the three sets in the order :math:`z, r, g`. Its two biases are two rows: one for the
# word, one for the state.

histories = {name: fit(model, splits, recipe) for name, model in models.items()}

table, W, U, b, head, head_bias = models["gru"].get_weights()


def sigmoid(z):
    """Press any number between 0 and 1."""
    return 1 / (1 + np.exp(-z))


row = splits.test.ids[:1]
h = np.zeros(8)
for x in table[row[0]]:
    xz, xr, xg = np.split(x @ W + b[0], 3)
    hz, hr, hg = np.split(h @ U + b[1], 3)
    z, r = sigmoid(xz + hz), sigmoid(xr + hr)
    g = np.tanh(xg + r * hg)
    h = z * h + (1 - z) * g

_, embedding, gru, _ = models["gru"].layers
from_layer = keras.ops.convert_to_numpy(gru(embedding(row)))[0]
assert np.allclose(h, from_layer, atol=1e-4)
np.round(from_layer, 2)

# %%
# Four loss curves
# ----------------


def draw_losses(title, curves):
    """Draw training and validation loss of several networks, with a ring at the best epoch."""
    figure, panels = plt.subplots(2, 2, sharex=True, sharey=True, figsize=(5.2, 4.8))
    for axes, (name, (loss, val_loss, best_epoch)) in zip(panels.flat, curves.items(), strict=True):
        epochs = range(1, len(loss) + 1)
        axes.plot(epochs, loss, label="training")
        axes.plot(epochs, val_loss, label="validation")
        axes.plot(best_epoch, val_loss[best_epoch - 1], "o", mfc="white", color="C1", label="best")
        axes.set_title(name)
    for axes in panels[1]:
        axes.set_xlabel("epoch")
    handles = axes.get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=3)
    figure.supylabel("loss (cross-entropy, nats)")
    figure.suptitle(title)
    plt.show()


draw_losses(
    "Reviews made in code",
    {
        name: (history.column("loss"), history.column("val_loss"), history.best_epoch)
        for name, history in histories.items()
    },
)

# %%
# All four come down to the same floor, which the wrong labels set. These reviews are too easy to
# tell the four apart. Are the real ones harder? The same four on IMDB, from the recorded run:

record = json.loads(Path("imdb.json").read_text(encoding="utf-8"))
made = record["made"]
print(f"Recorded on {made['date']}: {made['processor']}, {made['processors']} cores")
print(f"jax {made['jax']}, Keras {made['keras']}, Python {made['python']}")
draw_losses(
    "IMDB (recorded)",
    {
        name: tuple(record["runs"][name][figure] for figure in ("loss", "val_loss", "best_epoch"))
        for name in networks
    },
)

# %%
# Again they look alike. Dropout does what it promises: without it training and validation part
# company, with it they stay together longer and training takes more epochs. But the best validation
# losses lie close together. The last page puts figures on that:
# :ref:`sphx_glr_auto_tutorial_6_what_it_is_worth.py`.
