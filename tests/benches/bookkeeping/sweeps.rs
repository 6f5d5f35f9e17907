//! Pipelines of many sizes.

use gpu_stages::cpu::{DeviceBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::future::Future;
use std::hint::black_box;

/// Pipelines of as many stages as there are numbers, on the host and on a queue.
macro_rules! stages {
    ($host:ident $device:ident: $($stage:tt)*) => {
        #[gpu_pipeline]
        pub async fn $host(#[updates] value: u64) -> Result<()> {
            $(touch(&mut value, $stage);)*
            Ok(())
        }

        #[gpu_pipeline]
        pub async fn $device(
            #[queue] queue: Queue,
            #[updates] data: DeviceBuffer<u8>,
            kernel: Kernel,
        ) -> Result<()> {
            $(queue.launch(&kernel, 1 + $stage, (&mut data,))?;)*
            Ok(())
        }
    };
}

/// Ten stages for each number.
macro_rules! tens {
    ($host:ident $device:ident: $($ten:tt)*) => {
        stages!($host $device: $($ten 1 2 3 4 5 6 7 8 9)*);
    };
}

stages!(stages_1 commands_1: 0);
tens!(stages_10 commands_10: 0);
tens!(stages_50 commands_50: 0 0 0 0 0);
tens!(stages_100 commands_100: 0 0 0 0 0 0 0 0 0 0);

/// A pipeline over so many resources, each used in a stage of its own.
macro_rules! resources {
    ($name:ident: $($resource:ident $index:literal)*) => {
        pub fn $name(all: &[Resource<u64>]) -> impl Future<Output = Result<()>> + use<> {
            #[gpu_pipeline]
            async fn $name($(#[updates] $resource: u64,)*) -> Result<()> {
                $(touch(&mut $resource, $index);)*
                Ok(())
            }

            $name($(&all[$index]),*)
        }
    };
}

resources!(over_1: r0 0);
resources!(over_8: r0 0 r1 1 r2 2 r3 3 r4 4 r5 5 r6 6 r7 7);
resources!(over_16: r0 0 r1 1 r2 2 r3 3 r4 4 r5 5 r6 6 r7 7 r8 8 r9 9 r10 10 r11 11 r12 12 r13 13 r14 14 r15 15);
resources!(over_32: r0 0 r1 1 r2 2 r3 3 r4 4 r5 5 r6 6 r7 7 r8 8 r9 9 r10 10 r11 11 r12 12 r13 13 r14 14 r15 15
    r16 16 r17 17 r18 18 r19 19 r20 20 r21 21 r22 22 r23 23 r24 24 r25 25 r26 26 r27 27 r28 28 r29 29 r30 30 r31 31);

/// A stage's work: as good as none.
#[inline]
fn touch(value: &mut u64, stage: u64) {
    *black_box(value) += stage;
}
