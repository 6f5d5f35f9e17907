//! Guards of lists of resources, without a pipeline.

use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer};
use gpu_stages::{CommandQueue, Requests, Resource, Result, acquire};
use gpu_stages_tests::{host_buffers, queue};

#[test]
fn guards_move_between_queues_and_the_host() {
    let device = Device::new();
    let (first, second) = (queue(), queue());
    let parts: Vec<_> = (0..3).map(|_| host_buffers(1, 4)).collect();
    let listed: Vec<_> = parts.iter().collect();
    let target = Resource::new(DeviceBuffer::new(&device, 4).unwrap());
    block_on(async {
        let requests = (
            Requests::updates(&listed).on_host(),
            target.writes().on(&first),
        );
        let (mut list, target) = acquire(requests)?;
        assert_eq!(list.wait_facts().await?.len(), 3);
        let mut list = list.wait_events().await?;
        for (i, part) in list.iter_mut().enumerate() {
            part.fill(i as f32);
        }
        let (list, mut target) =
            gpu_stages::WaitDevice::wait_device((list, target), &first).await?;
        assert_eq!(list.facts().len(), 3);
        first.upload(list.views()[2], &mut target)?;
        let target = target.wait_device(&second).await?;
        let mut list = list.wait_device(&second).await?;
        second.download(&target, list.views_mut()[0])?;
        let list = list.wait_events_to_read().await?;
        assert_eq!(
            (list[0][3], list[1][0], list.len(), list.is_empty()),
            (2.0, 1.0, 3, false)
        );
        let list = list.wait_device(&second).await?;
        second.ready((list, target));
        Result::<()>::Ok(())
    })
    .unwrap();
    assert!(parts.iter().all(|part| part.latest().is_some()));
}

#[test]
fn a_list_may_be_empty() {
    let (none,) = acquire((Requests::<u64, _>::reads(&[]),)).unwrap();
    assert_eq!(block_on(none.wait_events()).unwrap().len(), 0);
}
