"""The recurrences on PyTorch: native kernels where they are fast, loops by hand elsewhere.

On a CPU ``torch._VF.lstm`` reaches oneDNN, but GRU and plain recurrence run as chains of
small operations recorded one by one for the gradient. There a loop written out, with a
backward pass that does per step only what depends on the step after it, takes half the time.
All tensors are time-major.
"""

# mypy: disable-error-code="misc, no-any-return, untyped-decorator"
# PyTorch is typed where it is installed, and Any elsewhere.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional


def obstacle(layer: Any) -> str | None:
    """Say what keeps ``layer`` from running here, if anything does."""
    if torch.jit.is_tracing() or torch.compiler.is_compiling():
        return "PyTorch is tracing it"
    return None


def lookup(table: Tensor, ids: Tensor) -> Tensor:
    """Return the rows of ``table`` that ``ids`` name; ids of any shape."""
    return functional.embedding(ids, table) if table.is_cuda else _Lookup.apply(table, ids)


def project(x: Tensor, kernel: Tensor | None, bias: Tensor) -> Tensor:
    """Return ``x @ kernel + bias``; without a kernel, ``x`` is such a product already."""
    if kernel is None:
        return x + bias
    flat = torch.addmm(bias, x.reshape(-1, x.shape[-1]), kernel)
    return flat.view(*x.shape[:-1], -1)


def simple_rnn(
    x: Tensor, h0: Tensor, kernel: Tensor | None, recurrent_kernel: Tensor, bias: Tensor
) -> tuple[Tensor, Tensor]:
    """Run Elman's network; see ``seqsent.layers._jax.simple_rnn``."""
    if x.is_cuda:
        return _native(torch._VF.rnn_tanh, x, h0[None], kernel, recurrent_kernel, bias)
    return _SimpleRNN.apply(project(x, kernel, bias), h0, recurrent_kernel)


def lstm(
    x: Tensor,
    h0: Tensor,
    c0: Tensor,
    kernel: Tensor | None,
    recurrent_kernel: Tensor,
    bias: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Run long short-term memory; see ``seqsent.layers._jax.lstm``."""
    return _native(torch._VF.lstm, x, (h0[None], c0[None]), kernel, recurrent_kernel, bias)


def gru(
    x: Tensor, h0: Tensor, kernel: Tensor | None, recurrent_kernel: Tensor, bias: Tensor
) -> tuple[Tensor, Tensor]:
    """Run the gated recurrent unit; see ``seqsent.layers._jax.gru``."""
    if x.is_cuda:
        kernel = _identity(x) if kernel is None else kernel
        weights = [_reset_first(weight) for weight in (kernel, recurrent_kernel, *bias)]
        return _native(torch._VF.gru, x, h0[None], *weights)
    x = x.transpose(1, 2)
    if kernel is not None:
        x = torch.bmm(kernel.t().expand(len(x), -1, -1), x)
    return _GRU.apply(x, h0, recurrent_kernel, bias)


def _native(
    function: Any,
    x: Tensor,
    states: Any,
    kernel: Tensor | None,
    recurrent_kernel: Tensor,
    bias: Tensor,
    recurrent_bias: Tensor | None = None,
) -> Any:
    """Call one of PyTorch's own recurrences, whose weights are Keras' transposed."""
    if kernel is None:
        kernel = _identity(x)
    if recurrent_bias is None:
        recurrent_bias = torch.zeros_like(bias)
    weights = [kernel.t().contiguous(), recurrent_kernel.t().contiguous(), bias, recurrent_bias]
    # With biases, one layer, no dropout, in one direction, time-major.
    training = torch.is_grad_enabled()
    sequence, *states = function(x, states, weights, True, 1, 0.0, training, False, False)
    return (sequence, *(state[0] for state in states))


def _identity(x: Tensor) -> Tensor:
    """Return the kernel that leaves products made already as they are."""
    return torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)


def _reset_first(weight: Tensor) -> Tensor:
    """Reorder Keras' gates z, r, h as PyTorch has them, r, z, h."""
    z, r, h = weight.chunk(3, dim=-1)
    return torch.cat([r, z, h], dim=-1).contiguous()


class _Lookup(torch.autograd.Function):
    """Rows of a table; PyTorch's own gradient of it takes four times as long on a CPU."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, ids: Tensor) -> Tensor:
        ctx.save_for_backward(ids)
        ctx.count = len(table)
        return functional.embedding(ids, table)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_rows: Tensor) -> tuple[Tensor, None]:
        [ids] = ctx.saved_tensors
        d_table = d_rows.new_zeros(ctx.count, d_rows.shape[-1])
        return d_table.index_add_(0, ids.flatten().long(), d_rows.flatten(0, -2)), None


class _SimpleRNN(torch.autograd.Function):
    """``h = tanh(x + h U)`` over a sequence; x of shape (time, batch, units)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, h0: Tensor, recurrent_kernel: Tensor) -> Any:
        states = x.new_empty(len(x) + 1, *h0.shape)
        states[0] = h0
        h, *later = states.unbind()
        for x_t, h_t in zip(x.unbind(), later, strict=True):
            h = torch.addmm(x_t, h, recurrent_kernel, out=h_t).tanh_()
        ctx.save_for_backward(states, recurrent_kernel)
        ctx.set_materialize_grads(False)
        return states[1:], h.clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_sequence: Tensor | None, d_h: Tensor | None) -> Any:
        states, recurrent_kernel = ctx.saved_tensors
        slope = 1 - states[1:].square()
        d_x = torch.empty_like(slope)
        d_h = torch.zeros_like(states[0]) if d_h is None else d_h.clone()
        steps = [slope.unbind(), d_x.unbind(), _per_step(d_sequence, len(slope))]
        for slope_t, d_x_t, d_output in zip(*map(reversed, steps), strict=True):
            if d_output is not None:
                d_h += d_output
            torch.mul(d_h, slope_t, out=d_x_t)
            torch.mm(d_x_t, recurrent_kernel.t(), out=d_h)
        return d_x, d_h, _weight_gradient(states[:-1], d_x)


