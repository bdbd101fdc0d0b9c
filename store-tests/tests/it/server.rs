//! A real S3 server, with signatures, in this process.

use std::net::SocketAddr;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use trueline::{MemorySource, ObjectOptions, Source, Verdict, object_sources};
use trueline_io::ErrorKind;

use crate::support::{ACCESS_KEY, SECRET_KEY, network, options, s3, source, stable, validate, validator};
use crate::tables::{csv, files};

/// A server for a folder, and the thread it runs on.
pub(crate) struct Server {
    address: SocketAddr,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("bucket")).expect("a bucket");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).expect("a file system"));
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = service.build();
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).expect("a port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                // Otherwise each small response waits until the client has acknowledged its headers.
                socket.set_nodelay(true).expect("a socket");
                let service = service.clone();
                tokio::spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { address, runtime, _folder: folder }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn put(&self, key: &str, bytes: Vec<u8>) {
        let store = s3(network(), &self.endpoint());
        let path = Path::parse(key).expect("a key");
        self.runtime.block_on(store.put(&path, PutPayload::from(bytes))).expect("an object");
    }

    /// The options as a user sets them.
    pub(crate) fn options(&self) -> ObjectOptions {
        ObjectOptions::default()
            .environment(false)
            .variable("AWS_ENDPOINT_URL", self.endpoint())
            .variable("AWS_ALLOW_HTTP", "true")
            .variable("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .variable("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    }
}

#[test]
fn an_object_gives_the_report_of_a_file_in_every_format() {
    let server = Server::start();
    for (name, bytes) in files(4000) {
        let key = format!("data/1#%20ä {name}");
        server.put(&key, bytes.clone());
        let address = format!("s3://bucket/{key}");
        let whole = stable(&validate(1, 1 << 20, &MemorySource::new(address.as_str(), bytes)));
        assert_eq!(
            (&whole["verdict"], &whole["rows"]["total"]),
            (&"invalid".into(), &4000.into()),
            "{address}"
        );
        for (threads, chunk, part) in
            [(1, 4096, 10_000), (3, 1000, 4096), (4, 1 << 20, 8 << 20), (2, 65_536, 5000)]
        {
            let sources = object_sources(&address, &server.options().part_bytes(part)).expect("an object");
            let [source] = &sources[..] else { panic!("one object") };
            assert_eq!(
                stable(&validate(threads, chunk, source)),
                whole,
                "{address}: {threads} threads, chunks of {chunk}, parts of {part}"
            );
        }
    }
}

#[test]
fn many_objects_are_one_table() {
    let server = Server::start();
    let objects = [
        ("2026/b.csv", "id,name,amount\n1,b,1\n"),
        ("2026/a.csv", "id,name,amount\n2,a,1\n"),
        ("2026/_SUCCESS", ""),
        ("2026/.a.csv.crc", "crc"),
        ("2026/deep/c.csv", "id,name,amount\n1,c,1\n"),
        ("2025/d.csv", "id,name,amount\n4,d,1\n"),
    ];
    for (key, text) in objects {
        server.put(key, text.into());
    }
    let names = |address: &str| -> Vec<String> {
        let sources = object_sources(address, &server.options()).expect("objects");
        sources.iter().map(|source| source.name().to_owned()).collect()
    };
    let all = ["s3://bucket/2026/a.csv", "s3://bucket/2026/b.csv", "s3://bucket/2026/deep/c.csv"];
    assert_eq!(names("s3://bucket/2026/"), all);
    assert_eq!(names("s3://bucket/2026/*.csv"), all[..2]);
    assert_eq!(names("s3://bucket/**/[b-d].csv"), ["s3://bucket/2025/d.csv", all[1], all[2]]);
    assert_eq!(names("s3://bucket").len(), 4);
    let sources = object_sources("s3://bucket/2026/", &server.options()).expect("objects");
    let sources: Vec<&dyn Source> = sources.iter().map(|source| source as _).collect();
    let report = validator(2, 1 << 20).validate_all(&sources).expect("a report");
    // The key in b.csv is repeated in deep/c.csv.
    assert_eq!((report.verdict, report.rows.total, report.inputs.len()), (Verdict::Invalid, 3, 3));
    assert_eq!(report.violations[0].input, 2);
}

#[test]
fn refusals_say_what_to_do() {
    let server = Server::start();
    server.put("a.csv", b"id\n1\n".to_vec());
    let tell = |address: &str, options: &ObjectOptions| {
        let sources = match object_sources(address, options) {
            Ok(sources) => sources,
            Err(error) => return error.to_string(),
        };
        let report = validate(1, 1 << 20, &sources[0]);
        assert_eq!(report.verdict, Verdict::Unreadable);
        report.error.expect("an error").message
    };
    let wrong = server.options().variable("AWS_SECRET_ACCESS_KEY", "wrong-wrong-wrong");
    let refused = tell("s3://bucket/a.csv", &wrong);
    assert!(refused.starts_with("`s3://bucket/a.csv` could not be opened: 403 Forbidden"), "{refused}");
    assert!(refused.contains("set AWS_ACCESS_KEY_ID"), "{refused}");
    let anonymous = server.options().variable("AWS_SKIP_SIGNATURE", "true");
    assert!(
        tell("s3://bucket/a.csv", &anonymous).contains("403"),
        "{}",
        tell("s3://bucket/a.csv", &anonymous)
    );
    assert_eq!(tell("s3://bucket/b.csv", &server.options()), "`s3://bucket/b.csv` does not exist");
    assert_eq!(tell("s3://bucket/b*.csv", &server.options()), "`s3://bucket/b*.csv` matches no file");
    assert_eq!(tell("s3://bucket/none/", &server.options()), "`s3://bucket/none/` matches no file");
    let plain = server.options().variable("AWS_ALLOW_HTTP", "false");
    assert!(
        tell("s3://bucket/a.csv", &plain).ends_with("set AWS_ALLOW_HTTP=true to read without encryption")
    );
    let nobody = server.options().variable("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let nobody = nobody.retries(1, Duration::from_millis(1), Duration::from_secs(5));
    assert!(
        tell("s3://bucket/a.csv", &nobody).contains("there is no connection"),
        "{}",
        tell("s3://bucket/a.csv", &nobody)
    );
    let error = object_sources("s3://bucket/*", &wrong).expect_err("no list");
    assert!(matches!(error.kind(), ErrorKind::Open { .. }), "{error}");
}

#[test]
fn an_object_that_is_replaced_is_noticed_though_the_server_knows_no_conditions() {
    let server = Server::start();
    server.put("a.csv", csv(2000));
    let store = s3(network(), &server.endpoint());
    let source = source(store, "a.csv", options(4096));
    let mut read = source.open().expect("opened");
    read.read_exact(&mut [0; 100]).expect("read");
    server.put("a.csv", csv(1999));
    let error = std::io::copy(&mut read, &mut std::io::sink()).expect_err("it has changed");
    assert!(error.to_string().contains("changed while it was read"), "{error}");
    assert!(source.verify_unchanged().is_err());
}
