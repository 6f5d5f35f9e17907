//! [`plot`]: two diagrams, one over the other.

use crate::merge::Part;
use num_complex::Complex64;
use plotters::prelude::*;
use std::path::Path;

const SIZE: (u32, u32) = (1200, 900);

/// Decibels below which an amplitude is drawn at the bottom.
const FLOOR: f64 = -40.0;

/// Draws the mean of all dumps, for one polarisation.
pub fn plot(path: &Path, part: &Part, polarisation: u8) -> Result<(), String> {
    let drawing = SVGBackend::new(path, SIZE).into_drawing_area();
    draw(&drawing, part, polarisation.into()).map_err(|error| error.to_string())
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Failure = Box<dyn std::error::Error>;

/// A baseline: its antennas and the mean visibility per channel.
struct Line {
    antennas: (usize, usize),
    values: Vec<Complex64>,
}

fn draw(drawing: &Area<'_>, part: &Part, polarisation: usize) -> Result<(), Failure> {
    drawing.fill(&WHITE)?;
    let (upper, lower) = drawing.split_vertically(SIZE.1 / 2);
    let lines = lines(part, polarisation);
    let largest = lines.iter().flat_map(|line| &line.values);
    let largest = largest
        .map(|it| it.norm())
        .fold(f64::MIN_POSITIVE, f64::max);
    let first = part.records[0].header.channel as f64;
    let decibels = |it: &Complex64| (20.0 * (it.norm() / largest).log10()).max(FLOOR);
    let amplitude = Diagram {
        caption: "amplitude / dB (thin lines: antennas with themselves)",
        first,
        range: (FLOOR, 3.0),
        phases: false,
    };
    amplitude.draw(&upper, &lines, decibels)?;
    let phase = Diagram {
        caption: "phase / degrees",
        first,
        range: (-180.0, 180.0),
        phases: true,
    };
    phase.draw(&lower, &lines, |it| it.arg().to_degrees())?;
    drawing.present()?;
    Ok(())
}

struct Diagram {
    caption: &'static str,
    first: f64,
    range: (f64, f64),
    /// Only baselines of two antennas have phases.
    phases: bool,
}

impl Diagram {
    fn draw(
        &self,
        area: &Area<'_>,
        lines: &[Line],
        value: impl Fn(&Complex64) -> f64,
    ) -> Result<(), Failure> {
        let channels = lines.first().map_or(1, |line| line.values.len()) as f64;
        let mut chart = ChartBuilder::on(area)
            .caption(self.caption, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(48)
            .build_cartesian_2d(
                self.first..self.first + channels,
                self.range.0..self.range.1,
            )?;
        chart
            .configure_mesh()
            .x_desc("channel")
            .light_line_style(TRANSPARENT)
            .draw()?;
        for (number, line) in lines.iter().enumerate() {
            let (a, b) = line.antennas;
            if self.phases && a == b {
                continue;
            }
            let color = Palette99::pick(number).to_rgba();
            let points = line.values.iter().enumerate();
            let points = points.map(|(i, it)| (self.first + i as f64 + 0.5, value(it)));
            let width = if a == b { 1 } else { 2 };
            let drawn = chart.draw_series(LineSeries::new(points, color.stroke_width(width)))?;
            drawn.label(format!("{a}-{b}")).legend(move |(x, y)| {
                PathElement::new([(x, y), (x + 16, y)], color.stroke_width(width))
            });
        }
        let labels = &mut chart.configure_series_labels();
        labels
            .position(SeriesLabelPosition::LowerLeft)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK)
            .draw()?;
        Ok(())
    }
}

/// The means of all dumps, of baselines of one polarisation.
fn lines(part: &Part, polarisation: usize) -> Vec<Line> {
    let baselines = part.records[0].weights.len();
    // n (n + 1) / 2 baselines of n inputs.
    let inputs = (0..).find(|n| n * (n + 1) / 2 >= baselines).unwrap_or(0);
    let pairs = (0..inputs).flat_map(|a| (a..inputs).map(move |b| (a, b)));
    let mut lines = Vec::new();
    for (baseline, (a, b)) in pairs.enumerate() {
        if a % 2 != polarisation || b % 2 != polarisation {
            continue;
        }
        let weight: u64 = part
            .records
            .iter()
            .map(|it| u64::from(it.weights[baseline]))
            .sum();
        let mean = |channel: usize| {
            let at = baseline * part.channels + channel;
            let values = part.records.iter().map(|it| it.visibilities[at]);
            let sum: Complex64 = values
                .map(|it| Complex64::new(it.re.into(), it.im.into()))
                .sum();
            sum / weight.max(1) as f64
        };
        lines.push(Line {
            antennas: (a / 2, b / 2),
            values: (0..part.channels).map(mean).collect(),
        });
    }
    lines
}
