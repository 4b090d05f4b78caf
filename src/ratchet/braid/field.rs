/// Elements of GF(2^16) in one chunk.
pub(super) const LANES: usize = 32;
/// The elements of one chunk.
pub(super) type Lanes = [u16; LANES];

// GF(2^16) modulo x^16 + x^12 + x^3 + x + 1 (0x1100B); addition is XOR.
//
// No tables: the field has 65,536 elements, and a chunk of 32 is better served by Horner's rule over
// the bits of the coefficients, which the compiler turns into vector instructions. As a consequence
// no branch and no memory access depends on the data, although nothing here is secret: a chunk is
// a piece of a public key or of a ciphertext.

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

/// The sum of chunks, each multiplied by its coefficient.
pub(super) fn combine(terms: &[(u16, Lanes)]) -> Lanes {
    let mut sum = [0; LANES];
    for bit in (0..16u32).rev() {
        for lane in &mut sum {
            *lane = double(*lane);
        }
        for (coefficient, lanes) in terms {
            let mask = 0u16.wrapping_sub((coefficient >> bit) & 1);
            for (to, from) in sum.iter_mut().zip(lanes) {
                *to ^= from & mask;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
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
            terms in proptest::collection::vec(any::<(u16, Lanes)>(), 0..19),
        ) {
            let mut expected = [0; LANES];
            for (coefficient, lanes) in &terms {
                for (sum, lane) in expected.iter_mut().zip(lanes) {
                    *sum ^= slow_mul(*coefficient, *lane);
                }
            }
            prop_assert_eq!(combine(&terms), expected);
        }
    }

    #[test]
    fn every_element_but_zero_has_an_inverse() {
        assert!((1..=u16::MAX).all(|a| mul(a, invert(a)) == 1));
        assert_eq!(invert(0), 0);
    }
}
