//! A port that is set to another speed than the meter's: the line as bits, sampled again.
//!
//! A character is a start bit (0), eight bits, the lowest first, and a stop bit (1). The receiver waits for the edge of a
//! start bit, and then looks at the middle of each bit by its own clock. A stop bit that is 0 is a framing error, which a
//! port hands over as the byte that it saw.

const BITS: usize = 10;

/// What a port receives of these bytes at `speed` times the speed of the sender.
pub fn at_another_speed(sent: &[u8], speed: f64) -> Vec<u8> {
    let level = |time: f64| {
        let bit = time as usize;
        let byte = sent.get(bit / BITS).copied().unwrap_or(0xFF);
        match bit % BITS {
            0 => bit / BITS >= sent.len(),
            9 => true,
            place => byte >> (place - 1) & 1 == 1,
        }
    };
    let (end, bit, step) = (
        (sent.len() * BITS) as f64,
        1.0 / speed,
        1.0 / 16.0_f64.max(16.0 * speed),
    );
    let (mut arrived, mut time) = (Vec::new(), 0.0);
    while time < end {
        if level(time) {
            time += step;
            continue;
        }
        let byte = (0..8).fold(0, |byte, place| {
            byte | u8::from(level(time + (f64::from(place) + 1.5) * bit)) << place
        });
        arrived.push(byte);
        time += 9.5 * bit;
    }
    arrived
}
