//! Where the schedule of a pipeline stands, and `max_barriers`.

#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, unreachable_pub)]
#![forbid(unsafe_code)]

use gpu_stages::cpu::{Cpu, DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Resource, Result, Schedule, gpu_pipeline};
use std::future::Future;

mod pipelines {
    use gpu_stages as here;
    use gpu_stages::{Backend, DeviceBuffer, Element, HostBuffer, Queue, Result, gpu_pipeline};

    /// Generic, with a path to the library that only holds here. Two barriers are just enough.
    #[gpu_pipeline(crate = here, max_barriers = 2)]
    pub(crate) async fn round_trip<B: Backend, E: Element>(
        #[queue] up: Queue<B>,
        #[queue] down: Queue<B>,
        #[updates] host: HostBuffer<B, E>,
        #[writes] device: DeviceBuffer<B, E>,
    ) -> Result<()> {
        up.upload(&host, &mut device)?;
        down.download(&device, &mut host)
    }

    /// What the call owns nobody used before.
    #[gpu_pipeline(max_barriers = 0)]
    pub(super) async fn owned<B: Backend>(
        #[queue] queue: Queue<B>,
        #[owns] buffer: DeviceBuffer<B, u8>,
    ) -> Result<()> {
        queue.fill(&mut buffer, 0)
    }
}

// The function and its schedule have one name.
use pipelines::{owned, round_trip};

mod taken {
    //! A module may have a pipeline's name if the schedule stands elsewhere.

    pub(crate) mod length {}

    use gpu_stages::{Result, gpu_pipeline};

    #[gpu_pipeline(schedule = LENGTH)]
    pub(crate) async fn length(#[reads] list: Vec<u8>) -> Result<usize> {
        Ok(list.len())
    }
}

/// Pipelines of an `impl` block.
pub struct Pipelines<T: Send + 'static>(Resource<T>);

impl<T: Send + Sync + Clone + 'static> Pipelines<T> {
    /// A method.
    ///
    /// # Errors
    ///
    /// None.
    #[gpu_pipeline]
    pub async fn get(&self, #[reads(self.0)] value: T) -> Result<T> {
        Ok(value.clone())
    }

    /// A function that nothing shows to be associated.
    ///
    /// # Errors
    ///
    /// None.
    #[gpu_pipeline(schedule = Self::LENGTH_SCHEDULE)]
    pub async fn length(#[reads] list: Vec<u8>) -> Result<usize> {
        Ok(list.len())
    }

    #[gpu_pipeline]
    async fn r#type(&self, #[updates(self.0)] value: T) -> Result<()> {
        value.clone_from(&value.clone());
        Ok(())
    }
}

trait Count {
    fn count(&self) -> impl Future<Output = Result<usize>>;
}

impl Count for Resource<Vec<u8>> {
    #[allow(refining_impl_trait)]
    #[gpu_pipeline(schedule = none)]
    async fn count(&self, #[reads(self)] list: Vec<u8>) -> Result<usize> {
        Ok(list.len())
    }
}

/// `SCHEDULE` is a constant.
const BARRIERS: &Schedule = &round_trip::SCHEDULE;

fn nested_in<T>(_: T) -> usize {
    #[gpu_pipeline]
    async fn nested(
        #[queue] queue: Queue,
        #[reads] host: HostBuffer<u8>,
        #[writes] device: DeviceBuffer<u8>,
    ) -> Result<()> {
        queue.upload(&host, &mut device)
    }

    let _ = nested;
    nested::SCHEDULE.barriers()
}

fn main() {
    assert_eq!(BARRIERS.barriers(), 2);
    assert_eq!(owned::SCHEDULE.barriers(), 0);
    assert_eq!(taken::LENGTH.stages.len(), 1);
    assert_eq!(Pipelines::<u8>::GET_SCHEDULE.name, "get");
    assert_eq!(Pipelines::<u8>::LENGTH_SCHEDULE.name, "length");
    assert_eq!(Pipelines::<u8>::TYPE_SCHEDULE.updates, ["value"]);
    assert_eq!(nested_in(0_u8), 1);

    let pipelines = Pipelines(Resource::new(1_u8));
    let list = Resource::new(vec![1, 2]);
    let _ = (&owned::<Cpu>, &round_trip::<Cpu, u8>);
    futures::executor::block_on(async {
        assert_eq!(pipelines.get().await.unwrap(), 1);
        pipelines.r#type().await.unwrap();
        assert_eq!(Pipelines::<u8>::length(&list).await.unwrap(), 2);
        assert_eq!(taken::length(&list).await.unwrap(), 2);
        assert_eq!(list.count().await.unwrap(), 2);
    });
}
