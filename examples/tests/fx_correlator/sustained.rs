//! How fast it goes: the highest rate of samples at which nothing is lost.
//!
//! ```sh
//! cargo test --release -p gpu-stages-examples --features opencl --test fx_correlator sustained -- --ignored --nocapture
//! ```

use crate::harness::heard;
use crate::packet::SamplesHeader;
use crate::programs::Correlator;
use crate::shape::Shape;
use std::net::{SocketAddr, UdpSocket};
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
const SECONDS: f64 = 1.5;
/// How often a rate is tried: the machine does other things as well.
const TRIES: usize = 2;

/// Prints the rates of both schedules and their ratio, per device.
#[test]
#[ignore = "measures"]
fn sustained() {
    let devices: &[&str] = if cfg!(feature = "opencl") {
        &["cpu", "opencl"]
    } else {
        &["cpu"]
    };
    let frames = heard(&SHAPE, 2, &[(0.3, 20.0)]).datagrams(&SHAPE);
    println!(
        "{:8} {:>24} {:>24} {:>6}",
        "device", "synchronous / Mbit/s", "pipeline / Mbit/s", "ratio"
    );
    for device in devices {
        let [synchronous, pipeline] =
            ["synchronous", "pipeline"].map(|schedule| highest(device, schedule, &frames));
        let ratio = pipeline / synchronous;
        println!("{device:8} {synchronous:24.0} {pipeline:24.0} {ratio:6.2}");
    }
}

/// The highest rate in Mbit/s, within 10 %.
fn highest(device: &str, schedule: &str, frames: &[Vec<u8>]) -> f64 {
    let holds = |rate: f64| (0..TRIES).any(|_| holds(device, schedule, frames, rate));
    let (mut low, mut high) = (1.0, 2.0);
    while holds(high) {
        (low, high) = (high, high * 2.0);
    }
    while high / low > 1.1 {
        let middle = f64::sqrt(low * high);
        if holds(middle) {
            low = middle
        } else {
            high = middle
        }
    }
    low
}

/// Whether nothing is lost at this rate.
fn holds(device: &str, schedule: &str, frames: &[Vec<u8>], rate: f64) -> bool {
    let per_frame = SHAPE.inputs() * SHAPE.packets();
    let bits = (frames[0].len() * 8 * per_frame) as f64;
    let number = (rate * 1e6 * SECONDS / bits).ceil().max(4.0) as usize;
    let options = format!(
        "--antennas {} --all-channels {} --taps {} --spectra {} --packet {} --integrate {} --idle 1.5 --device {device} \
         --schedule {schedule}",
        SHAPE.antennas,
        SHAPE.channels,
        SHAPE.taps,
        SHAPE.spectra,
        SHAPE.packet,
        SHAPE.full_weight(),
    );
    let correlator = Correlator::start(&options.split(' ').collect::<Vec<_>>());
    send(
        correlator.address,
        frames,
        number,
        bits / (rate * 1e6) / per_frame as f64,
    );
    let (code, counts, said) = correlator.end();
    assert_eq!(code, Some(0), "{said}");
    counts["frames"] == number && counts["lost"] == 0
}

/// Sends the frames again and again, with new numbers, one packet every so many seconds.
fn send(to: SocketAddr, frames: &[Vec<u8>], number: usize, interval: f64) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let packets = number * SHAPE.inputs() * SHAPE.packets();
    let start = Instant::now();
    let mut packet = Vec::new();
    for (i, datagram) in frames.iter().cycle().take(packets).enumerate() {
        let (header, samples) = SamplesHeader::parse(datagram).unwrap();
        let header = SamplesHeader {
            sequence: (i / SHAPE.inputs()) as u64,
            ..header
        };
        header.write(bytemuck::cast_slice(samples), &mut packet);
        let due = Duration::from_secs_f64(i as f64 * interval);
        std::thread::sleep(due.saturating_sub(start.elapsed()));
        socket.send_to(&packet, to).unwrap();
    }
}
