//! Implementations for tuples of any length up to 32, the most resources that a pipeline can have.

/// `$each! { T0 0; }`, `$each! { T0 0, T1 1; }` and so on, for every length.
macro_rules! for_tuples {
    ($each:ident) => {
        for_tuples! { $each []
            [T0 0] [T1 1] [T2 2] [T3 3] [T4 4] [T5 5] [T6 6] [T7 7] [T8 8] [T9 9]
            [T10 10] [T11 11] [T12 12] [T13 13] [T14 14] [T15 15] [T16 16] [T17 17] [T18 18] [T19 19]
            [T20 20] [T21 21] [T22 22] [T23 23] [T24 24] [T25 25] [T26 26] [T27 27] [T28 28] [T29 29]
            [T30 30] [T31 31]
        }
    };
    ($each:ident [$($shorter:tt)*]) => {};
    ($each:ident [$($shorter:tt)*] [$($element:tt)+] $($rest:tt)*) => {
        $each! { $($shorter)* $($element)+; }
        for_tuples! { $each [$($shorter)* $($element)+,] $($rest)* }
    };
}

pub(crate) use for_tuples;
