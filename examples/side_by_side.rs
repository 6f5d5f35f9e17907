//! One pipeline, written twice: with `#[gpu_pipeline]`, and by hand with the library's own functions. The second
//! is what the attribute makes of the first; here with the reasons. Both process the same frames.

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{
    CommandQueue, JobQueue, Resource, Result, Schedule, Stage, Until, WaitDevice, gpu_pipeline,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use std::io::{self, Write};
use std::process::ExitCode;

const FRAMES: u64 = 8;
const SAMPLES: usize = 4096;
const SLOTS: usize = 2;
const IN_FLIGHT: usize = 3;

/// Multiplies one frame by three on the device; returns its mean square.
#[gpu_pipeline]
async fn with_the_macro(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    triple: Kernel,
    seed: u64,
) -> Result<f32> {
    fill_normal(seed, &mut h_in);
    up.upload(&h_in, &mut d_in)?;
    compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    down.download(&d_out, &mut h_out)?;
    Ok(mean_square(&h_out))
}

/// The same by hand.
#[allow(
    clippy::too_many_arguments,
    reason = "a pipeline names all that it uses"
)]
fn by_hand(
    up: &Queue,
    compute: &Queue,
    down: &Queue,
    h_in: &Resource<HostBuffer<f32>>,
    d_in: &Resource<DeviceBuffer<f32>>,
    d_out: &Resource<DeviceBuffer<f32>>,
    h_out: &Resource<HostBuffer<f32>>,
    triple: Kernel,
    seed: u64,
    // The future borrows nothing: it can be spawned, and outlives the references it was made from.
) -> impl Future<Output = Result<f32>> + use<> {
    // Names for messages: an error, or a poisoned resource, says which stage of which pipeline it comes from.
    static PIPELINE: Schedule = Schedule::new(
        "by_hand",
        &[
            Stage::new("fill"),
            Stage::new("upload"),
            Stage::new("launch"),
            Stage::new("download"),
            Stage::new("mean square"),
        ],
    );
    let call = PIPELINE.call();

    // Acquired by the call and not by the future, so that the order of the calls is the order of the uses,
    // whichever future is polled first. All in one step, so that two calls cannot hold what the other needs.
    // Each request says where its first use will be, so that the earlier use knows what waits for it.
    let held = call.acquire((
        h_in.writes().named("h_in").on_host(),
        d_in.writes().named("d_in").on(up),
        d_out.writes().named("d_out").on(compute),
        h_out.writes().named("h_out").on(down),
    ));
    let (up, compute, down) = (up.clone(), compute.clone(), down.clone());

    // `run` resolves when everything that the body enqueued is over. So device errors reach the caller, and a
    // bound on the futures in flight bounds the work in flight.
    call.clone().run(Until::Complete, async move {
        // From here on an early exit drops what is still held. What was being written is poisoned, so that it is not
        // taken for a result; what was not reached is released as it was.
        let (h_in, d_in, d_out, h_out) = held?;

        // The host waits for the frame whose slot this was: for the events of its upload. The thread does not.
        call.enter(0);
        let mut h_in = h_in.wait_events().await?;
        fill_normal(seed, &mut h_in);

        // `wait_device` waits only until earlier uses have enqueued their work, and then gives views that commands of
        // this queue take. The device waits for that work, by the upload's own wait list.
        call.enter(1);
        let (h_in, mut d_in) = (h_in, d_in).wait_device(&up).await?;
        up.upload(&h_in, &mut d_in)?;
        // The last use of `h_in` in this frame: the next frame may have it, with the upload's event to wait for.
        up.ready((h_in,));
        // Let the upload begin while the host goes on.
        up.flush();

        // Another queue. `wait_device` has the launch wait for the upload; no barrier is written.
        call.enter(2);
        let (d_in, mut d_out) = (d_in, d_out).wait_device(&compute).await?;
        // A fact, not the contents: the host may ask for it at any time.
        let samples = d_in.facts().len();
        compute.launch(&triple, samples, (&*d_in, &mut *d_out))?;
        compute.ready((d_in,));
        compute.flush();

        call.enter(3);
        let (d_out, mut h_out) = (d_out, h_out).wait_device(&down).await?;
        down.download(&d_out, &mut h_out)?;
        down.ready((d_out,));
        down.flush();

        // The one place where the frame's task waits for the device: its result is needed here.
        call.enter(4);
        let h_out = h_out.wait_events_to_read().await?;
        let power = mean_square(&h_out);
        // Without this the next use would find `h_out` poisoned. The macro writes `call.returns(Ok(power))` instead:
        // after a good result, what is still held is released as good.
        h_out.ready();
        Ok(power)
    })
}

