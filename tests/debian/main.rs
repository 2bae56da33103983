//! The Debian package describes itself correctly: `debian/copyright` of the crates that are linked, `debian/changelog` of
//! `CHANGELOG.md`; each manual page has its French one. `UPDATE_GOLDEN=1 cargo test --test debian` writes them.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod changelog;
mod copyright;
mod manuals;
mod toolchain;

use std::path::{Path, PathBuf};
use std::process::Command;

fn path_of(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn read(file: &str) -> String {
    std::fs::read_to_string(path_of(file)).expect(file)
}

/// Fails if the file is not as expected, or writes it if that is asked for.
fn assert_is_kept(file: &str, expected: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path_of(file), expected).expect(file);
    }
    for (kept, expected) in read(file).lines().zip(expected.lines()) {
        assert_eq!(kept, expected, "{file}: {REMEDY}");
    }
    assert!(read(file) == expected, "{file}: {REMEDY}");
}

const REMEDY: &str = "run UPDATE_GOLDEN=1 cargo test --test debian";

/// What a command prints, run in the project's folder.
fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect(program);
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}
