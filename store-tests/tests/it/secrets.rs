//! Secrets do not occur in names, errors, reports or debug output.

use std::sync::Arc;

use trueline::{ObjectOptions, Source, object_sources};
use trueline_store_tests::{Fault, Faulty, Model};

use crate::server::Server;
use crate::support::{ACCESS_KEY, SECRET_KEY, options, s3, source, validate};

const CANARIES: [&str; 9] = [
    "canary-password",
    "canary%2Dpassword",
    "canary-query",
    "canary-token-0001",
    "canary-sas-0001",
    "Y2FuYXJ5LWtleQ==",
    "canary-fragment",
    ACCESS_KEY,
    SECRET_KEY,
];

fn check(what: &str, text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{what} shows {canary}: {text}");
    }
    assert!(!text.contains("Signature="), "{what} shows a signature: {text}");
}

/// Returns everything an error says, including all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text} {error} {error:?}");
        cause = error.source();
    }
    text
}

fn look(address: &str, options: &ObjectOptions) {
    let sources = match object_sources(address, options) {
        Ok(sources) => sources,
        Err(error) => return check(address, &chain(&error)),
    };
    for source in &sources {
        check(address, &format!("{source:?} {}", source.name()));
        if let Err(error) = source.open() {
            check(address, &chain(&error));
        }
        let report = validate(1, 1 << 20, source);
        check(address, &report.to_json());
        check(address, &format!("{report:?}"));
    }
}

#[test]
fn addresses_and_variables_are_not_shown() {
    let server = Server::start();
    server.put("a.csv", b"id,name,amount\n1,a,1\n".to_vec());
    let host = server.endpoint();
    let host = host.trim_start_matches("http://");
    let options = server
        .options()
        .retries(0, std::time::Duration::from_millis(1), std::time::Duration::from_secs(1))
        .variable("AWS_SESSION_TOKEN", "canary-token-0001")
        .variable("AZURE_STORAGE_ACCOUNT_NAME", "account")
        .variable("AZURE_STORAGE_ACCOUNT_KEY", "Y2FuYXJ5LWtleQ==")
        .variable("AZURE_STORAGE_SAS_TOKEN", "sig=canary-sas-0001")
        .variable("AZURE_STORAGE_ENDPOINT", server.endpoint())
        .variable("AZURE_ALLOW_HTTP", "true")
        .variable("GOOGLE_SERVICE_ACCOUNT_KEY", "{\"private_key\": \"canary-token-0001\"}");
    for address in [
        "s3://bucket/a.csv".to_owned(),
        "s3://bucket/b.csv".to_owned(),
        "s3://bucket/*.csv".to_owned(),
        "s3://none/".to_owned(),
        "s3://key:canary-password@bucket/a.csv".to_owned(),
        "s3://bucket/a.csv?versionId=canary-query".to_owned(),
        "az://container/a.csv".to_owned(),
        "az://container/a.csv?sig=canary-query".to_owned(),
        "gs://bucket/a.csv".to_owned(),
        format!("http://user:canary-password@{host}/a.csv?sig=canary-query#canary-fragment"),
        "https://user:canary-password@127.0.0.1:9/a.csv?sig=canary-query".to_owned(),
        "http://user:canary%2Dpassword@127.0.0.1:9/a.csv?canary-query".to_owned(),
        "https://user:canary-password@/a?sig=canary-query".to_owned(),
        "ftp://user:canary-password@host/a?sig=canary-query".to_owned(),
        "https://user:canary-password@[bad/a?sig=canary-query".to_owned(),
    ] {
        look(&address, &options);
    }
    check("options", &format!("{options:?}"));
}

/// A server that repeats the request with its headers.
#[test]
fn what_a_server_repeats_is_not_shown() {
    for status in [400, 401, 403, 404, 409, 412, 500, 503, 301, 302, 200] {
        for nth in [1, 2, 3] {
            let model = Model::new();
            model.put("a.csv", b"id,name,amount\n1,a,1\n".to_vec());
            let faulty = Faulty::new(Arc::new(model), nth, Fault::Status(status)).and_later();
            let source = source(s3(Arc::new(faulty), "http://model"), "a.csv", options(10));
            if let Err(error) = source.open() {
                check("an error", &chain(&error));
            }
            let report = validate(1, 1 << 20, &source);
            check("a report", &report.to_json());
        }
    }
}
