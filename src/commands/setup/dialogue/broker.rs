//! The broker: its address, the user, the password. Each is tried before it is taken.

use std::io;

use super::authority::{self, AnonymousTrial, ReachedBroker};
use super::screen;
use crate::commands::console::Console;
use crate::commands::doctor::CheckState;
use crate::commands::prompt;
use crate::commands::setup::SetupContext;
use crate::commands::setup::broker::{self, BrokerOption};
use crate::commands::setup::plan::{BrokerPlan, PasswordPlan};
use crate::config::{BrokerUrl, Secret};
use crate::mqtt::{BrokerTrial, TrialFailure};

/// What was agreed on: the broker, unless there is none, and what becomes of the stored password.
type AgreedBroker = (Option<BrokerPlan>, PasswordPlan);

/// A password, and what becomes of the stored one.
struct PasswordAnswer {
    password: Option<Secret>,
    plan: PasswordPlan,
}

/// Asks until a broker takes what is published, or there is none.
pub fn ask(context: &SetupContext<'_>, console: &mut Console) -> io::Result<AgreedBroker> {
    if context.options.broker == Some(BrokerOption::None) {
        return without(console);
    }
    let Some(reached) = ask_address(context, console)? else {
        return without(console);
    };
    let ReachedBroker {
        broker: anonymous,
        trial,
    } = reached;
    let mut given = context.options.username.clone();
    prompt::until_answered(|| {
        let username = match given.take() {
            Some(username) => Some(username).filter(|username| !username.is_empty()),
            None => ask_username(&anonymous.url, context, console)?,
        };
        let broker = BrokerPlan {
            username,
            ..anonymous.clone()
        };
        let (trial, plan) = match &broker.username {
            None => (AnonymousTrial::clone(&trial), context.without_user()),
            Some(username) => {
                let answer = ask_password(username, context, console)?;
                let trial = broker::prove(&broker, answer.password, context.present);
                (trial, answer.plan)
            }
        };
        match trial {
            Ok(trial) => {
                show_proof(&broker, &trial, context, console)?;
                Ok(Some((Some(broker), plan)))
            }
            Err(failure) => {
                show_failure(&broker, &failure, context, console)?;
                Ok(None)
            }
        }
    })
}

fn without(console: &mut Console) -> io::Result<AgreedBroker> {
    screen::show(console, &console.words().setup_without_broker())?;
    Ok((None, PasswordPlan::Keep))
}

/// Asks until a broker answers; `None`: there is to be no broker.
fn ask_address(
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<Option<ReachedBroker>> {
    let words = console.words();
    let mut given = match &context.options.broker {
        Some(BrokerOption::At(url)) => Some(url.clone()),
        _ => None,
    };
    let mut usual = match context.present.broker() {
        Some(configured) => configured.map(|broker| broker.url),
        None if given.is_some() => None,
        None => find_local(context, console)?,
    };
    prompt::until_answered(|| {
        let typed = match given.take() {
            Some(url) => Some(url),
            None => ask_url(usual.as_ref(), console)?,
        };
        let Some(url) = typed else {
            return Ok(Some(None));
        };
        if let Some(reached) = authority::reach(&url, context, console)? {
            if broker::answers(&reached.trial) {
                let is_clear = !url.tls && url.host != "localhost";
                let text = words.setup_broker_answers(&url.host, url.port, is_clear);
                screen::show_state(console, CheckState::Ok, &text)?;
                return Ok(Some(Some(reached)));
            }
            if let Err(failure) = &reached.trial {
                show_failure(&reached.broker, failure, context, console)?;
            }
        }
        usual = Some(url);
        Ok(None)
    })
}

/// An address as it is typed, the usual one for an empty answer; `None`: there is to be no broker.
fn ask_url(usual: Option<&BrokerUrl>, console: &mut Console) -> io::Result<Option<BrokerUrl>> {
    let words = console.words();
    let question = match usual {
        Some(url) => words.setup_ask_address_again(&url.to_string()),
        None => words.setup_ask_address(),
    };
    let question = screen::question(&question);
    prompt::until_answered(|| {
        let answer = prompt::line(console, &question)?;
        if answer.is_empty() {
            return Ok(Some(usual.cloned()));
        }
        if prompt::is_no(&answer) {
            return Ok(Some(None));
        }
        match broker::parse_address(&answer) {
            Ok(url) => Ok(Some(Some(url))),
            Err(error) => {
                screen::show(console, &words.translated_lines(&error.to_string()))?;
                Ok(None)
            }
        }
    })
}

/// The broker of this machine, if one answers. It is proposed where neither the options nor the files choose one.
fn find_local(context: &SetupContext<'_>, console: &mut Console) -> io::Result<Option<BrokerUrl>> {
    let words = console.words();
    let configured = BrokerPlan::of(&context.present.others.mqtt);
    let local = configured.url.clone();
    let anonymous = BrokerPlan {
        username: None,
        ..configured
    };
    let trial = broker::prove(&anonymous, None, context.present);
    if broker::answers(&trial) {
        screen::show(console, &words.setup_broker_here())?;
        return Ok(Some(local));
    }
    screen::show(console, &words.setup_broker_not_here())?;
    Ok(None)
}

fn ask_username(
    url: &BrokerUrl,
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<Option<String>> {
    let words = console.words();
    let usual = context.present.username_at(url);
    let question = words.setup_ask_username(usual.as_deref());
    let answer = prompt::line(console, &screen::question(&question))?;
    Ok(match answer.as_str() {
        "" => usual,
        no if prompt::is_no(no) => None,
        username => Some(username.to_owned()),
    })
}

fn ask_password(
    username: &str,
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<PasswordAnswer> {
    let stored = context.present.password(username);
    let question = console.words().setup_ask_password(stored.is_some());
    let typed = prompt::secret(console, &screen::question(&question))?;
    Ok(if typed.is_empty() {
        PasswordAnswer {
            password: stored,
            plan: PasswordPlan::Keep,
        }
    } else {
        let password = Secret::new(typed);
        PasswordAnswer {
            password: Some(password.clone()),
            plan: PasswordPlan::Store(password),
        }
    })
}

fn show_proof(
    broker: &BrokerPlan,
    trial: &BrokerTrial,
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<()> {
    let words = console.words();
    let user = broker.username.as_deref();
    let text = words.setup_broker_proven(user, &trial.topic);
    screen::show_state(console, CheckState::Ok, &text)?;
    let home_assistant = &context.present.settings.mqtt.home_assistant;
    if !home_assistant.enabled {
        return Ok(());
    }
    if trial.has_home_assistant {
        let text = words.setup_home_assistant_found();
        screen::show_state(console, CheckState::Ok, &text)
    } else {
        let text = words.setup_home_assistant_unseen();
        screen::show_state(console, CheckState::Skipped, &text)
    }
}

fn show_failure(
    broker: &BrokerPlan,
    failure: &TrialFailure,
    context: &SetupContext<'_>,
    console: &mut Console,
) -> io::Result<()> {
    let (text, steps) = broker::explained(broker, failure, context.present, console.words());
    screen::show_state(console, CheckState::Failed, &text)?;
    screen::show_steps(console, &steps)
}
