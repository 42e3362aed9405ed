//! Starts a session over a TCP connection, from an emulator that this program runs as well:
//!
//! ```text
//! cargo run --example start_session --features emulator
//! ```
//!
//! Kaltura itself is reached the same way, with an HTTP client that knows TLS in the place of `send`.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use kaltura_app_token::emulator::{Emulator, Incoming, NewAppToken, State};
use kaltura_app_token::{
    Cause, Credentials, Exchange, GrantPolicy, HashType, LocalTime, ONE_CALL_WIDGET_S, Reply,
    Request, ResponseHead, RetryPolicy, Secret, ServiceUrl, Session, SessionRequest, Step, Terms,
    Timing, http_date, read_retry_after,
};

const PARTNER: u32 = 102;
const APP_TOKEN_ID: &str = "0_ab12cd34";
const APP_TOKEN: &str = "599d54237bca94c1db5746efd0416795";

fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || serve(&listener));

    let session = start_session(
        &ServiceUrl::parse(&format!("http://{address}"), true)?,
        SessionRequest {
            user_id: Some("ada".to_owned()),
            expiry_s: Some(3600),
            ..SessionRequest::default()
        },
    )?;
    // The KS itself is a secret: it stays out of logs.
    let mut out = std::io::stdout();
    writeln!(out, "a session of {}", session.user_id)?;
    writeln!(out, "that ends at {}", session.expiry_s)?;
    writeln!(out, "and may {}", session.privileges)?;
    Ok(())
}

/// Drives an exchange to its end.
fn start_session(
    service_url: &ServiceUrl,
    request: SessionRequest,
) -> Result<Session, Box<dyn Error>> {
    let terms = Terms {
        service_url: service_url.clone(),
        client_tag: "start_session.rs".to_owned(),
        grants: GrantPolicy::Guard,
        retry: RetryPolicy::default(),
        widget_expiry_s: ONE_CALL_WIDGET_S,
        deadline_ms: now_ms().saturating_add(10_000),
    };
    let credentials = Credentials {
        partner_id: PARTNER,
        app_token_id: APP_TOKEN_ID.to_owned(),
        app_token: Some(Secret::new(APP_TOKEN.to_owned())),
        hash_types: vec![HashType::Sha1],
    };
    let clock = Instant::now();
    let moment = || LocalTime {
        wall_ms: now_ms(),
        steady_ms: i64::try_from(clock.elapsed().as_millis()).unwrap_or(i64::MAX),
    };
    let mut exchange = Exchange::new(terms, credentials, vec![request], None);
    loop {
        match exchange.next(now_ms()) {
            Step::Send(request) => {
                let sent = moment();
                let answer = send(&request);
                let ended = moment();
                let timing = Timing::measured(sent, ended, ended);
                match &answer {
                    Ok((head, body)) => exchange.take(Reply::Response(head, body), timing, 0),
                    Err(error) => {
                        let cause = Cause::new("Error", error.to_string());
                        exchange.take(Reply::Lost(vec![cause]), timing, 0);
                    }
                }
            }
            Step::Wait { ms, .. } => thread::sleep(Duration::from_millis(ms)),
            Step::Hash { .. } => return Err("the token itself is here: no signer is asked".into()),
            Step::Done => break,
            _ => return Err("a step of a later version".into()),
        }
    }
    let mut sessions = exchange.finish().sessions;
    let session = sessions.pop().ok_or("one session was asked for")??;
    Ok(session)
}

/// Sends one request, and reads the whole answer.
fn send(request: &Request) -> Result<(ResponseHead, Vec<u8>), Box<dyn Error>> {
    let (host, path) = request
        .url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .ok_or("this program knows no TLS")?;
    let body = request.body.expose();
    let mut stream = TcpStream::connect(host)?;
    write!(stream, "POST /{path} HTTP/1.1\r\nhost: {host}\r\n")?;
    for (name, value) in Request::HEADERS {
        write!(stream, "{name}: {value}\r\n")?;
    }
    let length = body.len();
    write!(
        stream,
        "content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )?;

    let (first, headers, body) = read_message(&mut stream)?;
    let status = first.split(' ').nth(1).ok_or("no status")?.parse()?;
    let header = |name: &str| {
        let found = headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    let head = ResponseHead {
        status,
        date_s: header("date").and_then(http_date),
        has_age: header("age").is_some(),
        retry_after: header("retry-after").and_then(read_retry_after),
        kaltura_session: header("x-kaltura-session").map(str::to_owned),
    };
    Ok((head, body))
}

/// The first line of an HTTP message, its headers, and its body.
type Message = (String, Vec<(String, String)>, Vec<u8>);

fn read_message(stream: &mut TcpStream) -> Result<Message, Box<dyn Error>> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut headers = Vec::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        if name == "content-length" {
            length = value.parse()?;
        }
        headers.push((name, value));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((first.trim_end().to_owned(), headers, body))
}

/// An emulator behind a socket: one request for each connection.
fn serve(listener: &TcpListener) -> Result<(), Box<dyn Error + Send + Sync>> {
    let seed = format!(r#"{{ "partners": [{{ "id": {PARTNER}, "adminSecret": "made up" }}] }}"#);
    let mut emulator = Emulator::new(State::from_json(&seed)?)?;
    // Good enough for a server that nobody depends on.
    let mut state = 1_u8;
    let mut random = move |bytes: &mut [u8]| {
        for byte in bytes {
            state = state.wrapping_mul(5).wrapping_add(7);
            *byte = state;
        }
    };
    let token = NewAppToken::new(APP_TOKEN_ID, Secret::new(APP_TOKEN.to_owned()));
    emulator.add_app_token(token, now_ms(), &mut random)?;
    for stream in listener.incoming() {
        let mut stream = stream?;
        let Ok((first, headers, body)) = read_message(&mut stream) else {
            continue;
        };
        let mut words = first.split(' ').map(str::to_owned);
        let path = words.nth(1).unwrap_or_default();
        let incoming = Incoming {
            method: "POST".to_owned(),
            url: format!("http://{}{path}", listener.local_addr()?),
            headers,
            body,
            ip: "127.0.0.1".to_owned(),
            https: false,
        };
        let answer = emulator.handle(&incoming, now_ms(), &mut random);
        write!(stream, "HTTP/1.1 {} answered\r\n", answer.status)?;
        let own = ["content-length", "connection"];
        for (name, value) in &answer.headers {
            if !own.contains(&name.to_ascii_lowercase().as_str()) {
                write!(stream, "{name}: {value}\r\n")?;
            }
        }
        let length = answer.body.len();
        write!(
            stream,
            "content-length: {length}\r\nconnection: close\r\n\r\n"
        )?;
        stream.write_all(&answer.body)?;
    }
    Ok(())
}

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}
