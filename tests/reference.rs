//! The reference in `docs/` is what the program prints. `UPDATE_GOLDEN=1 cargo test` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

#[path = "support/program.rs"]
mod program;

fn printed(format: &str) -> String {
    let output = program::command()
        .args(["list-fields", "--format", format])
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn assert_is_kept(file: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == expected,
        "docs/{file} is not what the program prints: run UPDATE_GOLDEN=1 cargo test --test reference"
    );
}

#[test]
fn the_table_is_kept() {
    assert_is_kept("quantities.csv", &printed("csv"));
}

#[test]
fn the_reference_is_kept() {
    let head = "# Quantities\n\nEverything that linky-sensor publishes. The key is that of the JSON; the D-Bus column gives \
        interface and property, that of Prometheus the name of the samples.\nPrinted by `linky-sensor list-fields --format markdown`.\n\n";
    assert_is_kept("quantities.md", &(head.to_owned() + &printed("markdown")));
}

#[test]
fn the_schema_is_kept() {
    assert_is_kept("state.schema.json", &printed("schema"));
}
