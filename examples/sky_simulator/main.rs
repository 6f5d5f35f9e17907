//! Sends what a small array of antennas would hear, in the datagrams that `fx_correlator` takes (its `packet.rs`
//! describes them): noise, point sources with the delays of their directions, a tone.
//!
//! ```sh
//! cargo run --release --example sky_simulator -- --source 0.3:20 --source -0.1:10 --tone 0.125:5 --loss 0.001
//! ```
//!
//! With `--send` more than once, each destination gets all packets: correlators that share the band.

mod network;
#[allow(dead_code, reason = "only sends")]
#[path = "../fx_correlator/packet.rs"]
mod packet;
mod sky;

use clap::Parser;
use network::{Faults, Network};
use packet::SamplesHeader;
use sky::{Plan, Sky};
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Sends what a small array of antennas would hear, as UDP datagrams.
#[derive(Debug, Parser)]
#[command(name = "sky_simulator")]
struct Options {
    /// Where to send to; several get the same
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7148")]
    send: Vec<SocketAddr>,

    /// Antennas, of two polarisations each
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=512))]
    antennas: u16,

    /// Samples in a datagram
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u16).range(1..=32_768))]
    packet: u16,

    /// Packets of each input to send
    #[arg(long, value_name = "N", default_value_t = 256)]
    packets: u64,

    /// Samples of each input per second; 0 is as fast as it goes
    #[arg(long, value_name = "HZ", default_value_t = 200_000.0)]
    rate: f64,

    /// Distance of neighbouring antennas, in the time that light takes, in samples
    #[arg(long, value_name = "SAMPLES", default_value_t = 8.0)]
    spacing: f64,

    /// Amplitude of the noise of each input
    #[arg(long, value_name = "AMPLITUDE", default_value_t = 10.0)]
    noise: f64,

    /// A source: its direction cosine, -1 to 1, and its amplitude
    #[arg(long, value_name = "L:AMPLITUDE", value_parser = pair, allow_hyphen_values = true)]
    source: Vec<(f64, f64)>,

    /// A tone from above: its frequency in cycles per sample, 0 to 0.5, and its amplitude
    #[arg(long, value_name = "FREQUENCY:AMPLITUDE", value_parser = pair)]
    tone: Option<(f64, f64)>,

    /// How many of all packets are lost, 0 to 1
    #[arg(long, value_name = "PART", default_value_t = 0.0)]
    loss: f64,

    /// How many of all packets are sent later, 0 to 1
    #[arg(long, value_name = "PART", default_value_t = 0.0)]
    reorder: f64,

    /// Later by as many packets
    #[arg(long, value_name = "PACKETS", default_value_t = 10)]
    distance: usize,

    /// Packets that are sent at once
    #[arg(long, value_name = "PACKETS", default_value_t = 1)]
    burst: usize,

    /// Decides about all noise and all faults
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// When sample 0 was taken, in nanoseconds since 1970
    #[arg(long, value_name = "NS", default_value_t = 0)]
    sync: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match options.check().and_then(|()| send_all(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

impl Options {
    fn check(&self) -> Result<(), String> {
        let parts = [("--loss", self.loss), ("--reorder", self.reorder)];
        for (option, part) in parts {
            if !(0.0..=1.0).contains(&part) {
                return Err(format!("{option} is between 0 and 1, not {part}"));
            }
        }
        let numbers = [
            ("--rate", self.rate),
            ("--spacing", self.spacing),
            ("--noise", self.noise),
        ];
        for (option, number) in numbers {
            if !(0.0..=1e9).contains(&number) {
                return Err(format!("{option} is between 0 and 1e9, not {number}"));
            }
        }
        let delay = self.spacing * f64::from(self.antennas);
        match self
            .source
            .iter()
            .find(|(l, _)| l.abs() > 1.0 || l.is_nan())
        {
            Some((l, _)) => Err(format!("a direction cosine is between -1 and 1, not {l}")),
            None if delay > 1e6 => Err(format!("a delay of {delay} samples is too long")),
            None => Ok(()),
        }
    }
}

fn send_all(options: &Options) -> Result<(), String> {
    let sockets = options.send.iter().map(|to| socket(*to));
    let sockets = sockets.collect::<Result<Vec<_>, _>>()?;
    let faults = Faults {
        loss: options.loss,
        reorder: options.reorder,
        distance: options.distance,
    };
    let mut network = Network::new(faults, options.seed);
    let mut sky = Sky::new(Plan {
        antennas: options.antennas.into(),
        spacing: options.spacing,
        noise: options.noise,
        sources: options.source.clone(),
        tone: options.tone,
        seed: options.seed,
    });
    let (mut waiting, mut sent) = (Vec::new(), 0_u64);
    let start = Instant::now();
    for sequence in 0..options.packets {
        packets(options, &mut sky, sequence, |packet| {
            network.send(packet, &mut waiting)
        });
        if sequence + 1 == options.packets {
            network.finish(&mut waiting);
        }
        let is_last = sequence + 1 == options.packets;
        while waiting.len() >= options.burst.max(1) || is_last && !waiting.is_empty() {
            let burst = waiting.len().min(options.burst.max(1));
            wait(options, start, sent);
            for packet in waiting.drain(..burst) {
                for (socket, to) in sockets.iter().zip(&options.send) {
                    socket
                        .send_to(&packet, to)
                        .map_err(|error| format!("cannot send to {to}: {error}"))?;
                }
                sent += 1;
            }
        }
    }
    let lost = network.lost;
    let _ = writeln!(io::stdout(), "{sent} packets sent, {lost} lost");
    Ok(())
}

/// A socket of the family of what is sent to.
fn socket(to: SocketAddr) -> Result<UdpSocket, String> {
    let from: IpAddr = match to {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    UdpSocket::bind((from, 0)).map_err(|error| format!("no socket to send to {to}: {error}"))
}

/// The packets of all inputs with this number.
fn packets(options: &Options, sky: &mut Sky, sequence: u64, mut send: impl FnMut(&[u8])) {
    let inputs = 2 * usize::from(options.antennas);
    let len = usize::from(options.packet);
    let mut samples = vec![0; inputs];
    let mut by_input = vec![0; inputs * len];
    for i in 0..len {
        sky.next_sample(&mut samples);
        for (input, &sample) in samples.iter().enumerate() {
            by_input[input * len + i] = sample;
        }
    }
    let mut datagram = Vec::new();
    for (input, samples) in by_input.chunks_exact(len).enumerate() {
        let header = SamplesHeader {
            antenna: (input / 2) as u16,
            polarisation: (input % 2) as u8,
            sequence,
            sync: options.sync,
        };
        header.write(samples, &mut datagram);
        send(&datagram);
    }
}

/// Waits until so many packets may have been sent.
fn wait(options: &Options, start: Instant, sent: u64) {
    if options.rate > 0.0 {
        let per_packet =
            f64::from(options.packet) / (options.rate * 2.0 * f64::from(options.antennas));
        let due = Duration::try_from_secs_f64(per_packet * sent as f64).unwrap_or(Duration::MAX);
        sleep(due.saturating_sub(start.elapsed()));
    }
}

fn pair(text: &str) -> Result<(f64, f64), String> {
    let numbers = text.split_once(':');
    let numbers = numbers.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    numbers
        .filter(|(a, b): &(f64, f64)| a.is_finite() && b.is_finite())
        .ok_or_else(|| "two numbers with a colon between, such as 0.3:20".into())
}
