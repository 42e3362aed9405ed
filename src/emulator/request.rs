//! Reads an HTTP request as a call of the API: its parameters, and the format of the response.

use serde_json::Value;

use super::message::Incoming;
use super::php::{self, PhpParams};
use crate::work::steps;

/// A parsed request.
#[derive(Clone, Debug, Default)]
pub(super) struct ParsedRequest {
    /// All parameters; those of the URL override those of the body.
    pub params: PhpParams,
    /// Whether it came over https, also by a load balancer's header.
    pub https: bool,
    /// Whether its body has more values than the server's memory can hold.
    pub is_too_large: bool,
}

/// The most values of a JSON body.
const MOST_VALUES: usize = 50_000;

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Path<'a> {
    /// To the API, with what the path itself says as names and values.
    Api(Vec<&'a str>),
    /// To nothing that the web server knows.
    Unknown,
}

/// Where the API begins.
const ROOT: &str = "/api_v3";

/// The part of `url` after the API's root; a proxy may add what is before.
pub(super) fn below_proxies(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.find(ROOT)
        .and_then(|start| url.get(start..))
        .unwrap_or(url)
}

/// The target of the path and query `url`.
pub(super) fn path_of(url: &str) -> Path<'_> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let Some(rest) = path.strip_prefix(ROOT) else {
        return Path::Unknown;
    };
    let rest = rest.strip_prefix("/index.php").unwrap_or(rest);
    if !(rest.is_empty() || rest.starts_with('/')) {
        return Path::Unknown;
    }
    let segments: Vec<_> = rest
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    if segments.first().is_some_and(|first| first.contains('.')) {
        return Path::Unknown;
    }
    Path::Api(segments)
}

impl ParsedRequest {
    /// Reads the parameters in the body, path and query of `incoming`.
    pub fn read(incoming: &Incoming, segments: &[&str]) -> Self {
        let is_too_large = is_json(incoming) && values_in(&incoming.body) > MOST_VALUES;
        let mut params = if is_too_large {
            PhpParams::new()
        } else {
            body_params(incoming)
        };
        for pair in segments.chunks_exact(2) {
            if let [name, value] = pair {
                php::set_field(&mut params, &php::decode(name), php::decode(value));
            }
        }
        let query = incoming.url.split_once('?').map_or("", |(_, query)| query);
        params.extend(php::parse_form(query.split('#').next().unwrap_or_default()));
        let claims_https = |name| {
            incoming
                .header(name)
                .is_some_and(|value| value.trim().eq_ignore_ascii_case("https"))
        };
        Self {
            params,
            https: incoming.https
                || claims_https("X-Forwarded-Proto")
                || claims_https("X-Kaltura-Warm-Cache"),
            is_too_large,
        }
    }
}

/// Whether the body is read as JSON. With a charset after the type, the server doesn't read the body.
fn is_json(incoming: &Incoming) -> bool {
    let content_type = incoming.header("Content-Type").unwrap_or_default();
    content_type.eq_ignore_ascii_case("application/json")
}

/// The maximum nesting of JSON; deeper JSON is not read.
const DEEPEST: usize = 128;

