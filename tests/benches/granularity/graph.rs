//! The task graphs: columns and steps, and which columns of the step before a task needs.

/// Columns. Each is computed on one core; there are some for each.
pub const WIDTH: usize = 8;

/// Steps. Patterns that begin with few columns have all of them most of the time.
pub const STEPS: usize = 300;

/// The largest number of columns that a task needs.
pub const NEEDS: usize = 3;

/// Which columns a task needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    Trivial,
    NoComm,
    Stencil,
    Sweep,
    Fft,
    Tree,
}

impl Pattern {
    pub const ALL: [Pattern; 6] = [
        Pattern::Trivial,
        Pattern::NoComm,
        Pattern::Stencil,
        Pattern::Sweep,
        Pattern::Fft,
        Pattern::Tree,
    ];

    /// As Task Bench calls it.
    pub fn name(self) -> &'static str {
        match self {
            Pattern::Trivial => "trivial",
            Pattern::NoComm => "no_comm",
            Pattern::Stencil => "stencil_1d",
            Pattern::Sweep => "dom",
            Pattern::Fft => "fft",
            Pattern::Tree => "tree",
        }
    }

    /// The columns of `step`, as the first and the number of them.
    fn columns(self, step: usize) -> (usize, usize) {
        match self {
            Pattern::Sweep => {
                let first = (step + WIDTH).saturating_sub(STEPS);
                (first, WIDTH.min(step + 1).min(STEPS - step))
            }
            Pattern::Tree => (0, WIDTH.min(1 << step.min(usize::BITS as usize - 1))),
            _ => (0, WIDTH),
        }
    }

    /// The columns of the step before that the task in `column` of `step` needs.
    fn needs(self, step: usize, column: usize) -> Vec<usize> {
        let levels = WIDTH.ilog2() as usize;
        let wanted = match self {
            Pattern::Trivial => vec![],
            Pattern::NoComm => vec![Some(column)],
            Pattern::Stencil => vec![column.checked_sub(1), Some(column), Some(column + 1)],
            Pattern::Sweep => vec![column.checked_sub(1), Some(column)],
            Pattern::Fft => {
                let distance = 1 << (step % levels);
                vec![
                    column.checked_sub(distance),
                    Some(column),
                    Some(column + distance),
                ]
            }
            Pattern::Tree => vec![Some(column / 2)],
        };
        let Some(before) = step.checked_sub(1) else {
            return Vec::new();
        };
        let (first, count) = self.columns(before);
        let there = |column: &usize| (first..first + count).contains(column);
        wanted.into_iter().flatten().filter(there).collect()
    }

    /// All tasks, each behind those that it needs.
    pub fn tasks(self) -> Vec<Task> {
        let of_step = |step| {
            let (first, count) = self.columns(step);
            (first..first + count).map(move |column| Task {
                step,
                column,
                needs: self.needs(step, column),
            })
        };
        (0..STEPS).flat_map(of_step).collect()
    }
}

/// One task.
pub struct Task {
    pub step: usize,
    pub column: usize,
    /// Columns of the step before.
    pub needs: Vec<usize>,
}

impl Task {
    /// No other task has the same.
    pub fn seed(&self) -> u64 {
        (self.step * WIDTH + self.column) as u64
    }
}

/// What a task makes of what it needs. Each value depends on all tasks that the one needs, directly or not, so that
/// one that ran too early shows.
pub fn value(seed: u64, needs: impl IntoIterator<Item = u64>) -> u64 {
    let mix = |sum: u64, value: u64| {
        (sum ^ value)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(29)
    };
    needs.into_iter().fold(seed, mix)
}

/// The last values of all columns.
pub type Columns = [u64; WIDTH];

/// What they must be.
pub fn expected(tasks: &[Task]) -> Columns {
    let mut columns = [[0; WIDTH]; 2];
    let mut last = [0; WIDTH];
    for task in tasks {
        let before = &columns[(task.step + 1) % 2];
        let own = value(task.seed(), task.needs.iter().map(|&need| before[need]));
        columns[task.step % 2][task.column] = own;
        last[task.column] = own;
    }
    last
}
