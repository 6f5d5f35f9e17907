//! Timing models of real cards, by published figures.
//!
//! A model of a card shows which engine a pipeline would keep busy on it, and how deep rings must be. It is no promise:
//! a transfer shares the link and the host's memory with others. The times of kernels are not part of it; add them with
//! [`Timing::kernel`].
//!
//! ```
//! use gpu_stages::cpu::timing::{Cost, cards};
//! use std::time::Duration;
//!
//! let card = cards::A100_PCIE;
//! let fft = Cost::rate(50e9, card.launch().unwrap_or_default());
//! let timing = card.timing().kernel("fft", fft);
//! // 64 MiB go up in 2.5 ms.
//! let upload = Cost::rate(card.link().uploads(), Duration::ZERO).of(64 << 20);
//! assert_eq!(upload.as_micros(), 2_545);
//! # drop(timing);
//! ```
//!
//! # Where the figures come from
//!
//! | card | memory | copy engines | launch |
//! |---|---|---|---|
//! | [`GTX_TITAN_X`] | 336.5 GB/s: hothardware.com, "NVIDIA GeForce GTX Titan X Review" | 2: `deviceQuery` | none found |
//! | [`A10`] | 600 GB/s: 6,251 MHz, 384 bits (`deviceQuery`) | 2: `deviceQuery` | none found |
//! | [`A100_PCIE`] | 1,935 GB/s: thundercompute.com, "NVIDIA A100 specs" | 3: `deviceQuery` | 2,555 ns: gpu-benches |
//! | [`H100_PCIE`] | 2,039 GB/s: 1,593 MHz, 5,120 bits (`pgaccelinfo`) | 3: `pgaccelinfo` ("Async Engines") | none found |
//! | [`MI210`] | 1.6 TB/s: anandtech.com, "AMD Releases Instinct MI210 Accelerator" | 2: HIP documentation, "Hardware implementation", of most AMD GPUs | 1,956 ns: gpu-benches |
//!
//! `deviceQuery` is a program of NVIDIA's CUDA samples ("Concurrent copy and kernel execution: Yes with … copy
//! engine(s)"), and `pgaccelinfo` one of NVIDIA's compilers; their output on these cards is public in many places. For
//! the A100 it is that on the SXM card, which has the same GPU. From the clock and the width of the memory's bus the
//! bandwidth follows at two transfers per clock.
//!
//! gpu-benches is github.com/RRZE-HPC/gpu-benches, `gpu-small-kernels`: 10,000 launches in one queue, each of so little
//! work that starting it dominates, fitted by a start-up time and a bandwidth. The start-up time is the figure here
//! (`repeated-stream.svg`, of an A100 with 80 GB and an MI210).
//!
//! # What is derived
//!
//! **Transfers.** [`Pcie`] subtracts the overhead of the protocol from a link's raw rate, as in Neugebauer et al.,
//! "Understanding PCIe performance for end host networking" (SIGCOMM 2018), and its model
//! (github.com/pcie-bench/pcie-model): 16 lanes at 8, 16 or 32 GT/s, encoded 128b/130b; of that, acknowledgements and
//! flow control take 8 bytes each in 168 and clock compensation 4 in 1,538; of the rest, packets of 256 bytes of data
//! carry headers of 20 bytes when the card reads host memory (uploads) and of 24 bytes when it writes there
//! (downloads).
//!
//! | link | raw | uploads | downloads |
//! |---|---|---|---|
//! | [`Pcie::Gen3`] | 15.8 GB/s | 13.2 GB/s | 13.0 GB/s |
//! | [`Pcie::Gen4`] | 31.5 GB/s | 26.4 GB/s | 26.0 GB/s |
//! | [`Pcie::Gen5`] | 63.0 GB/s | 52.7 GB/s | 52.0 GB/s |
//!
//! Published measurements with page-locked memory lie near: 12.2 and 12.5 GB/s on a GTX TITAN X (`bandwidthTest` of the
//! CUDA samples), 25.8 and 26.2 GB/s on an A100 (the same), 52.8 GB/s down on an H100 (github.com/NVIDIA/nvbandwidth,
//! issue 24). A latency of transfers is not part of the models.
//!
//! **Copies on the device** read and write each byte, so that they go at half the memory's bandwidth. They and fills
//! start as a kernel does.

use super::cost::Cost;
use super::model::Timing;
use std::time::Duration;

/// A card's figures. A profile of another card can be made in the same way.
///
/// ```
/// use gpu_stages::cpu::timing::cards::{Card, Pcie};
/// use std::time::Duration;
///
/// const CARD: Card = Card::new("another card", Pcie::Gen5, 1e12)
///     .with_copy_engines(1)
///     .with_launch(Duration::from_micros(3));
/// assert_eq!((CARD.copy_engines(), CARD.memory()), (1, 1e12));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Card {
    name: &'static str,
    link: Pcie,
    memory: f64,
    copy_engines: usize,
    launch: Option<Duration>,
}

/// A PCI Express link of 16 lanes, by its generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pcie {
    /// 8 GT/s per lane.
    Gen3,
    /// 16 GT/s per lane.
    Gen4,
    /// 32 GT/s per lane.
    Gen5,
}

