//! The models of cards, in virtual time: what takes how long, and what goes on side by side.

use futures::future::try_join;
use gpu_stages::cpu::timing::cards;
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue, Simulation};
use gpu_stages::{Result, gpu_pipeline};
use gpu_stages_tests::set;
use std::time::Duration;

const BYTES: usize = 4 << 20;
const LEN: usize = BYTES / size_of::<f32>();

#[gpu_pipeline]
async fn upload(
    #[queue] queue: Queue,
    #[owns] host: HostBuffer<f32>,
    #[owns] device: DeviceBuffer<f32>,
) -> Result<()> {
    queue.upload(&host, &mut device)
}

#[gpu_pipeline]
async fn download(
    #[queue] queue: Queue,
    #[owns] device: DeviceBuffer<f32>,
    #[owns] host: HostBuffer<f32>,
) -> Result<()> {
    queue.download(&device, &mut host)
}

#[gpu_pipeline]
async fn launch(#[queue] queue: Queue, #[owns] device: DeviceBuffer<f32>) -> Result<()> {
    queue.launch(&set(1.0), 1, (&mut device,))
}

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[owns] device: DeviceBuffer<f32>) -> Result<()> {
    queue.fill(&mut device, 1.0)
}

/// A simulated device that takes as long as `timing` says.
struct World {
    simulation: Simulation,
    device: Device,
}

impl World {
    fn new(timing: Timing) -> Self {
        let simulation = Simulation::timed(timing);
        let device = Device::builder().simulated(&simulation).build();
        World { simulation, device }
    }

    fn queue(&self) -> Queue {
        Queue::new(&self.device).unwrap()
    }

    fn on_device(&self) -> DeviceBuffer<f32> {
        DeviceBuffer::new(&self.device, LEN).unwrap()
    }

    fn on_host(&self) -> HostBuffer<f32> {
        HostBuffer::new(&self.device, LEN).unwrap()
    }

    /// How long `work` takes.
    fn takes<T>(&self, work: impl Future<Output = Result<T>>) -> Duration {
        let before = self.simulation.now();
        self.simulation.block_on(work).unwrap();
        self.simulation.now() - before
    }

    fn upload_takes(&self) -> Duration {
        self.takes(upload(&self.queue(), self.on_host(), self.on_device()))
    }

    fn download_takes(&self) -> Duration {
        self.takes(download(&self.queue(), self.on_device(), self.on_host()))
    }

    fn both_take(&self) -> Duration {
        let (up, down) = (self.queue(), self.queue());
        self.takes(try_join(
            upload(&up, self.on_host(), self.on_device()),
            download(&down, self.on_device(), self.on_host()),
        ))
    }
}

fn at(rate: f64, latency: Duration) -> Duration {
    Cost::rate(rate, latency).of(BYTES)
}

#[test]
fn a_card_is_as_fast_as_its_link_and_its_memory() {
    for card in cards::ALL {
        let world = World::new(card.timing());
        let launches = card.launch().unwrap_or_default();
        let nothing = Duration::ZERO;
        assert_eq!(world.upload_takes(), at(card.link().uploads(), nothing));
        assert_eq!(world.download_takes(), at(card.link().downloads(), nothing));
        assert_eq!(
            world.takes(fill(&world.queue(), world.on_device())),
            at(card.memory() / 2.0, launches)
        );
        assert_eq!(
            world.takes(launch(&world.queue(), world.on_device())),
            launches
        );
    }
}

#[test]
fn a_card_copies_both_ways_at_once_if_it_has_two_engines() {
    for copy_engines in [1, 2, 3] {
        let card = cards::A10.with_copy_engines(copy_engines);
        let world = World::new(card.timing());
        let (up, down) = (world.upload_takes(), world.download_takes());
        let expected = if copy_engines == 1 {
            up + down
        } else {
            up.max(down)
        };
        assert_eq!(world.both_take(), expected, "{copy_engines} engines");
    }
}
