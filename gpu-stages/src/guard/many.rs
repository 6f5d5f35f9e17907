//! Several device guards at once: waiting for all, handing on all.

use super::access::Access;
use super::{Acquired, DeviceGuard, Guard, OnDevice, track_access};
use crate::error::Result;
use crate::lease::settle;
use crate::queue::{CommandQueue, HandOn, Uses};
use crate::visible::DeviceVisible;

/// Allocations or guards that can be waited for together: tuples of up to 16.
pub trait WaitDevice: Sized {
    /// The guards, in the same order.
    type Guards;

    /// Waits for each as [`Guard::wait_device`] does; if the queue needs a barrier, with one for all.
    fn wait_device<Q: CommandQueue>(self, queue: &Q) -> impl Future<Output = Result<Self::Guards>>;
}

macro_rules! tuples {
    ($($($T:ident $A:ident $S:ident $i:tt),+;)+) => {$(
        impl<$($T: DeviceVisible, $A: Access, $S),+> WaitDevice for ($(Guard<$T, $A, $S>,)+) {
            type Guards = ($(DeviceGuard<$T, $A>,)+);

            #[allow(non_snake_case, reason = "one variable per guard")]
            async fn wait_device<Q: CommandQueue>(self, queue: &Q) -> Result<Self::Guards> {
                $(let $S = self.$i.into_reach_of(queue).await?;)+
                queue.begin(&Uses(&[$((&$S.lease, track_access::<$A>())),+]))?;
                Ok(($(Guard::<$T, $A, Acquired>::on_device($S, queue),)+))
            }
        }

        impl<$($T: DeviceVisible, $A: Access, $S),+> HandOn for ($(Guard<$T, $A, OnDevice<$S>>,)+) {
            fn hand_on(self) {
                settle(&[$(&self.$i.held.lease),+]);
                $(self.$i.ready();)+
            }
        }
    )+};
}

tuples! {
    T0 A0 S0 0;
    T0 A0 S0 0, T1 A1 S1 1;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4, T5 A5 S5 5;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4, T5 A5 S5 5, T6 A6 S6 6;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4, T5 A5 S5 5, T6 A6 S6 6, T7 A7 S7 7;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4, T5 A5 S5 5, T6 A6 S6 6, T7 A7 S7 7, T8 A8 S8 8;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4, T5 A5 S5 5, T6 A6 S6 6, T7 A7 S7 7, T8 A8 S8 8, T9 A9 S9 9;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4, T5 A5 S5 5, T6 A6 S6 6, T7 A7 S7 7, T8 A8 S8 8, T9 A9 S9 9, T10 A10 S10 10;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4, T5 A5 S5 5, T6 A6 S6 6, T7 A7 S7 7, T8 A8 S8 8, T9 A9 S9 9, T10 A10 S10 10, T11 A11 S11 11;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4, T5 A5 S5 5, T6 A6 S6 6, T7 A7 S7 7, T8 A8 S8 8, T9 A9 S9 9, T10 A10 S10 10, T11 A11 S11 11, T12 A12 S12 12;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4, T5 A5 S5 5, T6 A6 S6 6, T7 A7 S7 7, T8 A8 S8 8, T9 A9 S9 9, T10 A10 S10 10, T11 A11 S11 11, T12 A12 S12 12, T13 A13 S13 13;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4, T5 A5 S5 5, T6 A6 S6 6, T7 A7 S7 7, T8 A8 S8 8, T9 A9 S9 9, T10 A10 S10 10, T11 A11 S11 11, T12 A12 S12 12, T13 A13 S13 13, T14 A14 S14 14;
    T0 A0 S0 0, T1 A1 S1 1, T2 A2 S2 2, T3 A3 S3 3, T4 A4 S4 4, T5 A5 S5 5, T6 A6 S6 6, T7 A7 S7 7, T8 A8 S8 8, T9 A9 S9 9, T10 A10 S10 10, T11 A11 S11 11, T12 A12 S12 12, T13 A13 S13 13, T14 A14 S14 14, T15 A15 S15 15;
}
