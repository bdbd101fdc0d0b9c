//! Addresses as inputs. Nothing else accesses the network.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{Folder, GOOD, code, err, out};

/// An HTTP server that answers every request with the same text. Returns its address and the number of its connections.
fn server(text: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            counted.fetch_add(1, Ordering::SeqCst);
            std::thread::spawn(move || {
                let read = BufReader::new(stream.try_clone().expect("a handle"));
                let mut lines = read.lines().map_while(Result::ok);
                while let Some(request) = lines.next() {
                    let _ = lines.by_ref().take_while(|line| !line.is_empty()).count();
                    let body = if request.starts_with("HEAD") { "" } else { text };
                    let length = text.len();
                    if write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}").is_err() {
                        return;
                    }
                }
            });
        }
    });
    (address, connections)
}

#[cfg(feature = "object-store")]
#[test]
fn a_file_behind_http_is_an_input() {
    let folder = Folder::new();
    for (text, expected) in [(GOOD, 0), (crate::BAD, 1)] {
        let (address, connections) = server(text);
        let input = format!("http://user:canary@{address}/payments.csv?token=canary");
        let output = folder.run(&["validate", &input, "-s", "schema.yaml", "--output", "json"]);
        assert_eq!(code(&output), expected, "{}{}", out(&output), err(&output));
        assert!(connections.load(Ordering::SeqCst) > 0);
        assert!(out(&output).contains(&format!("http://{address}/payments.csv")), "{}", out(&output));
        assert!(!out(&output).contains("canary") && !err(&output).contains("canary"));
    }
}

#[cfg(feature = "object-store")]
#[test]
fn addresses_that_cannot_be_read_are_unreadable_and_show_no_secrets() {
    let folder = Folder::new();
    for (input, expected) in [
        ("ftp://user:canary@host/a.csv?token=canary", "`ftp://host/a.csv` cannot be read: only s3://"),
        ("s3://key:canary@bucket/a.csv", "user names and passwords do not belong into it"),
        ("s3://bucket/a.csv?X-Amz-Signature=canary", "`s3://bucket/a.csv` cannot be read: it has a query"),
        ("s3://", "names no bucket"),
        (
            "http://127.0.0.1:9/a.csv?token=canary",
            "`http://127.0.0.1:9/a.csv` could not be opened: there is no connection",
        ),
    ] {
        let output = folder.run(&["validate", input, "-s", "schema.yaml", "--output", "json"]);
        assert_eq!(code(&output), 3, "{input}: {}", err(&output));
        assert!(out(&output).contains(expected), "{input}: {}", out(&output));
        assert!(
            !out(&output).contains("canary") && !err(&output).contains("canary"),
            "{input}: {}",
            out(&output)
        );
    }
}

#[cfg(not(feature = "object-store"))]
#[test]
fn without_object_stores_addresses_are_refused_and_show_no_secrets() {
    let folder = Folder::new();
    let (address, connections) = server(GOOD);
    for input in ["s3://bucket/a.csv?X-Amz-Signature=canary", &format!("http://user:canary@{address}/a.csv")]
    {
        let output = folder.run(&["validate", input, "-s", "schema.yaml", "--output", "json"]);
        assert_eq!(code(&output), 3, "{input}: {}", err(&output));
        assert!(out(&output).contains("without the feature `object-store`"), "{}", out(&output));
        assert!(!out(&output).contains("canary") && !err(&output).contains("canary"), "{}", out(&output));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[test]
fn files_and_schemas_do_not_access_the_network() {
    let folder = Folder::new();
    let (address, connections) = server(GOOD);
    let text = format!("id,amount,currency\nhttp://{address}/,1,USD\n");
    folder.write("hostile.csv", text.as_bytes());
    for arguments in [
        &["validate", "good.csv", "-s", "schema.yaml"][..],
        &["validate", "bad.csv", "hostile.csv", "*.csv", "missing.csv", "-s", "schema.yaml"],
        &["validate", "good.csv", "-s", "http://host/schema.yaml"],
        &["schema", "check", "schema.yaml"],
    ] {
        let mut command = folder.command(arguments);
        for variable in
            ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "AWS_ENDPOINT_URL"]
        {
            command.env(variable, format!("http://{address}"));
        }
        command.env("AWS_ALLOW_HTTP", "true");
        let output = command.output().expect("started");
        assert!(code(&output) < 4, "{arguments:?}: {}", err(&output));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}
