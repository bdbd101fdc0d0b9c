//! Objects in stores: S3, Google Cloud Storage, Azure, and files served over HTTP.
//!
//! All network access is in this folder, and only for addresses given by the caller. Futures stay
//! internal; see [`network`] for where they run. [`pin`] explains why an object that is replaced while it is read is an error.

mod address;
mod bucket;
mod connect;
mod list;
mod network;
mod options;
mod parts;
mod pin;
mod problem;
mod response;

use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use object_store::ObjectStore;

use self::address::{Address, StoreKind};
use self::bucket::Bucket;
use self::network::NetworkThread;
use self::parts::{Parts, PartsAt, PartsReader, ToIoError};
use self::pin::{Object, Pin};
use self::problem::{Advice, Problem};
use self::response::ResponseReader;
use super::{ReadAt, Source, Version};
use crate::error::{Change, Error, ErrorKind};

pub use self::options::ObjectOptions;

/// An object in a store.
///
/// It is read in parts, several at once, all of which must belong to the object found first: its `ETag` (or, without one, its
/// version) is sent with every request and compared in every response. An object with neither is read once, in one request.
/// [`Source::verify_unchanged`] queries it again.
///
/// **Errors**: the store refuses a request, or returns something else than requested: other ranges, fewer or more bytes, another
/// object. Requests that fail because of the server or the connection are retried within the limits of [`ObjectOptions`].
#[derive(Debug)]
pub struct ObjectSource {
    name: String,
    object: Object,
    advice: Arc<Advice>,
    options: ObjectOptions,
    /// The size according to the listing that found it.
    listed_bytes: Option<u64>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    network: Option<Arc<NetworkThread>>,
    /// The result of a query before the object is opened. The next [`Source::open`] uses it.
    cached_pin: Option<Result<Pin, Problem>>,
    opened: Option<Opened>,
}

/// The last opened reader.
#[derive(Clone, Debug)]
struct Opened {
    pin: Arc<Pin>,
    /// Weak, so that the memory of the parts is freed when nobody reads them any more.
    parts: Weak<Parts>,
}

impl ObjectSource {
    /// Creates a source for the object with a key in an existing store. `base` is the display name of the store, such as
    /// `s3://bucket`; names are `base`, a slash and the key.
    ///
    /// **Errors**: the store's crate cannot represent the key.
    pub fn new(
        store: Arc<dyn ObjectStore>,
        base: impl Into<String>,
        key: &str,
        options: ObjectOptions,
    ) -> Result<Self, Error> {
        let advice = Arc::new(Advice::none());
        Bucket { store, base: base.into(), advice, options }.object(key, None)
    }

    /// Returns the objects in an existing store that match a key, a prefix or a pattern; see [`object_sources`].
    ///
    /// **Errors**: as [`object_sources`].
    pub fn matching(
        store: Arc<dyn ObjectStore>,
        base: impl Into<String>,
        key: &str,
        options: ObjectOptions,
    ) -> Result<Vec<Self>, Error> {
        let advice = Arc::new(Advice::none());
        Bucket { store, base: base.into(), advice, options }.matching(key)
    }

    fn of(
        object: Object,
        name: String,
        advice: Arc<Advice>,
        options: ObjectOptions,
        listed_bytes: Option<u64>,
    ) -> Self {
        Self { name, object, advice, options, listed_bytes, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn network(&self) -> Result<Arc<NetworkThread>, Problem> {
        let mut state = self.state();
        if let Some(network) = &state.network {
            return Ok(Arc::clone(network));
        }
        let network = NetworkThread::shared()?;
        state.network = Some(Arc::clone(&network));
        Ok(network)
    }

    /// Queries the identity of the object.
    fn query(&self) -> Result<Pin, Problem> {
        self.network()?.run(self.options.part_timeout, self.object.clone().query())
    }

    /// As [`ObjectSource::query`], but the result is kept until the next [`Source::open`].
    fn cached_pin(&self) -> Result<Pin, Problem> {
        let cached_pin = self.state().cached_pin.clone();
        cached_pin.unwrap_or_else(|| {
            let cached_pin = self.query();
            self.state().cached_pin = Some(cached_pin.clone());
            cached_pin
        })
    }

    fn to_io_error(&self) -> ToIoError {
        let (name, advice) = (self.name.clone(), Arc::clone(&self.advice));
        Arc::new(move |problem| problem.into_read_error(&name, &advice))
    }

    fn fail(&self, problem: Problem) -> Error {
        problem.into_open_error(&self.name, &self.advice)
    }

    /// Starts reading the object identified by `pin`.
    fn start(&self, pin: Arc<Pin>) -> Result<Box<dyn Read + Send>, Problem> {
        let network = self.network()?;
        let (opened, read): (_, Box<dyn Read + Send>) = if pin.supports_parts() {
            let parts = self.parts(network, &pin);
            let opened = Opened { pin, parts: Arc::downgrade(&parts) };
            (opened, Box::new(PartsReader::new(parts, self.to_io_error())))
        } else {
            let limit = self.options.part_timeout;
            let (answer, pin) = network.run(limit, self.object.clone().whole(pin))?;
            let read = ResponseReader::new(
                network,
                answer.into_stream(),
                pin.size_bytes(),
                limit,
                self.to_io_error(),
            );
            (Opened { pin, parts: Weak::new() }, Box::new(read))
        };
        self.state().opened = Some(opened);
        Ok(read)
    }

    fn parts(&self, network: Arc<NetworkThread>, pin: &Arc<Pin>) -> Arc<Parts> {
        Arc::new(Parts::new(network, self.object.clone(), Arc::clone(pin), &self.options))
    }

    /// The identity of the object when it was opened last.
    fn opened_pin(&self) -> Option<Arc<Pin>> {
        self.state().opened.as_ref().map(|opened| Arc::clone(&opened.pin))
    }
}

impl Source for ObjectSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        let cached_pin = self.state().cached_pin.take();
        let pin = cached_pin.unwrap_or_else(|| self.query()).map_err(|problem| self.fail(problem))?;
        self.start(Arc::new(pin)).map_err(|problem| self.fail(problem))
    }

