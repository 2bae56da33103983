//! Without a terminal.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use linky_sensor::dbus::Client;
use linky_sensor::meter::Timestamp;
use serde_json::Value;

use crate::stage::House;
use crate::support::daemon::{WAIT_TIMEOUT, within};
use crate::support::program;

#[test]
fn one_frame_is_plain_text_of_the_size_that_was_asked_for() {
    let house = House::new();
    let _daemon = house.home.start_ready();
    house.until_received();
    let output = house.printed(&["--once", "--size", "120x40", "--day"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text.lines().count(), 40);
    assert!(
        text.contains(" Phase ") && text.contains("t 15 min"),
        "{text}"
    );
    assert!(!text.contains('\x1b'), "{text}");
    let json = house.printed(&["--once", "--json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["meter"], "maison");
    assert_eq!(json["link"], "receiving");
    assert!(json["apparent_power"].is_u64(), "{json}");
    let unknown = house.printed(&["--once", "--meter", "cave"]);
    assert_eq!(unknown.status.code(), Some(64));
    let wrong = house.printed(&["--once", "--size", "0x9"]);
    assert_eq!(wrong.status.code(), Some(64));
}

/// A program whose output is read, ended when dropped.
struct Printing(Child);

impl Printing {
    fn start(house: &House, arguments: &[&str]) -> Self {
        let mut command = program::command();
        command.args(["watch", "--bus", &house.bus.address()]);
        Self(
            command
                .args(arguments)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap(),
        )
    }

    fn lines(&mut self, count: usize) -> Vec<String> {
        let output = self.0.stdout.take().unwrap();
        BufReader::new(output)
            .lines()
            .take(count)
            .map(Result::unwrap)
            .collect()
    }
}

impl Drop for Printing {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn each_update_is_a_line_and_a_closed_pipe_is_the_end() {
    let house = House::new();
    let _daemon = house.home.start_ready();
    house.until_received();
    let mut printing = Printing::start(&house, &[]);
    for line in printing.lines(3) {
        assert!(
            line.contains("  maison  live ") && line.contains(" VA "),
            "{line}"
        );
    }
    let end = within(WAIT_TIMEOUT, "the reader is gone", || {
        printing.0.try_wait().unwrap()
    });
    assert_eq!(end.code(), Some(0));
    let mut printing = Printing::start(&house, &["--json"]);
    let lines = printing.lines(6);
    let lines: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.iter().all(|json| json["meter"] == "maison"));
    // The counts are asked for every five seconds; what changes in between has its own time.
    let has_own_time = |pair: &[Value]| {
        let [before, after] = pair else { return false };
        before["frames_received"] == after["frames_received"]
            && before["time"].as_str() < after["time"].as_str()
    };
    assert!(lines.windows(2).any(has_own_time), "{lines:?}");
}

/// What the screen asks for when it is opened.
#[tokio::test]
async fn the_daemon_s_history_is_read() {
    let house = House::new();
    let _daemon = house.home.start_ready();
    house.until_received();
    let client = Client::connect(&house.bus.bus()).await.unwrap();
    let power = client.past_power("maison", Timestamp(0), 1).await.unwrap();
    let power = power.expect("the daemon keeps the power");
    assert!(
        power
            .iter()
            .any(|row| row.mean > 0 && row.highest >= row.mean),
        "{power:?}"
    );
    let energy = client.past_energy("maison", Timestamp(0)).await.unwrap();
    assert!(energy.is_some());
    let nobody = client.past_power("cave", Timestamp(0), 1).await.unwrap();
    assert_eq!(nobody, None, "what is not there is no error");
}
