//! Coefficients that depend on indexes alone, computed by the compiler.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses what would go wrong"
)]

use super::field::{BitPlanes, bit_planes, invert, mul};
use super::lagrange::{MAX_CHUNKS, POINTS, PerPoint};

/// The numbers of chunks that objects have.
pub(super) const CHUNKS: [usize; 4] = [2, 3, 15, MAX_CHUNKS];
/// For how many indexes after an object's own chunks there are coefficients: so many messages in a
/// row are ordinary, and computing the coefficients takes as long as using them.
const INDEXES: usize = 32;

/// Of each of [`CHUNKS`], `k`, the coefficients at the indexes from `k`.
pub(super) static COEFFICIENTS: [[BitPlanes; INDEXES]; CHUNKS.len()] = {
    let mut of_all = [[[0; 16]; INDEXES]; CHUNKS.len()];
    let mut i = 0;
    while i < CHUNKS.len() {
        let k = CHUNKS[i];
        let weights = weights(k);
        let mut j = 0;
        while j < INDEXES {
            of_all[i][j] = bit_planes(&coefficients(weights, k, (k + j) as u16));
            j += 1;
        }
        i += 1;
    }
    of_all
};

/// Of each number of points `k`, which are at 0, 1, 2, …, their weights.
pub(super) static WEIGHTS: [PerPoint; MAX_CHUNKS + 1] = {
    let mut of_all = [[0; POINTS]; MAX_CHUNKS + 1];
    let mut k = 1;
    while k <= MAX_CHUNKS {
        of_all[k] = weights(k);
        k += 1;
    }
    of_all
};

/// The weight of each point `t < k` times the product of `x − s` over the points before it, and over
/// those after it.
const fn coefficients(weights: PerPoint, k: usize, x: u16) -> PerPoint {
    let mut coefficients = weights;
    let (mut before, mut after) = (1, 1);
    let mut i = 0;
    while i < k {
        let last = k - 1 - i;
        coefficients[i] = mul(coefficients[i], before);
        before = mul(before, x ^ i as u16);
        coefficients[last] = mul(coefficients[last], after);
        after = mul(after, x ^ last as u16);
        i += 1;
    }
    coefficients
}

/// `1 / Π_{s ≠ t} (t − s)` over `s < k`, for each `t < k`.
const fn weights(k: usize) -> PerPoint {
    let mut weights = [0; POINTS];
    let mut t = 0;
    while t < k {
        let mut product = 1;
        let mut s = 0;
        while s < k {
            if s != t {
                product = mul(product, (t ^ s) as u16);
            }
            s += 1;
        }
        weights[t] = invert(product);
        t += 1;
    }
    weights
}
