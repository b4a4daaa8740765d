"""The learner in whole numbers: outputs, leverage, and one step of recursive least squares.

docs/fixed-point.md is the specification; names, formats and the order of every sum are those of it.
Each function is plain Python on integers and, compiled, the same on 64-bit ones: that both agree
bit for bit (tests/test_fixed.py) shows that nothing overflows.

P is kept as U D U^T, U upper triangular with a diagonal of ones, D > 0 (G. J. Bierman,
"Factorization Methods for Discrete Sequential Estimation", Academic Press 1977): whatever is
rounded, P stays symmetric and positive definite.
"""

import math

import numpy as np
from numba import njit

H = 127  # h is -H..H: inputs at their clip, the constant, nodes at 1
U_BITS = 12  # fraction of U, 16 bits
F_BITS = 8  # fraction of f = U^T h
F_MOST = 2**19 - 1
D_LEAST, D_MOST = 2**15, 2**16 - 1  # mantissas of D
K_BITS = 24  # fraction of what D keeps
D_LOWEST, D_DEEPEST = 12, 63  # D is mantissa / 2^exponent
A_BITS = 28  # fraction of alpha, of leverages and 1 / weight
A_MOST = 2**32 - 1
G_BITS = 16  # fraction of gains
LARGEST, INT32 = 2**15 - 1, 2**31 - 1
V_MOST = 2**27 - 1  # an element of u as it begins
FIRST_DITHER = 1
M_BITS, M_MOST = 15, 2**15 - 1  # mantissas of what u is multiplied by


def compiled(function):  # type: ignore[no-untyped-def]
    """For speed; `function.py_func` is the function as it stands."""
    return njit(cache=True, nogil=True)(function)


@compiled
def rounded(value, bits):  # type: ignore[no-untyped-def]
    """value / 2^bits to the nearest whole number, halves up; bits may be negative."""
    if bits <= 0:
        return value << -bits
    return (value + (1 << (bits - 1))) >> bits


@compiled
def clipped(value, most):  # type: ignore[no-untyped-def]
    """value within -most..most."""
    return min(max(value, -most), most)


@compiled
def saturated(value, most):  # type: ignore[no-untyped-def]
    """value within -most - 1..most."""
    return min(max(value, -most - 1), most)


@compiled
def outputs(h, b, o):  # type: ignore[no-untyped-def]
    """o = b^T h: h (d,), b (d, m), o (m,)."""
    for k in range(o.shape[0]):
        total = 0
        for i in range(h.shape[0]):
            total += int(h[i]) * int(b[i, k])
        o[k] = total


@compiled
def checksum(U, mantissa, exponent):  # type: ignore[no-untyped-def]
    """Of P: every change of one bit changes it. 16 bits of parity of all U and m, 6 of all e."""
    parity = 0
    for k in range(U.shape[0]):
        parity ^= int(U[k]) & 0xFFFF
    for j in range(mantissa.shape[0]):
        parity ^= int(mantissa[j]) | int(exponent[j]) << 16
    return parity


@compiled
def project(h, U, f):  # type: ignore[no-untyped-def]
    """f = U^T h, F_BITS: U (d (d - 1) / 2,), the columns above the diagonal one after another."""
    first = 0
    for j in range(h.shape[0]):
        total = int(h[j]) << U_BITS
        for i in range(j):
            total += int(U[first + i]) * int(h[i])
        first += j
        f[j] = clipped(rounded(total, U_BITS - F_BITS), F_MOST)


@compiled
def bits(value):  # type: ignore[no-untyped-def]
    """Of a whole number from 0 to 2^62."""
    return math.frexp(value >> 16)[1] + 16 if value >= 2**48 else math.frexp(value)[1]


@compiled
def mantissa_of(value):  # type: ignore[no-untyped-def]
    """value as mantissa 2^exponent, the mantissa of M_BITS bits and a sign, rounded towards 0."""
    size = abs(value)
    exponent = bits(size) - M_BITS
    size = size >> exponent if exponent > 0 else size << -exponent
    return (-size if value < 0 else size), exponent


@compiled
def shifted(value, shift, most):  # type: ignore[no-untyped-def]
    """value / 2^shift, rounded, within -most..most; value within 2^32, any shift."""
    if shift > 31:
        return 0
    if shift > 0:
        return clipped(rounded(value, shift), most)
    if bits(abs(value)) - shift > 32:
        return most if value > 0 else -most
    return clipped(value << -shift, most)


@compiled
def spread(g, z, m, e):  # type: ignore[no-untyped-def]
    """D f^2 of one direction, A_BITS: f = g 2^z, D = m 2^-e."""
    return shifted(((g * g) >> 14) * m, e - 2 * z + 2 * F_BITS - 14 - A_BITS, A_MOST)


@compiled
def leverage(f, mantissa, exponent):  # type: ignore[no-untyped-def]
    """h^T P h = sum of D f^2, A_BITS; D (d,) as mantissas and exponents."""
    total = 0
    for j in range(f.shape[0]):
        g, z = mantissa_of(int(f[j]))
        total = min(total + spread(g, z, int(mantissa[j]), int(exponent[j])), A_MOST)
    return total


