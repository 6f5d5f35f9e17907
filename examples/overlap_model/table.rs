//! The tables.

use crate::correlator::Correlator;
use crate::filter::Filter;
use crate::markdown::Table;
use crate::ping_pong::PingPong;
use crate::readers::Readers;
use crate::scene::{Scene, ms};
use crate::talk::Talk;
use gpu_stages::Result;
use gpu_stages::bound::Depths;
use gpu_stages::cpu::timing::Cost;
use gpu_stages::cpu::timing::cards::{self, Card};
use std::ops::RangeInclusive;
use std::time::Duration;

/// A pipeline, and the depths to run it at.
pub struct Runs {
    pub scene: Box<dyn Scene>,
    pub at: Vec<(&'static str, Depths)>,
}

/// What is known of one run.
pub struct Row {
    pub name: &'static str,
    pub depths: Depths,
    pub makespan: Duration,
    /// What no run beats at these depths, and whether runs reach it.
    pub bound: Duration,
    pub is_exact: bool,
    /// What no run beats at any depths.
    pub ideal: Duration,
    pub bottleneck: String,
}

/// The runs of the first table.
pub fn runs() -> Vec<Runs> {
    let rings = |name, slots: RangeInclusive<usize>| {
        let at = slots.map(|slots| (name, Depths::of(slots).in_flight(4)));
        at.collect::<Vec<_>>()
    };
    let runs = |scene: Box<dyn Scene>, at| Runs { scene, at };
    let mut three_queues = rings("talk, slide 29: three queues", 1..=3);
    let one_at_a_time = Depths::of(1).in_flight(1);
    three_queues.insert(
        0,
        ("talk, slides 16 and 18: one frame at a time", one_at_a_time),
    );
    let one_copy_engine = Talk {
        one_copy_engine: true,
        ..Talk::on(3)
    };
    let one_thread = Talk {
        host_threads: Some(1),
        times: [2, 1, 2, 1, 3].map(ms),
        ..Talk::on(3)
    };
    vec![
        runs(Box::new(Talk::on(3)), three_queues),
        runs(Box::new(Talk::on(1)), rings("talk, one queue", 1..=3)),
        runs(
            Box::new(one_copy_engine),
            rings("talk, one copy engine", 2..=3),
        ),
        runs(
            Box::new(one_thread),
            rings("talk, busy host, one thread", 1..=3),
        ),
        runs(
            Box::new(Readers),
            rings("two readers of one resource", 1..=3),
        ),
        runs(Box::new(PingPong), rings("ping-pong", 2..=3)),
        runs(Box::new(Filter), rings("frames that overlap", 2..=3)),
        runs(Box::new(Correlator), rings("FX correlator", 2..=3)),
    ]
}

/// Runs a pipeline, and at the end at the depths that are recommended.
pub fn rows(runs: &Runs, frames: usize) -> Result<Vec<Row>> {
    let frame = runs.scene.frame();
    let recommended = frame.depths().map(|depths| ("recommended", depths));
    let all = runs.at.iter().chain(&recommended);
    all.map(|(name, depths)| {
        let (bound, ideal) = (frame.bound(depths), frame.ideal());
        let (bound, ideal) = bound.zip(ideal).expect("no call waits for itself");
        let names = bound.bottleneck().iter().map(ToString::to_string);
        Ok(Row {
            name,
            depths: depths.clone(),
            makespan: runs.scene.makespan(depths, frames)?,
            bound: bound.makespan(frames),
            is_exact: bound.is_exact(),
            ideal: ideal.makespan(frames),
            bottleneck: names.collect::<Vec<_>>().join(" and "),
        })
    })
    .collect()
}

/// Makespans of all kinds of pipelines.
pub fn schedules(frames: usize) -> Result<Table> {
    let header = [
        "pipeline",
        "depths",
        "makespan, ms",
        "bound, ms",
        "bound / makespan",
        "of the ideal",
        "bottleneck",
    ];
    let mut table = vec![header.map(str::to_owned).to_vec()];
    for runs in runs() {
        for row in rows(&runs, frames)? {
            let of = |time: Duration| time.as_secs_f64() / row.makespan.as_secs_f64();
            let at_least = if row.is_exact { "" } else { "at least " };
            table.push(vec![
                row.name.to_owned(),
                row.depths.to_string(),
                row.makespan.as_millis().to_string(),
                format!("{at_least}{}", row.bound.as_millis()),
                format!("{:.3}", of(row.bound)),
                format!("{:.0} %", 100.0 * of(row.ideal)),
                row.bottleneck,
            ]);
        }
    }
    Ok(Table(table))
}

/// Bytes of the frames on cards.
const BYTES: usize = 64 << 20;

/// The talk's pipeline with frames of 64 MiB: each element goes through the device's memory twice, and the host takes
/// 2 ms each to fill and to reduce.
fn on_card(card: &Card) -> Talk {
    let nothing = Duration::ZERO;
    let upload = Cost::rate(card.link().uploads(), nothing);
    let kernel = Cost::rate(card.memory() / 2.0, card.launch().unwrap_or_default());
    let download = Cost::rate(card.link().downloads(), nothing);
    let [upload, kernel, download] = [upload, kernel, download].map(|cost| cost.of(BYTES));
    Talk {
        times: [ms(2), upload, kernel, download, ms(2)],
        one_copy_engine: card.copy_engines() < 2,
        ..Talk::on(3)
    }
}

/// What the talk's pipeline takes on cards, one frame at a time and at the recommended depths.
pub fn cards(frames: usize) -> Result<Table> {
    let header = ["card", "alone, ms", "per frame, ms", "bottleneck", "depths"];
    let mut table = vec![header.map(str::to_owned).to_vec()];
    for card in cards::ALL {
        let scene = Box::new(on_card(card));
        let alone = scene.makespan(&Depths::of(1).in_flight(1), 1)?;
        for row in rows(
            &Runs {
                scene,
                at: Vec::new(),
            },
            frames,
        )? {
            let others = row.makespan.saturating_sub(alone).as_secs_f64();
            table.push(vec![
                card.name().to_owned(),
                format!("{:.2}", 1e3 * alone.as_secs_f64()),
                format!("{:.2}", 1e3 * others / (frames.max(2) - 1) as f64),
                row.bottleneck,
                row.depths.to_string(),
            ]);
        }
    }
    Ok(Table(table))
}
