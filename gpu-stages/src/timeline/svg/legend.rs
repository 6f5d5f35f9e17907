//! The legend: the meaning of colours, lines and borders.

use super::layout::{Item, Kind, Picture};
use super::measures::{LETTER, MARGIN};
use super::palette;
use super::text::Px;
use std::fmt;

/// A legend that is being written from left to right.
struct Legend<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    x: f64,
    /// The baseline of the text.
    y: f64,
}

/// Explains what is in `picture`, with the baseline of the text at `y`.
pub(super) fn legend(f: &mut fmt::Formatter<'_>, picture: &Picture, y: f64) -> fmt::Result {
    let mut legend = Legend { f, x: MARGIN, y };
    for colour in palette::all() {
        legend.swatch(12.0, 12.0, &format!("fill=\"{}\"", colour.fill))?;
        legend.x += 2.0;
    }
    legend.text("work, one colour per frame")?;
    let any = |is: fn(&Item) -> bool| picture.rows.iter().any(|row| row.items.iter().any(is));
    let fill = palette::all()[0].fill;
    if any(|item| item.kind == Kind::Enqueue) {
        legend.swatch(24.0, 8.0, &format!("fill=\"{fill}\""))?;
        legend.text("enqueuing")?;
    }
    let pale = format!("fill=\"{fill}\" fill-opacity=\".55\"");
    legend.swatch(28.0, 4.0, &pale)?;
    legend.text("waiting: a frame on the host, the next command on a queue")?;
    if any(|item| item.is_bad) {
        legend.swatch(12.0, 12.0, "class=\"bad\" fill=\"#fff\"")?;
        legend.text("failed, panicked or dropped")?;
    }
    Ok(())
}

impl Legend<'_, '_> {
    /// A box of this size that looks like what the next text explains.
    fn swatch(&mut self, width: f64, height: f64, look: &str) -> fmt::Result {
        writeln!(
            self.f,
            "<rect {look} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            Px(self.x),
            Px(self.y - 4.0 - height / 2.0),
            Px(width),
            Px(height)
        )?;
        self.x += width;
        Ok(())
    }

    fn text(&mut self, text: &str) -> fmt::Result {
        writeln!(
            self.f,
            "<text class=\"legend\" x=\"{}\" y=\"{}\">{text}</text>",
            Px(self.x + 6.0),
            Px(self.y)
        )?;
        self.x += text.chars().count() as f64 * LETTER + 22.0;
        Ok(())
    }
}