/// What the frames share.
struct Shared {
    up: Queue,
    compute: Queue,
    down: Queue,
    h_in: Resource<HostBuffer<f32>>,
    d_in: Resource<DeviceBuffer<f32>>,
    d_out: Resource<DeviceBuffer<f32>>,
    h_out: Resource<HostBuffer<f32>>,
    triple: Kernel,
}

impl Shared {
    fn new(device: &Device) -> Result<Self> {
        let host = || Resource::try_ring(SLOTS, || HostBuffer::new(device, SAMPLES));
        let on_device = || Resource::try_ring(SLOTS, || DeviceBuffer::new(device, SAMPLES));
        Ok(Shared {
            up: Queue::new(device)?,
            compute: Queue::new(device)?,
            down: Queue::new(device)?,
            h_in: host()?,
            d_in: on_device()?,
            d_out: on_device()?,
            h_out: host()?,
            triple: Kernel::new("triple", |input: &[f32], output: &mut [f32]| {
                for (x, y) in input.iter().zip(output) {
                    *y = 3.0 * x;
                }
            }),
        })
    }
}

/// All frames through one of the two functions; the results in the order of the frames.
async fn process_all<F>(process: impl Fn(u64) -> F) -> Result<Vec<f32>>
where
    F: Future<Output = Result<f32>>,
{
    let mut jobs = JobQueue::new(IN_FLIGHT);
    for seed in 0..FRAMES {
        jobs.push(process(seed)).await?;
    }
    jobs.finish(0).await?;
    Ok(std::iter::from_fn(|| jobs.pop()).collect())
}

/// All frames both ways; says whether the results are the same.
pub async fn compare(device: &Device) -> Result<ExitCode> {
    let Shared {
        up,
        compute,
        down,
        h_in,
        d_in,
        d_out,
        h_out,
        triple,
    } = &Shared::new(device)?;
    let macros = process_all(|seed| {
        let triple = triple.clone();
        with_the_macro(up, compute, down, h_in, d_in, d_out, h_out, triple, seed)
    });
    let macros = macros.await?;
    let hands = process_all(|seed| {
        let triple = triple.clone();
        by_hand(up, compute, down, h_in, d_in, d_out, h_out, triple, seed)
    });
    let hands = hands.await?;
    Ok(report(&macros, &hands))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    compare(&Device::new()).await
}

fn report(macros: &[f32], hands: &[f32]) -> ExitCode {
    let mut table = String::from("frame   with the macro   by hand\n");
    for (frame, (a, b)) in macros.iter().zip(hands).enumerate() {
        table += &format!("{frame:<8}{a:<17.6}{b:.6}\n");
    }
    let same = macros == hands;
    table += if same { "identical\n" } else { "different\n" };
    // It is no error if stdout is closed.
    let _ = io::stdout().write_all(table.as_bytes());
    if same {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn fill_normal(seed: u64, samples: &mut [f32]) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    samples.fill_with(|| StandardNormal.sample(&mut random));
}

fn mean_square(samples: &[f32]) -> f32 {
    samples.iter().map(|x| x * x).sum::<f32>() / samples.len() as f32
}
