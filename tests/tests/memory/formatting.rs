//! Promise 7: formatting a guard reaches no value, whatever its state: a device may be writing it.

use futures::executor::block_on;
use gpu_stages::cpu::HostBuffer;
use gpu_stages::{DeviceVisible, Requests, Resource, Schedule, Stage, acquire};
use gpu_stages_tests::{Gate, device_buffers, queue};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts how often its value is formatted.
#[derive(DeviceVisible)]
struct Answer {
    data: HostBuffer<f32>,
    #[device(skip)]
    formatted: Arc<AtomicUsize>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.formatted.fetch_add(1, Ordering::SeqCst);
        write!(f, "value {:?}", &self.data[..])
    }
}

fn answer(formatted: &Arc<AtomicUsize>) -> Answer {
    Answer {
        data: HostBuffer::new(&gpu_stages::cpu::Device::new(), 4).unwrap(),
        formatted: formatted.clone(),
    }
}

static OWN: Schedule = Schedule::new("own", &[Stage::new("own")]);

#[test]
fn a_guard_of_an_owned_value_shows_no_value_while_a_device_writes_it() {
    let (queue, gate) = (queue(), Gate::default());
    let formatted = Arc::default();
    let data = device_buffers(1, 4);
    let mut data = block_on(data.acquire_update().unwrap().wait_device(&queue)).unwrap();
    let own = OWN.call().own("own", answer(&formatted));
    let mut text = format!("{own:?}");
    let mut own = block_on(own.wait_device(&queue)).unwrap();
    queue.launch(&gate.kernel(7.0), 1, (&mut *data,)).unwrap();
    queue.download(&data, own.views_mut().data).unwrap();
    text += &format!("{own:?} {:?}", own.views().data);
    assert_eq!(formatted.load(Ordering::SeqCst), 0, "{text}");
    assert!(text.contains("own") && !text.contains("value"), "{text}");
    let wait = own.wait_events();
    gate.open();
    let own = block_on(wait).unwrap();
    assert_eq!(own.data[..], [7.0; 4]);
    assert!(!format!("{own:?}").contains('7'));
    own.ready();
    data.ready();
}

#[test]
fn guards_of_resources_and_lists_show_no_value() {
    let (queue, formatted) = (queue(), Arc::default());
    let parts = [(); 2].map(|()| Resource::new(answer(&formatted)));
    let listed: Vec<_> = parts.iter().collect();
    block_on(async {
        let (list,) = acquire((Requests::updates(&listed),)).unwrap();
        let mut text = format!("{list:?} {parts:?}");
        let list = list.wait_device(&queue).await.unwrap();
        text += &format!("{list:?}");
        let list = list.wait_events_to_read().await.unwrap();
        text += &format!("{list:?}");
        let list = list.wait_events().await.unwrap();
        text += &format!("{list:?}");
        list.ready();
        let pin = parts[0].pin();
        text += &format!("{pin:?} {:?}", pin.reads());
        assert_eq!(formatted.load(Ordering::SeqCst), 0, "{text}");
    });
}
