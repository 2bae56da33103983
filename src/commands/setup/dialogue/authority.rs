//! The authority of a broker with TLS: it is asked for where a file is configured, or where the system does not trust the
//! broker's certificate. The broker is tried with each file that is named.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::screen;
use crate::commands::console::Console;
use crate::commands::doctor::CheckState;
use crate::commands::prompt;
use crate::commands::setup::plan::BrokerPlan;
use crate::commands::setup::{SetupContext, authority, broker};
use crate::config::BrokerUrl;
use crate::mqtt::{BrokerTrial, TrialFailure};

/// A trial of a broker without a user.
pub type AnonymousTrial = Result<BrokerTrial, TrialFailure>;

/// A broker without a user, and its answer.
pub struct ReachedBroker {
    pub broker: BrokerPlan,
    pub trial: AnonymousTrial,
}

/// Tries a broker without a user, and asks for the file of its authority until its certificate is trusted. `None`: no file is
/// named, and another address is to be asked for.
pub fn reach(
    url: &BrokerUrl,
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<Option<ReachedBroker>> {
    let mut ca_file = if url.tls {
        first(url, context, console)?
    } else {
        None
    };
    prompt::until_answered(|| {
        let broker = BrokerPlan::anonymous(url.clone(), ca_file.take());
        // A look-up and a connection may take their time.
        console.flush()?;
        let trial = broker::prove(&broker, None, context.present);
        let unknown = trial
            .as_ref()
            .err()
            .and_then(TrialFailure::unknown_authority);
        let Some(found) = unknown else {
            return Ok(Some(Some(ReachedBroker { broker, trial })));
        };
        let words = console.words();
        let file = broker.ca_file.as_ref();
        let file = file.map(|path| path.display().to_string());
        let found = words.translated(found);
        let text = words.setup_authority_unknown(&url.host, url.port, file.as_deref(), &found);
        screen::show_state(console, CheckState::Failed, &text)?;
        screen::show_steps(console, &[words.setup_authority_where()])?;
        ca_file = ask(url, &words.setup_ask_authority(), None, context, console)?;
        Ok(if ca_file.is_none() { Some(None) } else { None })
    })
}

/// The file of the option, or that of the configuration, which may be changed.
fn first(
    url: &BrokerUrl,
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<Option<PathBuf>> {
    if let Some(given) = &context.options.ca_file {
        let Some(path) = authority::parse_path(given) else {
            return Ok(None);
        };
        if is_usable(&path, url, context, console)? {
            return Ok(Some(path));
        }
        let question = console.words().setup_ask_authority_or_none(None);
        return ask(url, &question, None, context, console);
    }
    let configured = context.present.settings.mqtt.ca_file.as_ref();
    let Some(usual) = configured.map(|file| &file.path) else {
        return Ok(None);
    };
    let shown = usual.display().to_string();
    let question = console.words().setup_ask_authority_or_none(Some(&shown));
    ask(url, &question, Some(usual.as_path()), context, console)
}

/// Asks until a file can be used; `None`: there is to be none.
fn ask(
    url: &BrokerUrl,
    question: &str,
    usual: Option<&Path>,
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<Option<PathBuf>> {
    let question = screen::question(question);
    prompt::until_answered(|| {
        let answer = prompt::line(console, &question)?;
        let path = match answer.as_str() {
            no if prompt::is_no(no) => None,
            "" => usual.map(Path::to_owned),
            typed => authority::parse_path(typed),
        };
        let Some(path) = path else {
            return Ok(Some(None));
        };
        let is_usable = is_usable(&path, url, context, console)?;
        Ok(is_usable.then_some(Some(path)))
    })
}

/// Whether the service can use a file; shows why not.
fn is_usable(
    path: &Path,
    url: &BrokerUrl,
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<bool> {
    match authority::check(path, url, context.machine.home) {
        Ok(()) => Ok(true),
        Err(fault) => {
            let text = fault.text(path, console.words());
            screen::show_state(console, CheckState::Failed, &text)?;
            Ok(false)
        }
    }
}