@compiled
def reciprocal(value):  # type: ignore[no-untyped-def]
    """1 / value as r 2^-(47 - c), of 16 bits: value from 1 to 2^32 - 1. Returns r and c."""
    c = 32 - bits(value)
    return min(2**31 // ((value << c) >> 16), 2**16 - 1), c


@compiled
def within(mantissa, shift):  # type: ignore[no-untyped-def]
    """A mantissa and a shift of 1 to 30 for `step`: at its limit where it should be shifted up, 0
    where all of it would be shifted out."""
    if shift > 30 or mantissa == 0:
        return 0, 1, False
    if shift < 1:
        return (-M_MOST if mantissa < 0 else M_MOST), 1, True
    return mantissa, shift, False


@compiled
def step(u, mantissa, shift):  # type: ignore[no-untyped-def]
    """u mantissa 2^-(16 + shift): a product of 32 and 16 bits, its upper 32, then rounded."""
    return (((u * mantissa) >> 16) + (1 << (shift - 1))) >> shift


@compiled
def narrow(f, alpha, U, mantissa, exponent, u_bits, change, u):  # type: ignore[no-untyped-def]
    """P <- P - u u^T / (1 / weight + h^T P h) with u = P h, in U and D; change False: u alone.

    f: of h; alpha: 1 / weight, A_BITS; u (d,): u_bits. Returns alpha + h^T P h, A_BITS, and in
    how many columns of U a number was at its limit; 0 where it is too great, and nothing has
    changed then.
    """
    total = alpha + leverage(f, mantissa, exponent)
    if total > A_MOST:
        return 0, 0
    limited, first = 0, 0
    inverse, c = reciprocal(alpha)
    for j in range(f.shape[0]):
        m, e = int(mantissa[j]), int(exponent[j])
        g, z = mantissa_of(int(f[j]))
        v = shifted(g * m, e + F_BITS - u_bits - z, V_MOST)
        along, before = spread(g, z, m, e), alpha
        slope, more = mantissa_of(-g * inverse)
        slope, s, at_limit = within(slope, u_bits - 1 - z - more - c)
        beyond = change and at_limit
        for i in range(j):
            element, ui = int(U[first + i]), int(u[i])
            if change:
                moved = element + step(ui, slope, s)
                beyond |= moved != saturated(moved, LARGEST)
                U[first + i] = saturated(moved, LARGEST)
            moved = ui + ((16 * v * element) >> 16)
            beyond |= moved != saturated(moved, INT32)
            u[i] = saturated(moved, INT32)
        limited += beyond
        u[j] = v
        first += j
        alpha += along
        inverse, c = reciprocal(alpha)
        if change:
            less = min(along, before)  # of the two parts of alpha, which are 1 together
            least, n = mantissa_of(less)
            part = shifted(least * inverse, 23 - c - n, 2**K_BITS)
            kept = 2**K_BITS - part if along <= before else part
            wide = m * kept
            while wide < D_LEAST << K_BITS and e < D_DEEPEST:
                wide, e = wide << 1, e + 1
            mantissa[j] = min(max(rounded(wide, K_BITS), D_LEAST), D_MOST)
            exponent[j] = e
    return total, limited


@compiled
def share_of(o, y, total, alpha, reach, o_bits):  # type: ignore[no-untyped-def]
    """1 / total, of which outputs go towards their targets, G_BITS.

    total: alpha + h^T P h, and alpha, A_BITS; reach: lead that output y is given at most, o_bits, 0
    for the whole way.
    """
    one = 1 << o_bits
    share = rounded((1 << (A_BITS + G_BITS + 1)) // total, 1)
    if reach > 0:
        highest = -INT32
        for k in range(o.shape[0]):
            if k != y and o[k] > highest:
                highest = int(o[k])
        lead = clipped(int(o[y]) - highest, INT32)
        room = 0
        if lead < reach:
            room = ((reach - lead) << G_BITS) // (one - lead)
        along = total - alpha
        if rounded(share * along, A_BITS) > room:
            share = (room << A_BITS) // along
    return share


@compiled
def follow(o, y, share, o_bits, gain):  # type: ignore[no-untyped-def]
    """How far each output goes towards its target: share (target - o), o_bits, into gain (m,).
    What it is beyond its target is rounded, and that is taken off."""
    one = 1 << o_bits
    for k in range(o.shape[0]):
        beyond = int(o[k]) - (one if k == y else 0)  # within 2^31, since Fo is 30 at most
        gain[k] = -clipped(rounded(beyond * share, G_BITS), INT32)


@compiled
def drawn(state):  # type: ignore[no-untyped-def]
    """The next number of an xorshift of 32 bits (13, 17, 5; G. Marsaglia, "Xorshift RNGs", Journal
    of Statistical Software 8(14), 2003); state is not 0."""
    state ^= (state << 13) & (2**32 - 1)
    state ^= state >> 17
    return state ^ (state << 5) & (2**32 - 1)


@compiled
def move(u, gain, u_bits, b, dither):  # type: ignore[no-untyped-def]
    """b <- b + u gain^T; in how many columns a number was at its limit, and the next dither.

    Rounded up as often as the fraction says, by a number drawn for each column, so that steps of
    less than one add up to what they should: rounded to nearest, they would not be taken, or lead
    away (S. Gupta et al., "Deep Learning with Limited Numerical Precision", ICML 2015). Every other
    element is rounded by what is left to the greatest number, so that errors do not add up where
    h is all of one sign, as hidden nodes are.
    """
    limited = 0
    for k in range(gain.shape[0]):
        slope, z = mantissa_of(int(gain[k]))
        slope, s, beyond = within(slope, u_bits - 16 - z)
        dither = drawn(dither)
        for i in range(u.shape[0]):
            up = (~dither if i % 2 else dither) & (2**32 - 1)
            moved = int(b[i, k]) + ((((int(u[i]) * slope) >> 16) + (up >> (32 - s))) >> s)
            beyond |= moved != saturated(moved, LARGEST)
            b[i, k] = saturated(moved, LARGEST)
        limited += beyond
    return limited, dither


def elements(d: int) -> int:
    """Of U."""
    return d * (d - 1) // 2


def empty(d: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A vector of whole numbers."""
    return np.zeros(d, np.int64)
