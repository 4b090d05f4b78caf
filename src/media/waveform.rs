use alloc::vec::Vec;

use crate::limits::WAVEFORM_BYTES;

/// The peak of a stretch of 16-bit samples: the largest magnitude, 0 … 32,768.
#[must_use]
pub fn peak(samples: &[i16]) -> u16 {
    samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0)
}

/// The bars of a voice note: at most [`WAVEFORM_BYTES`] bytes, 0 … 255, the highest always 255.
///
/// `peaks` are those of stretches of equal length, such as 10 ms, over the whole note. Each bar is
/// the highest peak of its share of them, relative to the highest of all: how loud somebody spoke
/// into the microphone is nobody's business, and silence stays flat. SPEC.md 17.11.
#[must_use]
pub fn waveform(peaks: &[u16]) -> Vec<u8> {
    let bars = peaks.len().min(WAVEFORM_BYTES);
    let highest = highest(peaks);
    (0..bars).map(|bar| scaled(highest_of_share(peaks, bar, bars), highest)).collect()
}

/// Bar `bar` of `bars` gets the peaks from `⌊bar · n / bars⌋` up to where the next one's begin.
fn highest_of_share(peaks: &[u16], bar: usize, bars: usize) -> u16 {
    let begin = |bar: usize| {
        let whole = (peaks.len() as u128).saturating_mul(bar as u128);
        whole.checked_div(bars as u128).and_then(|at| usize::try_from(at).ok()).unwrap_or(0)
    };
    highest(peaks.get(begin(bar)..begin(bar.saturating_add(1))).unwrap_or_default())
}

fn highest(peaks: &[u16]) -> u16 {
    peaks.iter().copied().max().unwrap_or(0)
}

/// `⌊255 · peak / highest⌋`, 0 of silence.
fn scaled(peak: u16, highest: u16) -> u8 {
    let scaled = u32::from(peak).saturating_mul(255).checked_div(highest.into()).unwrap_or(0);
    u8::try_from(scaled).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn a_peak_is_a_magnitude() {
        assert_eq!(peak(&[]), 0);
        assert_eq!(peak(&[3, -7, 5]), 7);
        assert_eq!(peak(&[i16::MIN, i16::MAX]), 32_768);
    }

    #[test]
    fn bars_are_the_highest_of_their_share_relative_to_the_highest() {
        assert!(waveform(&[]).is_empty());
        assert_eq!(waveform(&[0, 0]), [0, 0]);
        assert_eq!(waveform(&[1, 2, 4]), [63, 127, 255]);
        let mut peaks = vec![0; 256];
        peaks[3] = 100;
        peaks[255] = 50;
        let bars = waveform(&peaks);
        assert_eq!((bars.len(), bars[1], bars[127]), (128, 255, 127));
        assert!(bars[2..127].iter().all(|bar| *bar == 0));
    }

    proptest! {
        #[test]
        fn there_are_as_many_bars_as_allowed_and_the_highest_is_full(peaks: Vec<u16>) {
            let bars = waveform(&peaks);
            prop_assert_eq!(bars.len(), peaks.len().min(WAVEFORM_BYTES));
            let silent = peaks.iter().all(|peak| *peak == 0);
            prop_assert_eq!(bars.iter().max().copied().unwrap_or(0), if silent { 0 } else { 255 });
        }
    }
}
