//! What happens at a meter, told in the journal: one line per change, with fields to search by.

use crate::meter::{Event, EventKind, Key, Link, Snapshot, Update};
use crate::names::journal;

/// Tells what an Update brings that an administrator wants to find again.
pub fn tell(update: &Update) {
    for event in &update.events {
        tell_event(&update.snapshot, event);
    }
}

fn tell_event(snapshot: &Snapshot, event: &Event) {
    let (meter, link, Event { from, to, .. }) = (&*snapshot.id, snapshot.link.word(), event);
    match event.kind {
        EventKind::LinkChanged => tell_link(snapshot, from),
        EventKind::ModeChanged => log::info!(
            MESSAGE_ID = journal::MODE_CHANGED, LINKY_METER = meter, LINKY_LINK = link;
            "meter {meter}: the TIC mode changed from {from} to {to}"
        ),
        EventKind::MeterReplaced => log::warn!(
            MESSAGE_ID = journal::METER_REPLACED, LINKY_METER = meter, LINKY_LINK = link;
            "meter {meter}: another meter answers: {to} (it was {from})"
        ),
        EventKind::IndexJumped => log::warn!(
            MESSAGE_ID = journal::INDEX_JUMPED, LINKY_METER = meter, LINKY_LINK = link;
            "meter {meter}: an index jumped from {from} to {to}"
        ),
        EventKind::ContractChanged => log::info!(
            MESSAGE_ID = journal::CONTRACT_CHANGED, LINKY_METER = meter, LINKY_LINK = link;
            "meter {meter}: the contract changed from {from} to {to}"
        ),
        EventKind::BreakerChanged => log::warn!(
            MESSAGE_ID = journal::BREAKER_CHANGED, LINKY_METER = meter, LINKY_LINK = link;
            "meter {meter}: the breaker went from {from} to {to}"
        ),
        kind => {
            log::debug!(LINKY_METER = meter, LINKY_LINK = link; "meter {meter}: {} {from} -> {to}", kind.name());
        }
    }
}

fn tell_link(snapshot: &Snapshot, from: &str) {
    let (meter, link) = (&*snapshot.id, snapshot.link.word());
    let why = match snapshot.reading.text(Key::LINK_DETAIL) {
        Some(detail) if !detail.is_empty() => format!(": {detail}"),
        _ => match snapshot.mode {
            Some(mode) if snapshot.link == Link::Receiving => format!(" in {mode} mode"),
            _ => String::new(),
        },
    };
    let level = match snapshot.link {
        Link::NoDevice | Link::NoSignal => log::Level::Warn,
        Link::Syncing | Link::Receiving => log::Level::Info,
    };
    log::log!(
        level,
        MESSAGE_ID = journal::LINK_CHANGED, LINKY_METER = meter, LINKY_LINK = link;
        "meter {meter}: {link} (was {from}){why}"
    );
}
