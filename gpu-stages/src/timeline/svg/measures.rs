//! Measures of the picture, in pixels.

pub(super) const WIDTH: f64 = 1000.0;
pub(super) const MARGIN: f64 = 16.0;
pub(super) const TITLE: f64 = 40.0;
pub(super) const LANE: f64 = 22.0;
/// The least height of a lane, where there are many.
pub(super) const LEAST_LANE: f64 = 6.0;
pub(super) const HOST_HEIGHT: f64 = 200.0;
pub(super) const GAP: f64 = 8.0;
/// The width of what takes no time, so that it can be seen.
pub(super) const THINNEST: f64 = 1.2;
pub(super) const AXIS: f64 = 26.0;
pub(super) const LEGEND: f64 = 26.0;
/// The greatest width of a letter in the sizes of text that are used.
pub(super) const LETTER: f64 = 6.6;
pub(super) const LARGE_LETTER: f64 = 7.2;
