//! The topics of one meter, built once.

use std::sync::Arc;

use crate::config::MqttSettings;
use crate::names::topic;

/// The topics of a meter. `None`: not published.
#[derive(Clone, Debug)]
pub struct Topics {
    pub state: Arc<str>,
    pub calendar: Arc<str>,
    pub event: Arc<str>,
    pub curve: Arc<str>,
    pub availability: Arc<str>,
    pub tic: Option<Arc<str>>,
    pub python_data: Option<Arc<str>>,
    pub python_status: Option<Arc<str>>,
}

impl Topics {
    /// The topics of the meter with this id.
    pub fn new(settings: &MqttSettings, id: &str) -> Self {
        let base = &settings.base_topic;
        let python = settings.python_compatible.as_ref();
        Self {
            state: topic::state(base, id).into(),
            calendar: topic::calendar(base, id).into(),
            event: topic::event(base, id).into(),
            curve: topic::curve(base, id).into(),
            availability: topic::availability(base, id).into(),
            tic: settings.raw.then(|| topic::tic(base, id).into()),
            python_data: python.map(|python| python.data_topic.as_str().into()),
            python_status: python.map(|python| python.status_topic.as_str().into()),
        }
    }
}
