//! `setup --yes`: the same by options alone, for programs. Nothing is asked; a line is printed for each thing that is done.

use std::io::{self, IsTerminal, Write};

use super::broker::{self, BrokerOption};
use super::plan::{BrokerPlan, PasswordPlan, SetupPlan};
use super::port::{self, PortProof, ReceivedMeter};
use super::service::{Restart, Start};
use super::{SetupContext, authority, outcome_text, writing};
use crate::commands::console::{CommandError, Console};
use crate::commands::prompt;
use crate::config::{BrokerUrl, Device, Language, Secret};
use crate::mqtt::TrialFailure;
use crate::names::exit;
use crate::words::Words;

/// Finds, proves, writes and restarts. Returns the exit code.
pub fn run(context: &SetupContext<'_>, console: &mut Console) -> Result<u8, CommandError> {
    let words = console.words();
    let (device, meter) = find_port(context, console)?;
    write_port(&device, &meter, context, console)?;
    let (broker, password) = find_broker(context, console)?;
    let options = context.options;
    let plan = SetupPlan {
        id: options.id.clone().unwrap_or_else(|| context.present.id()),
        device,
        broker,
        password,
        language: language(context, words),
    };
    let text = context
        .present
        .text_of(&plan, words)
        .map_err(|fault| fault.into_error(words))?;
    if !context.is_written {
        write!(console, "{text}")?;
        return Ok(exit::OK);
    }
    let drop_in = &context.present.drop_in;
    if context.is_unchanged(&plan, &text) {
        let name = words.setup_row_unchanged();
        write_row(context, console, &name, &drop_in.display().to_string())?;
        return Ok(exit::OK);
    }
    writing::write(drop_in, &text, &plan.password).map_err(|failed| failed.into_error(words))?;
    let name = words.setup_row_written();
    write_row(context, console, &name, &drop_in.display().to_string())?;
    restart(context, &plan, console)
}

/// The port that was named or configured, else the only one with a meter.
fn find_port(
    context: &SetupContext<'_>,
    console: &mut Console,
) -> Result<(Device, ReceivedMeter), CommandError> {
    let words = console.words();
    let named = context.options.device.as_ref();
    let devices = match named.or_else(|| context.present.device()) {
        Some(device) => vec![device.clone()],
        None => {
            let choices = port::choices(words).into_iter();
            choices.map(|choice| choice.device).collect()
        }
    };
    let mut found = Vec::new();
    let mut troubles = Vec::new();
    for device in devices {
        match port::prove(&device, context.present, context.machine, None, console)? {
            PortProof::Received(meter) => found.push((device, meter)),
            PortProof::Missing(examined) => {
                let texts = examined.checks.iter();
                let texts: Vec<String> = texts.map(|checked| checked.finding.text(words)).collect();
                let texts = texts.join(words.semicolon());
                let name = device.to_string();
                troubles.push(if texts.starts_with(&name) {
                    texts
                } else {
                    words.failed_for(&name, &texts)
                });
            }
        }
    }
    if found.len() > 1 {
        let devices = found.iter().map(|(device, _)| device.to_string());
        let devices: Vec<String> = devices.collect();
        let message = words.setup_several_meters(&devices.join(", "));
        return Err(CommandError::new(exit::UNAVAILABLE, message));
    }
    found.pop().ok_or_else(|| {
        let message = match troubles.as_slice() {
            [] => words.setup_no_port(),
            troubles => words.setup_no_meter(&troubles.join("\n")),
        };
        CommandError::new(exit::UNAVAILABLE, message)
    })
}

