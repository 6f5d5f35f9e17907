//! The uses of opaque stages: an expansion has them in one tuple, here they are known at run time only.

use super::parameter::OnQueue;
use futures::future::FutureExt;
use gpu_stages::cpu::Queue;
use gpu_stages::guard::access::{Access, Own, Read, Update, Write};
use gpu_stages::{CommandQueue, GuardList, Opaque, Result};
use std::iter::repeat;

/// The uses of one stage, by the types that they have in the tuple. None has more than three.
#[derive(Default)]
pub struct Uses<'a> {
    pub reads: Vec<&'a OnQueue<Read>>,
    pub writes: Vec<&'a OnQueue<Write>>,
    pub writes_mut: Vec<&'a mut OnQueue<Write>>,
    pub updates: Vec<&'a OnQueue<Update>>,
    pub updates_mut: Vec<&'a mut OnQueue<Update>>,
    pub owns: Vec<&'a OnQueue<Own>>,
    pub owns_mut: Vec<&'a mut OnQueue<Own>>,
}

/// An empty list: it fills the tuple where there is no use.
fn nothing<A: Access>(queue: &Queue) -> OnQueue<A> {
    let list: GuardList<_, A, _> = [].into_iter().collect();
    let waited = list.wait_device(queue).now_or_never();
    waited
        .expect("there is nothing to wait for")
        .expect("nothing fails")
}

impl Uses<'_> {
    pub fn open(self, queue: &Queue) -> Result<Opaque> {
        let (read, written, updated, owned) = (
            nothing(queue),
            nothing(queue),
            nothing(queue),
            nothing(queue),
        );
        let mut reads = self.reads.into_iter().chain(repeat(&read));
        let mut writes = self.writes.into_iter().chain(repeat(&written));
        let mut updates = self.updates.into_iter().chain(repeat(&updated));
        let mut owns = self.owns.into_iter().chain(repeat(&owned));
        macro_rules! exclusive {
            ($($list:ident from $none:ident;)+) => {$(
                let mut $none = [(); 3].map(|()| nothing(queue));
                let mut $list = self.$list.into_iter().chain(&mut $none);
            )+};
        }
        exclusive! {
            writes_mut from no_writes;
            updates_mut from no_updates;
            owns_mut from no_owns;
        }
        macro_rules! tuple {
            ($($list:ident)+) => {
                ($($list.next().expect("there are enough"),)+)
            };
        }
        queue.opaque(tuple! {
            reads reads reads
            writes writes writes
            writes_mut writes_mut writes_mut
            updates updates updates
            updates_mut updates_mut updates_mut
            owns owns owns
            owns_mut owns_mut owns_mut
        })
    }
}
