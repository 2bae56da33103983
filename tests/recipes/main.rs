//! The recipes of `docs/RECIPES.md` that need nothing which Debian's base does not have: the filters of jq, the clients on
//! D-Bus. What needs more (Prometheus, Node-RED, gojq, dasbus) is run by `scripts/test-recipes`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod clients;
mod filters;

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A recipe.
fn recipe(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/examples/recipes")
        .join(name)
}

#[test]
fn both_pages_name_each_recipe_and_no_other() {
    let there: BTreeSet<String> = fs::read_dir(recipe(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for page in ["RECIPES.md", "RECIPES.fr.md"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("docs")
            .join(page);
        let text = fs::read_to_string(path).unwrap();
        let named = text.split("examples/recipes/").skip(1);
        let named = named.map(|rest| rest.split([')', '`']).next().unwrap());
        let mut named: BTreeSet<String> = named
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        for name in &named {
            assert!(there.contains(name), "{page}: {name} is not there");
        }
        // The page names it without a link: it belongs to the rules.
        named.insert("prometheus-rules.test.yml".to_owned());
        assert_eq!(named, there, "{page}");
    }
}