fn write_port(
    device: &Device,
    meter: &ReceivedMeter,
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<()> {
    let words = console.words();
    let mode = meter.mode.map(|mode| mode.as_str().to_owned());
    let groups = meter.groups.map(|(good, total)| format!("{good}/{total}"));
    let live = meter.mode.is_none().then(|| meter.sentence.clone());
    let parts = [Some(device.to_string()), mode, groups, live];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    write_row(context, console, &words.setup_row_port(), &parts.join(", "))
}

/// The broker that was named or configured, else that of this machine; it was tried.
fn find_broker(
    context: &SetupContext<'_>,
    console: &mut Console,
) -> Result<(Option<BrokerPlan>, PasswordPlan), CommandError> {
    let words = console.words();
    let name = words.setup_row_broker();
    let Some(broker) = choose_broker(context, words)? else {
        write_row(context, console, &name, &words.setup_row_none())?;
        return Ok((None, PasswordPlan::Keep));
    };
    let (password, plan) = find_password(&broker, context, console)?;
    let trial = broker::prove(&broker, password, context.present)
        .map_err(|failure| unproven(&broker, &failure, context, words))?;
    let url = broker.url.to_string();
    let user = broker.username.as_deref();
    let text = words.setup_row_connected(&url, user, trial.has_home_assistant);
    write_row(context, console, &name, &text)?;
    Ok((Some(broker), plan))
}

/// The broker that was named or configured, else that of this machine; `None`: there is to be none.
fn choose_broker(
    context: &SetupContext<'_>,
    words: Words,
) -> Result<Option<BrokerPlan>, CommandError> {
    let present = context.present;
    let url = match (&context.options.broker, present.broker()) {
        (Some(BrokerOption::None), _) | (None, Some(None)) => return Ok(None),
        (Some(BrokerOption::At(url)), _) => url.clone(),
        (None, Some(Some(broker))) => broker.url,
        (None, None) => present.others.mqtt.url.clone(),
    };
    let username = match &context.options.username {
        Some(username) => Some(username.clone()).filter(|username| !username.is_empty()),
        None => present.username_at(&url),
    };
    Ok(Some(BrokerPlan {
        username,
        ..find_authority(url, context, words)?
    }))
}

/// The broker with the file of its authority, which the service can use: that of the option, else that of the configuration.
fn find_authority(
    url: BrokerUrl,
    context: &SetupContext<'_>,
    words: Words,
) -> Result<BrokerPlan, CommandError> {
    let ca_file = match &context.options.ca_file {
        Some(given) => authority::parse_path(given),
        None => context
            .present
            .settings
            .mqtt
            .ca_file
            .as_ref()
            .map(|file| file.path.clone()),
    };
    if context.options.ca_file.is_some() && !url.tls {
        let message = words.setup_authority_without_tls(&url.to_string());
        return Err(CommandError::new(exit::USAGE, message));
    }
    let broker = BrokerPlan::anonymous(url, ca_file);
    if let Some(path) = &broker.ca_file {
        authority::check(path, &broker.url, context.machine.home).map_err(|fault| {
            let message = words.setup_authority_unusable(&fault.text(path, words));
            CommandError::new(exit::UNAVAILABLE, message)
        })?;
    }
    Ok(broker)
}

fn unproven(
    broker: &BrokerPlan,
    failure: &TrialFailure,
    context: &SetupContext<'_>,
    words: Words,
) -> CommandError {
    let (text, steps) = broker::explained(broker, failure, context.present, words);
    let arrow = words.symbol("→", "->");
    let steps = steps.iter().map(|step| format!("\n{arrow} {step}"));
    let text: String = std::iter::once(text).chain(steps).collect();
    CommandError::new(exit::UNAVAILABLE, words.setup_broker_unproven(&text))
}

/// The password of the user: that of standard input, else the stored one.
fn find_password(
    broker: &BrokerPlan,
    context: &SetupContext<'_>,
    console: &Console,
) -> Result<(Option<Secret>, PasswordPlan), CommandError> {
    let words = console.words();
    let Some(username) = &broker.username else {
        if context.options.password_stdin {
            let message = words.setup_password_without_user();
            return Err(CommandError::new(exit::USAGE, message));
        }
        return Ok((None, context.without_user()));
    };
    if !context.options.password_stdin {
        return Ok((context.present.password(username), PasswordPlan::Keep));
    }
    // On a terminal it would be seen.
    let password = if io::stdin().is_terminal() {
        String::new()
    } else {
        prompt::read_secret().unwrap_or_default()
    };
    if password.is_empty() {
        let message = words.setup_password_missing();
        return Err(CommandError::new(exit::USAGE, message));
    }
    let password = Secret::new(password);
    Ok((Some(password.clone()), PasswordPlan::Store(password)))
}

/// The language to write: the configured one, else French if this command prints it. English is the default, and is not
/// written.
fn language(context: &SetupContext<'_>, words: Words) -> Option<Language> {
    let is_french = words.language() == Language::French;
    let chosen = context.present.settings.language.language();
    chosen.or_else(|| is_french.then_some(Language::French))
}

fn restart(
    context: &SetupContext<'_>,
    plan: &SetupPlan,
    console: &mut Console,
) -> Result<u8, CommandError> {
    let words = console.words();
    let name = words.setup_row_service();
    let Restart::Requested(before) = context.restart(words)? else {
        write_row(context, console, &name, &words.setup_no_service_manager())?;
        return Ok(exit::OK);
    };
    let (text, code) = match context.follow(before, plan, true, words)? {
        Start::Received {
            after,
            is_published,
            ..
        } => {
            let first = outcome_text::first_frame(after, is_published, words);
            (words.setup_row_restarted(&first), exit::OK)
        }
        Start::Running | Start::NotFollowed => (words.setup_restarted(), exit::OK),
        Start::Late => (words.setup_late(), exit::FAILURE),
        Start::Failed(code) => (words.setup_failed(i64::from(code)), exit::FAILURE),
    };
    write_row(context, console, &name, &text)?;
    Ok(code)
}

/// Prints a row: its name, in a column of its own, and a text. With `--dry-run` rows go to standard error: standard output has
/// the file alone.
fn write_row(
    context: &SetupContext<'_>,
    console: &mut Console,
    name: &str,
    text: &str,
) -> io::Result<()> {
    let row = format!("{name:<9} {text}");
    if !context.is_written {
        console.note(row);
        return Ok(());
    }
    writeln!(console, "{row}")?;
    console.flush()
}
