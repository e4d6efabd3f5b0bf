//! The crate `irc` as a client: does what standard input says, prints what it is told.
//!
//! Usage: rust-client PORT NICK
//! The words of both are in `../library.py`.

use futures_util::StreamExt;
use irc::client::data::{AccessLevel, User};
use irc::client::prelude::*;
use irc::proto::Capability;
use tokio::io::{AsyncBufReadExt, BufReader};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// What the library asks of the server only if it is told to.
const CAPABILITIES: &[Capability] = &[
    Capability::MultiPrefix,
    Capability::AwayNotify,
    Capability::ServerTime,
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let mut args = std::env::args().skip(1);
    let port = args.next().ok_or("no port")?.parse()?;
    let mut client = Client::from_config(Config {
        server: Some("127.0.0.1".to_owned()),
        port: Some(port),
        nickname: args.next(),
        realname: Some("A Rust library".to_owned()),
        ..Config::default()
    })
    .await?;
    client.send_cap_req(CAPABILITIES)?;
    client.identify()?;
    let mut stream = client.stream()?;
    let mut input = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            message = stream.next() => match message {
                Some(Ok(message)) => hear(&message),
                Some(Err(fault)) => println!("error {fault}"),
                // A read of standard input is still under way, and nothing would end it.
                None => std::process::exit(0),
            },
            line = input.next_line() => match line? {
                Some(line) => obey(&client, &line)?,
                None => return Ok(()),
            },
        }
    }
}

fn hear(message: &Message) {
    let who = message.source_nickname().unwrap_or("server");
    match &message.command {
        Command::PRIVMSG(to, text) => match text.strip_prefix("\u{1}ACTION ") {
            Some(text) => println!("acted {to} {who} {}", text.trim_end_matches('\u{1}')),
            None if to.starts_with('#') => println!("said {to} {who} {text}"),
            None => println!("told {who} {text}"),
        },
        Command::NOTICE(to, text) => println!("noticed {to} {who} {text}"),
        Command::JOIN(channel, ..) => println!("joined {channel} {who}"),
        Command::PART(channel, why) => {
            println!("left {channel} {who} {}", why.as_deref().unwrap_or(""));
        }
        Command::QUIT(why) => println!("gone {who} {}", why.as_deref().unwrap_or("")),
        Command::NICK(nick) => println!("renamed {who} {nick}"),
        Command::TOPIC(channel, text) => {
            println!("topic {channel} {who} {}", text.as_deref().unwrap_or(""));
        }
        Command::ChannelMODE(channel, modes) => {
            let modes: Vec<String> = modes.iter().map(ToString::to_string).collect();
            println!("mode {channel} {who} {}", modes.join(" "));
        }
        Command::AWAY(Some(text)) => println!("away {who} {text}"),
        Command::AWAY(None) => println!("back {who}"),
        Command::ERROR(text) => println!("ended {text}"),
        Command::Response(numeric, words) => answer(*numeric, words),
        other => println!("other {}", String::from(other)),
    }
}

fn answer(numeric: Response, words: &[String]) {
    let last = words.last().map_or("", String::as_str);
    match numeric {
        Response::RPL_WELCOME => println!("welcomed"),
        Response::RPL_ENDOFNAMES => println!("listed {}", words[1]),
        Response::RPL_NOWAWAY => println!("marked"),
        Response::RPL_AWAY => println!("away {}", words[1..].join(" ")),
        Response::RPL_MONONLINE => println!("online {}", last.split('!').next().unwrap_or("")),
        Response::RPL_MONOFFLINE => println!("offline {last}"),
        other => println!("other {other:?} {last}"),
    }
}

fn obey(client: &Client, line: &str) -> Outcome {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (to, text) = rest.split_once(' ').unwrap_or((rest, ""));
    match verb {
        "join" => client.send_join(to)?,
        "leave" => client.send(Command::PART(to.to_owned(), Some(text.to_owned())))?,
        "say" => client.send_privmsg(to, text)?,
        "act" => client.send_action(to, text)?,
        "away" => client.send(Command::AWAY(Some(rest.to_owned())))?,
        "back" => client.send(Command::AWAY(None))?,
        "watch" => client.send(Command::MONITOR("+".to_owned(), Some(to.to_owned())))?,
        "topic" => client.send_topic(to, text)?,
        "mode" => client.send(format!("MODE {to} {text}\r\n").as_str())?,
        "rename" => client.send(Command::NICK(to.to_owned()))?,
        "raw" => client.send(format!("{rest}\r\n").as_str())?,
        "quit" => client.send_quit(rest)?,
        "names" => names(client, to),
        _ => println!("other {line}"),
    }
    Ok(())
}

fn names(client: &Client, channel: &str) {
    let users = client.list_users(channel).unwrap_or_default();
    let spelled = |user: &User| {
        let operates = user.highest_access_level() == AccessLevel::Oper;
        format!("{}{}", if operates { "@" } else { "" }, user.get_nickname())
    };
    let mut names: Vec<String> = users.iter().map(spelled).collect();
    names.sort();
    println!("names {channel} {}", names.join(" "));
}
