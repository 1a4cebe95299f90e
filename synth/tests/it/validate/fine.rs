//! Templates that look wrong and are fine: one guard of a rule each.

use std::fs;
use std::path::Path;

use super::found;

#[test]
fn what_only_looks_wrong_is_no_finding() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/validate/fine");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(!files.is_empty());
    for file in files {
        assert_eq!(found(&fs::read_to_string(&file).unwrap()), [], "{}", file.display());
    }
}
