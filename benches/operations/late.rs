//! Messages out of order.

use crate::people::{Gap, SKIPPED, rng};
use crate::{floor, paired_in, row};

const BATCHES: usize = 20;

pub(crate) fn run() {
    let mut rng = rng(20);
    let mut pairs: Vec<_> = (0..BATCHES).map(|_| Gap::new(&mut rng)).collect();
    let mut primitives = floor::Message::new();
    let times =
        paired_in(BATCHES, 1, |_| primitives.open_behind(SKIPPED), |i| pairs[i].open_last());
    row("decrypt behind 1,000 skipped", &times);
    let Some(mut gap) = pairs.pop() else { return };
    let times = paired_in(BATCHES, 40, |_| primitives.open_late(), |_| gap.open_late());
    row("decrypt late, of 1,000 stored", &times);
}