class _GRU(torch.autograd.Function):
    """The gated recurrent unit over a sequence; x of shape (time, 3 * units, batch).

    With the batch last each gate's part of a step lies in one piece, and an operation on it takes
    a third of the time that it takes on columns.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, h0: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> Any:
        units = h0.shape[-1]
        x_g, sums = _gru_inputs(x, bias, units)
        states = x.new_empty(len(x) + 1, units, len(h0))
        states[0] = h0.t()
        h, *later = states.unbind()
        kernel = recurrent_kernel.t()
        gates = torch.empty_like(sums[0])
        z, r, s_g = gates.chunk(3)
        zr, g = gates[: 2 * units], torch.empty_like(h)
        for sums_t, x_g_t, h_t in zip(sums.unbind(), x_g.unbind(), later, strict=True):
            torch.addmm(sums_t, kernel, h, out=gates)
            zr.sigmoid_()
            torch.addcmul(x_g_t, r, s_g, out=g).tanh_()
            h = torch.lerp(g, h, z, out=h_t)  # z h + (1 - z) g
        # The gates are worked out anew, for all steps at once, when they are needed.
        ctx.save_for_backward(x, states, recurrent_kernel, bias)
        ctx.set_materialize_grads(False)
        return states[1:].transpose(1, 2), h.t().clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_sequence: Tensor | None, d_h: Tensor | None) -> Any:
        x, states, recurrent_kernel, bias = ctx.saved_tensors
        before, units = states[:-1], states.shape[1]
        x_g, gates = _gru_inputs(x, bias, units)
        gates.baddbmm_(recurrent_kernel.t().expand(len(x), -1, -1), before)
        gates[:, : 2 * units].sigmoid_()
        z, r, s_g = gates.chunk(3, dim=1)
        g = x_g.addcmul_(r, s_g).tanh_()
        # A gradient is that of the state after the step times a slope that no later step touches;
        # with z that of the state before it, as far as it does not go through the gates.
        slope_g = (1 - z) * (1 - g * g)
        d_gates = x.new_empty(len(x), 4, *states.shape[1:])
        torch.mul(slope_g, r, out=d_gates[:, 2])
        torch.mul((before - g) * z, 1 - z, out=d_gates[:, 0])
        torch.mul(d_gates[:, 2] * s_g, 1 - r, out=d_gates[:, 1])
        d_gates[:, 3] = z
        flat = d_gates[:, :3].flatten(1, 2)
        # A copy, because it is added to, and the gradient that arrived is not this function's own.
        d_h = (
            torch.zeros_like(states[0])
            if d_h is None
            else d_h.t().clone(memory_format=torch.contiguous_format)
        )
        d_last = d_h
        steps = [d_gates.unbind(), flat.unbind(), d_gates[:, 3].unbind()]
        steps.append(_per_step(d_sequence, len(x)))
        for d_gates_t, flat_t, d_before, d_output in zip(*map(reversed, steps), strict=True):
            if d_output is not None:
                d_h += d_output.t()
            d_gates_t.mul_(d_h)
            d_h = d_before.addmm_(recurrent_kernel, flat_t)
        d_x = torch.empty_like(x)
        d_x[:, : 2 * units] = flat[:, : 2 * units]
        d_g = d_x[:, 2 * units :]
        torch.mul(d_gates[1:, 3], slope_g[:-1], out=d_g[:-1])
        torch.mul(d_last, slope_g[-1], out=d_g[-1])
        d_kernel = torch.bmm(before, flat.transpose(1, 2)).sum(0)
        d_bias = torch.stack([d_x.sum((0, 2)), flat.sum((0, 2))])
        return d_x, d_h.t(), d_kernel, d_bias


def _gru_inputs(x: Tensor, bias: Tensor, units: int) -> tuple[Tensor, Tensor]:
    """Return the candidate's input, and what the product with the state is added to.

    That is the input of both gates, but for the candidate only its second bias: its input comes
    in later, after the reset gate.
    """
    x_g = x[:, 2 * units :] + bias[0, 2 * units :, None]
    sums = torch.add(x, bias.sum(0)[:, None], out=x.new_empty(x.shape))
    sums[:, 2 * units :] = bias[1, 2 * units :, None]
    return x_g, sums


def _per_step(sequence: Tensor | None, time: int) -> Sequence[Tensor | None]:
    """Return the tensors of each step; a gradient that nobody asked for is None."""
    return [None] * time if sequence is None else sequence.unbind()


def _weight_gradient(inputs: Tensor, gradients: Tensor) -> Tensor:
    """Sum the outer products of all steps and samples; (features, units)."""
    return inputs.flatten(0, 1).t() @ gradients.flatten(0, 1)
