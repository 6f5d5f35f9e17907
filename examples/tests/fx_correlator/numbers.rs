//! The numbers are right, on every device.

use crate::harness::{SMALL, Setup, check, heard};
use crate::kernels::{self, Kernels};
use crate::network::{Faults, Network};
use crate::shape::Shape;
use gpu_stages::{Backend, cpu};
use std::f64::consts::TAU;

/// Shapes of all kinds: packets shorter, longer and as long as blocks, parts of the band, a single tap.
fn shapes() -> [Shape; 5] {
    [
        SMALL,
        Shape {
            packet: 16,
            antennas: 3,
            ..SMALL
        },
        Shape {
            packet: 32,
            taps: 1,
            first_channel: 5,
            band: 3,
            ..SMALL
        },
        Shape {
            packet: 256,
            taps: 9,
            integration: 1,
            ..SMALL
        },
        Shape {
            channels: 2,
            band: 2,
            packet: 8,
            antennas: 1,
            ..SMALL
        },
    ]
}

async fn is_right<B: Backend>(device: &B::Device, kernels: impl Fn(&Shape) -> Kernels<B>) {
    for shape in shapes() {
        let heard = heard(&shape, 7, &[(0.3, 8.0)]);
        let mut setup = Setup::new(device, kernels(&shape), shape, 6).await;
        let (totals, records) = setup.run(heard.datagrams(&shape)).await.unwrap();
        assert_eq!(
            records.len(),
            7_usize.div_ceil(shape.integration),
            "{shape:?}"
        );
        assert_eq!((totals.lost, totals.late, totals.frames), (0, 0, 7));
        check(&shape, &heard, &records);
    }
}

/// This device fills unwritten memory with a debug pattern and reports accesses that nothing orders.
#[tokio::test]
async fn the_embedded_device() {
    let device = cpu::Device::builder()
        .check_hazards(true)
        .fill_garbage(true)
        .build();
    is_right(&device, kernels::cpu).await;
    device.assert_no_hazards();
}

#[cfg(feature = "opencl")]
#[tokio::test]
async fn an_opencl_device() {
    let device = gpu_stages::opencl::Device::find(&crate::harness::opencl_device()).unwrap();
    is_right(&device, |shape| kernels::opencl(&device, shape).unwrap()).await;
}

/// A source's phase goes up with frequency as its delay says, a quarter of a sample included.
#[tokio::test]
async fn a_source_is_where_it_is() {
    let shape = Shape {
        antennas: 3,
        channels: 32,
        band: 32,
        spectra: 32,
        integration: 4,
        ..SMALL
    };
    for delay in [0.0, 0.25, -0.75, 2.0] {
        let heard = heard(&shape, 4, &[(delay, 30.0)]);
        let device = cpu::Device::new();
        let mut setup = Setup::new(&device, kernels::cpu(&shape), shape, 6).await;
        let (_, records) = setup.run(heard.datagrams(&shape)).await.unwrap();
        for (baseline, (a, b)) in shape.pairs().enumerate() {
            if a % 2 != b % 2 || a == b {
                continue;
            }
            let antennas = (b / 2 - a / 2) as f64;
            // Not at the ends of the band, where the interpolation ends and the tone is no matter.
            for channel in 3..26 {
                let value = records[0].visibilities[baseline * shape.band + channel];
                let expected = TAU * antennas * delay * channel as f64 / shape.block() as f64;
                let difference = (f64::from(value.arg()) - expected).rem_euclid(TAU);
                let difference = difference.min(TAU - difference);
                assert!(
                    difference < 0.35,
                    "delay {delay}, {a}-{b}, channel {channel}: {difference}"
                );
            }
        }
    }
}

/// What is lost lowers weights and nothing else, and what comes in another order comes to the same place.
#[tokio::test]
async fn a_bad_network() {
    let shape = Shape {
        packet: 16,
        ..SMALL
    };
    for seed in 0..4 {
        let faults = Faults {
            loss: 0.03,
            reorder: 0.2,
            distance: 2 * shape.inputs(),
        };
        let mut heard = heard(&shape, 9, &[(0.3, 8.0)]);
        let all = heard.datagrams(&shape);
        let (mut network, mut arrived) = (Network::new(faults, seed), Vec::new());
        all.iter()
            .for_each(|datagram| network.send(datagram, &mut arrived));
        network.finish(&mut arrived);
        for (i, datagram) in all.iter().enumerate() {
            let (packet, input) = (i / shape.inputs(), i % shape.inputs());
            heard.arrived[input][packet] = arrived.contains(datagram);
        }
        // Some come twice.
        let duplicates: Vec<_> = arrived.iter().step_by(10).cloned().collect();
        let sent: Vec<_> = (arrived.iter().zip(0..))
            .flat_map(|(datagram, i)| {
                let times = if i % 10 == 0 { 2 } else { 1 };
                std::iter::repeat_n(datagram.clone(), times)
            })
            .collect();
        let device = cpu::Device::new();
        let mut setup = Setup::new(&device, kernels::cpu(&shape), shape, 6).await;
        let (totals, records) = setup.run(sent).await.unwrap();
        assert_eq!(totals.lost, network.lost);
        // Of those that come twice, the second may find its frame complete.
        assert_eq!(totals.duplicate + totals.late, duplicates.len() as u64);
        assert!(totals.lost > 0 && totals.reordered > 0 && totals.duplicate > 0);
        assert_eq!(totals.dropped_frames, 0);
        assert_eq!(records.len(), 3);
        assert!(records.iter().any(|it| it.weights.iter().any(|&w| w < 24)));
        check(&shape, &heard, &records);
    }
}
