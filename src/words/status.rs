//! The words of `status`.

messages! {
    /// No meter is configured.
    no_meter() {
        fr: "Le service tourne, et n'a pas de compteur.",
        en: "The daemon runs, and has no meter.",
    }
    /// Two daemons publish on one topic.
    topic_conflict(meter: &str) {
        fr: "Un autre service publie {meter} sur le même sujet MQTT : donnez-lui un autre id dans [[meter]], ou base-topic dans [mqtt]",
        en: "Another daemon publishes {meter} on the same MQTT topic: give it another id in [[meter]], or base-topic in [mqtt]",
    }
    /// Where the cause of a missing session with the broker is.
    broker_cause_is_logged() {
        fr: "La raison de l'absence du broker : journalctl -u linky-sensor",
        en: "Why there is no session with it: journalctl -u linky-sensor",
    }
}
