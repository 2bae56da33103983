//! `--yes`: options alone, a line for each thing that is done, and nothing done where something fails.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use linky_sensor::simulator::Scenario;

use super::machine::{CREDENTIAL, DROP_IN, is_untouched};
use super::support::broker::{Broker, Subscriber, free_port};
use super::support::program;
use super::support::stage::{BY_ID, on_stage};
use super::systemd::FakeSystemd;

/// What a run printed, and its exit code.
pub struct Printed {
    pub code: i32,
    pub out: String,
    pub errors: String,
}

/// Runs `setup --yes` with this on its standard input.
pub fn setup(arguments: &[&str], input: &str, bus: Option<&str>) -> Printed {
    run(Command::new(program::PATH), arguments, input, bus)
}

fn run(mut command: Command, arguments: &[&str], input: &str, bus: Option<&str>) -> Printed {
    let mut child = command
        .args(program::ENGLISH)
        .args(["setup", "--yes"])
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .env(
            "DBUS_SYSTEM_BUS_ADDRESS",
            bus.unwrap_or("unix:path=/nonexistent"),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who does not read it has ended.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Printed {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn all_is_done_by_options() {
    on_stage("options::all_is_done_by_options", |stage| {
        stage.install();
        let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
        let broker = Broker::with_password("linky", "s3cret");
        let house = Subscriber::as_user(&broker, Some(("linky", "s3cret")));
        let systemd = FakeSystemd::start();
        let url = format!("mqtt://127.0.0.1:{}", broker.port);
        let arguments = [
            "--id",
            "maison",
            "--broker",
            &url,
            "--username",
            "linky",
            "--password-stdin",
        ];
        let Printed { code, out, errors } = setup(&arguments, "s3cret\n", Some(&systemd.bus()));
        assert_eq!(code, 0, "{out}{errors}");
        let lines: Vec<&str> = out.lines().collect();
        assert!(
            lines[0].starts_with(&format!("port      {BY_ID}, standard, ")),
            "{out}"
        );
        assert_eq!(lines[1], format!("broker    {url}, connected as linky"));
        assert_eq!(lines[2], format!("written   {DROP_IN}"));
        assert!(
            lines[3].starts_with("service   restarted; First frame after "),
            "{out}"
        );
        assert!(lines[3].ends_with(" s, published."), "{out}");
        assert_eq!(lines.len(), 4);
        assert_eq!(fs::read_to_string(CREDENTIAL).unwrap(), "s3cret");
        house.until(|received| {
            received.topic == "linky/maison/state" && received.json()["link"] == "receiving"
        });
        // Again, without options: the service holds the port, and what is configured is taken.
        let Printed { code, out, errors } = setup(&[], "", Some(&systemd.bus()));
        assert_eq!(code, 0, "{out}{errors}");
        assert!(out.contains("The service holds this port already"), "{out}");
        assert!(out.contains("connected as linky"), "{out}");
        assert!(out.ends_with(&format!("unchanged {DROP_IN}\n")), "{out}");
        // Another name restarts it.
        let Printed { code, out, errors } = setup(&["--id", "house"], "", Some(&systemd.bus()));
        assert_eq!(code, 0, "{out}{errors}");
        assert!(out.contains("First frame after "), "{out}");
    });
}

#[test]
fn nothing_is_written_where_something_fails() {
    on_stage(
        "options::nothing_is_written_where_something_fails",
        |stage| {
            stage.install();
            let Printed { code, errors, .. } = setup(&[], "", None);
            assert!(code == 69 && errors.contains("no free port"), "{errors}");
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let Printed { code, errors, .. } = setup(&[], "", None);
            assert!(
                code == 69 && errors.contains("connection refused"),
                "no broker here: {errors}"
            );
            assert!(errors.contains("--broker none does without"), "{errors}");
            let port = free_port().to_string();
            let url = format!("127.0.0.1:{port}");
            let Printed { code, errors, .. } = setup(&["--broker", &url], "", None);
            assert!(code == 69 && errors.contains(&port), "{errors}");
            let Printed { code, errors, .. } = setup(&["--device", "/dev/null"], "", None);
            assert!(code == 69 && errors.contains("/dev/null"), "{errors}");
            let broker = Broker::with_password("linky", "right");
            let url = format!("127.0.0.1:{}", broker.port);
            let arguments = ["--broker", &url, "--username", "linky", "--password-stdin"];
            let Printed { code, errors, .. } = setup(&arguments, "wrong", None);
            assert!(
                code == 69 && errors.contains("refuses the password"),
                "{errors}"
            );
            let Printed { code, .. } = setup(&arguments, "", None);
            assert_eq!(code, 64, "no password comes");
            let Printed { code, errors, .. } =
                setup(&["--password-stdin", "--broker", &url], "x", None);
            assert!(code == 64 && errors.contains("--username"), "{errors}");
            assert!(is_untouched());
        },
    );
}

#[test]
fn what_would_be_written_is_shown() {
    on_stage("options::what_would_be_written_is_shown", |stage| {
        stage.install();
        let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
        let arguments = ["--dry-run", "--id", "house", "--broker", "none"];
        let Printed { code, out, .. } = setup(&arguments, "", None);
        assert_eq!(code, 0);
        let settings = linky_sensor::config::parse("setup.toml", &out).unwrap();
        assert_eq!(settings.meters[0].id.as_str(), "house");
        assert!(is_untouched());
    });
}

#[test]
fn a_service_off_the_bus_is_restarted_and_not_waited_for() {
    on_stage(
        "options::a_service_off_the_bus_is_restarted_and_not_waited_for",
        |stage| {
            stage.install();
            stage.configure("bus.toml", "[dbus]\nenabled = false\n");
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let systemd = FakeSystemd::start();
            let Printed { code, out, errors } =
                setup(&["--broker", "none"], "", Some(&systemd.bus()));
            assert_eq!(code, 0, "{out}{errors}");
            assert!(out.ends_with("service   Restarted.\n"), "{out}");
        },
    );
}

#[test]
fn the_service_may_read_what_a_careful_root_writes() {
    use std::os::unix::fs::PermissionsExt;
    on_stage(
        "options::the_service_may_read_what_a_careful_root_writes",
        |stage| {
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            fs::create_dir("/etc/linky-sensor").unwrap();
            let mut command = Command::new("sh");
            command.args(["-c", "umask 077; exec \"$@\"", "sh", program::PATH]);
            let Printed { code, out, errors } = run(command, &["--broker", "none"], "", None);
            assert_eq!(code, 0, "{out}{errors}");
            let directory = Path::new(DROP_IN).parent().unwrap();
            for (path, needed) in [(Path::new(DROP_IN), 0o444), (directory, 0o555)] {
                let mode = fs::metadata(path).unwrap().permissions().mode();
                assert_eq!(mode & needed, needed, "{}: {mode:o}", path.display());
            }
        },
    );
}

#[test]
fn several_meters_are_not_guessed() {
    on_stage("options::several_meters_are_not_guessed", |stage| {
        stage.install();
        let _one = stage.plug_meter("ttyUSB0", Scenario::default());
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("linky");
        let _other = super::support::line::Playing::on(&link, Scenario::default());
        let target = fs::canonicalize(&link).unwrap();
        stage.plug("ttyUSB1", &target, false);
        let Printed { code, errors, .. } = setup(&["--broker", "none"], "", None);
        assert!(
            code == 69 && errors.contains("choose by --device"),
            "{errors}"
        );
        assert!(is_untouched());
        let arguments = ["--broker", "none", "--device", "/dev/ttyUSB1"];
        let Printed { code, out, .. } = setup(&arguments, "", None);
        assert_eq!(code, 0, "{out}");
        assert!(out.contains("No systemd here"), "{out}");
    });
}

#[test]
fn a_later_file_with_another_value_is_named() {
    on_stage(
        "options::a_later_file_with_another_value_is_named",
        |stage| {
            stage.install();
            stage.configure("z.toml", "[mqtt]\nenabled = true\n");
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let Printed { code, errors, .. } = setup(&["--broker", "none"], "", None);
            assert_eq!(code, 78, "{errors}");
            assert!(
                errors
                    .contains("the key enabled in /etc/linky-sensor/linky-sensor.d/z.toml, line 2"),
                "{errors}"
            );
            assert!(is_untouched());
            stage.configure("z.toml", "[mqtt]\ninterval = \"soon\"\n");
            let Printed { code, errors, .. } = setup(&["--broker", "none"], "", None);
            assert!(code == 78 && errors.contains("z.toml:2:"), "{errors}");
        },
    );
}

#[test]
fn a_meter_that_a_file_names_keeps_its_name() {
    on_stage(
        "options::a_meter_that_a_file_names_keeps_its_name",
        |stage| {
            stage.install();
            stage.configure(
                "house.toml",
                "[[meter]]\nid = \"house\"\nname = \"House\"\n",
            );
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let Printed { code, out, .. } = setup(&["--broker", "none"], "", None);
            assert_eq!(code, 0, "{out}");
            let written = fs::read_to_string(DROP_IN).unwrap();
            assert!(written.contains("id = \"house\""), "{written}");
        },
    );
}
