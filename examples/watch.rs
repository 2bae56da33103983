//! A program that uses linky-sensor over D-Bus, with zbus: the power of the meter `main`, at once and on each change.
//!
//! `cargo run --example watch` reads the system bus; `DBUS_SYSTEM_BUS_ADDRESS` names another. An argument is the id of another
//! meter.

use std::collections::HashMap;
use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;

use zbus::export::futures_core::Stream;
use zbus::{Connection, MessageStream, OwnedVariant};

const BUS: &str = "org.freedesktop.DBus";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const NAME: &str = "io.github.linky_sensor.Linky1";
const METERS: &str = "/io/github/linky_sensor/Linky1/meter_";
const CONSUMPTION: &str = "io.github.linky_sensor.Linky1.Consumption";

type Properties = HashMap<String, OwnedVariant>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let id = std::env::args().nth(1).unwrap_or_else(|| "main".to_owned());
    let meter = format!("{METERS}{id}");
    let connection = Connection::system().await?;
    // The signals first, so that no change is missed.
    let mut messages = MessageStream::from(&connection);
    let rule =
        format!("type='signal',path='{meter}',interface='{PROPERTIES}',arg0='{CONSUMPTION}'");
    connection
        .call_method(
            Some(BUS),
            "/org/freedesktop/DBus",
            Some(BUS),
            "AddMatch",
            &rule,
        )
        .await?;
    let answer = connection
        .call_method(
            Some(NAME),
            meter.as_str(),
            Some(PROPERTIES),
            "GetAll",
            &CONSUMPTION,
        )
        .await?;
    // What is not known is not there.
    show(&answer.body().deserialize::<Properties>()?);

    while let Some(message) = poll_fn(|cx| Pin::new(&mut messages).poll_next(cx)).await {
        let message = message?;
        if message
            .header()
            .member()
            .is_some_and(|name| name == "PropertiesChanged")
        {
            let body = message.body();
            let (_, changed, lost): (String, Properties, Vec<String>) = body.deserialize()?;
            show(&changed);
            for name in lost {
                println!("{name} is not known any more");
            }
        }
    }
    Ok(())
}

fn show(properties: &Properties) {
    for (name, value) in properties {
        println!("{name} = {:?}", **value);
    }
}
