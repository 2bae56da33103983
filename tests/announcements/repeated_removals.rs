//! What was taken away while Home Assistant was off is taken away once more after its next start: until then it has it.

use super::*;

const STATUS: &str = "homeassistant/status";

/// The entities that are remembered of a meter, of all platforms.
fn remembered(record: &Value, id: &str) -> BTreeSet<String> {
    let platforms = record[id]["removed"].as_object().into_iter().flatten();
    let names = platforms
        .filter_map(|(_, names)| names.as_array())
        .flatten();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_went_while_home_assistant_was_off_goes_again_after_its_start() {
    let broker = Broker::start();
    let directory = tempfile::tempdir().unwrap();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::with_history(&settings(broker.port), directory.path(), "b1");
    historique(&mut sink);
    subscriber.until(|received| {
        received.topic == DEVICE && components(&received.json()).contains("status_word")
    });
    standard(&mut sink, OFF_PEAK);
    let (gone, _) = next_removal(&subscriber);
    assert!(gone.contains("status_word"));
    until_recorded(directory.path(), |record| {
        remembered(record, "main") == gone
    });
    subscriber.publish(STATUS, "online", false);
    let again = subscriber.until(|received| {
        received.topic == DEVICE && components(&received.json()).contains("status_word")
    });
    let component = &again.json()["cmps"]["status_word"];
    assert_eq!(component["unique_id"], "linky_main_status_word");
    assert_eq!(component["state_topic"], "linky/main/removed");
    assert_eq!(component["enabled_by_default"], false);
    let (gone_again, left) = next_removal(&subscriber);
    assert_eq!(gone_again, gone);
    assert!(left.is_disjoint(&gone) && left.contains("voltage_l1"));
    until_recorded(directory.path(), |record| {
        remembered(record, "main").is_empty()
    });
}

#[test]
fn what_home_assistant_saw_go_is_not_remembered() {
    let broker = Broker::start();
    let directory = tempfile::tempdir().unwrap();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::with_history(&settings(broker.port), directory.path(), "b1");
    historique(&mut sink);
    until_retained(&broker, "an announcement", |retained| {
        retained.contains_key(DEVICE)
    });
    subscriber.publish(STATUS, "online", false);
    let is_answer = |received: &Received| received.topic == DEVICE && !received.retained;
    subscriber.until(is_answer);
    standard(&mut sink, OFF_PEAK);
    let (gone, _) = next_removal(&subscriber);
    assert!(gone.contains("status_word"));
    until_recorded(directory.path(), |record| {
        let announced = record["main"]["announced"].to_string();
        !announced.contains("status_word") && remembered(record, "main").is_empty()
    });
}

#[test]
fn an_id_and_a_discovery_that_went_while_home_assistant_was_off_go_again() {
    for discovery in [Discovery::Device, Discovery::Entities] {
        let broker = Broker::start();
        let directory = tempfile::tempdir().unwrap();
        let mut settings = with_discovery(broker.port, discovery);
        let mut sink = Sink::of_meter("garage", &settings, directory.path(), "b1");
        standard(&mut sink, BASE);
        until_recorded(directory.path(), |record| {
            record["garage"]["announced"].is_array()
        });
        sink.stop();
        settings.home_assistant.enabled = false;
        let mut sink = Sink::of_meter("main", &settings, directory.path(), "b2");
        standard(&mut sink, BASE);
        until_recorded(directory.path(), |record| {
            remembered(record, "garage").contains("energy")
        });
        let subscriber = Subscriber::at(&broker);
        subscriber.publish(STATUS, "online", false);
        let topic = match discovery {
            Discovery::Device => "homeassistant/device/linky_garage/config",
            Discovery::Entities => "homeassistant/sensor/linky_garage/energy/config",
        };
        let again = subscriber.until(|received| received.topic == topic).json();
        assert!(again.to_string().contains("linky_garage_energy"), "{again}");
        let last = subscriber.until(|received| received.topic == topic);
        assert_eq!(last.payload, "");
        until_recorded(directory.path(), |record| record.get("garage").is_none());
        assert!(announcements(&retained(&broker)).is_empty());
    }
}
