/// Elements of GF(2^16) in one chunk.
const LANES: usize = 32;
/// Bytes of one chunk.
pub(super) const LANES_LEN: usize = 2 * LANES;

/// The elements of one chunk, where vectors like them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(16))]
pub(super) struct Lanes([u16; LANES]);

impl Lanes {
    const ZERO: Self = Self([0; LANES]);

    /// From big-endian elements.
    pub(super) fn from_bytes(bytes: &[u8; LANES_LEN]) -> Self {
        let mut lanes = Self::ZERO;
        let (pairs, _) = bytes.as_chunks();
        for (lane, pair) in lanes.0.iter_mut().zip(pairs) {
            *lane = u16::from_be_bytes(*pair);
        }
        lanes
    }

    pub(super) fn to_bytes(self) -> [u8; LANES_LEN] {
        let mut bytes = [0; LANES_LEN];
        let (pairs, _) = bytes.as_chunks_mut();
        for (pair, lane) in pairs.iter_mut().zip(self.0) {
            *pair = lane.to_be_bytes();
        }
        bytes
    }
}

// GF(2^16) modulo x^16 + x^12 + x^3 + x + 1 (0x1100B); addition is XOR.
//
// No tables of the field: it has 65,536 elements, and many of them at a time are better served by
// shifting and adding, which the compiler turns into vector instructions. As a consequence no memory
// access and no branch depends on anything but the indexes of chunks, although nothing here is secret:
// a chunk is a piece of a public key, of a ciphertext or of a MAC.

/// Multiplication by x.
const fn double(a: u16) -> u16 {
    (a << 1) ^ (0x100b & 0u16.wrapping_sub(a >> 15))
}

/// Multiplication.
pub(super) const fn mul(a: u16, b: u16) -> u16 {
    let mut product = 0;
    let mut bits = 16u32;
    while bits > 0 {
        bits = bits.saturating_sub(1);
        let mask = 0u16.wrapping_sub((b >> bits) & 1);
        product = double(product) ^ (a & mask);
    }
    product
}

/// The multiplicative inverse, `a^(2^16 − 2)`; zero for zero.
pub(super) const fn invert(a: u16) -> u16 {
    let mut power = a;
    let mut result = 1;
    let mut bits = 15u32;
    while bits > 0 {
        bits = bits.saturating_sub(1);
        power = mul(power, power);
        result = mul(result, power);
    }
    result
}

/// Multiplication element by element.
pub(super) fn mul_lanes<const N: usize>(a: &[u16; N], b: &[u16; N]) -> [u16; N] {
    let mut product = [0; N];
    let mut rest = *b;
    for _ in 0..16 {
        for ((to, a), rest) in product.iter_mut().zip(a).zip(&mut rest) {
            *to = double(*to) ^ (a & 0u16.wrapping_sub(*rest >> 15));
            *rest <<= 1;
        }
    }
    product
}

/// The multiplicative inverse of each element; zero for zero.
pub(super) fn invert_lanes<const N: usize>(a: &[u16; N]) -> [u16; N] {
    let mut power = *a;
    let mut result = [1; N];
    for _ in 0..15 {
        power = mul_lanes(&power, &power);
        result = mul_lanes(&result, &power);
    }
    result
}

/// Each element times one factor, which decides how long it takes: it is made of indexes.
pub(super) fn scale<const N: usize>(lanes: &[u16; N], factor: u16) -> [u16; N] {
    let Some(degree) = factor.checked_ilog2() else { return [0; N] };
    let mut product = *lanes;
    for bit in (0..degree).rev() {
        double_all(&mut product);
        if factor >> bit & 1 == 1 {
            add(&mut product, lanes);
        }
    }
    product
}

/// What chunks are multiplied by, as their sum needs it: of each bit of the coefficients, the highest
/// first, the set of chunks whose coefficient has it, chunk `t` being bit `t`.
pub(super) type BitPlanes = [u32; 16];

/// Of the coefficients of at most 32 chunks.
pub(super) const fn bit_planes(coefficients: &[u16]) -> BitPlanes {
    let mut planes = [0; 16];
    let mut left: &mut [u32] = &mut planes;
    let mut bit = 16u32;
    while let [plane, rest @ ..] = left {
        bit = bit.saturating_sub(1);
        *plane = with_bit(coefficients, bit);
        left = rest;
    }
    planes
}

