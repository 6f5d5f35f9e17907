//! Bodies without an end: the macro adds no warning.
#![deny(warnings)]

use gpu_stages::{Resource, Result, gpu_pipeline};

fn fail() -> ! {
    panic!("a failure")
}

macro_rules! failing {
    () => {
        panic!("a failure")
    };
}

#[gpu_pipeline]
async fn unwritten(#[updates] x: u64) -> Result<u64> {
    x += 1;
    todo!()
}

#[gpu_pipeline]
async fn endless(#[updates] x: u64) -> Result<u64> {
    x += 1;
    loop {
        x += 1;
        if x > 10 {
            return Ok(x);
        }
    }
}

#[gpu_pipeline]
async fn broken_out_of(#[updates] x: u64) -> Result<u64> {
    x += 1;
    'outer: loop {
        loop {
            x += 1;
            if x > 5 {
                break 'outer Ok(x);
            }
            if x > 3 {
                break;
            }
        }
    }
}

#[gpu_pipeline]
async fn in_every_arm(#[updates] x: u64, n: u64) -> Result<u64> {
    x += 1;
    match n {
        0 => return Ok(x),
        1 => panic!("one"),
        _ => unreachable!(),
    }
}

#[gpu_pipeline]
async fn in_one_branch(#[updates] x: u64, n: u64) -> Result<u64> {
    x += 1;
    if n > 1 { Ok(x) } else { todo!() }
}

#[gpu_pipeline]
async fn by_function(#[updates] x: u64) -> Result<u64> {
    x += 1;
    fail()
}

#[gpu_pipeline]
async fn by_function_before_the_end(#[updates] x: u64) -> Result<u64> {
    x += 1;
    fail();
}

#[gpu_pipeline]
async fn by_macro(#[updates] x: u64) -> Result<u64> {
    x += 1;
    failing!();
}

#[gpu_pipeline]
async fn by_function_in_return(#[updates] x: u64, n: u64) -> Result<u64> {
    x += 1;
    if n > 1 {
        return fail();
    }
    Ok(x)
}

fn is_panic(future: impl std::future::Future<Output = Result<u64>>) -> bool {
    let run = || futures::executor::block_on(future);
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err()
}

pub fn main() -> Result<()> {
    let x = || Resource::new(0);
    assert!(is_panic(unwritten(&x())));
    assert!(!is_panic(endless(&x())));
    assert!(!is_panic(broken_out_of(&x())));
    assert!(!is_panic(in_every_arm(&x(), 0)));
    assert!(is_panic(in_every_arm(&x(), 1)));
    assert!(!is_panic(in_one_branch(&x(), 2)));
    assert!(is_panic(by_function(&x())));
    assert!(is_panic(by_function_before_the_end(&x())));
    assert!(is_panic(by_macro(&x())));
    assert!(is_panic(by_function_in_return(&x(), 2)));
    Ok(())
}