/// NVIDIA GeForce GTX TITAN X (Maxwell, 2015): a card of the time of the talk that the README names.
pub const GTX_TITAN_X: Card =
    Card::new("GeForce GTX TITAN X", Pcie::Gen3, 336.5e9).with_copy_engines(2);

/// NVIDIA A10 (Ampere, 2021).
pub const A10: Card = Card::new("A10", Pcie::Gen4, 600e9).with_copy_engines(2);

/// NVIDIA A100 80GB PCIe (Ampere, 2021).
pub const A100_PCIE: Card = Card::new("A100 80GB PCIe", Pcie::Gen4, 1_935e9)
    .with_copy_engines(3)
    .with_launch(Duration::from_nanos(2_555));

/// NVIDIA H100 PCIe (Hopper, 2022).
pub const H100_PCIE: Card = Card::new("H100 PCIe", Pcie::Gen5, 2_039e9).with_copy_engines(3);

/// AMD Instinct MI210 (CDNA 2, 2022).
pub const MI210: Card = Card::new("Instinct MI210", Pcie::Gen4, 1_600e9)
    .with_copy_engines(2)
    .with_launch(Duration::from_nanos(1_956));

/// All cards of this module, the oldest first.
pub const ALL: &[Card] = &[GTX_TITAN_X, A10, A100_PCIE, MI210, H100_PCIE];

impl Card {
    /// A card of this name that is connected to the host by `link`, with this bandwidth of its memory in bytes per
    /// second. It has two copy engines, and no figure for launches.
    pub const fn new(name: &'static str, link: Pcie, memory: f64) -> Self {
        Card {
            name,
            link,
            memory,
            copy_engines: 2,
            launch: None,
        }
    }

    /// With this number of copy engines; 0 counts as 1.
    #[must_use]
    pub const fn with_copy_engines(mut self, count: usize) -> Self {
        self.copy_engines = if count == 0 { 1 } else { count };
        self
    }

    /// With this time for which a launch occupies the device.
    #[must_use]
    pub const fn with_launch(mut self, time: Duration) -> Self {
        self.launch = Some(time);
        self
    }

    /// The card's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The link that connects it to the host.
    pub const fn link(&self) -> Pcie {
        self.link
    }

    /// The bandwidth of its memory, in bytes per second.
    pub const fn memory(&self) -> f64 {
        self.memory
    }

    /// How many transfers can run at a time. With one engine, uploads and downloads exclude each other. More than two
    /// do not help, as two transfers in one direction share the link.
    pub const fn copy_engines(&self) -> usize {
        self.copy_engines
    }

    /// For how long a launch occupies the device before its work begins, if launches follow each other in one queue.
    /// `None` if no published measurement was found.
    pub const fn launch(&self) -> Option<Duration> {
        self.launch
    }

    /// A timing model of the card. A kernel takes only the time of its [`launch`](Self::launch) unless
    /// [`Timing::kernel`] sets the time of its work. Kernels exclude each other.
    pub fn timing(&self) -> Timing {
        let launch = self.launch.unwrap_or_default();
        let timing = Timing::new()
            .uploads(Cost::rate(self.link.uploads(), Duration::ZERO))
            .downloads(Cost::rate(self.link.downloads(), Duration::ZERO))
            .copies(Cost::rate(self.memory / 2.0, launch))
            .other_kernels(Cost::fixed(launch));
        if self.copy_engines < 2 {
            timing.one_copy_engine()
        } else {
            timing
        }
    }
}

/// Bytes of a packet beside its data: framing and sequence number, generic header, header of its kind.
const READ_HEADER: f64 = 8.0 + 4.0 + 8.0;
const WRITE_HEADER: f64 = 8.0 + 4.0 + 12.0;
/// Bytes of data in a packet, at the size that most hosts negotiate.
const PAYLOAD: f64 = 256.0;

impl Pcie {
    /// The rate of the link, in bytes per second in each direction.
    pub fn raw(self) -> f64 {
        let transfers = match self {
            Pcie::Gen3 => 8e9,
            Pcie::Gen4 => 16e9,
            Pcie::Gen5 => 32e9,
        };
        16.0 * transfers * (128.0 / 130.0) / 8.0
    }

    /// The rate at which uploads transfer data, in bytes per second.
    pub fn uploads(self) -> f64 {
        self.data(READ_HEADER)
    }

    /// The rate at which downloads transfer data, in bytes per second.
    pub fn downloads(self) -> f64 {
        self.data(WRITE_HEADER)
    }

    fn data(self, header: f64) -> f64 {
        let packets = 1.0 - 2.0 * 8.0 / 168.0 - 4.0 / 1_538.0;
        self.raw() * packets * PAYLOAD / (PAYLOAD + header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_of_links_are_those_of_the_table() {
        let rates = |link: Pcie| {
            [link.raw(), link.uploads(), link.downloads()].map(|rate| (rate / 1e8).round() / 10.0)
        };
        assert_eq!(rates(Pcie::Gen3), [15.8, 13.2, 13.0]);
        assert_eq!(rates(Pcie::Gen4), [31.5, 26.4, 26.0]);
        assert_eq!(rates(Pcie::Gen5), [63.0, 52.7, 52.0]);
    }
}
