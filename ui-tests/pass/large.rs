//! A hundred stages over 32 resources: each queue and the host in turn add one to what they pass on.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};

/// Copies from buffer to buffer, around and around.
#[gpu_pipeline]
#[allow(clippy::too_many_lines)]
async fn around(
    #[queue] q0: Queue,
    #[queue] q1: Queue,
    #[queue] q2: Queue,
    add: Kernel,
    #[updates] r0: DeviceBuffer<u32>,
    #[updates] r1: DeviceBuffer<u32>,
    #[updates] r2: DeviceBuffer<u32>,
    #[updates] r3: DeviceBuffer<u32>,
    #[updates] r4: DeviceBuffer<u32>,
    #[updates] r5: DeviceBuffer<u32>,
    #[updates] r6: DeviceBuffer<u32>,
    #[updates] r7: DeviceBuffer<u32>,
    #[updates] r8: DeviceBuffer<u32>,
    #[updates] r9: DeviceBuffer<u32>,
    #[updates] r10: DeviceBuffer<u32>,
    #[updates] r11: DeviceBuffer<u32>,
    #[updates] r12: DeviceBuffer<u32>,
    #[updates] r13: DeviceBuffer<u32>,
    #[updates] r14: DeviceBuffer<u32>,
    #[updates] r15: DeviceBuffer<u32>,
    #[updates] r16: DeviceBuffer<u32>,
    #[updates] r17: DeviceBuffer<u32>,
    #[updates] r18: DeviceBuffer<u32>,
    #[updates] r19: DeviceBuffer<u32>,
    #[updates] r20: DeviceBuffer<u32>,
    #[updates] r21: DeviceBuffer<u32>,
    #[updates] r22: DeviceBuffer<u32>,
    #[updates] r23: DeviceBuffer<u32>,
    #[updates] r24: DeviceBuffer<u32>,
    #[updates] r25: DeviceBuffer<u32>,
    #[updates] r26: DeviceBuffer<u32>,
    #[updates] r27: DeviceBuffer<u32>,
    #[updates] r28: DeviceBuffer<u32>,
    #[updates] r29: DeviceBuffer<u32>,
    #[updates] r30: DeviceBuffer<u32>,
    #[updates] r31: DeviceBuffer<u32>,
) -> Result<()> {
    q0.launch(&add, 1, (&r0, &mut r1))?;
    q1.launch(&add, 1, (&r1, &mut r2))?;
    q2.launch(&add, 1, (&r2, &mut r3))?;
    q0.launch(&add, 1, (&r3, &mut r4))?;
    q1.launch(&add, 1, (&r4, &mut r5))?;
    q2.launch(&add, 1, (&r5, &mut r6))?;
    q0.launch(&add, 1, (&r6, &mut r7))?;
    q1.launch(&add, 1, (&r7, &mut r8))?;
    q2.launch(&add, 1, (&r8, &mut r9))?;
    q0.launch(&add, 1, (&r9, &mut r10))?;
    q1.launch(&add, 1, (&r10, &mut r11))?;
    q2.launch(&add, 1, (&r11, &mut r12))?;
    q0.launch(&add, 1, (&r12, &mut r13))?;
    q1.launch(&add, 1, (&r13, &mut r14))?;
    q2.launch(&add, 1, (&r14, &mut r15))?;
    q0.launch(&add, 1, (&r15, &mut r16))?;
    q1.launch(&add, 1, (&r16, &mut r17))?;
    q2.launch(&add, 1, (&r17, &mut r18))?;
    q0.launch(&add, 1, (&r18, &mut r19))?;
    q1.launch(&add, 1, (&r19, &mut r20))?;
    q2.launch(&add, 1, (&r20, &mut r21))?;
    q0.launch(&add, 1, (&r21, &mut r22))?;
    q1.launch(&add, 1, (&r22, &mut r23))?;
    q2.launch(&add, 1, (&r23, &mut r24))?;
    q0.launch(&add, 1, (&r24, &mut r25))?;
    q1.launch(&add, 1, (&r25, &mut r26))?;
    q2.launch(&add, 1, (&r26, &mut r27))?;
    q0.launch(&add, 1, (&r27, &mut r28))?;
    q1.launch(&add, 1, (&r28, &mut r29))?;
    q2.launch(&add, 1, (&r29, &mut r30))?;
    q0.launch(&add, 1, (&r30, &mut r31))?;
    q1.launch(&add, 1, (&r31, &mut r0))?;
    q2.launch(&add, 1, (&r0, &mut r1))?;
    q0.launch(&add, 1, (&r1, &mut r2))?;
    q1.launch(&add, 1, (&r2, &mut r3))?;
    q2.launch(&add, 1, (&r3, &mut r4))?;
    q0.launch(&add, 1, (&r4, &mut r5))?;
    q1.launch(&add, 1, (&r5, &mut r6))?;
    q2.launch(&add, 1, (&r6, &mut r7))?;
    q0.launch(&add, 1, (&r7, &mut r8))?;
    q1.launch(&add, 1, (&r8, &mut r9))?;
    q2.launch(&add, 1, (&r9, &mut r10))?;
    q0.launch(&add, 1, (&r10, &mut r11))?;
    q1.launch(&add, 1, (&r11, &mut r12))?;
    q2.launch(&add, 1, (&r12, &mut r13))?;
    q0.launch(&add, 1, (&r13, &mut r14))?;
    q1.launch(&add, 1, (&r14, &mut r15))?;
    q2.launch(&add, 1, (&r15, &mut r16))?;
    q0.launch(&add, 1, (&r16, &mut r17))?;
    q1.launch(&add, 1, (&r17, &mut r18))?;
    q2.launch(&add, 1, (&r18, &mut r19))?;
    q0.launch(&add, 1, (&r19, &mut r20))?;
    q1.launch(&add, 1, (&r20, &mut r21))?;
    q2.launch(&add, 1, (&r21, &mut r22))?;
    q0.launch(&add, 1, (&r22, &mut r23))?;
    q1.launch(&add, 1, (&r23, &mut r24))?;
    q2.launch(&add, 1, (&r24, &mut r25))?;
    q0.launch(&add, 1, (&r25, &mut r26))?;
    q1.launch(&add, 1, (&r26, &mut r27))?;
    q2.launch(&add, 1, (&r27, &mut r28))?;
    q0.launch(&add, 1, (&r28, &mut r29))?;
    q1.launch(&add, 1, (&r29, &mut r30))?;
    q2.launch(&add, 1, (&r30, &mut r31))?;
    q0.launch(&add, 1, (&r31, &mut r0))?;
    q1.launch(&add, 1, (&r0, &mut r1))?;
    q2.launch(&add, 1, (&r1, &mut r2))?;
    q0.launch(&add, 1, (&r2, &mut r3))?;
    q1.launch(&add, 1, (&r3, &mut r4))?;
    q2.launch(&add, 1, (&r4, &mut r5))?;
    q0.launch(&add, 1, (&r5, &mut r6))?;
    q1.launch(&add, 1, (&r6, &mut r7))?;
    q2.launch(&add, 1, (&r7, &mut r8))?;
    q0.launch(&add, 1, (&r8, &mut r9))?;
    q1.launch(&add, 1, (&r9, &mut r10))?;
    q2.launch(&add, 1, (&r10, &mut r11))?;
    q0.launch(&add, 1, (&r11, &mut r12))?;
    q1.launch(&add, 1, (&r12, &mut r13))?;
    q2.launch(&add, 1, (&r13, &mut r14))?;
    q0.launch(&add, 1, (&r14, &mut r15))?;
    q1.launch(&add, 1, (&r15, &mut r16))?;
    q2.launch(&add, 1, (&r16, &mut r17))?;
    q0.launch(&add, 1, (&r17, &mut r18))?;
    q1.launch(&add, 1, (&r18, &mut r19))?;
    q2.launch(&add, 1, (&r19, &mut r20))?;
    q0.launch(&add, 1, (&r20, &mut r21))?;
    q1.launch(&add, 1, (&r21, &mut r22))?;
    q2.launch(&add, 1, (&r22, &mut r23))?;
    q0.launch(&add, 1, (&r23, &mut r24))?;
    q1.launch(&add, 1, (&r24, &mut r25))?;
    q2.launch(&add, 1, (&r25, &mut r26))?;
    q0.launch(&add, 1, (&r26, &mut r27))?;
    q1.launch(&add, 1, (&r27, &mut r28))?;
    q2.launch(&add, 1, (&r28, &mut r29))?;
    q0.launch(&add, 1, (&r29, &mut r30))?;
    q1.launch(&add, 1, (&r30, &mut r31))?;
    q2.launch(&add, 1, (&r31, &mut r0))?;
    q0.launch(&add, 1, (&r0, &mut r1))?;
    q1.launch(&add, 1, (&r1, &mut r2))?;
    q2.launch(&add, 1, (&r2, &mut r3))?;
    q0.launch(&add, 1, (&r3, &mut r4))?;
    Ok(())
}

fn main() -> Result<()> {
    assert_eq!(around::SCHEDULE.stages.len(), 100);
    let device = Device::new();
    let queue = || Queue::new(&device);
    let (q0, q1, q2) = (queue()?, queue()?, queue()?);
    let add = Kernel::new("add", |from: &[u32], to: &mut [u32]| to[0] = from[0] + 1);
    let mut r = Vec::new();
    for _ in 0..32 {
        r.push(Resource::new(DeviceBuffer::<u32>::new(&device, 1)?));
    }
    #[rustfmt::skip]
    let frame = || around(
        &q0, &q1, &q2, add.clone(),
        &r[0], &r[1], &r[2], &r[3], &r[4], &r[5], &r[6], &r[7], &r[8], &r[9], &r[10], &r[11], &r[12], &r[13], &r[14], &r[15], &r[16], &r[17], &r[18], &r[19], &r[20], &r[21], &r[22], &r[23], &r[24], &r[25], &r[26], &r[27], &r[28], &r[29], &r[30], &r[31],
    );
    futures::executor::block_on(async { futures::future::try_join(frame(), frame()).await })?;
    Ok(())
}
