//! A record whose handles are dropped by several threads.

use super::{Pool, Pooled, Recycle, static_pool};
use crate::models::small::{UNORDERED, Watched, check, finds};
use loom::thread;

/// A record that is written when it is emptied.
struct Emptied {
    value: Watched,
}

static_pool!(ALL: Emptied);

impl Recycle for Emptied {
    type Object = ();

    fn pool() -> &'static Pool<Self> {
        &ALL
    }

    fn fresh() -> Self {
        Emptied {
            value: Watched::new(),
        }
    }

    fn recycle(&self) {
        self.value.write(0);
    }
}

/// Two threads read a record and release it; the next handle writes it.
fn release(look: fn(Pooled<Emptied>)) {
    let record = Pooled::<Emptied>::take();
    let same = record.clone();
    let other = thread::spawn(move || look(same));
    look(record);
    Pooled::<Emptied>::take().value.write(1);
    other.join().unwrap();
}

#[test]
fn the_last_handle_empties_the_record_after_all_uses() {
    check(6, || {
        release(|record| {
            record.value.read();
        });
    });
}

#[test]
fn twin_looks_without_its_handle() {
    finds(UNORDERED, || {
        release(|record| {
            let node = record.node();
            drop(record);
            node.value().value.read();
        });
    });
}
