//! Which remedies there are for a broker that cannot be used, whoever the user is and wherever its address is configured.

use super::remedy::Remedy;
use crate::config::MqttSettings;
use crate::sink::BrokerCause;

/// What to do, the most likely first.
pub fn of_broker(cause: BrokerCause, mqtt: &MqttSettings) -> Vec<Remedy> {
    let host = &mqtt.url.host;
    match cause {
        BrokerCause::NameUnknown if host.trim_end_matches('.').ends_with(".local") => {
            vec![Remedy::LocalName]
        }
        BrokerCause::RefusedConnection if host == "localhost" => vec![Remedy::InstallBroker],
        BrokerCause::Unreachable
        | BrokerCause::RefusedConnection
        | BrokerCause::Timeout
        | BrokerCause::Closed => vec![Remedy::StartBroker(host.clone())],
        BrokerCause::Tls => vec![Remedy::CheckTls],
        BrokerCause::ClientIdRefused | BrokerCause::ClientIdTaken => vec![Remedy::SetClientId],
        BrokerCause::NotAuthorized | BrokerCause::NoPublish => {
            let (base, prefix) = (&mqtt.base_topic, &mqtt.home_assistant.prefix);
            let allow = Remedy::AllowTopics(base.clone(), prefix.clone());
            vec![allow, Remedy::SeeBrokerLog]
        }
        BrokerCause::Busy => vec![Remedy::WaitForBroker],
        BrokerCause::Refused | BrokerCause::Nothing | BrokerCause::Disabled => {
            vec![Remedy::SeeBrokerLog]
        }
        BrokerCause::NameUnknown
        | BrokerCause::NotMqtt
        | BrokerCause::BadCredentials
        | BrokerCause::NoPassword => Vec::new(),
    }
}
