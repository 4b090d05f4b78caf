//! Lagrange's formula: the value of a polynomial at one point as a sum of those at others.

use super::field::{BitPlanes, bit_planes, invert_lanes, mul_lanes, scale};
use super::tables::{CHUNKS, COEFFICIENTS, WEIGHTS};

/// Chunks of the largest object, which are the most points.
pub(super) const MAX_CHUNKS: usize = 18;
/// The same, rounded up to whole vectors of eight elements.
pub(super) const POINTS: usize = 24;
/// An element for each point.
pub(super) type PerPoint = [u16; POINTS];

/// The coefficients of an object's own `k` chunks in its codeword of index `x`, which is not below
/// `k`.
pub(super) fn further(k: usize, x: u16) -> BitPlanes {
    let tabled = || COEFFICIENTS.get(CHUNKS.iter().position(|chunks| *chunks == k)?);
    let index = usize::from(x).checked_sub(k);
    if let Some(planes) = index.and_then(|index| tabled()?.get(index)) {
        return *planes;
    }
    let mut points = Points::new();
    (0..x).take(k).for_each(|t| points.push(t));
    points.coefficients(x, WEIGHTS.get(k).unwrap_or(&[0; POINTS]))
}

/// Where the polynomials are known, at most [`MAX_CHUNKS`] points.
pub(super) struct Points {
    x: PerPoint,
    len: usize,
}

impl Points {
    pub(super) const fn new() -> Self {
        Self { x: [0; POINTS], len: 0 }
    }

    pub(super) fn push(&mut self, x: u16) {
        if let Some(to) = self.x.get_mut(self.len) {
            *to = x;
            self.len = self.len.saturating_add(1);
        }
    }

    /// `1 / Π_{s ≠ t} (x_t − x_s)` for each point `x_t`.
    pub(super) fn weights(&self) -> PerPoint {
        let mut products = [1; POINTS];
        for x in self.x.iter().take(self.len) {
            products = mul_lanes(&products, &self.differences(*x));
        }
        invert_lanes(&products)
    }

    /// `x − x_s` for each point, and one where that is zero or there is no point.
    fn differences(&self, x: u16) -> PerPoint {
        let mut differences = [1; POINTS];
        for (to, point) in differences.iter_mut().zip(&self.x).take(self.len) {
            *to = if *point == x { 1 } else { x ^ point };
        }
        differences
    }

    /// By what the values at the points are multiplied in the value at `x`, which is none of them:
    /// the weight of each times the product of `x − x_s` over the others. Indexes are small where
    /// nothing is lost, which makes the factors cheap.
    pub(super) fn coefficients(&self, x: u16, weights: &PerPoint) -> BitPlanes {
        let mut coefficients = *weights;
        for (s, point) in self.x.iter().enumerate().take(self.len) {
            let own = coefficients.get(s).copied();
            coefficients = scale(&coefficients, x ^ point);
            if let (Some(to), Some(own)) = (coefficients.get_mut(s), own) {
                *to = own;
            }
        }
        bit_planes(coefficients.get(..self.len).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn computed(k: u16, x: u16) -> BitPlanes {
        let mut points = Points::new();
        (0..k).for_each(|t| points.push(t));
        points.coefficients(x, &points.weights())
    }

    #[test]
    fn tabled_coefficients_are_the_computed_ones() {
        for k in 1..=18 {
            for x in (k..k + 40).chain([1_000, u16::MAX]) {
                assert_eq!(further(k.into(), x), computed(k, x), "{k} {x}");
            }
        }
    }
}
