//! Values right and wrong, one by one. What a whole message about a wrong one looks like is in `tests/config`.

use proptest::prelude::*;

use super::*;

#[test]
fn amounts_need_a_unit_and_stay_in_range() {
    let any = Duration::ZERO..=Duration::MAX;
    let duration = |text| parse_duration(text, &any);
    assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
    assert_eq!(duration("10 s"), Some(Duration::from_secs(10)));
    assert_eq!(duration("2min"), Some(Duration::from_secs(120)));
    assert_eq!(duration("1h"), Some(Duration::from_secs(3600)));
    assert_eq!(duration("1d"), Some(Duration::from_secs(86400)));
    for wrong in [
        "",
        "10",
        "s",
        "-1s",
        "1.5s",
        "10  s",
        "10S",
        "1h30min",
        "18446744073709551615h",
    ] {
        assert_eq!(duration(wrong), None, "{wrong:?}");
    }
    assert_eq!(
        parse_duration("2h", &(Duration::ZERO..=Duration::from_secs(3600))),
        None
    );

    assert_eq!(parse_size("64MiB", &(0..=u64::MAX)), Some(67_108_864));
    assert_eq!(parse_size("64MB", &(0..=u64::MAX)), Some(64_000_000));
    for wrong in ["64", "64M", "64mb", "64 KB", "99999999999GiB"] {
        assert_eq!(parse_size(wrong, &(0..=u64::MAX)), None, "{wrong:?}");
    }
}

#[test]
fn what_is_shown_can_be_written_back() {
    let any = Duration::ZERO..=Duration::MAX;
    for text in ["500ms", "10s", "90s", "2min", "36h", "1d"] {
        assert_eq!(format_duration(parse_duration(text, &any).unwrap()), text);
    }
    for text in ["1B", "100kB", "64KiB", "64MB", "64MiB", "3GB", "1GiB"] {
        assert_eq!(
            format_size(parse_size(text, &(0..=u64::MAX)).unwrap()),
            text
        );
    }
}

