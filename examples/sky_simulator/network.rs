//! [`Network`]: loses and delays packets, as a seed decides.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::VecDeque;

/// What happens to packets.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// How many of all are lost, 0 to 1.
    pub loss: f64,
    /// How many of all are sent later, 0 to 1.
    pub reorder: f64,
    /// Later by as many packets.
    pub distance: usize,
}

/// Packets on their way.
pub struct Network {
    faults: Faults,
    random: ChaCha8Rng,
    count: usize,
    /// Those that are sent later, and when.
    held: VecDeque<(usize, Vec<u8>)>,
    /// Packets that were lost.
    pub lost: u64,
}

impl Network {
    /// An empty network.
    pub fn new(faults: Faults, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        // The sky has the first streams.
        random.set_stream(u64::MAX);
        Network {
            faults,
            random,
            count: 0,
            held: VecDeque::new(),
            lost: 0,
        }
    }

    /// Sends a packet; what arrives now, in order, goes to `arrives`.
    pub fn send(&mut self, packet: &[u8], arrives: &mut Vec<Vec<u8>>) {
        self.count += 1;
        if self.happens(self.faults.loss) {
            self.lost += 1;
        } else if self.happens(self.faults.reorder) {
            let when = self.count + self.faults.distance;
            self.held.push_back((when, packet.to_vec()));
        } else {
            arrives.push(packet.to_vec());
        }
        while self
            .held
            .front()
            .is_some_and(|(when, _)| *when <= self.count)
        {
            arrives.extend(self.held.pop_front().map(|(_, packet)| packet));
        }
    }

    /// What is still on its way.
    pub fn finish(&mut self, arrives: &mut Vec<Vec<u8>>) {
        arrives.extend(self.held.drain(..).map(|(_, packet)| packet));
    }

    fn happens(&mut self, chance: f64) -> bool {
        // The upper bits are an even number of [0, 1).
        let random = (self.random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        random < chance
    }
}
