//! Tests of how `process_one` compares results.

#[path = "../process_one/check.rs"]
mod check;
#[path = "../process_one/progress.rs"]
mod progress;

use check::{Check, Tally};
use progress::Progress;

fn tally(expected: &[f64], results: &[f64]) -> Tally {
    let mut progress = Progress::new(results.len() as u64);
    let mut check = Check::new(expected, &mut progress);
    results.iter().for_each(|&result| check.note(result));
    check.tally()
}

#[test]
fn bits_are_compared() {
    let results = [1.0, f64::NAN, 0.0];
    let all = Tally {
        correct: 3,
        first_wrong: None,
    };
    assert_eq!(tally(&results, &results), all);
    let signs = tally(&results, &[1.0, f64::NAN, -0.0]);
    assert_eq!((signs.correct, signs.first_wrong), (2, Some(2)));
}

#[test]
fn the_first_wrong_frame_is_named() {
    let found = tally(&[1.0, 2.0, 3.0, 4.0], &[1.0, 9.0, 3.0, 9.0]);
    assert_eq!((found.correct, found.first_wrong), (2, Some(1)));
}

#[test]
fn missing_and_surplus_results_are_wrong() {
    let missing = tally(&[1.0, 2.0], &[1.0]);
    assert_eq!((missing.correct, missing.first_wrong), (1, Some(1)));
    let surplus = tally(&[1.0], &[1.0, 1.0]);
    assert_eq!((surplus.correct, surplus.first_wrong), (1, Some(1)));
}