#[test]
fn a_topic_has_no_wildcard_and_no_empty_level() {
    for right in ["linky", "house/linky", "maison/compteur électrique"] {
        assert!(parse_topic(right).is_ok(), "{right:?}");
    }
    for wrong in [
        "",
        "/linky",
        "linky/",
        "a//b",
        "a/+",
        "#",
        "$SYS/linky",
        "a\0b",
    ] {
        assert!(parse_topic(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_label_is_something_to_read_on_one_line() {
    for right in ["Maison", "  Dépendance n° 2 ", "x", &"é".repeat(64)] {
        assert_eq!(parse_label(right), Ok(right.to_owned()));
    }
    for wrong in ["", "   ", "two\nlines", "a\tb", "a\0", &"é".repeat(65)] {
        assert!(parse_label(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn an_led_is_a_single_name_that_leads_nowhere_else() {
    for right in ["ACT", "green:wlan", "input3::capslock", &"a".repeat(64)] {
        assert_eq!(parse_led(right), Ok(right.to_owned()));
    }
    for wrong in [
        "",
        ".",
        "..",
        ".hidden",
        "../../../etc",
        "a/b",
        "/sys/class/leds/ACT",
        "two words",
        "vert:é",
        "a\0",
        &"a".repeat(65),
    ] {
        assert!(parse_led(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_path_is_a_full_one_and_a_refused_one_is_not_shown() {
    for right in ["/", "/etc/linky-sensor/ca.pem", "/a b/é"] {
        assert_eq!(parse_path(right), Ok(PathBuf::from(right)));
    }
    for wrong in ["", "hunter2", "./ca.pem", "~/ca.pem", "/a\0b"] {
        let value = TomlValue::Text(wrong.to_owned());
        let invalid = text(parse_path)(&value).unwrap_err();
        assert_eq!(
            invalid.shown.as_deref(),
            Some("a text that is not a full path"),
            "{wrong:?}"
        );
    }
}

#[test]
fn a_client_id_is_one_level_of_a_topic() {
    for right in ["linky-sensor", "a.b:c_d-0", &"x".repeat(64)] {
        assert_eq!(parse_client_id(right), Ok(right.to_owned()));
    }
    for wrong in ["", "a/b", "a+b", "#", "deux mots", "é", &"x".repeat(65)] {
        assert!(parse_client_id(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_value_of_another_type_is_refused_with_what_it_should_be() {
    let others = [
        TomlValue::Integer(1),
        TomlValue::Boolean(true),
        TomlValue::List(Vec::new()),
        TomlValue::Other("a date"),
    ];
    for value in others {
        let invalid = text(parse_label)(&value).unwrap_err();
        assert_eq!(invalid.expected, parse_label("").unwrap_err().expected);
        assert!(invalid.advice.unwrap().contains("double quotes"));
        // The text of a secret is hidden, and so is what stands in its place.
        let invalid = text(parse_path)(&value).unwrap_err();
        assert_eq!(
            invalid.shown.as_deref(),
            Some("something that is not a text")
        );
        let is_boolean = boolean(&value).is_ok();
        assert_eq!(
            is_boolean,
            matches!(value, TomlValue::Boolean(true)),
            "{value:?}"
        );
    }
    let quoted = boolean(&TomlValue::Text("true".to_owned())).unwrap_err();
    assert!(quoted.expected.contains("without quotes"), "{quoted}");
}

#[test]
fn the_words_of_a_closed_list_are_in_its_message() {
    const WORDS: [&str; 3] = ["auto", "check", "ignore"];
    let expected = |count: usize| {
        let choices: Vec<usize> = (0..count).collect();
        let word = TomlValue::Text("Auto".to_owned());
        let invalid = one_of(&choices, |choice| WORDS[choice])(&word).unwrap_err();
        invalid.expected
    };
    assert_eq!(expected(1), "\"auto\"");
    assert_eq!(expected(2), "\"auto\" or \"check\"");
    assert_eq!(expected(3), "\"auto\", \"check\" or \"ignore\"");
    let choices = [0, 1, 2];
    for (choice, word) in WORDS.into_iter().enumerate() {
        let value = TomlValue::Text(word.to_owned());
        assert_eq!(one_of(&choices, |choice| WORDS[choice])(&value), Ok(choice));
    }
}

proptest! {
    #[test]
    fn every_duration_is_parsed_as_it_is_shown(milliseconds in prop_oneof![
        0_u64..100_000,
        (0_u64..10_000).prop_map(|seconds| seconds * 1_000),
        (0_u64..10_000).prop_map(|minutes| minutes * 60_000),
        any::<u64>(),
    ]) {
        let duration = Duration::from_millis(milliseconds);
        let shown = format_duration(duration);
        let any = Duration::ZERO..=Duration::MAX;
        prop_assert_eq!(parse_duration(&shown, &any), Some(duration), "{}", shown);
    }

    #[test]
    fn every_size_is_parsed_as_it_is_shown(size in prop_oneof![
        0_u64..100_000,
        (0_u64..10_000).prop_map(|kilobytes| kilobytes * 1_000),
        (0_u64..10_000).prop_map(|mebibytes| mebibytes << 20),
        any::<u64>(),
    ]) {
        let shown = format_size(size);
        prop_assert_eq!(parse_size(&shown, &(0..=u64::MAX)), Some(size), "{}", shown);
    }

    #[test]
    fn no_text_is_more_than_a_wrong_value(text in ".{0,80}") {
        let any = Duration::ZERO..=Duration::MAX;
        let _ = (parse_duration(&text, &any), parse_size(&text, &(0..=u64::MAX)));
        if let Ok(topic) = parse_topic(&text) {
            prop_assert!(topic.split('/').all(|level| !level.is_empty()));
            prop_assert!(!topic.contains(['+', '#', '\0']) && !topic.starts_with('$'));
        }
        if let Ok(led) = parse_led(&text) {
            let path = PathBuf::from("/sys/class/leds").join(led);
            prop_assert_eq!(path.components().count(), 5, "{:?}", path);
        }
    }
}
