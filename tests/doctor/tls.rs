//! A broker with TLS that cannot be used: why is in French too, where OpenSSL's own words are English.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use super::chain::House;
use super::stage::{NO_BUS, run};
use super::support::broker::{Broker, free_port};
use super::support::certificates::{Authority, Pair, THIS_MACHINE};
use super::support::program;

/// The keys of the broker on this port.
fn mqtt(port: u16, authority: &Path, client: Option<&Pair>) -> String {
    let mut mqtt = format!(
        "url = \"mqtts://localhost:{port}\"\nca-file = \"{}\"\n",
        authority.display()
    );
    if let Some(Pair { certificate, key }) = client {
        mqtt += &format!(
            "client-certificate = \"{}\"\nclient-key = \"{}\"\n",
            certificate.display(),
            key.display()
        );
    }
    mqtt
}

/// What the doctor prints of it in French.
fn printed(port: u16, authority: &Path, client: Option<&Pair>) -> String {
    let house = House::new("", &mqtt(port, authority, client));
    let printed = run(house.command(&["--lang", "fr"])).text;
    // As people read it, without no-break spaces.
    printed.replace('\u{a0}', " ")
}

/// A broker that shows this certificate, with these rules. In TLS 1.3 its alert may be lost.
fn broker(port: u16, shown: &Pair, rules: &str) -> Broker {
    let (certificate, key) = (shown.certificate.display(), shown.key.display());
    let files = format!("certfile {certificate}\nkeyfile {key}\n{rules}");
    Broker::with_tls(port, "TLSv1.2", &files)
}

#[test]
fn what_a_certificate_lacks_is_in_french() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let ca = authority.certificate();
    for (shown, wanted) in [
        (
            authority.sign_expired("expired", THIS_MACHINE),
            "son certificat n'est pas accepté : il a expiré. Renouvelez-le chez le broker)",
        ),
        (
            authority.sign("elsewhere", "DNS:elsewhere.example.org"),
            "son certificat n'est pas accepté : il est pour un autre nom. Écrivez dans url, sous [mqtt], un nom",
        ),
        (
            authority.self_signed("own"),
            "son certificat n'est pas accepté : il est auto-signé. Donnez à ca-file, sous [mqtt],",
        ),
        (
            stranger.sign("server", THIS_MACHINE),
            "son certificat n'est pas accepté : l'autorité qui l'a signé n'est pas connue ici. Donnez à ca-file",
        ),
    ] {
        let port = free_port();
        let _broker = broker(port, &shown, "");
        let printed = printed(port, &ca, None);
        assert!(printed.contains(wanted), "{wanted}\n{printed}");
    }
}

#[test]
fn what_a_broker_refuses_is_in_french() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let ca = authority.certificate();
    let server = authority.sign("server", THIS_MACHINE);
    let foreign = stranger.sign("client", "DNS:client");
    let expired = authority.sign_expired("client", "DNS:client");
    let rules = format!("cafile {}\nrequire_certificate true\n", ca.display());
    for (client, wanted) in [
        (
            None,
            "il refuse d'ouvrir TLS. S'il exige un certificat client : client-certificate et client-key sous [mqtt])",
        ),
        (
            Some(&foreign),
            "il refuse notre certificat client, dont il ne connaît pas l'autorité.",
        ),
        (
            Some(&expired),
            "il refuse notre certificat client, qui a expiré. Renouvelez-le)",
        ),
    ] {
        let port = free_port();
        let _broker = broker(port, &server, &rules);
        let printed = printed(port, &ca, client);
        assert!(printed.contains(wanted), "{wanted}\n{printed}");
    }
}

#[test]
fn a_key_that_only_the_service_may_read_is_no_fault() {
    let authority = Authority::new();
    let client = authority.sign("client", "DNS:client");
    let directory = tempfile::tempdir().unwrap();
    let at = |name| directory.path().join(name);
    // Root may read everything, so somebody else asks, who must be able to reach all the rest.
    for folder in [directory.path(), &authority.path("")] {
        fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    }
    fs::set_permissions(&client.key, Permissions::from_mode(0o000)).unwrap();
    // By another process: a test beside this one would inherit the copy, open for writing.
    let mut copy = Command::new("cp");
    let copied = copy.args([Path::new(program::PATH), &at("linky-sensor")]);
    assert!(copied.status().unwrap().success());
    let mqtt = mqtt(free_port(), &authority.certificate(), Some(&client));
    let config = at("linky-sensor.toml");
    fs::write(&config, format!("[mqtt]\n{mqtt}")).unwrap();
    let mut command = Command::new(at("linky-sensor"));
    command
        .args(program::ENGLISH)
        .args(["doctor", "--json", "--config"])
        .arg(config)
        .env("DBUS_SYSTEM_BUS_ADDRESS", NO_BUS)
        .env_remove("container")
        .env_remove("CREDENTIALS_DIRECTORY")
        .stdout(Stdio::piped());
    if nix::unistd::geteuid().is_root() {
        command.uid(65_534);
    }
    let report = run(command).json();
    let broker = report["checks"].as_array().unwrap().last().unwrap();
    assert_eq!(broker["finding"], "not_tried", "{report}");
    assert!(!report.to_string().contains("chmod"), "{report}");
}

#[test]
fn a_port_without_tls_is_named_in_french() {
    let authority = Authority::new();
    let ca = authority.certificate();
    let plain = Broker::start();
    let text = printed(plain.port, &ca, None);
    let wanted = "il a coupé la connexion avant qu'il y ait TLS (";
    assert!(
        text.contains(wanted) && text.contains("Est-ce bien son port pour TLS ?)"),
        "{text}"
    );

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let other = thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        client.write_all(b"220 this is something else\r\n").unwrap();
        client
    });
    let text = printed(port, &ca, None);
    assert!(
        text.contains("il n'y a pas de TLS sur ce port. Mettez le port de TLS dans url"),
        "{text}"
    );
    drop(other.join().unwrap());
}
