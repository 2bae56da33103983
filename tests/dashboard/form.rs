//! The JSON of Grafana that the panels make.

use linky_sensor::meter::{Key, Kind, word_names};
use serde_json::{Value, json};

use super::panels::{Drawing, PANELS, Panel, Tongue, both};

/// The quantity whose words are the names of the series of a query.
fn words_of(query: &str) -> &'static [&'static str] {
    let key = if query.contains("linky_link_state") {
        Key::LINK
    } else if query.contains("linky_color_tomorrow_state") {
        Key::COLOR_TOMORROW
    } else if query.contains("linky_tariff_state") || query.contains("linky_tariff_info") {
        Key::TARIFF
    } else {
        return &[];
    };
    match key.row().kind {
        Kind::Enum(words) => words,
        _ => &[],
    }
}

/// What each word of a state is drawn as.
fn word_override(word: &str, tongue: Tongue) -> Option<Value> {
    let names = word_names(word)?;
    let name = tongue.pick(both(names.french, names.english));
    let color = match word {
        "receiving" => "green",
        "no_device" | "no_signal" => "red",
        "syncing" => "orange",
        word if word.starts_with("blue") => "blue",
        word if word.starts_with("white") => "#c7d0d9",
        word if word.starts_with("red") => "red",
        word if word.ends_with("off_peak") => "blue",
        _ => "orange",
    };
    Some(json!({
        "matcher": { "id": "byName", "options": word },
        "properties": [
            { "id": "displayName", "value": name },
            { "id": "color", "value": { "mode": "fixed", "fixedColor": color } },
        ],
    }))
}

const SOURCE: &str = "${source}";

impl Panel {
    fn json(&self, number: usize, place: (u32, u32), tongue: Tongue) -> Value {
        let targets = self
            .queries
            .iter()
            .zip('A'..)
            .map(|((query, legend), name)| {
                json!({
                                    "refId": name.to_string(),
                                    "datasource": { "type": "prometheus", "uid": SOURCE },
                                    "expr": expression(query),
                                    "legendFormat": tongue.pick(*legend),
                                    "instant": self.drawing == Drawing::Word,
                })
            });
        let targets: Vec<Value> = targets.collect();
        let words = self.queries.iter().flat_map(|(query, _)| words_of(query));
        let overrides: Vec<Value> = words
            .filter_map(|word| word_override(word, tongue))
            .collect();
        let mut panel = json!({
            "id": number + 1,
            "title": tongue.pick(self.title),
            "description": tongue.pick(self.about),
            "type": self.kind(),
            "datasource": { "type": "prometheus", "uid": SOURCE },
            "gridPos": { "x": place.0, "y": place.1, "w": self.size.0, "h": self.size.1 },
            "targets": targets,
            "fieldConfig": { "defaults": self.defaults(tongue), "overrides": overrides },
            "options": self.options(),
        });
        if let Drawing::Bars(interval) = self.drawing {
            panel["interval"] = json!(interval);
            panel["maxDataPoints"] = json!(100);
        }
        panel
    }

