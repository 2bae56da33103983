//! What is announced of sample meters.
//!
//! | file | |
//! |---|---|
//! | `golden` | whole documents of each kind of meter |
//! | `entities` | what Home Assistant accepts: units, classes, ids, topics, templates |
//! | `announced` | which entities, by mode and contract |
//! | `learning` | how the facts change with the frames |
//! | `names` | names and words |

mod announced;
mod entities;
mod golden;
mod learning;
mod names;

use serde_json::Value;

use super::{AnnouncedDevice, Facts, announcement};
use crate::config::Language;
use crate::meter::Snapshot;

fn device(language: Language) -> AnnouncedDevice {
    AnnouncedDevice {
        id: "main".to_owned(),
        name: "Linky".to_owned(),
        language,
        state: "linky/main/state".into(),
        event: "linky/main/event".into(),
        availability: "linky/main/availability".into(),
        bridge: "linky/bridge/host/availability".into(),
    }
}

fn announced(snapshot: &Snapshot, language: Language) -> Value {
    let mut facts = Facts::default();
    facts.update(snapshot);
    assert!(facts.usage.is_complete_in(snapshot.mode));
    announcement(&device(language), &facts).document(&[])
}

fn component<'a>(announcement: &'a Value, key: &str) -> &'a Value {
    &announcement["cmps"][key]
}
