//! Files on HTTP servers that support more or less of the protocol.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use trueline::{ObjectOptions, ObjectSource, Source, Verdict, object_sources};
use trueline_io::conformance;

use crate::support::{options, stable, validate};
use crate::tables::csv;

/// The features of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Knows {
    pub(crate) tag: Option<&'static str>,
    pub(crate) ranges: bool,
    pub(crate) conditions: bool,
    /// Whether HEAD is supported; signed addresses are for GET.
    pub(crate) head: bool,
}

pub(crate) const ALL: Knows = Knows { tag: Some("\"one\""), ranges: true, conditions: true, head: true };

/// A server of one file, with one thread per connection.
pub(crate) struct Plain {
    pub(crate) address: String,
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
    bytes: Arc<Mutex<Vec<u8>>>,
    is_done: Arc<AtomicBool>,
}

impl Plain {
    pub(crate) fn start(bytes: &[u8], knows: Knows) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = format!("127.0.0.1:{}", listener.local_addr().expect("an address").port());
        let (bytes, requests) = (Arc::new(Mutex::new(bytes.to_vec())), Arc::new(Mutex::new(Vec::new())));
        let is_done = Arc::new(AtomicBool::new(false));
        let plain = Self {
            address,
            requests: Arc::clone(&requests),
            bytes: Arc::clone(&bytes),
            is_done: Arc::clone(&is_done),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if is_done.load(Ordering::Relaxed) {
                    return;
                }
                let (bytes, requests) = (Arc::clone(&bytes), Arc::clone(&requests));
                std::thread::spawn(move || serve(stream, &bytes, &requests, knows));
            }
        });
        plain
    }

    fn source(&self, options: &ObjectOptions) -> ObjectSource {
        object_sources(&format!("http://{}/table.csv", self.address), options).expect("a source").remove(0)
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.is_done.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(&self.address);
    }
}

fn serve(stream: TcpStream, bytes: &Mutex<Vec<u8>>, requests: &Mutex<Vec<String>>, knows: Knows) {
    let mut lines = BufReader::new(stream.try_clone().expect("a handle")).lines().map_while(Result::ok);
    let mut stream = stream;
    loop {
        let request: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        if request.is_empty() {
            return;
        }
        requests.lock().expect("unpoisoned").push(request.join("\n"));
        let header = |name: &str| {
            request.iter().find_map(|line| {
                let (found, value) = line.split_once(": ")?;
                found.eq_ignore_ascii_case(name).then(|| value.to_owned())
            })
        };
        let is_head = request[0].starts_with("HEAD");
        let bytes = bytes.lock().expect("unpoisoned").clone();
        let range = header("range").filter(|_| knows.ranges).and_then(|range| {
            let (start, end) =
                range.strip_prefix("bytes=")?.split_once('-').map(|(a, b)| (a.to_owned(), b.to_owned()))?;
            let (start, end): (usize, usize) = (start.parse().ok()?, end.parse().ok()?);
            Some(start..end.saturating_add(1).min(bytes.len()))
        });
        let mut headers = format!("Last-Modified: Thu, 26 Nov 2026 10:00:0{} GMT\r\n", bytes.len() % 10);
        if let Some(tag) = knows.tag {
            headers = format!("{headers}ETag: {tag}\r\n");
        }
        let is_other =
            knows.conditions && header("if-match").is_some_and(|tag| Some(tag.as_str()) != knows.tag);
        let (status, body) = match range {
            _ if request[0].contains("/elsewhere") => {
                headers.push_str("Location: /table.csv\r\n");
                ("302 Found", Vec::new())
            }
            _ if is_head && !knows.head => ("403 Forbidden", Vec::new()),
            _ if is_other => ("412 Precondition Failed", Vec::new()),
            Some(range) if range.start >= bytes.len() => ("416 Range Not Satisfiable", Vec::new()),
            Some(range) => {
                let (start, end, size) = (range.start, range.end - 1, bytes.len());
                headers = format!("{headers}Content-Range: bytes {start}-{end}/{size}\r\n");
                ("206 Partial Content", bytes[range].to_vec())
            }
            None => ("200 OK", bytes),
        };
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n");
        let body = if is_head { &[][..] } else { &body };
        // In one piece: the second of two small ones would wait until the client has acknowledged the first.
        if stream.write_all(&[answer.as_bytes(), body].concat()).is_err() {
            return;
        }
    }
}

