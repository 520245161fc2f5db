"""The arithmetic of a window that slides along one axis: plain integers, exact."""

from __future__ import annotations

from msgspec import Struct

from cnnquiz.errors import NoLayerError


class Window(Struct, frozen=True):
    """A window along one axis, all lengths in pixels.

    k              how many taps it has
    s              how far it moves each time
    d              the step from one tap to the next
    before, after  the padding at both ends; a transposed convolution cuts it off its output
    op             the output padding of a transposed convolution
    """

    k: int
    s: int = 1
    d: int = 1
    before: int = 0
    after: int = 0
    op: int = 0

    @property
    def reach(self) -> int:
        """From its first tap to its last, both included."""
        return self.d * (self.k - 1) + 1

    def room(self, n: int) -> int:
        """How far it can move along n pixels and their padding; negative where it does not fit."""
        return n + self.before + self.after - self.reach

    def rest(self, n: int) -> int:
        """The pixels at the end that no window covers."""
        return self.room(n) % self.s

    def places(self, n: int, ceil: bool = False) -> int:
        """How many places it takes along n pixels; NoLayerError, with the remedies, where it does not fit.

        ceil  a last, incomplete window counts too, if it starts in the input or in the padding before it
        """
        moves = -(-self.room(n) // self.s) if ceil else self.room(n) // self.s
        late = ceil and moves * self.s >= n + self.before
        if (places := moves + (0 if late else 1)) < 1:
            raise NoLayerError(self._misfit(n), "k")
        return places

    def tconv_length(self, n: int) -> int:
        """The length that a transposed convolution makes of n pixels: the convolution's formula run backwards."""
        return (n - 1) * self.s - self.before - self.after + self.reach + self.op

    def _misfit(self, n: int) -> str:
        """That it is longer than the padded input, and what would mend it."""
        reach, room = self.reach, n + self.before + self.after
        kernel = f"kernel {self.k}" + (f" with dilation {self.d} reaches {reach} pixels and" if self.d > 1 else "")
        padding, fitting = -((n - reach) // 2), (room - 1) // self.d + 1
        remedy = f"padding >= {padding} or kernel <= {fitting} (it is {reach - room} too wide)"
        return f"{kernel} does not fit the padded input {room}: {remedy}"


def adaptive_window(n: int, size: int, at: int) -> range:
    """What the value at a place takes in, where adaptive pooling makes `size` values of n."""
    return range(at * n // size, -(-(at + 1) * n // size))


def same_padding(k: int, d: int) -> tuple[int, int]:
    """The padding before and after that keeps the size at stride 1; the odd pixel goes to the end."""
    total = d * (k - 1)
    return total // 2, total - total // 2
