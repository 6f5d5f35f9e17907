//! Where samples come from and dumps go to. Both take virtual time, as a network would.

use crate::engines::{ANTENNAS, BLOCK, DUMP, Dump, HISTORY, PRODUCTS, SAMPLES};
use crate::world::{RECEIVE, SEND};
use gpu_stages::cpu::Simulation;
use num_complex::Complex32;
use std::mem;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// The samples of all antennas, as they follow each other in the frames: a wave that reaches each antenna a sample
/// later than the one before, and noise.
pub fn signal(range: Range<usize>) -> impl Iterator<Item = f32> {
    let points = BLOCK / ANTENNAS;
    range.map(move |index| {
        let (block, antenna) = (index / BLOCK, index % BLOCK / points);
        let time = block * points + index % points;
        random(ANTENNAS + time - antenna) + 0.5 * random(1 << 40 | index)
    })
}

/// From -1 to 1.
fn random(number: usize) -> f32 {
    let mixed = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 40) as f32 / (1 << 23) as f32 - 1.0
}

/// Where samples come from: a socket, in a real correlator.
pub struct Receiver {
    simulation: Simulation,
    /// The next frame.
    frame: usize,
    /// The end of the previous frame; at first silence.
    history: Vec<f32>,
}

impl Receiver {
    pub fn new(simulation: &Simulation) -> Self {
        Receiver {
            simulation: simulation.clone(),
            frame: 0,
            history: vec![0.0; HISTORY],
        }
    }

    /// Receives the next frame into `samples`; returns its number.
    pub async fn receive(&mut self, samples: &mut [f32]) -> usize {
        self.pass().await;
        let received = signal((self.frame - 1) * SAMPLES..self.frame * SAMPLES);
        samples.iter_mut().zip(received).for_each(|(x, it)| *x = it);
        self.frame - 1
    }

    /// The same, with the end of the previous frame in front of it.
    pub async fn receive_with_history(&mut self, samples: &mut [f32]) {
        let (before, samples) = samples.split_at_mut(HISTORY);
        before.copy_from_slice(&self.history);
        self.receive(samples).await;
        self.history.copy_from_slice(&samples[SAMPLES - HISTORY..]);
    }

    /// Receives the next frame and drops it.
    pub async fn pass(&mut self) {
        self.simulation.host_work(RECEIVE).await;
        self.frame += 1;
    }
}

/// Where dumps go to: another socket.
pub struct Sender {
    simulation: Simulation,
    /// Products that are being added up, of so many frames.
    sums: Dump,
    frames: usize,
    sent: Sent,
}

/// What was sent, to be checked.
pub type Sent = Arc<Mutex<Vec<Dump>>>;

impl Sender {
    pub fn new(simulation: &Simulation, sent: &Sent) -> Self {
        Sender {
            simulation: simulation.clone(),
            sums: vec![Complex32::ZERO; PRODUCTS],
            frames: 0,
            sent: sent.clone(),
        }
    }

    /// Adds up the products of a frame, and sends the sums when they are a dump.
    pub async fn add(&mut self, products: &[Complex32]) {
        let sums = self.sums.iter_mut().zip(products);
        sums.for_each(|(sum, product)| *sum += product);
        self.frames += 1;
        if self.frames % DUMP != 0 {
            return self.simulation.host_work(SEND).await;
        }
        let sums = mem::replace(&mut self.sums, vec![Complex32::ZERO; PRODUCTS]);
        self.send(&sums).await;
    }

    /// Sends a dump.
    pub async fn send(&mut self, dump: &[Complex32]) {
        self.simulation.host_work(SEND).await;
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push(dump.to_vec());
    }
}
