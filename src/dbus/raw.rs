//! `….Raw`: the groups of the last frame as they came, once they have passed the checks of the wire.

use std::sync::Arc;

use tokio::sync::watch;
use zbus::interface;

use crate::meter::{Identity, Memory, Meter, Snapshot};

/// The interface.
pub struct Raw {
    state: watch::Receiver<Arc<Snapshot>>,
}

impl Raw {
    /// Answers from this state.
    pub fn new(state: watch::Receiver<Arc<Snapshot>>) -> Self {
        Self { state }
    }

    /// One without a meter, to be introspected.
    pub fn empty() -> Self {
        let identity = Identity {
            number: 0,
            id: Arc::default(),
            boot: Arc::default(),
            shows_identifiers: false,
        };
        let meter = Meter::new(identity, &Memory::default());
        Self::new(watch::channel(meter.last().clone()).1)
    }
}

/// The last frame as the meter sent it. Always there.
#[interface(name = "io.github.linky_sensor.Linky1.Raw", spawn = false)]
impl Raw {
    /// The groups of the last frame that passed the checks of the wire, in the order of arrival: label, horodate (empty
    /// if the group has none) and value, untrimmed. Empty while nothing is received. Identifiers are left out unless
    /// the configuration lets them be published.
    #[zbus(out_args("groups"))]
    fn get_groups(&self) -> Vec<(String, String, String)> {
        let now = self.state.borrow().clone();
        let group = |group: crate::tic::Group<'_>| {
            let (label, horodate) = (group.name(), group.horodate_text());
            (
                label.to_owned(),
                horodate.to_owned(),
                group.data().to_owned(),
            )
        };
        now.groups().map(group).collect()
    }
}
