//! How fast it goes: the highest rate of samples at which nothing is lost.
//!
//! ```sh
//! cargo test --release -p gpu-stages-examples --features opencl --test fx_correlator sustained -- --ignored --nocapture
//! ```
//!
//! Devices and schedules take turns, round by round, so that what else the machine does hits all of them. The first
//! round searches from far below; each further one begins at what was found before.

use crate::harness::heard;
use crate::packet::SamplesHeader;
use crate::programs::Correlator;
use crate::shape::Shape;
use std::net::{SocketAddr, UdpSocket};
use std::ops::Range;
use std::time::{Duration, Instant};

const SHAPE: Shape = Shape {
    antennas: 4,
    channels: 256,
    taps: 8,
    spectra: 64,
    packet: 8192,
    integration: 16,
    first_channel: 0,
    band: 256,
    bits: 8,
};
/// How long a rate is held.
const SECONDS: f64 = 1.0;
/// How often a rate is tried: the machine does other things as well.
const TRIES: usize = 2;
/// Rates are found to within this factor.
const WITHIN: f64 = 1.05;
const ROUNDS: usize = 5;
/// No round begins after this.
const ENOUGH: Duration = Duration::from_secs(240);

/// A device and a schedule, and what was found so far, in Mbit/s.
struct Way {
    device: &'static str,
    schedule: &'static str,
    found: Vec<f64>,
}

/// Prints the rates of all ways, and what the sender alone can do: it shares the processor with what it sends to.
#[test]
#[ignore = "measures"]
fn sustained() {
    let frames = heard(&SHAPE, 2, &[(0.3, 20.0)]).datagrams(&SHAPE);
    let alone = sender_alone(&frames);
    let bits = (8 * frames[0].len()) as f64;
    println!(
        "the sender alone: {alone:.0} packets/s, {:.0} Mbit/s",
        alone * bits / 1e6
    );
    let begin = Instant::now();
    let mut ways = ways();
    for round in 0..ROUNDS {
        if begin.elapsed() > ENOUGH {
            break;
        }
        for way in &mut ways {
            way.search(&frames, alone * bits / 1e6);
        }
        println!("round {} of {ROUNDS}", round + 1);
    }
    println!("highest rate at which nothing is lost, Mbit/s of datagrams");
    for way in &mut ways {
        way.found.sort_by(f64::total_cmp);
        let (
            Way {
                device,
                schedule,
                found,
            },
            last,
        ) = (&*way, way.found.len() - 1);
        let (median, least, most) = (found[last / 2], found[0], found[last]);
        let packets = median * 1e6 / bits;
        println!(
            "{device:8} {schedule:12} median {median:6.0} ({least:.0} to {most:.0}), {packets:.0} packets/s"
        );
    }
}

fn ways() -> Vec<Way> {
    let all: &[_] = if cfg!(feature = "opencl") {
        &[
            ("cpu", "synchronous"),
            ("cpu", "pipeline"),
            ("opencl", "synchronous"),
            ("opencl", "pipeline"),
            ("opencl", "by-hand"),
        ]
    } else {
        &[("cpu", "synchronous"), ("cpu", "pipeline")]
    };
    let way = |&(device, schedule)| Way {
        device,
        schedule,
        found: Vec::new(),
    };
    all.iter().map(way).collect()
}

impl Way {
    /// Finds the highest rate once more; none is above `most`.
    fn search(&mut self, frames: &[Vec<u8>], most: f64) {
        let holds = |rate: f64| rate < most && (0..TRIES).any(|_| self.holds(frames, rate));
        let (mut low, mut step) = match self.found.last() {
            Some(rate) => (rate / WITHIN, WITHIN),
            None => (20.0, 2.0),
        };
        // Down to what holds, then up to what does not, in steps that grow.
        while !holds(low) {
            step *= WITHIN;
            low /= step;
        }
        let mut high = low * step;
        while holds(high) {
            step *= WITHIN;
            (low, high) = (high, high * step);
        }
        while high / low > WITHIN {
            let middle = f64::sqrt(low * high);
            if holds(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.found.push(low);
    }

    /// Whether nothing is lost at this rate.
    fn holds(&self, frames: &[Vec<u8>], rate: f64) -> bool {
        let per_frame = SHAPE.inputs() * SHAPE.packets();
        let bits = (frames[0].len() * 8 * per_frame) as f64;
        let number = (rate * 1e6 * SECONDS / bits).ceil().max(4.0) as usize;
        let options = format!(
            "--antennas {} --all-channels {} --taps {} --spectra {} --packet {} --integrate {} --frames {number} \
             --device {} --schedule {}",
            SHAPE.antennas,
            SHAPE.channels,
            SHAPE.taps,
            SHAPE.spectra,
            SHAPE.packet,
            SHAPE.full_weight(),
            self.device,
            self.schedule,
        );
        let mut correlator = Correlator::start(&options.split(' ').collect::<Vec<_>>());
        let to = correlator.address;
        let interval = bits / (rate * 1e6) / per_frame as f64;
        let begin = Instant::now();
        send(to, frames, 0..number * per_frame, interval);
        let took = begin.elapsed().as_secs_f64();
        // What is lost is known when later packets come.
        let ahead = (number + 1000) * per_frame;
        while !correlator.has_ended() {
            send(to, frames, ahead..ahead + 1, 0.0);
            std::thread::sleep(Duration::from_millis(5));
        }
        let (code, counts, said) = correlator.end();
        assert_eq!(code, Some(0), "{said}");
        let kept_pace = took < WITHIN * interval * (number * per_frame) as f64;
        kept_pace && counts["correlated"] == number && counts["lost"] == 0
    }
}

/// Packets per second to a socket that is not read.
fn sender_alone(frames: &[Vec<u8>]) -> f64 {
    let unread = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut rates: Vec<f64> = (0..5)
        .map(|_| {
            let begin = Instant::now();
            send(unread.local_addr().unwrap(), frames, 0..20_000, 0.0);
            20_000.0 / begin.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates[2]
}

/// Sends packets of these numbers, the contents of the frames again and again, one packet every so many seconds.
fn send(to: SocketAddr, frames: &[Vec<u8>], packets: Range<usize>, interval: f64) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let begin = Instant::now();
    let mut packet = Vec::new();
    for (sent, i) in packets.enumerate() {
        let (header, samples) = SamplesHeader::parse(&frames[i % frames.len()]).unwrap();
        let header = SamplesHeader {
            sequence: (i / SHAPE.inputs()) as u64,
            ..header
        };
        header.write(bytemuck::cast_slice(samples), &mut packet);
        let due = Duration::from_secs_f64(sent as f64 * interval);
        std::thread::sleep(due.saturating_sub(begin.elapsed()));
        socket.send_to(&packet, to).unwrap();
    }
}
