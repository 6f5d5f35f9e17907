//! Colours of frames.

/// A colour of boxes, with the colour of text in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour {
    pub fill: &'static str,
    pub text: &'static str,
}

const fn colour(fill: &'static str, text: &'static str) -> Colour {
    Colour { fill, text }
}

/// Okabe and Ito's palette (M. Okabe and K. Ito, "Color Universal Design", 2008, jfly.uni-koeln.de/color) but for its
/// black, in an order in which successive colours differ most.
const FRAMES: [Colour; 7] = [
    colour("#0072b2", "#fff"),
    colour("#e69f00", "#000"),
    colour("#009e73", "#fff"),
    colour("#cc79a7", "#000"),
    colour("#56b4e9", "#000"),
    colour("#d55e00", "#fff"),
    colour("#f0e442", "#000"),
];

/// The colour of the frame of this number, counted from 1.
pub(super) fn of_frame(number: u64) -> Colour {
    let index = number.saturating_sub(1) % FRAMES.len() as u64;
    FRAMES[index as usize]
}

/// All colours, for the legend.
pub(super) fn all() -> &'static [Colour] {
    &FRAMES
}
