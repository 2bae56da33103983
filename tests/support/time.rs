//! Times as they are published.

/// Microseconds since 1970 of a time of RFC 3339, with milliseconds or without.
pub fn micros(time: &str) -> i64 {
    let number = |from: usize, to: usize| time[from..to].parse::<i64>().unwrap();
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    // Days since 1970: the year begins in March, so that the leap day is its last.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 719_469;
    let seconds = days * 86_400 + number(11, 13) * 3_600 + number(14, 16) * 60 + number(17, 19);
    match &time[19..] {
        "+01:00" => (seconds - 3_600) * 1_000_000,
        "+02:00" => (seconds - 7_200) * 1_000_000,
        fraction => {
            let millis = fraction
                .strip_prefix('.')
                .and_then(|rest| rest.strip_suffix('Z'))
                .unwrap();
            assert_eq!(millis.len(), 3, "{time}");
            seconds * 1_000_000 + millis.parse::<i64>().unwrap() * 1_000
        }
    }
}
