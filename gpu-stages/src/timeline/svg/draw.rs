//! The elements of the picture, in SVG.

use super::axis;
use super::layout::{Item, Kind, Picture, Row};
use super::legend::legend;
use super::measures::{
    AXIS, GAP, HOST_HEIGHT, LANE, LARGE_LETTER, LEAST_LANE, LEGEND, LETTER, MARGIN, THINNEST,
    TITLE, WIDTH,
};
use super::palette;
use super::text::{Px, Text};
use std::fmt;
use std::time::Duration;

const STYLE: &str = "text{font:11px 'DejaVu Sans',Verdana,sans-serif}\
    .title{font-size:15px;font-weight:bold}\
    .row{font-size:13px;text-anchor:end}\
    .axis{fill:#555;text-anchor:middle}\
    .name{text-anchor:middle;pointer-events:none}\
    .legend{fill:#333}\
    .bad{stroke:#c00000;stroke-width:2}\
    .cross{stroke:#c00000;stroke-width:2.5;fill:none}";

/// The horizontal positions of times.
struct Scale {
    left: f64,
    per_nanosecond: f64,
}

impl Scale {
    fn x(&self, time: Duration) -> f64 {
        self.left + time.as_nanos() as f64 * self.per_nanosecond
    }
}

fn lane_height(row: &Row) -> f64 {
    (HOST_HEIGHT / row.lanes as f64).clamp(LEAST_LANE, LANE)
}

fn height(row: &Row) -> f64 {
    row.lanes as f64 * lane_height(row)
}

/// Draws `picture`, on an axis that is at least `lasting` long.
pub(super) fn draw(
    f: &mut fmt::Formatter<'_>,
    picture: &Picture,
    title: &str,
    lasting: Duration,
) -> fmt::Result {
    let labels = picture.rows.iter().map(|row| row.label.chars().count());
    let longest = labels.max().unwrap_or(0).min(24) as f64;
    let left = MARGIN + longest * LARGE_LETTER + 12.0;
    let end = picture.end.max(lasting).max(Duration::from_nanos(1));
    let scale = Scale {
        left,
        per_nanosecond: (WIDTH - MARGIN - left) / end.as_nanos() as f64,
    };
    let rows: f64 = picture.rows.iter().map(|row| height(row) + GAP).sum();
    let bottom = TITLE + rows;
    let total = bottom + AXIS + LEGEND + MARGIN / 2.0;
    let size = format!("width=\"{}\" height=\"{}\"", Px(WIDTH), Px(total));
    writeln!(
        f,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" {size} viewBox=\"0 0 {} {}\" role=\"img\">",
        Px(WIDTH),
        Px(total)
    )?;
    writeln!(f, "<title>{}</title>\n<style>{STYLE}</style>", Text(title))?;
    writeln!(f, "<rect {size} fill=\"#fff\"/>")?;
    writeln!(
        f,
        "<text class=\"title\" x=\"{}\" y=\"25\">{}</text>",
        Px(MARGIN),
        Text(title)
    )?;
    backgrounds(f, picture, left)?;
    draw_axis(f, &scale, end, bottom)?;
    let mut top = TITLE;
    for row in &picture.rows {
        draw_row(f, row, &scale, top)?;
        top += height(row) + GAP;
    }
    legend(f, picture, bottom + AXIS + 16.0)?;
    f.write_str("</svg>\n")
}

/// The grey strips behind the rows.
fn backgrounds(f: &mut fmt::Formatter<'_>, picture: &Picture, left: f64) -> fmt::Result {
    let mut top = TITLE;
    for row in &picture.rows {
        writeln!(
            f,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#f3f3f3\"/>",
            Px(left),
            Px(top - 2.0),
            Px(WIDTH - MARGIN - left),
            Px(height(row) + 4.0)
        )?;
        top += height(row) + GAP;
    }
    Ok(())
}

fn draw_axis(f: &mut fmt::Formatter<'_>, scale: &Scale, end: Duration, bottom: f64) -> fmt::Result {
    for (at, label) in axis::ticks(end) {
        let x = scale.x(at);
        // The last label stays in the picture.
        let half = label.chars().count() as f64 * LETTER / 2.0;
        writeln!(
            f,
            "<path d=\"M{} {}V{}\" stroke=\"#ccc\"/><text class=\"axis\" x=\"{}\" y=\"{}\">{label}</text>",
            Px(x),
            Px(TITLE - 4.0),
            Px(bottom + 2.0),
            Px(x.min(WIDTH - half)),
            Px(bottom + 16.0)
        )?;
    }
    Ok(())
}

