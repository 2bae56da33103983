//! The options that damage what is sent: those of `simulate` and of `replay`.

use clap::Args;

use crate::simulator::Noise;

/// What a bad line does.
#[derive(Clone, Debug, Args)]
pub struct LineNoise {
    /// Errors per bit, such as 1e-4
    #[arg(long, value_name = "RATE", value_parser = parse_rate, default_value = "0")]
    noise: f64,
    /// Bursts of four random characters, per character
    #[arg(long, value_name = "RATE", value_parser = parse_rate, default_value = "0")]
    burst: f64,
    /// Lost characters, per character
    #[arg(long, value_name = "RATE", value_parser = parse_rate, default_value = "0")]
    lose: f64,
}

impl LineNoise {
    /// The rates of each kind.
    pub fn rates(&self) -> Noise {
        Noise {
            bit_error: self.noise,
            burst: self.burst,
            lost: self.lose,
            ..Noise::default()
        }
    }
}

/// A number above 0.
pub fn parse_speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if speed > 0.0 && speed < f64::INFINITY => Ok(speed),
        _ => Err("expected a number above 0".to_owned()),
    }
}

fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(rate),
        _ => Err("expected a number from 0 to 1, such as 1e-4".to_owned()),
    }
}
