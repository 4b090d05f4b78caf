/// Elements of GF(2^16) in one chunk.
pub(super) const LANES: usize = 32;
/// The elements of one chunk.
pub(super) type Lanes = [u16; LANES];

// GF(2^16) modulo x^16 + x^12 + x^3 + x + 1 (0x1100B); addition is XOR.
//
// No tables: the field has 65,536 elements, and 32 of them at a time are better served by shifting
// and adding, which the compiler turns into vector instructions. As a consequence no branch and no
// memory access depends on the data, although nothing here is secret: a chunk is a piece of a
// public key, of a ciphertext or of a MAC.

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
pub(super) fn mul_lanes(a: &Lanes, b: &Lanes) -> Lanes {
    let mut product = [0; LANES];
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
pub(super) fn invert_lanes(a: &Lanes) -> Lanes {
    let mut power = *a;
    let mut result = [1; LANES];
    for _ in 0..15 {
        power = mul_lanes(&power, &power);
        result = mul_lanes(&result, &power);
    }
    result
}

/// For each element the product of all the others, in five steps: in each, neighbouring blocks
/// exchange their products.
pub(super) fn products_of_others(factors: &Lanes) -> Lanes {
    let mut others = [1; LANES];
    let mut block = *factors;
    for distance in [1, 2, 4, 8, 16] {
        let mut neighbour = block;
        for pair in neighbour.chunks_exact_mut(distance << 1) {
            let (left, right) = pair.split_at_mut(distance);
            left.swap_with_slice(right);
        }
        others = mul_lanes(&others, &neighbour);
        block = mul_lanes(&block, &neighbour);
    }
    others
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

    proptest! {
        #[test]
        fn lanes_multiply_and_invert_each_for_itself(a: Lanes, b: Lanes) {
            let (products, inverses) = (mul_lanes(&a, &b), invert_lanes(&a));
            for i in 0..LANES {
                prop_assert_eq!(products[i], slow_mul(a[i], b[i]));
                prop_assert_eq!(inverses[i], invert(a[i]));
            }
        }

        #[test]
        fn the_product_of_others_leaves_out_one_factor(factors: Lanes) {
            let products = products_of_others(&factors);
            for (i, product) in products.iter().enumerate() {
                let others = factors.iter().enumerate().filter(|(j, _)| *j != i);
                prop_assert_eq!(*product, others.fold(1, |p, (_, f)| slow_mul(p, *f)));
            }
        }
    }

    #[test]
    fn elements_but_zero_have_an_inverse() {
        assert!((1..=u16::MAX).step_by(7).all(|a| mul(a, invert(a)) == 1));
        assert_eq!(invert(0), 0);
    }
}
