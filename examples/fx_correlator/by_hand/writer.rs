//! [`Writer`]: a task that writes and sends dumps in their order.

use crate::correlator::Job;
use crate::counters::{Count, Counters};
use crate::dump::{Label, send};
use crate::error::Error;
use crate::shape::Shape;
use crate::x_engine::Output;
use futures::FutureExt;
use futures::future::BoxFuture;
use gpu_stages::HostBuffer;
use gpu_stages::opencl::{Device, OpenCl};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// Pinned memory for a dump.
pub struct HostSums {
    /// By baseline and channel, real and imaginary parts by turns.
    pub visibilities: HostBuffer<OpenCl, f32>,
    /// By baseline.
    pub weights: HostBuffer<OpenCl, u32>,
}

type Shelf = Arc<Mutex<Vec<HostSums>>>;

/// The task's handle, which takes dumps.
pub struct Writer {
    device: Device,
    shape: Shape,
    /// Memory that is free. There is as much in all as dumps have been on their way at a time.
    free: Shelf,
    dumps: mpsc::UnboundedSender<Dump>,
}

struct Dump {
    label: Label,
    host: HostSums,
    downloaded: BoxFuture<'static, Result<(), Error>>,
    written: oneshot::Sender<Result<(), Error>>,
}

impl Writer {
    /// Begins the task.
    pub fn new(device: Device, shape: Shape, output: Output, counters: Arc<Counters>) -> Self {
        let (dumps, received) = mpsc::unbounded_channel();
        let free = Shelf::default();
        tokio::spawn(write_all(received, shape, output, counters, free.clone()));
        Writer {
            device,
            shape,
            free,
            dumps,
        }
    }

    /// Memory for a dump.
    pub fn memory(&self) -> Result<HostSums, Error> {
        let free = self
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        if let Some(host) = free {
            return Ok(host);
        }
        Ok(HostSums {
            visibilities: HostBuffer::new(&self.device, 2 * self.shape.visibilities())?,
            weights: HostBuffer::new(&self.device, self.shape.baselines())?,
        })
    }

    /// Writes a dump when its download is over.
    pub fn write(
        &self,
        label: Label,
        host: HostSums,
        downloaded: impl Future<Output = Result<(), Error>> + Send + 'static,
    ) -> Job {
        let (written, done) = oneshot::channel();
        let dump = Dump {
            label,
            host,
            downloaded: downloaded.boxed(),
            written,
        };
        // The task goes on as long as this is there.
        let _ = self.dumps.send(dump);
        done.map(|done| done.unwrap_or(Err(Error::Lost("what writes dumps"))))
            .boxed()
    }
}

async fn write_all(
    mut dumps: mpsc::UnboundedReceiver<Dump>,
    shape: Shape,
    mut output: Output,
    counters: Arc<Counters>,
    free: Shelf,
) {
    while let Some(dump) = dumps.recv().await {
        let Dump { label, host, .. } = dump;
        let result = match dump.downloaded.await {
            Ok(()) => write(&label, &host, &shape, &mut output, &counters).await,
            Err(error) => Err(error),
        };
        free.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(host);
        // It is no error if nothing waits any more.
        let _ = dump.written.send(result);
    }
}

async fn write(
    label: &Label,
    host: &HostSums,
    shape: &Shape,
    output: &mut Output,
    counters: &Counters,
) -> Result<(), Error> {
    let visibilities = bytemuck::cast_slice(&host.visibilities);
    let Output { socket, to, file } = output;
    tokio::task::block_in_place(|| file.append(label, visibilities, &host.weights))?;
    let sent = send(socket, *to, shape, label, visibilities, &host.weights).await?;
    counters.add(Count::Sent, sent.datagrams);
    counters.add(Count::SentBytes, sent.bytes);
    counters.count(Count::Dumps);
    Ok(())
}
