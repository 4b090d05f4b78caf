//! Chunks on several threads. Each chunk's bytes depend on nothing but its place and its text, so
//! that the threads only change who computes them.

use alloc::vec::Vec;
use core::num::NonZeroUsize;
use std::thread;

use zeroize::Zeroize;

use super::cipher::ObjectCipher;
use super::opening::{OpenedChunk, open_whole};
use super::{CHUNK_LEN, ChainingValue, Chunk, ChunkOpener, ChunkSealer, OpenError, SealError};

impl ChunkSealer {
    /// Seals the next chunks, all of them full of plaintext, on as many `threads`. The end of the
    /// plaintext, and chunk after chunk what follows it, is for [`ChunkSealer::seal`].
    ///
    /// Where the rooms of the chunks are, [`room`](super::room) says: it is not the same for all.
    ///
    /// # Errors
    ///
    /// As of [`ChunkSealer::seal`]; nothing changes.
    pub fn seal_full(
        &mut self,
        buffers: &mut [[u8; CHUNK_LEN]],
        threads: NonZeroUsize,
    ) -> Result<Vec<ChainingValue>, SealError> {
        if self.geometry.is_some() {
            return Err(SealError::Ended);
        }
        let chunks: Vec<_> = (self.next..).map(Chunk::full).take(buffers.len()).collect();
        let text_len = chunks.iter().map(|chunk| chunk.text_len).fold(0, usize::saturating_add);
        self.len_with(text_len)?;
        let cipher = &self.cipher;
        let jobs = chunks.iter().zip(buffers).collect();
        let values = on_threads(jobs, threads, |(chunk, buffer)| cipher.seal(chunk, buffer));
        for (chunk, value) in chunks.iter().zip(&values) {
            self.advance(chunk, value);
        }
        Ok(values)
    }
}

impl ChunkOpener {
    /// Opens the next chunks, which are `sealed` one after the other, on as many `threads`, and
    /// gives the plaintext of each.
    ///
    /// # Errors
    ///
    /// As of [`ChunkOpener::open`], of the first chunk that is refused. Nothing changes but
    /// `sealed`, which is wiped: all these chunks are due again.
    pub fn open_many<'a>(
        &mut self,
        sealed: &'a mut [u8],
        threads: NonZeroUsize,
    ) -> Result<Vec<&'a mut [u8]>, OpenError> {
        match self.open_on_threads(sealed, threads) {
            Ok(opened) => Ok(texts(sealed, &opened)),
            Err(error) => {
                sealed.zeroize();
                Err(error)
            }
        }
    }

    fn open_on_threads(
        &mut self,
        sealed: &mut [u8],
        threads: NonZeroUsize,
    ) -> Result<Vec<OpenedChunk>, OpenError> {
        let chunks = self.chunks_of(sealed)?;
        let Some(first) = chunks.first() else { return Ok(Vec::new()) };
        let cipher = self.cipher_for(first, sealed.get_mut(..first.len).unwrap_or_default())?;
        let jobs = chunks.into_iter().zip(sealed.chunks_mut(CHUNK_LEN)).collect();
        let opened =
            on_threads(jobs, threads, |(chunk, sealed)| self.open_one(&cipher, chunk, sealed));
        let opened = opened.into_iter().collect::<Result<Vec<_>, _>>()?;
        self.commit(cipher, &opened)?;
        Ok(opened)
    }

    /// The chunks that the bytes must be; the last may be incomplete.
    fn chunks_of(&self, sealed: &[u8]) -> Result<Vec<Chunk>, OpenError> {
        let count = u64::try_from(sealed.len().div_ceil(CHUNK_LEN)).unwrap_or(u64::MAX);
        let due = self.next_index()..self.next_index().saturating_add(count);
        due.map(|index| self.media.geometry().chunk(index).ok_or(OpenError::Extended)).collect()
    }

    fn open_one(
        &self,
        cipher: &ObjectCipher,
        chunk: Chunk,
        sealed: &mut [u8],
    ) -> Result<OpenedChunk, OpenError> {
        let value = open_whole(cipher, &chunk, self.expected(chunk.index), sealed)?;
        Ok(OpenedChunk { chunk, value })
    }
}

fn texts<'a>(sealed: &'a mut [u8], opened: &[OpenedChunk]) -> Vec<&'a mut [u8]> {
    let buffers = sealed.chunks_mut(CHUNK_LEN).zip(opened);
    buffers
        .map(|(buffer, opened)| buffer.get_mut(opened.chunk.text()).unwrap_or_default())
        .collect()
}

/// Does the jobs in equal shares, one of them on this thread, and gives the results in the order of
/// the jobs.
fn on_threads<J: Send, T: Send>(
    jobs: Vec<J>,
    threads: NonZeroUsize,
    work: impl Fn(J) -> T + Sync,
) -> Vec<T> {
    let share = jobs.len().div_ceil(threads.get()).max(1);
    let mut slots: Vec<_> =
        jobs.into_iter().map(|job| Slot { job: Some(job), result: None }).collect();
    thread::scope(|scope| {
        let mut shares = slots.chunks_mut(share);
        let own = shares.next().unwrap_or_default();
        for share in shares {
            let work = &work;
            // A thread that the system refuses leaves its share undone, for below.
            let _ = thread::Builder::new().spawn_scoped(scope, move || do_share(share, work));
        }
        do_share(own, &work);
    });
    do_share(&mut slots, &work);
    slots.into_iter().filter_map(|slot| slot.result).collect()
}

struct Slot<J, T> {
    job: Option<J>,
    result: Option<T>,
}

fn do_share<J, T>(slots: &mut [Slot<J, T>], work: &impl Fn(J) -> T) {
    for slot in slots {
        if let Some(job) = slot.job.take() {
            slot.result = Some(work(job));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_share_has_a_thread_and_results_keep_their_order() {
        for (jobs, threads, used) in [(8, 1, 1), (8, 2, 2), (9, 4, 3), (3, 8, 3), (0, 2, 0)] {
            let threads = NonZeroUsize::new(threads).unwrap();
            let results = on_threads((0..jobs).collect(), threads, |job| {
                (job, std::format!("{:?}", thread::current().id()))
            });
            assert!(results.iter().map(|(job, _)| *job).eq(0..jobs));
            let ids: BTreeSet<_> = results.iter().map(|(_, id)| id).collect();
            assert_eq!(ids.len(), used, "{jobs} jobs");
        }
    }
}
