//! Commands for the operator: over the running server's socket, or here when no server runs.

use std::sync::Arc;

use anyhow::Context;
use serde_json::Value;

use super::{
    arguments::{
        Command, ConnectionArguments, ConnectionCommand, MemberArguments, MemberCommand, NumberArguments,
        NumberCommand, QuarantineCommand, QueueCommand, SecretCommand, TenantCommand, TokenCommand,
    },
    secret_input,
};
use crate::{
    admin::{
        AddNumber, AddSecret, AdminCommand, AdminContext, CreateConnection, CreateMember, CreateQueue,
        CreateTenant, RemoveSecret, SetToken, execute, socket,
    },
    clock::SystemClock,
    config::Config,
    db::Store,
    keys,
};

/// Carries a command out and prints its answer.
pub(super) fn run(config: Config, command: Command) -> anyhow::Result<()> {
    let command = translate(command)?;
    let answer = match socket::call(&config.admin_socket(), &command) {
        Some(answer) => answer?,
        None => here(&config, command)?,
    };
    println!("{}", serde_json::to_string_pretty(&answer)?);
    Ok(())
}

/// Opens the store, which takes the data directory's lock, and closes it again.
fn here(config: &Config, command: AdminCommand) -> anyhow::Result<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    super::serve::prepare_data_dir(config)?;
    let store = Store::open(config.store()?, Arc::new(SystemClock))?;
    let keys = keys::of_installation(config, &store)?;
    let context = AdminContext::offline(store.clone(), keys);
    runtime.block_on(async {
        let answer = execute(&context, command).await;
        store.close().await;
        Ok(answer?)
    })
}

fn translate(command: Command) -> anyhow::Result<AdminCommand> {
    Ok(match command {
        Command::Tenant(TenantCommand::Create { slug, name, zone }) => {
            AdminCommand::CreateTenant(CreateTenant { slug, name, zone: Some(zone) })
        }
        Command::Tenant(TenantCommand::List) => AdminCommand::ListTenants {},
        Command::Tenant(TenantCommand::Suspend { slug }) => AdminCommand::SuspendTenant { tenant: slug },
        Command::Tenant(TenantCommand::Resume { slug }) => AdminCommand::ResumeTenant { tenant: slug },
        Command::Member(MemberCommand::Create(arguments)) => AdminCommand::CreateMember(member(arguments)?),
        Command::Queue(QueueCommand::Create { tenant, name, routing }) => {
            AdminCommand::CreateQueue(CreateQueue { tenant, name, mode: routing })
        }
        Command::Connection(ConnectionCommand::Create(arguments)) => {
            AdminCommand::CreateConnection(connection(arguments)?)
        }
        Command::Connection(ConnectionCommand::Secret(command)) => secret_command(command)?,
        Command::Connection(ConnectionCommand::Token(TokenCommand::Set {
            connection, access_token, ..
        })) => {
            let access_token = given(access_token, "the access token")?;
            AdminCommand::SetToken(SetToken { connection, access_token })
        }
        Command::Number(NumberCommand::Add(arguments)) => AdminCommand::AddNumber(number(arguments)),
        Command::DemoSeed => AdminCommand::SeedDemo {},
        Command::Quarantine(QuarantineCommand::List) => AdminCommand::ListQuarantine {},
        Command::Replay { tenant } => AdminCommand::Replay { tenant },
        Command::Serve | Command::Migrate | Command::Config | Command::Doctor => {
            anyhow::bail!("this is not a command for the running server")
        }
    })
}

fn member(arguments: MemberArguments) -> anyhow::Result<CreateMember> {
    let MemberArguments { tenant, email, name, role, queues, password, password_stdin } = arguments;
    let password = if password_stdin {
        let [password] = secret_input::lines("the password")?;
        Some(password)
    } else {
        password
    };
    Ok(CreateMember { tenant, email, name, role, password, queues })
}

fn connection(arguments: ConnectionArguments) -> anyhow::Result<CreateConnection> {
    let ConnectionArguments { tenant, name, app_id, .. } = arguments;
    let [app_secret, verify_token, access_token] = if arguments.secrets_stdin {
        secret_input::lines("app secret, verify token and access token")?
    } else {
        let given = [arguments.app_secret, arguments.verify_token, arguments.access_token];
        let [Some(app_secret), Some(verify_token), Some(access_token)] = given else {
            return Err(anyhow::anyhow!("--app-secret, --verify-token and --access-token"))
                .context("missing");
        };
        [app_secret, verify_token, access_token]
    };
    Ok(CreateConnection { tenant, name, app_id, app_secret, verify_token, access_token })
}

fn secret_command(command: SecretCommand) -> anyhow::Result<AdminCommand> {
    Ok(match command {
        SecretCommand::Add { connection, app_secret, .. } => {
            let app_secret = given(app_secret, "the app secret")?;
            AdminCommand::AddSecret(AddSecret { connection, app_secret })
        }
        SecretCommand::Remove { connection, number } => {
            AdminCommand::RemoveSecret(RemoveSecret { connection, number })
        }
        SecretCommand::List { connection } => AdminCommand::ListSecrets { connection },
    })
}

/// What stands on the command line, else the next line of standard input.
fn given(argument: Option<String>, what: &str) -> anyhow::Result<String> {
    match argument {
        Some(given) => Ok(given),
        None => {
            let [line] = secret_input::lines(what)?;
            Ok(line)
        }
    }
}

fn number(arguments: NumberArguments) -> AddNumber {
    let NumberArguments { tenant, connection, phone_number_id, waba_id, number, label, colour, queue } =
        arguments;
    AddNumber { tenant, connection, phone_number_id, waba_id, number, label, colour, queue }
}
