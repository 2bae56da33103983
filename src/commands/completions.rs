//! The completions of the shells, kept in `docs/completions`: `UPDATE_GOLDEN=1 cargo test --lib completions` writes them.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::CommandLine;

fn assert_is_kept(shell: Shell, file: &str) {
    let mut expected = Vec::new();
    generate(
        shell,
        &mut CommandLine::command(),
        "linky-sensor",
        &mut expected,
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/completions")
        .join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert!(
        std::fs::read(&path).unwrap_or_default() == expected,
        "docs/completions/{file} is not the command line's: run UPDATE_GOLDEN=1 cargo test --lib completions"
    );
}

#[test]
fn bash_completes_the_command_line() {
    assert_is_kept(Shell::Bash, "linky-sensor.bash");
}

#[test]
fn zsh_completes_the_command_line() {
    assert_is_kept(Shell::Zsh, "_linky-sensor");
}

#[test]
fn fish_completes_the_command_line() {
    assert_is_kept(Shell::Fish, "linky-sensor.fish");
}
