//! Promise 1: uses of a resource happen in call order, and no interleaving of acquisitions deadlocks.

use futures::executor::block_on;
use gpu_stages::{Error, Resource, acquire};
use gpu_stages_tests::poll_once;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn uses_happen_in_the_order_of_acquisition_however_they_are_awaited() {
    let value = Resource::new(Vec::new());
    let allocations: Vec<_> = (0..8).map(|_| value.acquire_update().unwrap()).collect();
    let mut uses = Vec::new();
    for (index, allocation) in allocations.into_iter().enumerate() {
        uses.push(Box::pin(async move {
            let mut list = allocation.wait_events().await.unwrap();
            list.push(index);
            list.ready();
        }));
    }
    uses.reverse();
    block_on(futures::future::join_all(uses));
    let list = block_on(value.acquire_read().unwrap().wait_events()).unwrap();
    assert_eq!(*list, [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn readers_share_and_a_writer_excludes() {
    let value = Resource::new(1);
    let mut readers = vec![];
    for _ in 0..3 {
        readers.push(block_on(value.acquire_read().unwrap().wait_events()).unwrap());
    }
    let mut writer = pin!(value.acquire_update().unwrap().wait_events());
    assert!(poll_once(&mut writer).is_pending(), "three readers hold");
    // A reader that was acquired after the writer must not overtake it.
    let mut late = pin!(value.acquire_read().unwrap().wait_events());
    assert!(poll_once(&mut late).is_pending(), "a writer is before");
    while let Some(reader) = readers.pop() {
        assert!(poll_once(&mut writer).is_pending(), "readers are left");
        reader.ready();
    }
    let mut guard = block_on(writer).unwrap();
    assert!(poll_once(&mut late).is_pending(), "the writer holds");
    *guard = 2;
    guard.ready();
    assert_eq!(*block_on(late).unwrap(), 2);
}

#[test]
fn acquisition_takes_all_or_nothing() {
    let (a, b) = (Resource::new(1).named("a"), Resource::new(2).named("b"));
    let error = acquire((a.updates(), b.updates(), a.reads())).unwrap_err();
    assert!(matches!(&error, Error::WaitsForItself { site } if site.resource() == "a"));
    assert!(error.to_string().contains("`a`"), "{error}");
    // Nothing was taken: both are free at once.
    let (a, b) = acquire((a.updates(), b.updates())).unwrap();
    assert!(poll_once(&mut pin!(a.wait_events())).is_ready());
    assert!(poll_once(&mut pin!(b.wait_events())).is_ready());
}

#[test]
fn of_several_resources_that_a_call_would_wait_for_the_first_is_named() {
    let (a, b) = (Resource::new(1).named("a"), Resource::new(2).named("b"));
    for (first, second, name) in [(&a, &b, "b"), (&b, &a, "a")] {
        let error = acquire((
            first.updates(),
            second.updates(),
            second.reads(),
            first.reads(),
        ));
        let Err(Error::WaitsForItself { site }) = error else {
            panic!("both are asked for twice")
        };
        assert_eq!(site.resource(), name, "its second request comes first");
    }
}

#[test]
fn opposite_orders_on_many_threads_do_not_deadlock() {
    const THREADS: usize = 4;
    const ROUNDS: usize = 2_000;
    let resources: Vec<_> = (0..4).map(|_| Resource::new(0_usize)).collect();
    let inside = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (resources, inside) = (&resources, &inside);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let at = |i: usize| &resources[(thread + i * (1 + round % 3)) % 4];
                    let (first, second) = (at(0), at(1));
                    let Ok((x, y)) = acquire((first.updates(), second.updates())) else {
                        assert!(
                            std::ptr::eq(first, second),
                            "only one resource twice may fail"
                        );
                        continue;
                    };
                    block_on(async {
                        // The second is awaited first: the order of awaits does not matter.
                        let mut y = y.wait_events().await.unwrap();
                        let mut x = x.wait_events().await.unwrap();
                        assert!(
                            inside.fetch_add(1, Ordering::SeqCst) < 2,
                            "disjoint pairs only"
                        );
                        (*x, *y) = (*x + 1, *y + 1);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        x.ready();
                        y.ready();
                    });
                }
            });
        }
    });
    let total: usize = resources
        .iter()
        .map(|r| *block_on(r.acquire_read().unwrap().wait_events()).unwrap())
        .sum();
    let skipped = (0..ROUNDS).filter(|round| (1 + round % 3) % 4 == 0).count() * THREADS;
    assert_eq!(total, 2 * (THREADS * ROUNDS - skipped));
}

#[test]
fn two_calls_see_each_other_in_one_order_on_all_resources() {
    // Each call appends its number to both lists; if acquisition were not atomic the lists could differ.
    let (a, b) = (Resource::new(Vec::new()), Resource::new(Vec::new()));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (a, b) = (&a, &b);
            scope.spawn(move || {
                for round in 0..500 {
                    let number = thread * 1_000 + round;
                    let (x, y) = if thread % 2 == 0 {
                        acquire((a.updates(), b.updates())).unwrap()
                    } else {
                        let (y, x) = acquire((b.updates(), a.updates())).unwrap();
                        (x, y)
                    };
                    block_on(async {
                        let mut x = x.wait_events().await.unwrap();
                        x.push(number);
                        x.ready();
                        let mut y = y.wait_events().await.unwrap();
                        y.push(number);
                        y.ready();
                    });
                }
            });
        }
    });
    let read = |r: &Resource<Vec<i32>>| {
        block_on(r.acquire_read().unwrap().wait_events())
            .unwrap()
            .clone()
    };
    assert_eq!(read(&a).len(), 2_000);
    assert_eq!(read(&a), read(&b));
}

#[test]
fn a_hundred_thousand_cancelled_allocations_pass_on_a_small_stack() {
    let chain = || {
        let value = Resource::new(0);
        let first = value.acquire_write().unwrap();
        let waiting: Vec<_> = (0..100_000)
            .map(|_| value.acquire_write().unwrap())
            .collect();
        let last = value.acquire_read().unwrap();
        drop(first);
        drop(waiting);
        // No writer wrote: the reader waits for a version that was never written.
        assert!(matches!(
            block_on(last.wait_events()),
            Err(Error::NeverWritten { .. })
        ));
        assert_eq!(
            *block_on(value.acquire_read().unwrap().wait_events()).unwrap(),
            0
        );
        // The same, cancelled from the back.
        let first = value.acquire_update().unwrap();
        let mut waiting: Vec<_> = (0..100_000)
            .map(|_| value.acquire_write().unwrap())
            .collect();
        while let Some(allocation) = waiting.pop() {
            drop(allocation);
        }
        drop(first);
        assert_eq!(
            *block_on(value.acquire_read().unwrap().wait_events()).unwrap(),
            0
        );
    };
    let thread = std::thread::Builder::new()
        .stack_size(64 << 10)
        .spawn(chain);
    thread.unwrap().join().unwrap();
}
