//! Blocking stages, and names for stages.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use gpu_stages::{Error, Resource, Result, gpu_pipeline};
use std::thread;

#[derive(Debug)]
#[allow(dead_code, reason = "shown when a test fails")]
pub enum Failure {
    Library(Error),
    Text(std::num::ParseIntError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Library(error)
    }
}

impl From<std::num::ParseIntError> for Failure {
    fn from(error: std::num::ParseIntError) -> Self {
        Failure::Text(error)
    }
}

/// Moves resources and locals there and back; `?` leaves the pipeline.
#[gpu_pipeline]
async fn parse(
    #[updates] sum: i64,
    #[reads] texts: Vec<String>,
    #[writes] seen: Vec<i64>,
    mut offset: i64,
    scale: i64,
) -> Result<i64, Failure> {
    let here = thread::current().id();
    seen.clear();
    let mut digits = Vec::new();
    #[stage(blocking, name = "parse the texts")]
    for text in &texts {
        assert_ne!(thread::current().id(), here);
        offset += 1;
        digits.push(text.len());
        let value: i64 = text.parse()?;
        seen.push(value * scale);
    }
    #[stage(blocking)]
    let total: i64 = seen.iter().sum();
    #[stage(blocking)]
    let Some(most) = seen.iter().max().copied() else {
        return Ok(0);
    };
    digits.sort_unstable();
    #[stage(name = "add")]
    {
        sum += total + offset;
    }
    #[stage(blocking)]
    Ok(sum + most + i64::try_from(digits.len()).unwrap_or(0))
}

/// Blocks without a resource.
#[gpu_pipeline]
async fn heavy(#[updates] value: u64, input: Vec<u64>) -> Result<u64> {
    #[stage(blocking)]
    let sum = input.iter().sum::<u64>();
    value += sum + u64::from(input.is_empty());
    Ok(value)
}

pub fn main() -> Result<(), Failure> {
    futures::executor::block_on(async {
        let sum = Resource::new(0);
        let texts = Resource::new(vec![String::from("1"), String::from("20")]);
        let seen = Resource::new(Vec::new());
        // Twice 21, 2 steps after 10, 40 as the most, 2 texts.
        assert_eq!(parse(&sum, &texts, &seen, 10, 2).await?, 42 + 12 + 40 + 2);

        let broken = Resource::new(vec![String::from("x")]);
        assert!(matches!(
            parse(&sum, &broken, &seen, 0, 1).await,
            Err(Failure::Text(_))
        ));
        let none = Resource::new(Vec::new());
        assert_eq!(parse(&sum, &none, &seen, 0, 1).await?, 0);
        assert_eq!(heavy(&Resource::new(1), vec![1, 2]).await?, 4);
        Ok(())
    })
}
