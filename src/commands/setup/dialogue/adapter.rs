//! Which port: those of this machine are shown, one is listened to until the meter is received.

use std::io;

use super::screen;
use crate::commands::console::Console;
use crate::commands::doctor::{self, CheckState, Examined, Style};
use crate::commands::prompt;
use crate::commands::setup::SetupContext;
use crate::commands::setup::port::{self, PortChoice, PortProof};
use crate::config::Device;

/// The port that was agreed on.
pub struct AgreedPort {
    /// Its name.
    pub device: Device,
    /// A meter is received on it; else it is kept all the same.
    pub is_received: bool,
}

/// A port that is to be listened to.
struct PortCandidate {
    device: Device,
    /// The user named it; else it is the only one.
    is_chosen: bool,
}

impl PortCandidate {
    fn chosen(device: Device) -> Self {
        let is_chosen = true;
        Self { device, is_chosen }
    }
}

/// What is done about a port without a meter.
enum Retry {
    /// It is listened to again, or another one is.
    Listen(Device),
    /// It is kept.
    Keep,
}

/// Asks until a port is agreed on.
pub fn ask(context: &SetupContext<'_>, console: &mut Console) -> io::Result<AgreedPort> {
    let mut named = context.options.device.clone();
    prompt::until_answered(|| {
        let candidate = match named.take() {
            Some(device) => Some(PortCandidate::chosen(device)),
            None => choose(context, console)?,
        };
        let Some(PortCandidate { device, is_chosen }) = candidate else {
            return Ok(None);
        };
        let (present, machine) = (context.present, context.machine);
        let is_received =
            match port::prove(&device, present, machine, Some(screen::INDENT), console)? {
                PortProof::Received(meter) => {
                    screen::show_state(console, CheckState::Ok, &meter.sentence)?;
                    let question = screen::question(&console.words().setup_ask_yours());
                    if !is_chosen && !prompt::yes(console, &question)? {
                        named = Some(ask_other(console)?);
                        return Ok(None);
                    }
                    true
                }
                PortProof::Missing(examined) => {
                    show_trouble(&examined, context, console)?;
                    if let Retry::Listen(device) = ask_retry(&device, console)? {
                        named = Some(device);
                        return Ok(None);
                    }
                    false
                }
            };
        Ok(Some(AgreedPort {
            device,
            is_received,
        }))
    })
}

/// A port of this machine; `None`: there is none yet, it is looked for again.
fn choose(context: &SetupContext<'_>, console: &mut Console) -> io::Result<Option<PortCandidate>> {
    let words = console.words();
    let mut choices = port::choices(words);
    if let Some(device) = context.present.device() {
        let known = choices
            .iter()
            .position(|choice| port::is_same(&choice.device, device));
        let text = match known {
            Some(at) => choices.remove(at).text,
            None => words.setup_configured(),
        };
        let configured = PortChoice {
            device: device.clone(),
            shown: device.to_string(),
            text,
        };
        choices.insert(0, configured);
    }
    match choices.as_slice() {
        [] => ask_for_adapter(context, console),
        [only] => {
            screen::show(console, &words.setup_sees(&only.text, &only.shown))?;
            Ok(Some(PortCandidate {
                device: only.device.clone(),
                is_chosen: false,
            }))
        }
        several => ask_which(several, console).map(Some),
    }
}

fn ask_for_adapter(
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<Option<PortCandidate>> {
    let words = console.words();
    screen::show_state(console, CheckState::Failed, &words.setup_no_adapter())?;
    let remedies = doctor::remedies_of_no_adapter(context.machine);
    let steps: Vec<String> = remedies.iter().map(|remedy| remedy.text(words)).collect();
    screen::show_steps(console, &steps)?;
    let question = screen::question(&words.setup_ask_adapter());
    let answer = prompt::line(console, &question)?;
    if answer.is_empty() {
        return Ok(None);
    }
    let device = parse(&answer, &[], console)?;
    Ok(device.map(PortCandidate::chosen))
}

fn ask_which(choices: &[PortChoice], console: &mut Console) -> io::Result<PortCandidate> {
    let words = console.words();
    screen::show(console, &words.setup_sees_several())?;
    for (number, choice) in (1..).zip(choices) {
        let row = format!("  {number}  {}   {}", choice.text, choice.shown);
        screen::show(console, &row)?;
    }
    let question = screen::question(&words.setup_ask_which());
    let device = prompt::until_answered(|| {
        let answer = prompt::line(console, &question)?;
        let answer = if answer.is_empty() { "1" } else { &answer };
        parse(answer, choices, console)
    })?;
    Ok(PortCandidate::chosen(device))
}

fn ask_other(console: &mut Console) -> io::Result<Device> {
    let question = screen::question(&console.words().setup_ask_other());
    prompt::until_answered(|| {
        let answer = prompt::line(console, &question)?;
        parse(&answer, &[], console)
    })
}

fn ask_retry(device: &Device, console: &mut Console) -> io::Result<Retry> {
    let words = console.words();
    let question = screen::question(&words.setup_ask_again());
    prompt::until_answered(|| {
        let answer = prompt::line(console, &question)?;
        if answer.is_empty() {
            return Ok(Some(Retry::Listen(device.clone())));
        }
        if words.setup_keep() == answer.to_lowercase() {
            return Ok(Some(Retry::Keep));
        }
        Ok(parse(&answer, &[], console)?.map(Retry::Listen))
    })
}

/// A port by its number or its name; shows what is wrong with another answer.
fn parse(
    answer: &str,
    choices: &[PortChoice],
    console: &mut Console,
) -> io::Result<Option<Device>> {
    let number = answer.parse::<usize>().ok();
    let chosen = number.and_then(|number| choices.get(number.checked_sub(1)?));
    if let Some(choice) = chosen {
        return Ok(Some(choice.device.clone()));
    }
    match Device::parse(answer) {
        Ok(device) => Ok(Some(device)),
        Err(error) => {
            let text = console.words().translated_lines(&error.to_string());
            screen::show(console, &text)?;
            Ok(None)
        }
    }
}

fn show_trouble(
    examined: &Examined,
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<()> {
    let style = Style::of_stdout(console.words());
    let mut text = Vec::new();
    doctor::write_checks(&mut text, style, &examined.checks)?;
    doctor::write_conclusion(&mut text, style, context.machine, &examined.conclusion)?;
    screen::show_unbroken(console, &String::from_utf8_lossy(&text))
}
