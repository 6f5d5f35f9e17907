//! Comparing results with the expected ones, bit by bit.

use crate::progress::Progress;

/// Takes the results of one way, in the order of the frames.
pub struct Check<'a> {
    expected: &'a [f64],
    progress: &'a mut Progress,
    noted: usize,
    tally: Tally,
}

/// How many results were as expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Frames whose result has the expected bits.
    pub correct: u64,
    /// The first of the others, counted from 0.
    pub first_wrong: Option<usize>,
}

impl<'a> Check<'a> {
    /// Expects these results.
    pub fn new(expected: &'a [f64], progress: &'a mut Progress) -> Self {
        Check {
            expected,
            progress,
            noted: 0,
            tally: Tally::default(),
        }
    }

    /// Takes the next frame's result. Bits are compared, because a NaN equals nothing, not even itself.
    pub fn note(&mut self, result: f64) {
        let expected = self.expected.get(self.noted);
        if expected.is_some_and(|expected| expected.to_bits() == result.to_bits()) {
            self.tally.correct += 1;
        } else {
            self.tally.first_wrong.get_or_insert(self.noted);
        }
        self.noted += 1;
        self.progress.step();
    }

    /// How it went. A result that never came is a wrong one.
    pub fn tally(self) -> Tally {
        let missing = (self.noted < self.expected.len()).then_some(self.noted);
        Tally {
            first_wrong: self.tally.first_wrong.or(missing),
            ..self.tally
        }
    }
}
