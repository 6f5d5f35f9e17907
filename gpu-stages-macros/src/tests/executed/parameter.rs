//! A parameter of a pipeline that is known only at run time, with the steps that expansions take with theirs.

use crate::model::{Place, Right};
use futures::future::{BoxFuture, FutureExt};
use gpu_stages::cpu::{DeviceBuffer, DeviceView, Queue};
use gpu_stages::guard::access::{Access, Own, Read, Update, Write};
use gpu_stages::guard::{Acquired, OnDevice, OnHost, OnHostToRead};
use gpu_stages::{DeviceVisible, GuardList, Result};

type Buffer = DeviceBuffer<f32>;
type OnQueue<A> = GuardList<Buffer, A, OnDevice<<Buffer as DeviceVisible>::Holder>>;

/// A declared resource: a list of one, which tells reads from writes at run time only.
#[allow(clippy::large_enum_variant, reason = "one for each parameter")]
pub enum Held<A: Access> {
    Acquired(GuardList<Buffer, A, Acquired>),
    OnHost(GuardList<Buffer, A, OnHost>),
    OnHostToRead(GuardList<Buffer, A, OnHostToRead>),
    OnQueue(OnQueue<A>),
    HandedOn,
}

/// Calls `$body` with the list in any state.
macro_rules! in_any_state {
    ($held:expr, $list:ident => $body:expr) => {
        match std::mem::replace($held, Held::HandedOn) {
            Held::Acquired($list) => $body,
            Held::OnHost($list) => $body,
            Held::OnHostToRead($list) => $body,
            Held::OnQueue($list) => $body,
            Held::HandedOn => unreachable!("it was handed on"),
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

    /// Copies the facts.
    fn facts(&mut self) -> BoxFuture<'_, Result<()>>;

    fn ready(&mut self);

    /// Calls `look` with the view, to read.
    fn view(&self, look: &mut dyn FnMut(&DeviceView<f32>));

    /// The same, to write.
    fn view_mut(&mut self, look: &mut dyn FnMut(&mut DeviceView<f32>));
}

/// The ways to use a resource, as far as they differ.
pub trait Used: Access {
    const READS: bool = false;

    fn view_mut(_: &mut OnQueue<Self>, _: &mut dyn FnMut(&mut DeviceView<f32>))
    where
        Self: Sized;
}

impl Used for Read {
    const READS: bool = true;

    fn view_mut(_: &mut OnQueue<Self>, _: &mut dyn FnMut(&mut DeviceView<f32>)) {
        unreachable!("what is only read is not written");
    }
}

macro_rules! exclusive {
    ($($access:ty),+) => {$(
        impl Used for $access {
            fn view_mut(list: &mut OnQueue<Self>, look: &mut dyn FnMut(&mut DeviceView<f32>)) {
                list.views_mut().iter_mut().for_each(|view| look(view));
            }
        }
    )+};
}

exclusive!(Write, Update, Own);

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
        match std::mem::replace(self, Held::HandedOn) {
            Held::OnHost(list) => list.ready(),
            Held::OnHostToRead(list) => list.ready(),
            Held::OnQueue(list) => list.ready(),
            Held::Acquired(_) | Held::HandedOn => unreachable!("it is not in use"),
        }
    }

    fn view(&self, look: &mut dyn FnMut(&DeviceView<f32>)) {
        match self {
            Held::OnQueue(list) => list.views().iter().for_each(|view| look(view)),
            _ => unreachable!("it is not on a queue"),
        }
    }

    fn view_mut(&mut self, look: &mut dyn FnMut(&mut DeviceView<f32>)) {
        match self {
            Held::OnQueue(list) => A::view_mut(list, look),
            _ => unreachable!("it is not on a queue"),
        }
    }
}
