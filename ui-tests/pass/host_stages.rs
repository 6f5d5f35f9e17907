//! Host stages: any value, awaiting, known macros, closures, parts.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use gpu_stages::{Resource, Result, gpu_pipeline};
use std::fmt::Write as _;

#[derive(Debug, Default)]
struct State {
    count: u64,
    names: Vec<String>,
    best: Option<u64>,
}

struct Socket {
    received: u64,
}

impl Socket {
    async fn receive(&mut self) -> std::io::Result<u64> {
        std::future::ready(()).await;
        self.received += 1;
        Ok(self.received)
    }

    /// Not the guard's.
    fn ready(&self) -> bool {
        self.received > 0
    }
}

#[derive(Debug)]
#[allow(dead_code, reason = "shown when a test fails")]
pub enum Failure {
    Library(gpu_stages::Error),
    Io(std::io::Error),
}

impl From<gpu_stages::Error> for Failure {
    fn from(error: gpu_stages::Error) -> Self {
        Failure::Library(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Io(error)
    }
}

/// Awaits in the middle, and in a loop.
#[gpu_pipeline]
async fn awaits(
    #[updates] socket: Socket,
    #[writes] log: Vec<u64>,
    times: usize,
) -> Result<u64, Failure> {
    let first = socket.receive().await?;
    log.clear();
    for _ in 0..times {
        log.push(socket.receive().await?);
    }
    assert!(socket.ready());
    Ok(first + log.iter().sum::<u64>())
}

/// Assignments, patterns, closures, operators.
#[gpu_pipeline]
async fn values(
    #[updates] state: State,
    #[reads] limit: u64,
    #[owns] extra: Vec<u64>,
) -> Result<u64> {
    state.count += 1;
    (state.best, state.count) = (Some(limit), state.count + limit);
    if let Some(ref mut best) = state.best {
        *best += 1;
    }
    let names = |index: usize| state.names.get(index).cloned();
    let first = names(0);
    match first {
        Some(name) => state.names.push(name + "!"),
        None => state.names = vec![String::from("first"); 2],
    }
    let most = extra.iter().copied().max();
    match state.count {
        1 if limit > 1 => state.count = limit,
        count if matches!(most, Some(most) if most > limit + count) => state.count = count,
        _ => {}
    }
    extra.push(state.count);
    let sum = limit + extra[0] + most.unwrap_or_default();
    Ok(sum + state.best.unwrap_or(0))
}

/// Inline captures, named and positional arguments, destinations.
#[gpu_pipeline]
async fn macros(
    #[updates] state: State,
    #[reads] limit: u64,
    #[writes] text: String,
) -> Result<String> {
    text.clear();
    let prefix = "limit";
    write!(
        text,
        "{prefix} {limit:>3} {0} {x}",
        state.count,
        x = state.names.len()
    )
    .ok();
    assert_eq!(limit, 3, "{state:?} but {limit}");
    assert!(matches!(state.best, None | Some(_)), "{text}");
    state.names = vec![format!("{limit}"), format!("{{limit}}")];
    println!("{state:?}");
    debug_assert_ne!(state.names[0], state.names[1]);
    Ok(format!("{text} {:?}", state.names))
}

/// What plain values allow: two-phase borrows, disjoint parts, copies of scalars; the length of a list to be
/// written.
#[gpu_pipeline]
async fn borrows(
    #[writes] list: Vec<usize>,
    #[updates] state: State,
    #[reads] limit: u64,
) -> Result<Copied> {
    let before = list.len();
    list.clear();
    list.push(list.len());
    list.push(before);
    let end = list.len() - 1;
    list[end] += list[0] + list.len();
    std::mem::swap(&mut state.count, state.best.get_or_insert(limit));
    Ok(Copied {
        limit,
        last: list[end],
    })
}

#[derive(Debug, PartialEq)]
struct Copied {
    limit: u64,
    last: usize,
}

/// A value of its own for each call.
#[gpu_pipeline]
async fn owned(#[owns] chunk: Vec<u8>, #[owns(chunk.len())] length: usize) -> Result<usize> {
    chunk.push(1);
    Ok(chunk.len() + length)
}

/// Nested functions, items and blocks have their own names and exits.
#[gpu_pipeline]
async fn nested(#[reads] value: u64) -> Result<u64> {
    const STEP: u64 = 1;
    fn next(value: u64) -> u64 {
        if value == 0 {
            return STEP;
        }
        value + STEP
    }
    let sum = {
        let add = |more: u64| {
            if more == 0 {
                return STEP;
            }
            more + value
        };
        let late = async {
            if value > 100 {
                return 0;
            }
            next(value)
        };
        add(0) + add(1) + late.await
    };
    Ok(sum)
}

pub fn main() -> Result<(), Failure> {
    futures::executor::block_on(async {
        let socket = Resource::new(Socket { received: 0 }).keep_on_failure();
        let log = Resource::new(Vec::new());
        assert_eq!(awaits(&socket, &log, 2).await?, 6);

        let state = Resource::new(State::default());
        let limit = Resource::new(3);
        assert_eq!(values(&state, &limit, vec![5, 6]).await?, 3 + 5 + 6 + 4);
        let text = Resource::new(String::new());
        let expected = r#"limit   3 4 2 ["3", "{limit}"]"#;
        assert_eq!(macros(&state, &limit, &text).await?, expected);
        let list = Resource::new(vec![7; 5]);
        let copied = borrows(&list, &state, &limit).await?;
        assert_eq!(copied, Copied { limit: 3, last: 7 });
        assert_eq!(owned(vec![1, 2]).await?, 5);
        assert_eq!(nested(&limit).await?, 1 + 4 + 4);
        Ok(())
    })
}