/// The set of the coefficients that have a bit.
const fn with_bit(mut coefficients: &[u16], bit: u32) -> u32 {
    let mut set = 0;
    while let [front @ .., last] = coefficients {
        set = set << 1 | (*last >> bit & 1) as u32;
        coefficients = front;
    }
    set
}

/// The sum of chunks, each multiplied by its coefficient; the coefficients decide how long it takes.
pub(super) fn combine(chunks: &[Lanes], planes: &BitPlanes) -> Lanes {
    let mut sum = Lanes::ZERO;
    for plane in planes {
        let part = sum_of(chunks, *plane);
        for (sum, part) in sum.0.iter_mut().zip(part.0) {
            *sum = double(*sum) ^ part;
        }
    }
    sum
}

/// The sum of a set of chunks.
#[inline]
fn sum_of(chunks: &[Lanes], mut set: u32) -> Lanes {
    let mut sum = Lanes::ZERO;
    while let Some(chunk) = chunks.get(lowest(set)) {
        add(&mut sum.0, &chunk.0);
        set &= set.wrapping_sub(1);
    }
    sum
}

/// The lowest bit that is set; 32, for which there is no chunk, if none is.
const fn lowest(set: u32) -> usize {
    set.trailing_zeros() as usize
}

#[inline]
fn double_all<const N: usize>(lanes: &mut [u16; N]) {
    for lane in lanes {
        *lane = double(*lane);
    }
}

#[inline]
fn add<const N: usize>(to: &mut [u16; N], lanes: &[u16; N]) {
    for (to, lane) in to.iter_mut().zip(lanes) {
        *to ^= lane;
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// Schoolbook: the product of the polynomials, then the remainder.
    fn slow_mul(a: u16, b: u16) -> u16 {
        let mut product =
            (0..16).filter(|i| b >> i & 1 == 1).fold(0u32, |p, i| p ^ (u32::from(a) << i));
        for i in (16..32).rev() {
            if product >> i & 1 == 1 {
                product ^= 0x1_100b << (i - 16);
            }
        }
        u16::try_from(product).unwrap()
    }

    proptest! {
        #[test]
        fn multiplication_is_that_of_polynomials(a: u16, b: u16) {
            prop_assert_eq!(mul(a, b), slow_mul(a, b));
        }

        #[test]
        fn combining_is_multiplying_and_adding(
            terms in proptest::collection::vec(any::<(u16, [u16; LANES])>(), 0..19),
        ) {
            let (coefficients, lanes): (Vec<_>, Vec<_>) = terms.iter().copied().unzip();
            let mut expected = [0; LANES];
            for (coefficient, lanes) in &terms {
                for (sum, lane) in expected.iter_mut().zip(lanes) {
                    *sum ^= slow_mul(*coefficient, *lane);
                }
            }
            let chunks: Vec<_> = lanes.into_iter().map(Lanes).collect();
            prop_assert_eq!(combine(&chunks, &bit_planes(&coefficients)), Lanes(expected));
        }
    }

    proptest! {
        #[test]
        fn lanes_multiply_and_invert_each_for_itself(a: [u16; LANES], b: [u16; LANES]) {
            let (products, inverses) = (mul_lanes(&a, &b), invert_lanes(&a));
            for i in 0..LANES {
                prop_assert_eq!(products[i], slow_mul(a[i], b[i]));
                prop_assert_eq!(inverses[i], invert(a[i]));
            }
        }

        #[test]
        fn scaling_multiplies_each(lanes: [u16; LANES], factor: u16) {
            prop_assert_eq!(scale(&lanes, factor), lanes.map(|lane| slow_mul(lane, factor)));
        }
    }

    #[test]
    fn elements_but_zero_have_an_inverse() {
        assert!((1..=u16::MAX).step_by(7).all(|a| mul(a, invert(a)) == 1));
        assert_eq!(invert(0), 0);
        assert_eq!(scale(&[7; 4], 0), [0; 4]);
    }
}
