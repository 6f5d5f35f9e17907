use gpu_stages::{CommandQueue, Event, QueueId};

#[derive(Clone)]
struct Mine;

// A queue of the application's could order uses after nothing.
impl CommandQueue for Mine {
    fn id(&self) -> QueueId {
        QueueId::unique()
    }

    fn can_wait(&self, _: &Event) -> bool {
        true
    }

    fn flush(&self) {}
}

fn main() {}
