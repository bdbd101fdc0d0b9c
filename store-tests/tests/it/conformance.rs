//! The conformance suite for sources, with stores of each kind.

use std::cell::Cell;
use std::sync::Arc;

use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use trueline_io::{Source, conformance};
use trueline_store_tests::Model;

use crate::server::Server;
use crate::support::{network, options, s3, source};

/// Returns a new key.
fn key(count: &Cell<u32>) -> String {
    count.set(count.get() + 1);
    format!("folder/{} #ä.csv", count.get())
}

#[test]
fn a_store_in_memory() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let count = Cell::new(0);
    conformance::source(|bytes| {
        let key = key(&count);
        let path = Path::parse(&key).expect("a key");
        runtime.block_on(store.put(&path, PutPayload::from(bytes.to_vec()))).expect("an object");
        Box::new(source(Arc::clone(&store), &key, options(100_000)))
    });
}

#[test]
fn a_model_of_s3() {
    for (model, parts) in
        [(Model::new(), 100_000), (Model::new(), 8 << 20), (Model::new().without_conditions(), 300_001)]
    {
        let store = s3(Arc::new(model.clone()), "http://model");
        let count = Cell::new(0);
        conformance::source(|bytes| {
            let key = key(&count);
            model.put(&key, bytes.to_vec());
            Box::new(source(Arc::clone(&store), &key, options(parts)))
        });
    }
}

#[test]
fn one_part_at_a_time() {
    let model = Model::new();
    let store = s3(Arc::new(model.clone()), "http://model");
    let count = Cell::new(0);
    conformance::source(|bytes| {
        let key = key(&count);
        model.put(&key, bytes.to_vec());
        Box::new(source(Arc::clone(&store), &key, options(70_000).parts(1)))
    });
}

#[test]
fn a_server_of_s3() {
    let server = Server::start();
    let store = s3(network(), &server.endpoint());
    let count = Cell::new(0);
    conformance::source(|bytes| {
        let key = key(&count);
        server.put(&key, bytes.to_vec());
        let options = options(400_000);
        Box::new(source(Arc::clone(&store), &key, options))
    });
}

#[test]
fn objects_that_change() {
    for model in [Model::new(), Model::new().without_conditions()] {
        let store = s3(Arc::new(model.clone()), "http://model");
        let count = Cell::new(0);
        conformance::changed_source(|old, new| {
            let key = key(&count);
            model.put(&key, old.to_vec());
            let source = Box::new(source(Arc::clone(&store), &key, options(50_000)));
            let (model, new) = (model.clone(), new.to_vec());
            (source, Box::new(move || model.put(&key, new)))
        });
    }
}

#[test]
fn objects_without_tags_are_read_once() {
    let model = Model::new().without_tags();
    let store = s3(Arc::new(model.clone()), "http://model");
    let count = Cell::new(0);
    conformance::source(|bytes| {
        let key = key(&count);
        model.put(&key, bytes.to_vec());
        let source = source(Arc::clone(&store), &key, options(100_000));
        assert!(!source.can_reopen(), "nothing would tell another object");
        Box::new(source)
    });
}