    fn kind(&self) -> &'static str {
        match self.drawing {
            Drawing::Number | Drawing::Margin | Drawing::Word => "stat",
            Drawing::Gauge => "gauge",
            Drawing::Lines | Drawing::Bars(_) => "timeseries",
            Drawing::Spans => "state-timeline",
        }
    }

    fn defaults(&self, tongue: Tongue) -> Value {
        let mut defaults =
            json!({ "unit": self.unit, "noValue": "–", "color": { "mode": "palette-classic" } });
        match self.drawing {
            Drawing::Number | Drawing::Margin => {
                let below = if self.drawing == Drawing::Margin {
                    "red"
                } else {
                    "green"
                };
                let steps =
                    json!([{ "color": below, "value": null }, { "color": "green", "value": 0 }]);
                defaults["color"] = json!({ "mode": "thresholds" });
                defaults["thresholds"] = json!({ "mode": "absolute", "steps": steps });
            }
            Drawing::Word => {}
            Drawing::Gauge => {
                let steps = json!([
                    { "color": "green", "value": null },
                    { "color": "orange", "value": 0.8 },
                    { "color": "red", "value": 0.9 },
                ]);
                defaults["min"] = json!(0);
                defaults["max"] = json!(1);
                defaults["color"] = json!({ "mode": "thresholds" });
                defaults["thresholds"] = json!({ "mode": "absolute", "steps": steps });
            }
            Drawing::Lines => {
                defaults["custom"] = json!({ "drawStyle": "line", "lineWidth": 1, "fillOpacity": 8,
                    "showPoints": "never", "spanNulls": false });
            }
            Drawing::Bars(_) => {
                defaults["custom"] = json!({ "drawStyle": "bars", "fillOpacity": 80, "lineWidth": 0,
                    "stacking": { "mode": "normal", "group": "A" } });
            }
            Drawing::Spans => {
                defaults["mappings"] = json!([{ "type": "value", "options": {
                    "0": { "text": tongue.pick(both("non", "no")), "color": "transparent", "index": 0 },
                    "1": { "text": tongue.pick(both("oui", "yes")), "color": "red", "index": 1 },
                }}]);
                defaults["color"] = json!({ "mode": "thresholds" });
                defaults["custom"] = json!({ "fillOpacity": 70, "lineWidth": 0 });
            }
        }
        defaults
    }

    fn options(&self) -> Value {
        let last = json!({ "calcs": ["lastNotNull"], "fields": "", "values": false });
        match self.drawing {
            Drawing::Number | Drawing::Margin => {
                json!({ "reduceOptions": last, "textMode": "value", "graphMode": "area", "colorMode": "value" })
            }
            Drawing::Word => {
                json!({ "reduceOptions": last, "textMode": "name", "graphMode": "none", "colorMode": "value" })
            }
            Drawing::Gauge => {
                json!({ "reduceOptions": last, "showThresholdLabels": false, "showThresholdMarkers": true })
            }
            Drawing::Lines | Drawing::Bars(_) => json!({
                "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true },
                "tooltip": { "mode": "multi", "sort": "desc" },
            }),
            Drawing::Spans => json!({ "showValue": "never", "mergeValues": true, "rowHeight": 0.8,
                "legend": { "showLegend": false, "displayMode": "list", "placement": "bottom" } }),
        }
    }
}

fn expression(query: &str) -> String {
    query.replace("METER", "meter=~\"$meter\"")
}

/// Panels from left to right, in rows of 24 columns.
pub fn placed() -> Vec<(u32, u32)> {
    let (mut x, mut y, mut height) = (0, 0, 0);
    let place = PANELS.iter().map(|panel| {
        if x + panel.size.0 > 24 {
            (x, y, height) = (0, y + height, 0);
        }
        let place = (x, y);
        x += panel.size.0;
        height = height.max(panel.size.1);
        place
    });
    place.collect()
}

pub fn dashboard(tongue: Tongue) -> Value {
    let panels = PANELS.iter().zip(placed()).enumerate();
    let panels = panels.map(|(number, (panel, place))| panel.json(number, place, tongue));
    let (code, meter) = match tongue {
        Tongue::French => ("fr", "Compteur"),
        Tongue::English => ("en", "Meter"),
    };
    json!({
        "uid": format!("linky-sensor-{code}"),
        "title": "Linky",
        "tags": ["linky", "energy"],
        "schemaVersion": 39,
        "editable": true,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": { "from": "now-24h", "to": "now" },
        "timezone": "browser",
        "templating": { "list": [
            {
                "name": "source",
                "label": "Prometheus",
                "type": "datasource",
                "query": "prometheus",
                "current": {},
            },
            {
                "name": "meter",
                "label": meter,
                "type": "query",
                "datasource": { "type": "prometheus", "uid": SOURCE },
                "definition": "label_values(linky_online, meter)",
                "query": { "query": "label_values(linky_online, meter)", "refId": "meter" },
                "refresh": 2,
                "sort": 1,
                "multi": false,
                "includeAll": false,
                "current": {},
            },
        ]},
        "panels": panels.collect::<Vec<_>>(),
    })
}
