//! Schemas of files and folders.

use std::ffi::CString;
use std::mem::MaybeUninit;
use std::path::Path;

use trueline_c::export::schema as export;
use trueline_c::{Error, Schema, Status};

use crate::support::{json, made, refused, validate_memory, validator};

type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;

fn read(path: &Path) -> impl FnOnce(Out<'_, Box<Schema>>, Out<'_, Box<Error>>) -> Status {
    let path = CString::new(path.to_str().expect("a path")).expect("no NUL");
    move |place, fault| export::trueline_schema_from_file(path.as_ptr(), place, fault)
}

#[test]
fn a_folder_of_documents_is_one_schema() {
    let folder = std::env::temp_dir().join(format!("trueline-c-schemas-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("checks")).expect("folders");
    std::fs::write(folder.join("a.yaml"), "fields: [{name: id, type: int64}]\n").expect("written");
    let check = r#"{"checks": [{"check": "unique", "columns": ["id"]}]}"#;
    std::fs::write(folder.join("checks/id.json"), check).expect("written");
    let schema = made(read(&folder));
    let found = json(&validate_memory(&validator(&schema, None), "a.csv", b"id\n1\n1\n"));
    assert_eq!((&found["verdict"], &found["rows"]["invalid"]), (&"invalid".into(), &1.into()));
    std::fs::write(folder.join("b.yaml"), "\nfields: [{name: id, type: string}]\n").expect("written");
    let (status, message) = refused(read(&folder));
    assert_eq!((status, message.contains("b.yaml:2")), (Status::Schema, true), "{message}");
    std::fs::write(folder.join("b.yaml"), b"\xff").expect("written");
    assert_eq!(refused(read(&folder.join("b.yaml"))).0, Status::Utf8);
    assert_eq!(refused(read(&folder.join("missing.yaml"))).0, Status::Input);
    assert_eq!(refused(read(&folder.join("a.txt"))).0, Status::Schema);
    std::fs::remove_dir_all(&folder).expect("removed");
}
