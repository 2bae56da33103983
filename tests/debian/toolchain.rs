//! The version of Rust that `Cargo.toml` asks for is enough for what it builds, as far as each crate declares it. That
//! our own code needs no newer one is checked by clippy (`incompatible_msrv`).

use serde_json::Value;

use super::printed;

/// Major, minor, patch; what is not there is 0.
fn parse_version(text: &str) -> [u32; 3] {
    let mut numbers = text
        .split('.')
        .map(|number| number.parse().expect("a number"));
    [(); 3].map(|()| numbers.next().unwrap_or(0))
}

#[test]
fn no_dependency_asks_for_a_newer_rust() {
    let arguments = [
        "metadata",
        "--locked",
        "--format-version",
        "1",
        "--filter-platform",
        "x86_64-unknown-linux-gnu",
    ];
    let metadata: Value = serde_json::from_str(&printed(env!("CARGO"), &arguments)).expect("JSON");
    let ours = parse_version(env!("CARGO_PKG_RUST_VERSION"));
    for package in metadata["packages"].as_array().expect("a list") {
        let asked = package["rust_version"].as_str().unwrap_or("0");
        assert!(
            parse_version(asked) <= ours,
            "{} {} asks for Rust {asked}",
            package["name"],
            package["version"]
        );
    }
}
