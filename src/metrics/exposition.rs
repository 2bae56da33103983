//! The text of a scrape, in one of two formats: OpenMetrics 1.0, and the Prometheus text format 0.0.4.
//!
//! They differ in the header of a family (OpenMetrics names the family, the older format its samples, and only
//! OpenMetrics has units and infos) and in the end. A family without a sample has no header.

use std::fmt::{Display, Write};

use super::family::SampleType;

/// A format of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// The Prometheus text format 0.0.4.
    Prometheus,
}

impl TextFormat {
    /// Its media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// What is written above the samples of a family.
#[derive(Clone, Copy, Debug)]
pub struct FamilyHeader<'a> {
    /// The name, without the suffix of its samples.
    pub name: &'a str,
    /// The unit, empty if there is none.
    pub unit: &'a str,
    /// What the samples are.
    pub sample_type: SampleType,
    /// What it is, for people.
    pub help: &'a str,
}

/// A text that grows by families and samples.
#[derive(Debug)]
pub struct Exposition {
    format: TextFormat,
    text: String,
}

impl Exposition {
    /// Empty, with room for so many bytes.
    pub fn new(format: TextFormat, capacity: usize) -> Self {
        Self {
            format,
            text: String::with_capacity(capacity),
        }
    }

    /// Begins a family.
    pub fn family<'a>(&'a mut self, header: FamilyHeader<'a>) -> FamilySamples<'a> {
        FamilySamples {
            exposition: self,
            header,
            is_begun: false,
        }
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        if self.format == TextFormat::OpenMetrics {
            self.text.push_str("# EOF\n");
        }
        self.text
    }
}

/// The samples of a family, as far as there are any.
#[derive(Debug)]
pub struct FamilySamples<'a> {
    exposition: &'a mut Exposition,
    header: FamilyHeader<'a>,
    is_begun: bool,
}

impl FamilySamples<'_> {
    /// Adds a sample.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        if !std::mem::replace(&mut self.is_begun, true) {
            self.begin();
        }
        let text = &mut self.exposition.text;
        text.push_str(self.header.name);
        text.push_str(self.header.sample_type.suffix());
        for (number, (name, value)) in labels.iter().enumerate() {
            text.push_str(if number == 0 { "{" } else { "," });
            text.push_str(name);
            text.push_str("=\"");
            push_escaped(text, value, true);
            text.push('"');
        }
        text.push_str(if labels.is_empty() { " " } else { "} " });
        // A String takes whatever is written.
        let _ = writeln!(text, "{value}");
    }

    fn begin(&mut self) {
        let FamilyHeader {
            name,
            unit,
            sample_type,
            help,
        } = self.header;
        let text = &mut self.exposition.text;
        let is_open = self.exposition.format == TextFormat::OpenMetrics;
        let suffix = if is_open { "" } else { sample_type.suffix() };
        let kind = match sample_type {
            SampleType::Counter => "counter",
            SampleType::Info if is_open => "info",
            SampleType::Gauge | SampleType::Info => "gauge",
        };
        text.push_str("# HELP ");
        text.push_str(name);
        text.push_str(suffix);
        text.push(' ');
        push_escaped(text, help, is_open);
        let _ = writeln!(text, "\n# TYPE {name}{suffix} {kind}");
        if is_open && !unit.is_empty() {
            let _ = writeln!(text, "# UNIT {name} {unit}");
        }
    }
}

/// As both formats write texts; the older one leaves quotes in a help as they are.
fn push_escaped(text: &mut String, value: &str, with_quotes: bool) {
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '"' if with_quotes => text.push_str("\\\""),
            _ => text.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: TextFormat) -> String {
        let mut exposition = Exposition::new(format, 0);
        let header = FamilyHeader {
            name: "linky_energy_watt_hours",
            unit: "watt_hours",
            sample_type: SampleType::Counter,
            help: "a \"quoted\" \\ help",
        };
        exposition.family(header).sample(&[("meter", "main")], 7);
        exposition.family(FamilyHeader {
            name: "linky_absent",
            ..header
        });
        let mut info = exposition.family(FamilyHeader {
            name: "linky_meter",
            unit: "",
            sample_type: SampleType::Info,
            help: "labels",
        });
        info.sample(&[("name", "a\"b\\c\nd"), ("contract", "é")], 1);
        exposition
            .family(FamilyHeader {
                name: "process_start_time_seconds",
                unit: "seconds",
                sample_type: SampleType::Gauge,
                help: "start",
            })
            .sample(&[], "1.5");
        exposition.finish()
    }

    #[test]
    fn open_metrics() {
        assert_eq!(
            text(TextFormat::OpenMetrics),
            "# HELP linky_energy_watt_hours a \\\"quoted\\\" \\\\ help\n\
             # TYPE linky_energy_watt_hours counter\n\
             # UNIT linky_energy_watt_hours watt_hours\n\
             linky_energy_watt_hours_total{meter=\"main\"} 7\n\
             # HELP linky_meter labels\n\
             # TYPE linky_meter info\n\
             linky_meter_info{name=\"a\\\"b\\\\c\\nd\",contract=\"é\"} 1\n\
             # HELP process_start_time_seconds start\n\
             # TYPE process_start_time_seconds gauge\n\
             # UNIT process_start_time_seconds seconds\n\
             process_start_time_seconds 1.5\n\
             # EOF\n"
        );
    }

    #[test]
    fn prometheus() {
        assert_eq!(
            text(TextFormat::Prometheus),
            "# HELP linky_energy_watt_hours_total a \"quoted\" \\\\ help\n\
             # TYPE linky_energy_watt_hours_total counter\n\
             linky_energy_watt_hours_total{meter=\"main\"} 7\n\
             # HELP linky_meter_info labels\n\
             # TYPE linky_meter_info gauge\n\
             linky_meter_info{name=\"a\\\"b\\\\c\\nd\",contract=\"é\"} 1\n\
             # HELP process_start_time_seconds start\n\
             # TYPE process_start_time_seconds gauge\n\
             process_start_time_seconds 1.5\n"
        );
    }
}
