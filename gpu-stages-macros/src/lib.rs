//! The attribute `#[gpu_pipeline]` of `gpu-stages`: a small compiler.
//!
//! Use it through `gpu_stages::gpu_pipeline`; this crate is of no use alone.
//!
//! The phases, each of which sees only those before: `parse` reads the function, `macros` spells out what
//! format strings capture, `lower` finds stages and accesses, `check` looks for breaches of the rules,
//! `schedule` decides what waits for what, `expand` writes it down.

mod check;
mod compile;
mod derive;
mod diagnostics;
mod expand;
mod lower;
mod macros;
mod model;
mod parse;
mod schedule;
mod syntax;
mod table;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Makes a synchronous function an overlapped pipeline.
///
/// The function is written as if its stages ran one after another. Each call acquires all its resources before
/// it returns its future, in one step, so that calls are in order; the futures then overlap. What a stage has to
/// wait for, and when a resource can be handed on to the next call, follows from the body.
///
/// ```
/// use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
/// use gpu_stages::{Result, gpu_pipeline};
///
/// /// Scales one frame on the device; returns its sum.
/// #[gpu_pipeline]
/// async fn scale(
///     #[queue] transfer: Queue,
///     #[queue] compute: Queue,
///     #[writes] host: HostBuffer<f32>,
///     #[writes] device: DeviceBuffer<f32>,
///     kernel: Kernel,
///     samples: Vec<f32>,
/// ) -> Result<f32> {
///     host.copy_from_slice(&samples);                         // host stage
///     transfer.upload(&host, &mut device)?;                   // device stage
///     compute.launch(&kernel, device.len(), (&mut device,))?; // device stage
///     transfer.download(&device, &mut host)?;                 // device stage
///     Ok(host.iter().sum())                                   // host stage
/// }
/// ```
///
/// The future resolves when everything that it enqueued is complete. It is `'static` if no plain argument that
/// the body mentions is borrowed, and `Send` if the arguments are.
///
/// # Parameters
///
/// | declaration | the body may | the caller passes | meaning |
/// |---|---|---|---|
/// | `#[queue] q: Q` | enqueue on it | `&Q` | an in-order command queue |
/// | `#[reads] x: T` | `&x` | `&Resource<T>` or `&Version<T>` | shared use of the newest version, or of that one |
/// | `#[writes] x: T` | `&mut x`, then anything | `&Resource<T>` | a new version; the old contents are not needed |
/// | `#[updates] x: T` | anything | `&Resource<T>` or `&Version<T>` | exclusive use of it, in place |
/// | `#[reads] x: [T]`, and so for `writes` and `updates` | the same with parts, `&x[i]` | `&[&Resource<T>]` | the same of each of several resources |
/// | `#[owns] x: T` | anything | `T` | a value of this call alone |
/// | anything else | as in any `async fn` | as written | plain argument |
///
/// The declared type is what the body sees: `#[updates] count: u64` is changed with `count += 1`.
///
/// Where a resource is read or updated, the caller can pass a version of it instead, which `Resource::pin` or
/// `Resource::latest` gave: frames that need the frame before, readers that are slow.
///
/// ```
/// # use gpu_stages::{Resource, Result, gpu_pipeline};
/// #[gpu_pipeline]
/// async fn change(#[reads] before: i32, #[reads] now: i32) -> Result<i32> {
///     Ok(now - before)
/// }
///
/// # async fn run() -> Result<()> {
/// let level = Resource::ring([20, 0]);
/// let before = level.pin();
/// level.replace(23).await?;
/// assert_eq!(change(&before, &level).await?, 3);
/// # Ok(())
/// # }
/// ```
///
/// A parameter of type `[T]` is a list of resources, as many as the caller passes, none included. All are acquired
/// in the same step as the others. On the host `x[i]` is the value and `x.iter()` all of them; on a device
/// `&x[i]` and `&mut x[i]` are views; `x.len()` is a fact.
///
/// ```
/// # use gpu_stages::cpu::{DeviceBuffer, Kernel, Queue};
/// # use gpu_stages::{Resource, Result, gpu_pipeline};
/// /// Adds up any number of partial results.
/// #[gpu_pipeline]
/// async fn reduce(
///     #[queue] queue: Queue,
///     #[reads] partials: [DeviceBuffer<f32>],
///     #[writes] total: DeviceBuffer<f32>,
///     add: Kernel,
/// ) -> Result<()> {
///     queue.fill(&mut total, 0.0)?;
///     for i in 0..partials.len() {
///         queue.launch(&add, total.len(), (&partials[i], &mut total))?;
///     }
///     Ok(())
/// }
/// # fn call(
/// #     queue: &Queue, partials: &[Resource<DeviceBuffer<f32>>], total: &Resource<DeviceBuffer<f32>>, add: Kernel,
/// # ) {
///
/// let partials: Vec<_> = partials.iter().collect();
/// let reduced = reduce(queue, &partials, total, add);
/// # drop(reduced);
/// # }
/// ```
/// `#[writes]` gives stale contents: every way to a read leads over a write. Of a loop it is taken that it runs, and of
/// a branch in it that an earlier turn took it.
///
/// A declaration may carry an expression, which is evaluated at the call; the parameter is then none of the
/// caller's.
///
/// ```
/// # use gpu_stages::cpu::{DeviceBuffer, Queue};
/// # use gpu_stages::{Resource, Result, gpu_pipeline};
/// struct Cleaner {
///     queue: Queue,
///     spectra: Resource<DeviceBuffer<f32>>,
/// }
///
/// impl Cleaner {
///     #[gpu_pipeline]
///     async fn clean(
///         &self,
///         #[queue(self.queue)] queue: Queue,
///         #[writes(self.spectra)] spectra: DeviceBuffer<f32>,
///         value: f32,
///     ) -> Result<()> {
///         queue.fill(&mut spectra, value)
///     }
/// }
/// ```
///
/// # Stages
///
/// Every top-level statement that uses a resource is a stage.
///
/// - A **device stage** mentions a queue. It only enqueues, on that one queue: `queue.method(..)`, or `&queue`
///   passed to a function. Its resources are `&x` (a read), `&mut x` (a write), parts and sub-ranges of them
///   (`&x.part[i]`, `&mut x[a..b]`), and the facts `x.len()` and `x.is_empty()`, also of fields. One command does
///   not read what it writes. A block, loop or `if` whose body only enqueues is one device stage. It does not
///   `.await`.
/// - A **host stage** uses resources and mentions no queue. It sees the values themselves, once the devices are
///   done with them, and may `.await`. A resource is borrowed, never moved; scalars of the language are copied.
///   A borrow ends with its stage.
/// - All else is **plain code**, and so is a statement that only asks for facts of what a device stage uses:
///   those are there from the beginning to the end.
///
/// A device stage is over, for the host, when its commands are *enqueued*. Only a host stage waits for a device, and only
/// for what it uses; all other code, also behind the last device stage, runs while the device is still at work. What is
/// to run when the work is done stands behind the `.await` of the call.
///
/// ```
/// # use gpu_stages::cpu::{Device, DeviceBuffer, Queue};
/// # use gpu_stages::{Resource, Result, gpu_pipeline};
/// #[gpu_pipeline]
/// async fn clear(#[queue] queue: Queue, #[writes] data: DeviceBuffer<f32>) -> Result<()> {
///     queue.fill(&mut data, 0.0)?;
///     println!("enqueued");
///     Ok(())
/// }
///
/// # async fn run(queue: &Queue, data: &Resource<DeviceBuffer<f32>>) -> Result<()> {
/// clear(queue, data).await?;
/// println!("done");
/// # Ok(())
/// # }
/// ```
///
/// Resources and queues may stand in the macros of the standard library that print, format and assert, in
/// `vec!`, `dbg!`, `write!`, `matches!`, and in those of `tracing`, as inline captures too (`"{x}"`). Other
/// macros cannot be looked into, so that a resource in them is an error.
///
/// `?`, `return` and panics are allowed anywhere. `Ok` hands on what is held as good; an error poisons what was
/// being written.
///
/// Parts are those of vectors, arrays and tuples, and of structs with `#[derive(DeviceVisible)]`.
///
/// Two options, on any stage:
///
/// - `#[stage(name = "…")]` names it in messages and traces. Otherwise it is called after its first call.
/// - `#[stage(blocking)]`, on the host, moves it off the executor's thread. It has no `.await` and no `return`,
///   and uses no borrowed arguments; the locals it mentions go with it and come back.
///
/// ## Opaque stages
///
/// `#[stage(queue = q, reads(a), writes(b, c))]` declares what the statement does not show: a foreign kernel whose
/// arguments were bound before, or a library call with buffers and a workspace of its own. The stage is a device
/// stage on that queue. The declared uses are added to those that are seen; at least one there must be. `writes`
/// includes reading, and resources are named as a whole.
///
/// ```
/// use gpu_stages::cpu::{DeviceBuffer, Kernel, Queue};
/// use gpu_stages::{DeviceVisible, Result, gpu_pipeline};
///
/// /// Stands for the memory that the transform's kernels share.
/// #[derive(DeviceVisible)]
/// struct Workspace;
///
/// struct Transform {
///     scatter: Kernel,
///     gather: Kernel,
/// }
///
/// #[gpu_pipeline]
/// async fn transform(
///     #[queue] queue: Queue,
///     #[updates] data: DeviceBuffer<f32>,
///     #[updates] workspace: Workspace,
///     transform: Transform,
/// ) -> Result<()> {
///     #[stage(queue = queue, writes(workspace))]
///     {
///         queue.launch(&transform.scatter, data.len(), (&data,))?;
///         queue.launch(&transform.gather, data.len(), (&mut data,))?;
///     }
///     Ok(())
/// }
/// ```
///
/// What is enqueued on the queue while the statement runs is behind what the uses need, and whoever uses the
/// resources next is behind it: by a barrier before the statement, if anything is to be waited for, and a marker
/// after it. That is all: what a foreign command touches, and that it is on this queue, is for its caller to answer
/// for, and its `unsafe`. On queues of this library, where safe code cannot enqueue anything but the library's
/// commands, an opaque stage orders what their kernels reach by themselves.
///
/// ```compile_fail
/// # use gpu_stages::cpu::{DeviceBuffer, Queue};
/// # use gpu_stages::{Result, gpu_pipeline};
/// #[gpu_pipeline]
/// async fn copy(
///     #[queue] queue: Queue,
///     #[reads] from: DeviceBuffer<f32>,
///     #[updates] to: DeviceBuffer<f32>,
/// ) -> Result<()> {
///     #[stage(queue = queue, reads(from, to))]
///     queue.copy(&from, &mut to) // `to` is written here, and the stage declares `reads(to)`
/// }
/// ```
///
/// # Options
///
/// - `until = enqueued`: the future resolves when everything is enqueued. Device errors reach whoever uses the
///   data next.
/// - `max_barriers = n`: the build fails when the schedule needs more barriers.
/// - `schedule = NAME`, `schedule = Self::NAME`, `schedule = none`: where the schedule stands.
/// - `crate = path`: where the library is found, if not at `::gpu_stages`.
///
/// # Spawning
///
/// A call acquires when it is made. What delays the call, delays its place in the order:
///
/// ```
/// # use gpu_stages::{Resource, Result, gpu_pipeline};
/// # #[gpu_pipeline]
/// # async fn count(#[updates] total: u64) -> Result<u64> {
/// #     total += 1;
/// #     Ok(total)
/// # }
/// # mod tokio {
/// #     pub fn spawn<T>(it: impl Future<Output = T> + Send + 'static) -> impl Future<Output = T> { it }
/// # }
/// # let total = Resource::new(0);
/// // Both acquire here, one after the other.
/// let first = tokio::spawn(count(&total));
/// let second = tokio::spawn(count(&total));
/// ```
///
/// `tokio::spawn(async move { count(&total).await })` acquires when the task first runs: tasks may run in any order,
/// and one that acquires several times while it holds something may wait for itself. Nothing at the call can tell
/// the two apart, so that it compiles. Spawn the pipeline's own future, and put what is to follow behind it.
///
/// # Signatures
///
/// Generics, lifetimes, `where`, `impl Trait` arguments, patterns, visibility and other attributes work as in any
/// `async fn`. Three things are worth knowing:
///
/// - A lifetime in a type must show: `Text<'_>`, not `Text`.
/// - The future of a method is `'static` only if its own type parameters are declared so (`T: 'static`).
/// - The future of a method whose body mentions `self` borrows, since edition 2024, all references that are passed, even
///   to a version that is used up at the call. A declared expression has no such reference:
///   `#[reads(self.samples.pin())] before: T`.
///
/// # What is generated
///
/// A function that returns `impl Future`, in the terms of the manual interface; `cargo expand` shows it. Beside it
/// stands what the pipeline says about itself, `function::SCHEDULE`, of the type `gpu_stages::Schedule`. The same
/// table is at the end of the function's documentation.
///
#[doc = include_str!("../reference.md")]
#[proc_macro_attribute]
pub fn gpu_pipeline(options: TokenStream, item: TokenStream) -> TokenStream {
    compile::gpu_pipeline(options.into(), item.into()).into()
}

/// Implements `gpu_stages::DeviceVisible` for a struct, so that it can be a resource whose parts device stages use.
///
/// The trait's documentation says how. `#[device(skip)]` keeps a field from devices, `#[device(crate = path)]` on the
/// struct says where the library is found.
#[proc_macro_derive(DeviceVisible, attributes(device))]
pub fn device_visible(item: TokenStream) -> TokenStream {
    derive::device_visible(item.into()).into()
}