#[test]
fn servers_of_every_kind_give_the_report_of_a_file() {
    let text = csv(2000);
    let kinds = [
        ALL,
        Knows { conditions: false, ..ALL },
        Knows { head: false, ..ALL },
        Knows { ranges: false, ..ALL },
        Knows { tag: None, ..ALL },
        Knows { tag: Some("W/\"weak\""), ..ALL },
        Knows { tag: None, ranges: false, conditions: false, head: true },
    ];
    for knows in kinds {
        let plain = Plain::start(&text, knows);
        let local = trueline::MemorySource::new(format!("http://{}/table.csv", plain.address), text.clone());
        let whole = stable(&validate(1, 1 << 20, &local));
        for threads in [1, 3] {
            let source = plain.source(&options(5000));
            assert_eq!(stable(&validate(threads, 2000, &source)), whole, "{knows:?}");
        }
        let ranges = plain
            .requests
            .lock()
            .expect("unpoisoned")
            .iter()
            .filter(|request| request.contains("range: bytes=5000-9999"))
            .count();
        let in_parts = knows.ranges && knows.tag == Some("\"one\"");
        assert_eq!(ranges > 0, in_parts, "{knows:?}: parts only where another object would be noticed");
        let unsure = plain
            .requests
            .lock()
            .expect("unpoisoned")
            .iter()
            .filter(|request| {
                request.contains("range: bytes=")
                    && !request.contains("range: bytes=0-0")
                    && !request.contains("if-match: \"one\"")
            })
            .count();
        assert_eq!(unsure, 0, "{knows:?}: every part names the tag");
    }
}

#[test]
fn the_suite_for_sources() {
    for knows in [ALL, Knows { tag: None, ..ALL }, Knows { ranges: false, ..ALL }] {
        let servers = Mutex::new(Vec::new());
        conformance::source(|bytes| {
            let plain = Plain::start(bytes, knows);
            let source = plain.source(&options(500_000));
            let mut servers = servers.lock().expect("unpoisoned");
            servers.push(plain);
            // A few may still be in use.
            if servers.len() > 8 {
                servers.remove(0);
            }
            Box::new(source)
        });
    }
}

#[test]
fn a_file_that_changes_is_noticed_without_a_tag_in_the_end() {
    let plain = Plain::start(&csv(100), Knows { tag: None, ..ALL });
    let source = plain.source(&options(1000));
    let mut text = Vec::new();
    assert!(!source.can_reopen());
    source.open().expect("opened").read_to_end(&mut text).expect("read");
    assert!(source.verify_unchanged().is_ok() && source.reopen().is_err());
    plain.bytes.lock().expect("unpoisoned").push(b'\n');
    let error = source.verify_unchanged().expect_err("another length");
    assert!(error.to_string().contains("changed while it was read: it had"), "{error}");
}

#[test]
fn redirections_user_names_and_missing_files() {
    let plain = Plain::start(&csv(100), ALL);
    let options = options(1000);
    let report =
        |address: String| validate(1, 1 << 20, &object_sources(&address, &options).expect("a source")[0]);
    assert_eq!(report(format!("http://{}/elsewhere", plain.address)).rows.total, 100);
    let with_user = report(format!("http://user:p%40ss@{}/table.csv?q=1", plain.address));
    assert_eq!(with_user.inputs[0].name, format!("http://{}/table.csv", plain.address));
    let requests = plain.requests.lock().expect("unpoisoned").join("\n");
    assert!(requests.contains("authorization: Basic dXNlcjpwQHNz"), "{requests}");
    assert!(requests.contains("GET /table.csv?q=1 HTTP/1.1"), "{requests}");
    assert!(!requests.contains("user:"), "{requests}");
    drop(plain);
    let nobody = report("http://127.0.0.1:9/table.csv".to_owned());
    assert_eq!(nobody.verdict, Verdict::Unreadable);
    assert!(nobody.error.expect("an error").message.contains("there is no connection"));
}