/// How many values the JSON in `body` holds, counted by what stands between them, up to where it is
/// nested too deeply to be read.
fn values_in(body: &[u8]) -> usize {
    let (mut values, mut depth, mut is_text, mut is_escaped) = (0, 0_usize, false, false);
    for byte in body {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_text,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b',' => values += 1,
            b'[' | b'{' if depth > DEEPEST => break,
            b'[' | b'{' => {
                values += 1;
                depth += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    steps(body.len());
    values
}

/// The parameters of the body; none if the server doesn't read it.
fn body_params(incoming: &Incoming) -> PhpParams {
    let content_type = incoming.header("Content-Type").unwrap_or_default();
    if is_json(incoming) {
        return json_params(&incoming.body);
    }
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match (incoming.method.as_str(), kind.as_str()) {
        ("POST", "application/x-www-form-urlencoded") => {
            php::parse_form(&String::from_utf8_lossy(&incoming.body))
        }
        ("POST", "multipart/form-data") => multipart_params(content_type, &incoming.body),
        _ => PhpParams::new(),
    }
}

fn json_params(body: &[u8]) -> PhpParams {
    let Ok(text) = core::str::from_utf8(body) else {
        return PhpParams::new();
    };
    let text = text.trim_matches([' ', '\t', '\n', '\r', '\0', '\u{b}']);
    match serde_json::from_str(text) {
        Ok(Value::Object(params)) => params,
        _ => PhpParams::new(),
    }
}

fn multipart_params(content_type: &str, body: &[u8]) -> PhpParams {
    let mut params = PhpParams::new();
    let Some(boundary) = content_type
        .split(';')
        .find_map(|part| part.trim().strip_prefix("boundary="))
        .map(|boundary| boundary.trim_matches('"'))
        .filter(|boundary| !boundary.is_empty())
    else {
        return params;
    };
    let text = String::from_utf8_lossy(body);
    let delimiter = format!("--{boundary}");
    let mut room = php::MOST_FIELDS;
    for part in text.split(delimiter.as_str()).skip(1) {
        let Some(part) = part
            .strip_prefix("\r\n")
            .or_else(|| part.strip_prefix('\n'))
        else {
            break;
        };
        let Some((head, value)) = part
            .split_once("\r\n\r\n")
            .or_else(|| part.split_once("\n\n"))
        else {
            continue;
        };
        let value = value
            .strip_suffix("\r\n")
            .or_else(|| value.strip_suffix('\n'))
            .unwrap_or(value);
        // A part with a file name is an upload, not a parameter.
        if let Some(name) =
            disposition(head, "name").filter(|_| disposition(head, "filename").is_none())
        {
            if !php::take_room(&mut room, &name) {
                break;
            }
            php::set_field(&mut params, &name, value.to_owned());
        }
    }
    params
}

/// A parameter of a part's `Content-Disposition`.
fn disposition(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|line| {
        line.to_ascii_lowercase()
            .starts_with("content-disposition:")
    })?;
    line.split(';').skip(1).find_map(|parameter| {
        let (given, value) = parameter.split_once('=')?;
        (given.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(method: &str, url: &str, content_type: &str, body: &str) -> Value {
        let incoming = Incoming {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.as_bytes().to_vec(),
            ..Incoming::default()
        };
        let Path::Api(segments) = path_of(url) else {
            panic!("{url} leads nowhere")
        };
        Value::Object(ParsedRequest::read(&incoming, &segments).params)
    }

    #[test]
    fn json_is_read_under_its_exact_type_alone() {
        let body = " {\"a\": 1} \n";
        for content_type in ["application/json", "Application/JSON"] {
            assert_eq!(
                read("POST", "/api_v3/", content_type, body),
                json!({ "a": 1 })
            );
        }
        for content_type in [
            "application/json; charset=utf-8",
            "application/json;",
            "text/plain",
            "",
        ] {
            assert_eq!(
                read("POST", "/api_v3/", content_type, body),
                json!({}),
                "{content_type}"
            );
        }
        assert_eq!(
            read("PUT", "/api_v3/", "application/json", body),
            json!({ "a": 1 })
        );
    }

    #[test]
    fn values_are_counted_outside_of_texts() {
        let cases = [
            (r#"{"a":1,"b":[1,2,{}]}"#, 6),
            (r#"{"a":"[1,2,3]\"[1,2"}"#, 1),
            (r#"{"a\\":[1]}"#, 2),
            ("", 0),
        ];
        for (body, values) in cases {
            assert_eq!(values_in(body.as_bytes()), values, "{body}");
        }
        assert!(values_in("[".repeat(100_000).as_bytes()) < MOST_VALUES);
        assert!(values_in("[1],".repeat(100_000).as_bytes()) > MOST_VALUES);
    }

    #[test]
    fn json_that_is_no_object_is_not_read() {
        let bodies = [
            "",
            "[{\"a\":1}]",
            "{\"a\":1",
            "\u{feff}{\"a\":1}",
            "{\"a\":\"\\ud800\"}",
            "1",
        ];
        for body in bodies {
            assert_eq!(
                read("POST", "/api_v3/", "application/json", body),
                json!({}),
                "{body}"
            );
        }
    }

    #[test]
    fn forms_are_read_with_a_charset_and_from_posts_alone() {
        let form = "application/x-www-form-urlencoded; charset=UTF-8";
        assert_eq!(
            read("POST", "/api_v3/", form, "a=1&b=%2B+"),
            json!({ "a": "1", "b": "+ " })
        );
        assert_eq!(read("PUT", "/api_v3/", form, "a=1"), json!({}));
    }

    #[test]
    fn parts_of_a_multipart_form_are_parameters() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--b\r\n\
                    Content-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n3\r\n--b--\r\n";
        assert_eq!(
            read("POST", "/api_v3/", "multipart/form-data; boundary=b", body),
            json!({ "a": "1\r\n2" }),
        );
    }

    #[test]
    fn the_url_has_the_last_word() {
        let url = "/api_v3/service/appToken/action/list/format/1?a=query";
        assert_eq!(
            read(
                "POST",
                url,
                "application/json",
                "{\"a\":\"body\",\"format\":2,\"b\":true}"
            ),
            json!({ "a": "query", "format": "1", "b": true, "service": "appToken", "action": "list" }),
        );
        assert_eq!(
            path_of("/api_v3/index.php/service/x?y"),
            Path::Api(vec!["service", "x"])
        );
        assert_eq!(below_proxies("/a/b/api_v3/x?/api_v3"), "/api_v3/x?/api_v3");
        assert_eq!(below_proxies("/?/api_v3"), "/?/api_v3");
        assert_eq!(path_of("/"), Path::Unknown);
        assert_eq!(path_of("/api_v3x"), Path::Unknown);
    }
}
