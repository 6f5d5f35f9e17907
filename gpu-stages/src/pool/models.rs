//! Records whose handles are dropped on several threads.

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

/// Two threads look at a record and let it go; whoever takes it next writes it.
fn let_go(look: fn(Pooled<Emptied>)) {
    let record = Pooled::<Emptied>::take();
    let same = record.clone();
    let other = thread::spawn(move || look(same));
    look(record);
    Pooled::<Emptied>::take().value.write(1);
    other.join().unwrap();
}

#[test]
fn the_last_handle_empties_the_record_behind_all_uses() {
    check(6, || {
        let_go(|record| {
            record.value.read();
        });
    });
}

/// The same with handles that were counted together, one of which nobody takes.
#[test]
fn handles_counted_together_are_as_good() {
    check(6, || {
        let record = Pooled::<Emptied>::take();
        let mut handles = record.times(2);
        let same = handles.next().expect("two were counted");
        drop(handles);
        let other = thread::spawn(move || drop(same.value.read()));
        record.value.read();
        drop(record);
        Pooled::<Emptied>::take().value.write(1);
        other.join().unwrap();
    });
}

#[test]
fn twin_looks_without_its_handle() {
    finds(UNORDERED, || {
        let_go(|record| {
            let node = record.node();
            drop(record);
            node.value().value.read();
        });
    });
}
