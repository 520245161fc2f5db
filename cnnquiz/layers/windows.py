"""The arithmetic of one window sliding along one axis: plain integers, for whole chains of layers."""

from __future__ import annotations

from cnnquiz.errors import GivenError


def span(k: int, d: int) -> int:
    """How far a dilated kernel reaches, from its first cell to its last."""
    return d * (k - 1) + 1


def same_padding(k: int, d: int) -> tuple[int, int]:
    """The padding before and after that keeps the size at stride 1; the odd one goes to the end."""
    total = d * (k - 1)
    return total // 2, total - total // 2


def conv_size(n: int, k: int, s: int, padding: tuple[int, int], d: int) -> int:
    """How many positions a kernel has; it must fit before anything is divided."""
    rest = n + sum(padding) - span(k, d)
    if rest < 0:
        raise GivenError(unfit(n, sum(padding), k, d), "k")
    return rest // s + 1


def pool_size(n: int, k: int, s: int, p: int, d: int, ceil: bool) -> int:
    """As `conv_size`; rounding up counts a last window if it starts before the end padding."""
    if 2 * p > k:
        raise GivenError(f"padding {p} is more than half the kernel {k}: write p{k // 2} or less", "p")
    if not ceil:
        return conv_size(n, k, s, (p, p), d)
    size = -(-(n + 2 * p - span(k, d)) // s) + 1
    if (size - 1) * s >= n + p:
        size -= 1
    if size < 1:
        raise GivenError(unfit(n, 2 * p, k, d), "k")
    return size


def tconv_size(n: int, k: int, s: int, p: int, d: int, op: int) -> int:
    """The size that a transposed convolution makes: the convolution's formula run backwards."""
    if op >= max(s, d):
        raise GivenError(f"output padding {op} must be smaller than the stride {s} or the dilation {d}", "op")
    size = (n - 1) * s - 2 * p + span(k, d) + op
    if size < 1:
        most = (size + 2 * p - 1) // 2
        raise GivenError(f"padding {p} leaves nothing of the output: write p{most} or less", "p")
    return size


def unfit(n: int, padding: int, k: int, d: int) -> str:
    """That a kernel is larger than the input with so much padding in all, and what would mend it."""
    reach, room = span(k, d), n + padding
    kernel = f"kernel {k}" if d == 1 else f"kernel {k} with dilation {d} reaches {reach} pixels and"
    remedy = f"padding >= {-((n - reach) // 2)} or kernel <= {(room - 1) // d + 1} (it is {reach - room} too wide)"
    return f"{kernel} does not fit the padded input {room}: {remedy}"
