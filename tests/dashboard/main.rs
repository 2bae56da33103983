//! The dashboards for Grafana in `docs/examples/grafana`, in French and in English, from one list of panels.
//! `UPDATE_GOLDEN=1 cargo test --test dashboard` writes them anew.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod form;
mod panels;

use std::collections::BTreeSet;
use std::path::Path;

use linky_sensor::metrics::{Family, OWN_FAMILIES};

use form::{dashboard, placed};
use panels::{PANELS, Tongue};

fn assert_is_kept(tongue: Tongue, file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/examples/grafana")
        .join(file);
    let expected = format!("{:#}\n", dashboard(tongue));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &expected).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == expected,
        "{file} is not what the panels make: run UPDATE_GOLDEN=1 cargo test --test dashboard"
    );
}

#[test]
fn the_dashboards_are_kept() {
    assert_is_kept(Tongue::French, "linky.fr.json");
    assert_is_kept(Tongue::English, "linky.en.json");
}

/// The names of metrics in an expression.
fn metrics_in(query: &str) -> impl Iterator<Item = &str> {
    query
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("linky_"))
}

#[test]
fn every_metric_of_the_dashboards_is_one_that_is_served() {
    let mut served = BTreeSet::new();
    let mut add = |name: &str, suffix: &str| served.insert(format!("{name}{suffix}"));
    for family in Family::all() {
        add(&family.name, family.sample_type.suffix());
    }
    for own in &OWN_FAMILIES {
        add(own.name, own.sample_type.suffix());
    }
    for panel in PANELS {
        for (query, _) in panel.queries {
            let mut named = metrics_in(query).peekable();
            assert!(named.peek().is_some(), "{query}");
            for metric in named {
                assert!(served.contains(metric), "{metric} in {query}");
            }
        }
    }
}

#[test]
fn no_panel_lies_over_another_and_each_row_is_full() {
    let places = placed();
    for (panel, (x, y)) in PANELS.iter().zip(&places) {
        let right = x + panel.size.0;
        let is_last = !places
            .iter()
            .any(|(other, row)| row == y && other >= &right);
        assert!(!is_last || right == 24, "{}", panel.title.en);
    }
}
