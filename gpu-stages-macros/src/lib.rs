//! The attribute `#[gpu_pipeline]` of `gpu-stages`: a small compiler.
//!
//! Use it through `gpu_stages::gpu_pipeline`: the generated code needs that library.
//!
//! Each phase uses only the phases before it. `parse` reads the function, `macros` makes the captures of format strings
//! explicit, `lower` finds stages and accesses, `check` reports breaches of the rules, `schedule` decides all
//! synchronisation, `expand` generates the code.

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
/// The function is written as if its stages ran one after another. Each call acquires all its resources in one step,
/// before it returns its future. So each resource is used in the order of the calls, while the futures overlap. The
/// macro derives from the body what each stage waits for, and where each resource is released to the next call.
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
/// The future resolves when all commands that it enqueued are complete. It is `'static` if the body mentions no
/// borrowed plain argument, and `Send` if the arguments are.
///
/// # Parameters
///
/// | declaration | the body may | the caller passes | meaning |
/// |---|---|---|---|
/// | `#[queue] q: Q` | enqueue on it | `&Q` | an in-order command queue |
/// | `#[reads] x: T` | `&x` | `&Resource<T>` or `&Version<T>` | shared use of the newest version, or of the version passed |
/// | `#[writes] x: T` | `&mut x`, then anything | `&Resource<T>` | a new version, whose old contents are not needed |
/// | `#[updates] x: T` | anything | `&Resource<T>` or `&Version<T>` | exclusive use of that version, in place |
/// | `#[reads] x: [T]`, also with `writes` and `updates` | the same with elements, `&x[i]` | `&[&Resource<T>]` | the same for each resource of a list |
/// | `#[owns] x: T` | anything | `T` | a value that belongs to this call |
/// | none | as in any `async fn` | as written | plain argument |
///
/// The declared type is the type that the body sees: `#[updates] count: u64` is changed with `count += 1`.
///
/// For a resource that is read or updated, the caller can pass a version of it, from `Resource::pin` or
/// `Resource::latest`. This serves frames that need the result of the frame before, and slow readers.
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
/// A parameter of type `[T]` is a list of resources. The caller passes any number of them, which may be zero. They are
/// acquired in the same step as all other resources. On the host, `x[i]` is a value and `x.iter()` iterates over all
/// values. On a device, `&x[i]` and `&mut x[i]` are views. `x.len()` is metadata.
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
///
/// The contents of a `#[writes]` resource are stale until the body writes it. So every path through the body must write
/// it before the first read. The macro assumes that each loop runs at least once. Inside of a loop it also assumes that
/// an earlier iteration took the branch that writes.
///
/// A declaration may have an expression. It is evaluated at the call, and the caller does not pass this parameter.
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
///   passed to a function. It uses resources as `&x` (a read) and `&mut x` (a write), also parts and sub-ranges of
///   them (`&x.part[i]`, `&mut x[a..b]`), and the metadata `x.len()` and `x.is_empty()`, also of fields. A command
///   does not read a resource that it writes. A block, loop or `if` whose body only enqueues is one device stage.
///   A device stage does not `.await`.
/// - A **host stage** uses resources and mentions no queue. It sees the values themselves, after the devices are
///   done with them, and may `.await`. It borrows resources and never moves them; values of `Copy` types are
///   copied.
///   A borrow ends with its stage.
/// - Every other statement is **plain code**. A statement that only reads metadata of device resources is plain code
///   too: this metadata is available in the whole body.
///
/// For the host, a device stage is over when its commands are *enqueued*. Only a host stage waits for a device, and
/// only for the resources that it uses. All other code runs while the device is still at work, also after the last
/// device stage. Code that has to run after the device work is complete goes after the `.await` of the call.
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
/// Resources and queues may be used in the macros of the standard library that print, format and assert, in
/// `vec!`, `dbg!`, `write!`, `matches!`, and in those of `tracing`, also as inline captures (`"{x}"`). The arguments of
/// other macros cannot be analysed: a resource in them is an error.
///
/// `?`, `return` and panics are allowed anywhere. A call that ends with `Ok` releases its resources with good contents.
/// A call that fails poisons the resources that it was writing.
///
/// A device stage can use parts of vectors, arrays and tuples, and of structs with `#[derive(DeviceVisible)]`.
///
/// A stage can have two options:
///
/// - `#[stage(name = "…")]` names it in messages and traces. Without it, the stage has the name of the first call in
///   it.
/// - `#[stage(blocking)]` runs a host stage on a thread that may block, not on the executor's. Such a stage has no
///   `.await` and no `return`, and uses no borrowed arguments. The locals that it mentions are moved there and back.
///
/// ## Opaque stages
///
/// `#[stage(queue = q, reads(a), writes(b, c))]` declares uses that the statement does not show: those of a foreign
/// kernel whose arguments were bound before, or of a library call with hidden buffers and a workspace. The stage is a
/// device stage on that queue. The declared uses are added to the uses in the statement; together there must be at
/// least one. `writes` includes reading. A resource is named as a whole, without its parts.
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
/// The commands that the statement enqueues on the queue are ordered after the earlier uses of these resources, and
/// later uses are ordered after the commands. For this, a barrier precedes the statement if there is something to wait
/// for, and a marker follows it. The library promises no more. The caller is responsible for what a foreign command
/// touches and for the queue that it is enqueued on; this is part of the caller's `unsafe` code. On queues of this
/// library, safe code can enqueue the library's commands only. There an opaque stage orders memory that their kernels
/// use without taking it as an argument.
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
/// - `until = enqueued`: the future resolves when all commands are enqueued. Device errors are reported to the next
///   call that uses the data.
/// - `max_barriers = n`: the build fails when the schedule needs more barriers.
/// - `schedule = NAME`, `schedule = Self::NAME`, `schedule = none`: the name and place of the schedule's constant.
/// - `crate = path`: the path of the library, if it is not `::gpu_stages`.
///
/// # Spawning
///
/// A call acquires its resources when the function is called, not when its future is polled. So call the function
/// first, and spawn its future:
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
/// `tokio::spawn(async move { count(&total).await })` acquires when the task first runs. Tasks may run in any order,
/// and a task that acquires again while it holds a resource may wait for itself. The macro cannot detect this, so it
/// compiles. Spawn the future of the pipeline, and run what follows after it.
///
/// # Signatures
///
/// Generics, lifetimes, `where`, `impl Trait` arguments, patterns, visibility and other attributes work as in any
/// `async fn`. Three things are worth knowing:
///
/// - A lifetime in a type must be written: `Text<'_>`, not `Text`.
/// - The future of a method is `'static` only if the type parameters of the method are declared `'static`
///   (`T: 'static`).
/// - In edition 2024, the future of a method whose body mentions `self` borrows all references that are passed, even a
///   reference to a version that the call has consumed. A declared expression avoids the reference:
///   `#[reads(self.samples.pin())] before: T`.
///
/// # What is generated
///
/// The macro generates a function that returns `impl Future` and uses the manual interface only; `cargo expand` shows
/// it. It also generates the constant `function::SCHEDULE`, of type `gpu_stages::Schedule`, which describes the stages
/// and their synchronisation. The same table is at the end of the function's documentation.
///
#[doc = include_str!("../reference.md")]
#[proc_macro_attribute]
pub fn gpu_pipeline(options: TokenStream, item: TokenStream) -> TokenStream {
    compile::gpu_pipeline(options.into(), item.into()).into()
}

/// Implements `gpu_stages::DeviceVisible` for a struct, so that device stages can use the parts of such a resource.
///
/// The documentation of the trait describes the implementation. `#[device(skip)]` hides a field from devices.
/// `#[device(crate = path)]` on the struct is the path of the library, if it is not `::gpu_stages`.
#[proc_macro_derive(DeviceVisible, attributes(device))]
pub fn device_visible(item: TokenStream) -> TokenStream {
    derive::device_visible(item.into()).into()
}
