//! `?`, early `return`, and bodies without a tail: what is held is handed on.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![allow(clippy::single_match_else)]
#![forbid(unsafe_code)]

use gpu_stages::{Error, Resource, Result, gpu_pipeline};

#[derive(Debug)]
#[allow(dead_code, reason = "shown when a test fails")]
pub enum Failure {
    Library(Error),
    Odd,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Library(error)
    }
}

/// Returns early as good while it holds both, or as bad.
#[gpu_pipeline]
async fn early(#[updates] a: u64, #[updates] b: u64, exit: u64) -> Result<u64, Failure> {
    a += 1;
    b += a;
    if exit == 1 {
        return Ok(b);
    }
    for step in 0..exit {
        a += step;
        if step == 5 {
            return Err(Failure::Odd);
        }
    }
    let Some(next) = a.checked_add(1) else {
        return Ok(0);
    };
    b = next;
    Ok(a)
}

/// The last statement returns.
#[gpu_pipeline]
async fn no_tail(#[updates] a: u64) -> Result<u64> {
    a += 1;
    return Ok(a);
}

/// The tail branches.
#[gpu_pipeline]
async fn branches(#[updates] a: u64) -> Result<u64> {
    if a > 1 {
        a = 0;
        return Ok(7);
    }
    match a {
        0 => Ok(0),
        _ => {
            a += 1;
            Ok(a)
        }
    }
}

/// The tail never comes to its end.
#[gpu_pipeline]
async fn diverges(#[updates] a: u64) -> Result<u64> {
    loop {
        a += 1;
        if a > 10 {
            return Ok(a);
        }
    }
}

pub fn main() -> Result<(), Failure> {
    futures::executor::block_on(async {
        let (a, b) = (Resource::new(0), Resource::new(0));
        assert_eq!(early(&a, &b, 1).await?, 1);
        assert_eq!(early(&a, &b, 2).await?, 3);
        assert!(matches!(early(&a, &b, 9).await, Err(Failure::Odd)));
        assert!(matches!(
            early(&a, &b, 0).await,
            Err(Failure::Library(Error::Poisoned { .. }))
        ));
        a.clear_poison();
        b.clear_poison();
        assert_eq!(no_tail(&a).await?, 20);
        assert_eq!(branches(&a).await?, 7);
        assert_eq!(branches(&a).await?, 0);
        assert_eq!(diverges(&a).await?, 11);
        Ok(())
    })
}