fn draw_row(f: &mut fmt::Formatter<'_>, row: &Row, scale: &Scale, top: f64) -> fmt::Result {
    let label: String = row.label.chars().take(24).collect();
    writeln!(
        f,
        "<g data-row=\"{}\"><text class=\"row\" x=\"{}\" y=\"{}\">{}</text>",
        Text(&row.label),
        Px(scale.left - 8.0),
        Px(top + height(row) / 2.0 + 4.5),
        Text(&label)
    )?;
    // Waits are drawn first: a thin box of work that is widened lies above them.
    let is_wait = |item: &&Item| item.kind == Kind::Wait;
    let waits = row.items.iter().filter(is_wait);
    let others = row.items.iter().filter(|item| !is_wait(item));
    for item in waits.chain(others) {
        let lane = lane_height(row);
        draw_item(f, item, scale, top + item.lane as f64 * lane, lane)?;
    }
    writeln!(f, "</g>")
}

fn draw_item(
    f: &mut fmt::Formatter<'_>,
    item: &Item,
    scale: &Scale,
    top: f64,
    lane: f64,
) -> fmt::Result {
    let (from, to) = (scale.x(item.from), scale.x(item.to));
    let colour = palette::of_frame(item.frame);
    let width = (to - from).max(THINNEST);
    let (class, inset, look) = match item.kind {
        // A white border separates neighbours, if the box is wide enough for one.
        Kind::Work if width > 4.0 => ("work", 1.0, "stroke=\"#fff\" stroke-width=\".6\""),
        Kind::Work => ("work", 1.0, ""),
        Kind::Enqueue => ("enqueue", lane * 0.25, ""),
        Kind::Wait => ("wait", lane * 0.42, "fill-opacity=\".55\""),
        Kind::Tick => ("tick", 1.0, ""),
        Kind::Cross => return cross(f, item, from, top + lane / 2.0, lane),
    };
    let is_bad = item.is_bad && item.kind == Kind::Work;
    let (class, look) = match is_bad {
        true => (format!("{class} bad"), ""),
        false => (class.to_owned(), look),
    };
    write!(
        f,
        "<rect class=\"{class}\" data-frame=\"{}\" data-stage=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" \
         fill=\"{}\"",
        item.frame,
        Text(&item.name),
        Px(from),
        Px(top + inset),
        Px(width),
        Px(lane - 2.0 * inset),
        colour.fill
    )?;
    let separator = if look.is_empty() { "" } else { " " };
    writeln!(
        f,
        "{separator}{look}><title>{}</title></rect>",
        Text(&item.note)
    )?;
    if item.kind == Kind::Work && lane > 13.0 {
        name(
            f,
            item,
            colour.text,
            (from + width / 2.0, top + lane / 2.0 + 4.0),
            width,
        )?;
    }
    Ok(())
}

/// The frame's number and the stage's name, or as much of it as fits.
fn name(
    f: &mut fmt::Formatter<'_>,
    item: &Item,
    fill: &str,
    (x, y): (f64, f64),
    width: f64,
) -> fmt::Result {
    let texts = [
        format!("{} {}", item.frame, item.name),
        item.frame.to_string(),
    ];
    let fits = |text: &&String| text.chars().count() as f64 * LETTER + 4.0 <= width;
    if let Some(text) = texts.iter().find(fits) {
        let text = Text(text);
        writeln!(
            f,
            "<text class=\"name\" x=\"{}\" y=\"{}\" fill=\"{fill}\">{text}</text>",
            Px(x),
            Px(y)
        )?;
    }
    Ok(())
}

/// A cross, where a frame failed.
fn cross(f: &mut fmt::Formatter<'_>, item: &Item, x: f64, y: f64, lane: f64) -> fmt::Result {
    let arm = (lane * 0.35).min(6.0);
    writeln!(
        f,
        "<path class=\"cross\" data-frame=\"{}\" d=\"M{} {}L{} {}M{} {}L{} {}\"><title>{}</title></path>",
        item.frame,
        Px(x - arm),
        Px(y - arm),
        Px(x + arm),
        Px(y + arm),
        Px(x - arm),
        Px(y + arm),
        Px(x + arm),
        Px(y - arm),
        Text(&item.note)
    )
}
