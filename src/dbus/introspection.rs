//! The introspection documents, as shipped in /usr/share/dbus-1/interfaces.
//!
//! They are written by the code that answers Introspect, from the same lists.

use std::fmt::{self, Write};

use zbus::object_server::Interface;

use super::interface_spec::InterfaceSpec;
use super::manager::Manager;
use super::property::ChangeSignal;
use super::raw::Raw;
use super::trend::TrendInterface;
use crate::meter::TrendHandle;
use crate::sink::Health;

const HEAD: &str = r#"<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
<node>
"#;

/// How deep an interface is in a document, and in the answer for its object.
const LEVEL: usize = 2;

/// Every interface that there can be: the name of its file, and the document.
pub fn documents() -> Vec<(String, String)> {
    let document = |name: &str, write: &dyn Fn(&mut String)| {
        let mut text = HEAD.to_owned();
        write(&mut text);
        text.push_str("</node>\n");
        (format!("{name}.xml"), text)
    };
    let manager = Manager::new(Health::default());
    let raw = Raw::empty();
    let trend = TrendInterface::new(TrendHandle::default());
    let mut documents = vec![
        document(Manager::name().as_str(), &|text| {
            manager.introspect_to_writer(text, LEVEL);
        }),
        document(Raw::name().as_str(), &|text| {
            raw.introspect_to_writer(text, LEVEL);
        }),
        document(TrendInterface::name().as_str(), &|text| {
            trend.introspect_to_writer(text, LEVEL);
        }),
    ];
    documents.extend(InterfaceSpec::all().map(|spec| {
        document(spec.name, &|text| {
            let _ = write_interface(spec, text, LEVEL);
        })
    }));
    documents
}

/// Writes an interface as an `<interface>`, indented by `level` spaces.
///
/// # Errors
/// Those of the writer.
pub fn write_interface(spec: &InterfaceSpec, to: &mut dyn Write, level: usize) -> fmt::Result {
    let InterfaceSpec {
        name,
        about,
        properties,
        signals,
        ..
    } = spec;
    let inner = level + 2;
    writeln!(to, "{:level$}<interface name=\"{name}\">", "")?;
    write_comment(to, inner, about)?;
    for property in properties {
        write_comment(to, inner, &property.about)?;
        let (name, signature) = (&property.name, property.signature);
        let element = format!("<property name=\"{name}\" type=\"{signature}\" access=\"read\"");
        if property.change == ChangeSignal::Value {
            writeln!(to, "{:inner$}{element}/>", "")?;
        } else {
            writeln!(to, "{:inner$}{element}>", "")?;
            writeln!(
                to,
                "{:inner$}  <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\" value=\"{}\"/>",
                "",
                property.change.annotation()
            )?;
            writeln!(to, "{:inner$}</property>", "")?;
        }
    }
    for signal in signals {
        writeln!(to, "{:inner$}<signal name=\"{}\">", "", signal.name)?;
        for (argument, signature) in signal.arguments {
            writeln!(
                to,
                "{:inner$}  <arg name=\"{argument}\" type=\"{signature}\"/>",
                ""
            )?;
        }
        writeln!(to, "{:inner$}</signal>", "")?;
    }
    writeln!(to, "{:level$}</interface>", "")
}

/// XML allows no two hyphens in a row inside a comment.
fn write_comment(to: &mut dyn Write, level: usize, text: &str) -> fmt::Result {
    let text = text.replace("--", "- -").replace("--", "- -");
    writeln!(to, "{:level$}<!-- {text} -->", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::interface;

    #[test]
    fn there_is_a_document_for_every_interface_with_something_on_it() {
        let documents = documents();
        for &name in interface::ALL {
            let is_there = documents
                .iter()
                .any(|(file, _)| *file == format!("{name}.xml"));
            let is_empty = name == interface::BREAKER && InterfaceSpec::named(name).is_none();
            assert_ne!(is_there, is_empty, "{name}");
        }
    }

    /// zbus takes these names as literals only.
    #[test]
    fn the_names_in_attributes_are_the_public_ones() {
        assert_eq!(Manager::name().as_str(), interface::MANAGER);
        assert_eq!(Raw::name().as_str(), interface::RAW);
        assert_eq!(TrendInterface::name().as_str(), interface::HISTORY);
    }

    #[test]
    fn a_comment_holds_no_two_hyphens() {
        let mut text = String::new();
        write_comment(&mut text, 2, "DEMAIN (---- is null)").unwrap();
        assert_eq!(text, "  <!-- DEMAIN (- - - - is null) -->\n");
    }
}
