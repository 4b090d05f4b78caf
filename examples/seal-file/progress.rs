use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

const WIDTH: usize = 30;

/// A bar on the terminal; a line at the end wherever it goes.
pub(crate) struct Progress {
    what: &'static str,
    total: u64,
    done: u64,
    start: Instant,
    shown: Option<Instant>,
}

impl Progress {
    pub(crate) fn new(what: &'static str, total: u64) -> Self {
        Self { what, total, done: 0, start: Instant::now(), shown: None }
    }

    pub(crate) fn add(&mut self, bytes: usize) {
        self.done += bytes as u64;
        let due = self.shown.is_none_or(|at| at.elapsed() > Duration::from_millis(100));
        if due && stderr().is_terminal() {
            self.shown = Some(Instant::now());
            eprint!("\r{}", self.line());
            let _ = stderr().flush();
        }
    }

    pub(crate) fn finish(self) {
        let clear = if self.shown.is_some() { "\r" } else { "" };
        eprintln!("{clear}{}", self.line());
    }

    #[allow(clippy::cast_precision_loss, reason = "speed is shown to the nearest megabyte")]
    fn line(&self) -> String {
        let share = self.done as f64 / self.total.max(1) as f64;
        let bars = usize::try_from(self.done * WIDTH as u64 / self.total.max(1)).unwrap_or(WIDTH);
        let (bar, rest) = ("#".repeat(bars.min(WIDTH)), " ".repeat(WIDTH - bars.min(WIDTH)));
        let speed = self.done as f64 / self.start.elapsed().as_secs_f64().max(1e-6) / 1e6;
        format!("{:<7} [{bar}{rest}] {:>3.0} %  {speed:>6.0} MB/s", self.what, share * 100.0)
    }
}
