//! The table.

use crate::error::Error;
use crate::markdown::Table;
use crate::shape::Shape;
use crate::stages::Stages;
use crate::virtual_time::makespan;
use gpu_stages::cpu::timing::cards::{self, Card};
use std::time::Duration;

/// Dumps of each run: as many as it takes for beginning and end not to matter.
const DUMPS: usize = 20;

/// Arrays of so many antennas, with 4096 channels.
const ARRAYS: [usize; 2] = [8, 32];

/// What is known of one array on one card.
pub struct Row {
    pub card: Card,
    pub antennas: usize,
    pub stages: Stages,
    /// Of the correlator as it is.
    pub makespan: Duration,
    /// Of the ideal bound, for unlimited slots and frames in flight.
    pub bound: Duration,
    pub bottleneck: String,
    /// The fewest slots and dumps in flight that reach the bound.
    pub depths: String,
    /// Samples that go through, in bits per second.
    pub rate: f64,
}

/// The array's frames, 16 of them in a dump.
fn shape(antennas: usize) -> Shape {
    Shape {
        antennas,
        channels: 4096,
        taps: 8,
        spectra: 64,
        packet: 4096,
        integration: 16,
        first_channel: 0,
        band: 4096,
        bits: 8,
    }
}

/// All arrays on all cards.
pub fn rows() -> Result<Vec<Row>, Error> {
    let all = ARRAYS
        .iter()
        .flat_map(|&antennas| cards::ALL.iter().map(move |card| (*card, antennas)));
    all.map(|(card, antennas)| row(card, antennas)).collect()
}

fn row(card: Card, antennas: usize) -> Result<Row, Error> {
    let shape = shape(antennas).check().map_err(Error::Option)?;
    let stages = Stages::on(&card, &shape);
    let dump = stages.dump(&shape);
    let ideal = dump.ideal().expect("no call waits for itself");
    let names = ideal.bottleneck().iter().map(ToString::to_string);
    let makespan = makespan(&stages, shape.integration, DUMPS)?;
    let bits = 8.0 * (shape.samples() * shape.integration * DUMPS) as f64;
    Ok(Row {
        card,
        antennas,
        stages,
        makespan,
        bound: ideal.makespan(DUMPS),
        bottleneck: names.collect::<Vec<_>>().join(" and "),
        depths: dump
            .depths()
            .map_or_else(String::new, |depths| depths.to_string()),
        rate: bits / makespan.as_secs_f64(),
    })
}

/// As it is printed.
pub fn table(rows: &[Row]) -> Table {
    let header = [
        "antennas",
        "card",
        "upload",
        "`fir`",
        "`fft`",
        "`correlate`",
        "clear",
        "download",
        "bottleneck",
        "Gbit/s",
        "bound / makespan",
        "slots, and dumps in flight",
    ];
    let cells = rows.iter().map(|row| {
        let Stages {
            upload,
            fir,
            fft,
            correlate,
            clear,
            download,
        } = row.stages;
        let ms = |time: Duration| format!("{:.3}", 1e3 * time.as_secs_f64());
        let times = [upload, fir, fft, correlate, clear, download].map(ms);
        let ratio = row.bound.as_secs_f64() / row.makespan.as_secs_f64();
        let mut cells = vec![row.antennas.to_string(), row.card.name().to_owned()];
        cells.extend(times);
        cells.extend([
            row.bottleneck.clone(),
            format!("{:.0}", row.rate / 1e9),
            format!("{ratio:.3}"),
            row.depths.clone(),
        ]);
        cells
    });
    let header = std::iter::once(header.map(str::to_owned).to_vec());
    Table(header.chain(cells).collect())
}
