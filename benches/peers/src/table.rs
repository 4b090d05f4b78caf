//! Contenders side by side, batch against batch, and the tables that come of it.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ProcessTime;

/// Who is measured, in the order of the columns. What a message cannot do without is the last.
pub(crate) const NAMES: [&str; 5] = ["sealwax", "vodozemac", "OpenMLS", "mls-rs", "floor"];
const COLUMNS: usize = NAMES.len();

/// Does an operation so many times and says what one of them took.
pub(crate) type Contender = Box<dyn FnMut(usize) -> Sample>;

/// What one operation took.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    time: Duration,
    allocations: u64,
}

/// Does the work on every input. Only the work is timed: neither the making of the inputs nor the
/// dropping of what came out. The time is what the processor spent on this process, so that being
/// interrupted costs nothing, which would fall on long batches alone.
pub(crate) fn timed<I, O>(
    inputs: impl IntoIterator<Item = I>,
    mut work: impl FnMut(I) -> O,
) -> Sample {
    let inputs: Vec<I> = inputs.into_iter().collect();
    let count = u32::try_from(inputs.len()).unwrap();
    let mut outputs = Vec::with_capacity(inputs.len());
    let mut time = Duration::ZERO;
    let counted = allocation_counter::measure(|| {
        let start = ProcessTime::now();
        for input in inputs {
            outputs.push(black_box(work(input)));
        }
        time = start.elapsed();
    });
    Sample { time: time / count, allocations: counted.count_total / u64::from(count) }
}

/// The same, for what takes no input.
pub(crate) fn repeated<O>(count: usize, mut work: impl FnMut() -> O) -> Sample {
    timed(0..count, |_| work())
}

/// One operation and those that can do it.
pub(crate) struct Row {
    name: &'static str,
    contenders: [Option<Contender>; COLUMNS],
}

impl Row {
    pub(crate) fn new(name: &'static str, ours: impl FnMut(usize) -> Sample + 'static) -> Self {
        let mut contenders = [const { None }; COLUMNS];
        contenders[0] = Some(Box::new(ours) as Contender);
        Self { name, contenders }
    }

    pub(crate) fn vodozemac(self, contender: impl FnMut(usize) -> Sample + 'static) -> Self {
        self.with(1, Box::new(contender))
    }

    pub(crate) fn openmls(self, contender: impl FnMut(usize) -> Sample + 'static) -> Self {
        self.with(2, Box::new(contender))
    }

    pub(crate) fn mls_rs(self, contender: impl FnMut(usize) -> Sample + 'static) -> Self {
        self.with(3, Box::new(contender))
    }

    /// The bare primitives.
    pub(crate) fn floor(self, mut work: impl FnMut() + 'static) -> Self {
        self.prepared_floor(move |count| repeated(count, &mut work))
    }

    /// The bare primitives on something that has to be made first.
    pub(crate) fn prepared_floor(self, contender: impl FnMut(usize) -> Sample + 'static) -> Self {
        self.with(4, Box::new(contender))
    }

    fn with(mut self, column: usize, contender: Contender) -> Self {
        self.contenders[column] = Some(contender);
        self
    }
}

/// How often: in turn, so that no contender has a quieter time than another.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// Rounds; in each, every contender does one batch.
    pub(crate) rounds: usize,
    /// Operations of a batch.
    pub(crate) batch: usize,
}

/// What a row came to.
pub(crate) struct Measured {
    name: &'static str,
    cells: [Option<Cell>; COLUMNS],
}

struct Cell {
    best: Duration,
    /// Median over the rounds of our time to this one's.
    ratio: f64,
    /// Of the leanest batch.
    allocations: u64,
}

impl Measured {
    /// One round more than asked for: the first warms up and does not count.
    pub(crate) fn of(mut row: Row, effort: Effort) -> Self {
        let mut samples: [Vec<Sample>; COLUMNS] = [const { Vec::new() }; COLUMNS];
        for round in 0..=effort.rounds {
            for (contender, samples) in row.contenders.iter_mut().zip(&mut samples) {
                let Some(contender) = contender else { continue };
                let sample = contender(effort.batch);
                if round > 0 {
                    samples.push(sample);
                }
            }
        }
        let cells = samples.each_ref().map(|theirs| Cell::of(theirs, &samples[0]));
        eprintln!("{}", row.name);
        Self { name: row.name, cells }
    }
}

impl Cell {
    fn of(samples: &[Sample], ours: &[Sample]) -> Option<Self> {
        let best = samples.iter().map(|sample| sample.time).min()?;
        let allocations = samples.iter().map(|sample| sample.allocations).min()?;
        let ratio = |(ours, theirs): (&Sample, &Sample)| {
            ours.time.as_secs_f64() / theirs.time.as_secs_f64()
        };
        let ratio = median(ours.iter().zip(samples).map(ratio).collect());
        Some(Self { best, ratio, allocations })
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Times with ratios, then allocations.
pub(crate) fn print(rows: &[Measured]) {
    let headings = NAMES.map(str::to_owned);
    println!("### Times\n");
    print_rows(&headings, rows.iter().map(|row| (row.name, times(row))));
    println!("\n### Allocations per operation\n");
    let allocations = |row: &Measured| {
        row.cells.each_ref().map(|cell| {
            cell.as_ref().map_or_else(|| "-".to_owned(), |cell| cell.allocations.to_string())
        })
    };
    print_rows(&headings[..4], rows.iter().map(|row| (row.name, allocations(row))));
}

fn times(row: &Measured) -> [String; COLUMNS] {
    let mut first = true;
    row.cells.each_ref().map(|cell| {
        let ours = std::mem::take(&mut first);
        match cell {
            None => "-".to_owned(),
            Some(cell) if ours => duration(cell.best),
            Some(cell) => format!("{}, {:.2}", duration(cell.best), cell.ratio),
        }
    })
}

fn duration(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        ..10.0 => format!("{micros:.2} µs"),
        ..1_000.0 => format!("{micros:.1} µs"),
        ..10_000.0 => format!("{:.2} ms", micros / 1e3),
        _ => format!("{:.1} ms", micros / 1e3),
    }
}

/// Bytes per operation: rows of a name and the figures of all but the floor.
pub(crate) fn print_sizes(rows: &[(&str, [Option<usize>; 4])]) {
    println!("\n### Bytes\n");
    let headings = NAMES.map(str::to_owned);
    let cells = |bytes: &[Option<usize>; 4]| {
        bytes.map(|bytes| bytes.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string()))
    };
    print_rows(&headings[..4], rows.iter().map(|(name, bytes)| (*name, cells(bytes))));
}

fn print_rows<'a, const N: usize>(
    headings: &[String],
    rows: impl Iterator<Item = (&'a str, [String; N])>,
) {
    println!("| operation | {} |", headings.join(" | "));
    println!("|---|{}", "---:|".repeat(headings.len()));
    for (name, cells) in rows {
        println!("| {name} | {} |", cells[..headings.len()].join(" | "));
    }
}
