//! A parameter of a pipeline that is known only at run time, with the steps that expansions take with theirs.

use super::opaque::Uses;
use crate::model::{Place, Right};
use futures::future::{BoxFuture, FutureExt};
use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::guard::access::{Access, Own, Read, Update, Write};
use gpu_stages::guard::{Acquired, OnDevice, OnHost, OnHostToRead};
use gpu_stages::{Allocation, DeviceVisible, GuardList, Result};

pub type Buffer = DeviceBuffer<f32>;
pub type OnQueue<A> = GuardList<Buffer, A, OnDevice<<Buffer as DeviceVisible>::Holder>>;

/// The views of a list, which are those of a vector.
pub type Views<'a> = <Vec<Buffer> as DeviceVisible>::Views<'a>;
pub type ViewsMut<'a> = <Vec<Buffer> as DeviceVisible>::ViewsMut<'a>;

/// A declared resource or list of resources: always a list, which tells reads from writes at run time only.
#[allow(clippy::large_enum_variant, reason = "one for each parameter")]
pub enum Held<A: Access> {
    Acquired(GuardList<Buffer, A, Acquired>),
    OnHost(GuardList<Buffer, A, OnHost>),
    OnHostToRead(GuardList<Buffer, A, OnHostToRead>),
    OnQueue(OnQueue<A>),
    Released,
}

impl<A: Access> From<Allocation<Buffer, A>> for Held<A> {
    fn from(single: Allocation<Buffer, A>) -> Self {
        Held::Acquired([single].into_iter().collect())
    }
}

/// Calls `$body` with the list in any state.
macro_rules! in_any_state {
    ($held:expr, $list:ident => $body:expr) => {
        match std::mem::replace($held, Held::Released) {
            Held::Acquired($list) => $body,
            Held::OnHost($list) => $body,
            Held::OnHostToRead($list) => $body,
            Held::OnQueue($list) => $body,
            Held::Released => unreachable!("it was released"),
        }
    };
}

/// What a pipeline does with a parameter.
pub trait Parameter: Send {
    /// `wait_device`, `wait_events` or `wait_events_to_read`, as expansions choose.
    fn wait<'a>(
        &'a mut self,
        place: Place,
        right: Right,
        queues: &'a [Queue],
    ) -> BoxFuture<'a, Result<()>>;

    /// Copies the metadata.
    fn facts(&mut self) -> BoxFuture<'_, Result<()>>;

    fn ready(&mut self);

    /// The views, to read.
    fn views(&self) -> Views<'_>;

    /// The views, to write.
    fn views_mut(&mut self) -> ViewsMut<'_>;

    /// Adds a use that is not seen.
    fn add_to<'a>(&'a mut self, uses: &mut Uses<'a>, right: Right);
}

/// The ways to use a resource, as far as they differ.
pub trait Used: Access + Sized {
    const READS: bool = false;

    fn views_mut(list: &mut OnQueue<Self>) -> ViewsMut<'_>;

    fn add_to<'a>(list: &'a mut OnQueue<Self>, uses: &mut Uses<'a>, right: Right);
}

impl Used for Read {
    const READS: bool = true;

    fn views_mut(_: &mut OnQueue<Self>) -> ViewsMut<'_> {
        unreachable!("what is only read is not written");
    }

    fn add_to<'a>(list: &'a mut OnQueue<Self>, uses: &mut Uses<'a>, _: Right) {
        uses.reads.push(list);
    }
}

macro_rules! exclusive {
    ($($access:ty: $read:ident, $written:ident;)+) => {$(
        impl Used for $access {
            fn views_mut(list: &mut OnQueue<Self>) -> ViewsMut<'_> {
                list.views_mut()
            }

            fn add_to<'a>(list: &'a mut OnQueue<Self>, uses: &mut Uses<'a>, right: Right) {
                match right {
                    Right::Read => uses.$read.push(list),
                    Right::Write => uses.$written.push(list),
                }
            }
        }
    )+};
}

exclusive! {
    Write: writes, writes_mut;
    Update: updates, updates_mut;
    Own: owns, owns_mut;
}

impl<A: Used> Parameter for Held<A> {
    fn wait<'a>(
        &'a mut self,
        place: Place,
        right: Right,
        queues: &'a [Queue],
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            *self = match place {
                Place::Device(queue) => {
                    let queue = &queues[queue.0];
                    Held::OnQueue(in_any_state!(self, list => list.wait_device(queue).await?))
                }
                Place::Host | Place::Plain if A::READS || right == Right::Write => {
                    Held::OnHost(in_any_state!(self, list => list.wait_events().await?))
                }
                Place::Host | Place::Plain => {
                    let list = in_any_state!(self, list => list.wait_events_to_read().await?);
                    Held::OnHostToRead(list)
                }
            };
            Ok(())
        }
        .boxed()
    }

    fn facts(&mut self) -> BoxFuture<'_, Result<()>> {
        async move {
            if let Held::Acquired(list) = self {
                list.wait_facts().await?;
            }
            Ok(())
        }
        .boxed()
    }

    fn ready(&mut self) {
        match std::mem::replace(self, Held::Released) {
            Held::OnHost(list) => list.ready(),
            Held::OnHostToRead(list) => list.ready(),
            Held::OnQueue(list) => list.ready(),
            Held::Acquired(_) | Held::Released => unreachable!("it is not in use"),
        }
    }

    fn views(&self) -> Views<'_> {
        match self {
            Held::OnQueue(list) => list.views(),
            _ => unreachable!("it is not on a queue"),
        }
    }

    fn views_mut(&mut self) -> ViewsMut<'_> {
        match self {
            Held::OnQueue(list) => A::views_mut(list),
            _ => unreachable!("it is not on a queue"),
        }
    }

    fn add_to<'a>(&'a mut self, uses: &mut Uses<'a>, right: Right) {
        match self {
            Held::OnQueue(list) => A::add_to(list, uses, right),
            _ => unreachable!("it is not on a queue"),
        }
    }
}
