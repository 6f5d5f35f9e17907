//! [`Process`]: what this process is asked to be, put together.

#[cfg(feature = "opencl")]
use crate::by_hand::{self, ByHand};
use crate::chunk::Pool;
use crate::corner_turn::{Receiver, Sender};
use crate::correlator::{BandCorrelator, Channeliser, Correlator, Engine};
use crate::counters::Counters;
use crate::dump::DumpFile;
use crate::error::Error;
use crate::f_engine::FEngine;
use crate::kernels::Kernels;
use crate::options::{EngineChoice, Options, Schedule};
use crate::reassemble::{Assembly, OPEN};
use crate::run::{self, Door};
use crate::shape::Shape;
use crate::stream::Stream;
use crate::x_engine::{Output, XEngine};
use crate::{live, say};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use gpu_stages::Backend;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::UdpSocket;

/// What all kinds of engines need.
pub struct Process<'a> {
    pub options: &'a Options,
    pub shape: Shape,
    pub counters: &'a Arc<Counters>,
    pub interrupted: Interrupted,
}

/// Resolves at Ctrl-C.
pub type Interrupted = Shared<BoxFuture<'static, ()>>;

/// From here on nothing is lost by Ctrl-C.
pub async fn interrupted() -> Interrupted {
    let mut signal = Box::pin(tokio::signal::ctrl_c());
    // The first poll is what installs the handler.
    let _ = futures::poll!(&mut signal);
    let interrupted = async move {
        // Without signals, there are other ways to end.
        if signal.await.is_err() {
            std::future::pending().await
        }
    };
    interrupted.boxed().shared()
}

impl Process<'_> {
    /// An engine of the kind that is asked for, on this device.
    pub async fn run<B: Backend>(
        &self,
        device: &B::Device,
        kernels: &Kernels<B>,
    ) -> Result<(), Error> {
        let Process { shape, .. } = *self;
        let counters = self.counters.clone();
        let in_flight = self.in_flight();
        match self.options.engine {
            EngineChoice::Fx => {
                let x = XEngine::new(device, kernels, shape, self.output()?, counters.clone());
                let f = FEngine::new(device, kernels, shape, in_flight).await?;
                let x = x.await?;
                let mut engine = Correlator { f, x, counters };
                self.serve(Stream::Samples, device, &mut engine).await
            }
            EngineChoice::F => {
                let route = self.options.route(shape)?;
                let socket = bind(any_port(route.destinations.first().map(|it| it.to)))?;
                let sender = Sender::new(device, kernels, route, socket, counters.clone())?;
                let f = FEngine::new(device, kernels, shape, in_flight).await?;
                let mut engine = Channeliser {
                    f,
                    sender,
                    counters,
                };
                self.serve(Stream::Samples, device, &mut engine).await
            }
            EngineChoice::X => {
                let x = XEngine::new(device, kernels, shape, self.output()?, counters.clone());
                let receiver = Receiver::new(device, kernels, shape, in_flight)?;
                let x = x.await?;
                let mut engine = BandCorrelator {
                    receiver,
                    x,
                    counters,
                };
                self.serve(Stream::Spectra, device, &mut engine).await
            }
        }
    }

    /// The whole correlator on an OpenCL device, scheduled by hand.
    #[cfg(feature = "opencl")]
    pub async fn run_by_hand(&self, choice: &str) -> Result<(), Error> {
        let opened = by_hand::open(choice)?;
        let (device, counters) = (opened.device.clone(), self.counters.clone());
        let (shape, output) = (self.shape, self.output()?);
        let mut engine = ByHand::new(opened, shape, self.in_flight(), output, counters)?;
        self.serve(Stream::Samples, &device, &mut engine).await
    }

    fn in_flight(&self) -> usize {
        self.options.in_flight.into()
    }

    fn output(&self) -> Result<Output, Error> {
        Ok(Output {
            socket: bind(any_port(self.options.send))?,
            to: self.options.send,
            file: DumpFile::create(self.options.file.as_deref(), self.shape)?,
        })
    }

    /// Takes in what comes, until the end.
    async fn serve<B: Backend>(
        &self,
        stream: Stream,
        device: &B::Device,
        engine: &mut impl Engine<B>,
    ) -> Result<(), Error> {
        let Process { options, shape, .. } = *self;
        let (in_flight, counters) = (self.in_flight(), self.counters.clone());
        // All memory that frames ever take: those in flight, those that wait, and those in the making.
        let chunks = in_flight + usize::from(options.waiting) + OPEN as usize;
        let pool = Pool::new(device, &shape, stream, chunks)?;
        let assembly = Assembly::new(shape, stream, pool, counters.clone(), options.frames);
        let socket = bind(options.listen)?;
        let address = socket.local_addr().map_err(Error::Start)?;
        let door = Door::new(socket, assembly, options.idle);
        let stop = self.interrupted.clone();
        say(&format_args!("listening at {address}"));
        let result = async {
            match options.schedule {
                Schedule::Synchronous => run::synchronous(door, engine, stop).await,
                Schedule::Pipeline | Schedule::ByHand => {
                    run::pipeline(door, engine, in_flight, stop).await
                }
            }
        };
        tokio::select! {
            result = result => result,
            () = live::lines(counters, in_flight) => Ok(()),
        }
    }
}

/// Where to send from: any port of the family of what is sent to.
fn any_port(to: Option<SocketAddr>) -> SocketAddr {
    let from: IpAddr = match to {
        Some(SocketAddr::V6(_)) => Ipv6Addr::UNSPECIFIED.into(),
        _ => Ipv4Addr::UNSPECIFIED.into(),
    };
    (from, 0).into()
}

/// A socket with as much room as the system allows: a burst waits there while this process does not run.
fn bind(address: SocketAddr) -> Result<UdpSocket, Error> {
    const ROOM: usize = 4 << 20;
    let bind = || {
        let domain = socket2::Domain::for_address(address);
        let socket = socket2::Socket::new(domain, socket2::Type::DGRAM, None)?;
        socket.set_recv_buffer_size(ROOM)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        UdpSocket::from_std(socket.into())
    };
    bind().map_err(|cause| Error::Listen { address, cause })
}
