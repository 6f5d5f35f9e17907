//! Generics, lifetimes, `where`, `impl Trait`, patterns, visibility, other attributes.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use gpu_stages::{
    Backend, DeviceBuffer, Element, HostBuffer, Queue, Resource, Result, gpu_pipeline,
};
use std::borrow::Cow;
use std::fmt::Display;
use std::future::Future;

/// Generic over backend and element.
#[gpu_pipeline]
pub async fn round_trip<B: Backend, E, const N: usize>(
    #[queue] queue: Queue<B>,
    #[writes] host: HostBuffer<B, E>,
    #[writes] device: DeviceBuffer<B, E>,
    values: [E; N],
) -> Result<Vec<E>>
where
    E: Element,
{
    host.copy_from_slice(&values);
    queue.upload(&host, &mut device)?;
    queue.download(&device, &mut host)?;
    Ok(host.to_vec())
}

/// Borrows what is not declared, and only that.
#[gpu_pipeline]
async fn borrows(
    #[updates] total: u64,
    name: &str,
    Pair { first, second }: Pair<'_>,
    (mut a, b): (u64, u64),
    mut extra: u64,
) -> Result<String> {
    a += b;
    extra += a;
    total += extra;
    Ok(format!("{name} {first} {second} {total}"))
}

struct Pair<'a> {
    first: &'a str,
    second: Cow<'a, str>,
}

/// Named lifetimes and an elided one in the return type.
#[gpu_pipeline]
async fn longest<'a, 'b: 'a>(#[reads] least: usize, x: &'a str, y: &'b str) -> Result<&'a str> {
    Ok(if x.len() >= y.len().max(least) { x } else { y })
}

#[gpu_pipeline]
async fn same(#[reads] least: usize, x: &str) -> Result<&str> {
    assert!(x.len() > least);
    Ok(x)
}

/// `impl Trait` arguments, one of them with a borrow, one higher-ranked.
#[gpu_pipeline]
async fn with_impls(
    #[updates] total: usize,
    words: impl IntoIterator<Item = impl AsRef<str>>,
    mut visit: impl FnMut(&str) -> usize,
    end: &impl Display,
) -> Result<String> {
    for word in words {
        total += visit(word.as_ref());
    }
    Ok(format!("{total}{end}"))
}

/// A reference that only a declaration needs is not kept.
#[gpu_pipeline]
async fn from_pair(pair: &(Resource<u8>, u8), #[updates(pair.0)] value: u8) -> Result<u8> {
    value += 1;
    Ok(value)
}

/// A permit is kept until the end, mentioned or not.
#[gpu_pipeline]
#[must_use]
async fn keeps(#[reads] value: u8, _permit: std::sync::Arc<()>, _: String) -> Result<u8> {
    Ok(value)
}

mod inner {
    use super::{Result, gpu_pipeline};

    #[gpu_pipeline]
    pub(super) async fn visible(#[reads] r#type: u8) -> Result<u8> {
        Ok(r#type)
    }
}

/// Any alias and any error will do.
#[derive(Debug)]
enum Failure {
    Library(gpu_stages::Error),
    TooMany,
}

impl From<gpu_stages::Error> for Failure {
    fn from(error: gpu_stages::Error) -> Self {
        Failure::Library(error)
    }
}

type Outcome<T> = std::result::Result<T, Failure>;

#[gpu_pipeline]
async fn own_error(#[reads] value: u8) -> Outcome<u8> {
    if value > 1 {
        return Err(Failure::TooMany);
    }
    Ok(value)
}

fn spawnable<T>(future: impl Future<Output = T> + Send + 'static) -> T {
    futures::executor::block_on(future)
}

pub fn main() -> Result<()> {
    let device = gpu_stages::cpu::Device::new();
    let queue = gpu_stages::cpu::Queue::new(&device)?;
    let host = Resource::new(HostBuffer::new(&device, 3)?);
    let buffer = Resource::new(DeviceBuffer::new(&device, 3)?);
    assert_eq!(
        spawnable(round_trip(&queue, &host, &buffer, [1_u8, 2, 3]))?,
        [1, 2, 3]
    );

    let total = Resource::new(1);
    let pair = Pair {
        first: "a",
        second: Cow::from("b"),
    };
    let name = String::from("sum");
    let sum = borrows(&total, &name, pair, (1, 2), 3);
    assert_eq!(futures::executor::block_on(sum)?, "sum a b 7");

    let least = Resource::new(2);
    assert_eq!(
        futures::executor::block_on(longest(&least, "xyz", "ab"))?,
        "xyz"
    );
    assert_eq!(futures::executor::block_on(same(&least, "xyz"))?, "xyz");

    let total = Resource::new(0);
    let text = with_impls(&total, ["a", "bc"], str::len, &'!');
    assert_eq!(futures::executor::block_on(text)?, "3!");

    let future = {
        let pair = (Resource::new(1), 2);
        from_pair(&pair)
    };
    assert_eq!(spawnable(future)?, 2);

    let permit = std::sync::Arc::new(());
    let one = Resource::new(1);
    let kept = keeps(&one, permit.clone(), String::new());
    assert_eq!(std::sync::Arc::strong_count(&permit), 2);
    drop(kept);
    assert_eq!(std::sync::Arc::strong_count(&permit), 1);
    assert_eq!(spawnable(inner::visible(&one))?, 1);
    assert!(matches!(spawnable(own_error(&one)), Ok(1)));
    let two = Resource::new(2);
    match spawnable(own_error(&two)) {
        Err(Failure::TooMany) => Ok(()),
        Err(Failure::Library(error)) => Err(error),
        Ok(_) => panic!("two is too many"),
    }
}
