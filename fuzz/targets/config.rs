//! Any text as a configuration: settings, or faults that each have a message.

#![no_main]

use libfuzzer_sys::fuzz_target;
use linky_sensor::config::parse;

fuzz_target!(|text: &str| {
    match parse("fuzz.toml", text) {
        Ok(settings) => assert!(!settings.meters.is_empty()),
        Err(error) => {
            assert!(!error.faults().is_empty());
            for fault in error.faults() {
                assert!(!fault.to_string().is_empty());
            }
        }
    }
});
