//! The broker: here or elsewhere, which refuses, denies, or has Home Assistant.

use std::fs;

use linky_sensor::simulator::Scenario;

use super::machine::{CREDENTIAL, DROP_IN, begin, is_untouched};
use super::support::broker::{Broker, Subscriber, free_port};
use super::support::conversation::Conversation;
use super::support::stage::{PluggedMeter, Stage, on_stage};

const ADDRESS: &str = "no MQTT)";
const USER: &str = "User name";
const PASSWORD: &str = "Password (nothing is shown)";

/// A conversation that has come to the broker.
fn at_the_broker(stage: &Stage) -> (PluggedMeter, Conversation) {
    stage.install();
    let meter = stage.plug_meter("ttyUSB0", Scenario::default());
    let mut setup = begin(&[]);
    setup.answer("Is it yours? [Y/n] ", "");
    setup.answer("[main]: ", "");
    setup.until("3. The MQTT broker");
    (meter, setup)
}

fn agree(mut setup: Conversation) -> String {
    setup.answer("restart the service? [Y/n] ", "");
    setup.end_with(0)
}

fn written() -> String {
    fs::read_to_string(DROP_IN).unwrap()
}

#[test]
fn the_broker_of_this_machine_is_proposed() {
    on_stage("broker::the_broker_of_this_machine_is_proposed", |stage| {
        let _broker = Broker::on_port(1883);
        let (_meter, mut setup) = at_the_broker(stage);
        setup.until("A broker answers on this machine.");
        setup.answer("[mqtt://localhost:1883]: ", "");
        setup.until("localhost answers on 1883.");
        setup.answer(USER, "");
        setup.until("I published a message on linky/bridge/linky-sensor-f1af289a/setup");
        setup.until("No device of Home Assistant is on this broker.");
        let shown = agree(setup);
        assert!(
            !shown.contains("in clear"),
            "it stays on this machine: {shown}"
        );
        assert!(written().contains("url = \"mqtt://localhost:1883\""));
        assert!(!written().contains("username"));
    });
}

#[test]
fn a_broker_that_does_not_answer_is_asked_for_again() {
    on_stage(
        "broker::a_broker_that_does_not_answer_is_asked_for_again",
        |stage| {
            let broker = Broker::start();
            let house = Subscriber::at(&broker);
            house.publish("homeassistant/device/heating/config", "{}", true);
            let (_meter, mut setup) = at_the_broker(stage);
            setup.until("Nobody answers on this machine.");
            setup.answer(ADDRESS, &format!("127.0.0.1:{}", free_port()));
            setup.until("connection refused");
            setup.answer(ADDRESS, "http://nas");
            setup.until("expected \"mqtt://host:port\"");
            setup.answer(ADDRESS, "nowhere.invalid");
            setup.until("no address was found for this name");
            setup.answer(ADDRESS, &format!("127.0.0.1:{}", broker.port));
            setup.until("in clear");
            setup.answer(USER, "");
            setup.until("Devices of Home Assistant are on this broker");
            agree(setup);
            let topic = "linky/bridge/linky-sensor-f1af289a/setup";
            assert_eq!(house.next_on(topic).payload, "?");
            assert_eq!(house.next_on(topic).payload, "", "it is removed");
        },
    );
}

#[test]
fn no_broker_is_an_answer() {
    on_stage("broker::no_broker_is_an_answer", |stage| {
        let (_meter, mut setup) = at_the_broker(stage);
        setup.answer(ADDRESS, "");
        setup.until("on D-Bus alone");
        agree(setup);
        assert!(written().contains("[mqtt]\nenabled = false\n"));
    });
}

#[test]
fn a_wrong_password_is_asked_for_again() {
    on_stage("broker::a_wrong_password_is_asked_for_again", |stage| {
        let broker = Broker::with_password("linky", "right");
        let (_meter, mut setup) = at_the_broker(stage);
        setup.answer(ADDRESS, &format!("127.0.0.1:{}", broker.port));
        // Nobody without a name.
        setup.answer(USER, "");
        setup.until("wants a user name");
        setup.answer(USER, "linky");
        setup.answer(PASSWORD, "wrong");
        setup.until("refuses the password of \"linky\"");
        setup.answer(USER, "linky");
        setup.answer(PASSWORD, "right");
        setup.until("Connected as linky.");
        assert!(is_untouched());
        agree(setup);
        assert_eq!(fs::read_to_string(CREDENTIAL).unwrap(), "right");
        assert!(written().contains("username = \"linky\""));
    });
}

#[test]
fn a_user_who_may_not_publish_is_found() {
    on_stage("broker::a_user_who_may_not_publish_is_found", |stage| {
        let directory = tempfile::tempdir().unwrap();
        let acl = directory.path().join("acl");
        fs::write(&acl, "topic readwrite sensors/#\n").unwrap();
        let rules = format!("allow_anonymous true\nacl_file {}\n", acl.display());
        let broker = Broker::ruled(&rules);
        let (_meter, mut setup) = at_the_broker(stage);
        setup.answer(ADDRESS, &format!("127.0.0.1:{}", broker.port));
        setup.answer(USER, "");
        setup.until("does not let us publish");
        setup.until("read and write linky/#");
        setup.until(USER);
        setup.interrupt();
        setup.end();
        assert!(is_untouched());
    });
}

#[test]
fn a_stored_password_goes_with_its_user() {
    on_stage("broker::a_stored_password_goes_with_its_user", |stage| {
        let broker = Broker::start();
        fs::create_dir("/etc/credstore").unwrap();
        fs::write(CREDENTIAL, "of old").unwrap();
        let (_meter, mut setup) = at_the_broker(stage);
        setup.answer(ADDRESS, &format!("127.0.0.1:{}", broker.port));
        setup.answer(USER, "");
        setup.until("the password that is stored for the former user is removed");
        agree(setup);
        assert!(!std::path::Path::new(CREDENTIAL).exists());
    });
}