    /// Not for an object that has neither an `ETag` nor a version.
    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, Error> {
        let opened = self.state().opened.clone();
        let Some(Opened { pin, parts }) = opened.filter(|opened| opened.pin.supports_parts()) else {
            return Ok(None);
        };
        let parts = match parts.upgrade() {
            Some(parts) => parts,
            None => self.parts(self.network().map_err(|problem| self.fail(problem))?, &pin),
        };
        Ok(Some(Box::new(PartsAt::new(parts, self.to_io_error()))))
    }

    fn size_hint(&self) -> Option<u64> {
        let opened = self.opened_pin().map(|pin| pin.size_bytes());
        opened.or(self.listed_bytes).or_else(|| self.cached_pin().ok().map(|pin| pin.size_bytes()))
    }

    /// Whether an `ETag` or a version identifies it. For listed objects that is assumed, without a request for each.
    fn can_reopen(&self) -> bool {
        let opened = self.opened_pin().map(|pin| pin.is_strong());
        opened.unwrap_or_else(|| {
            self.listed_bytes.is_some() || self.cached_pin().is_ok_and(|pin| pin.is_strong())
        })
    }

    fn reopen(&self) -> Result<Box<dyn Read + Send>, Error> {
        match self.opened_pin().filter(|pin| pin.is_strong()) {
            Some(pin) => self.start(pin).map_err(|problem| self.fail(problem)),
            None => Err(Error::new(ErrorKind::ReadTwice { name: self.name.clone() })),
        }
    }

    fn version(&self) -> Option<Version> {
        // A query while the object is open is not kept: the object may be replaced before it is opened the next time.
        let pin = if self.opened_pin().is_some() { self.query() } else { self.cached_pin() }.ok()?;
        Some(Version::Strong(format!("{} {}", self.name, pin.version()?).into_bytes()))
    }

    fn verify_unchanged(&self) -> Result<(), Error> {
        let Some(pin) = self.opened_pin() else { return Ok(()) };
        let result = self.query().and_then(|now| now.is_still(&pin));
        result.map_err(|problem| match problem {
            Problem::NotFound => self.fail(Problem::Changed(Change::Removed)),
            problem => self.fail(problem),
        })
    }
}

/// Returns the objects named by an address, in the order in which they make up one dataset.
///
/// - `s3://bucket/key`, `gs://bucket/key`, `az://container/key`, `abfss://container@account.dfs.core.windows.net/key` name an
///   object. Keys are written literally, without escapes.
/// - A key that ends with a slash, or a bucket without a key, is all objects below it, except for auxiliary objects: parts
///   of the key that begin with `.` or `_` (but not `_year=2026`) or end in `.crc`.
/// - A key with wildcards (`*`, `?`, `[a-z]`, `**`) is all matching objects; if an object has exactly that key, it is
///   the only one.
/// - `https://…` and `http://…` name one object.
///
/// Credentials come from variables that begin with `AWS_`, `GOOGLE_` and `AZURE_`, as in the vendors' tools.
/// Several objects are ordered by the bytes of their keys.
///
/// **Errors**: an invalid address; unusable credentials; a list of objects that could not be read to its
/// end; an address that matches no object.
pub fn object_sources(address: &str, options: &ObjectOptions) -> Result<Vec<ObjectSource>, Error> {
    let address = Address::parse(address)?;
    let advice = Arc::new(Advice::new(address.store_kind, connect::secrets(&address, options)));
    let store = connect::connect(&address, options)
        .map_err(|error| Problem::of(&error).into_open_error(&address.display_name, &advice))?;
    let (base, options) = (address.base, options.clone());
    if address.store_kind == StoreKind::Http {
        let object = Object { store, path: object_store::path::Path::ROOT, is_http: true };
        return Ok(vec![ObjectSource::of(object, address.display_name, advice, options, None)]);
    }
    Bucket { store, base, advice, options }.matching(&address.key)
}
