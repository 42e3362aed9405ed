//! The URL of Kaltura's API.

use crate::decimal;
use crate::secret::looks_secret;
use crate::work;

/// The origin, and the path before `/api_v3`, if any.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceUrl(String);

/// Kaltura's own data centres by region.
const REGIONS: [(&str, &str); 6] = [
    ("us", "https://www.kaltura.com"),
    ("de", "https://api.de.kaltura.com"),
    ("eu", "https://api.eu.kaltura.com"),
    ("sg", "https://api.sg.kaltura.com"),
    ("ca", "https://api.ca.kaltura.com"),
    ("ap", "https://api.ap.kaltura.com"),
];

impl ServiceUrl {
    /// The expectation for a service URL.
    pub const EXPECTED: &'static str = "an https URL without user, query or fragment, such as https://www.kaltura.com, or a region (us, de, eu, sg, ca, ap)";
    /// The expectation if the URL is only not https.
    pub const EXPECTED_HTTPS: &'static str = "an https URL: sessions would travel in the clear (http is for localhost, 127.0.0.0/8 and ::1, or with dangerouslyAllowHttp)";
    /// The expectation if a part of it looks like a secret.
    pub const EXPECTED_PUBLIC: &'static str =
        "a URL without a secret in it: the URLs of requests are logged";

    /// Reads a URL, with or without `/api_v3`, or a region's name.
    ///
    /// Plain http is allowed only for the loopback, unless `allow_http` is set.
    ///
    /// ```
    /// use kaltura_app_token::ServiceUrl;
    ///
    /// let url = ServiceUrl::parse("https://www.kaltura.com/", false).unwrap();
    /// assert_eq!(url.as_str(), "https://www.kaltura.com");
    /// assert!(ServiceUrl::parse("http://kaltura.example", false).is_err());
    /// ```
    pub fn parse(text: &str, allow_http: bool) -> Result<Self, &'static str> {
        if let Some((_, url)) = REGIONS.iter().find(|(region, _)| *region == text) {
            return Ok(Self((*url).to_owned()));
        }
        work::steps(text.len().min(2000) + 1);
        if text.len() > 2000 {
            return Err(Self::EXPECTED);
        }
        let (scheme, rest) = text.split_once(':').ok_or(Self::EXPECTED)?;
        let rest = rest.strip_prefix("//").ok_or(Self::EXPECTED)?;
        let secure = scheme.eq_ignore_ascii_case("https");
        if !secure && !scheme.eq_ignore_ascii_case("http") {
            return Err(Self::EXPECTED);
        }
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, path),
            None => (rest, ""),
        };
        let host = host_of(authority).ok_or(Self::EXPECTED)?;
        if !path
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~/".contains(&b))
            || path.split('/').any(|part| matches!(part, "." | ".."))
        {
            return Err(Self::EXPECTED);
        }
        if !secure && !allow_http && !is_loopback(host) {
            return Err(Self::EXPECTED_HTTPS);
        }
        if host.split('.').chain(path.split('/')).any(looks_secret) {
            return Err(Self::EXPECTED_PUBLIC);
        }
        let path = without(without(path, "api_v3/index.php"), "api_v3");
        let scheme = if secure { "https" } else { "http" };
        let authority = authority.to_ascii_lowercase();
        let slash = if path.is_empty() { "" } else { "/" };
        Ok(Self([scheme, "://", &authority, slash, path].concat()))
    }

    /// The URL, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ServiceUrl {
    fn default() -> Self {
        Self("https://www.kaltura.com".to_owned())
    }
}

/// Removes the last segments of a path, if they are `last`, and slashes at its end.
fn without<'a>(path: &'a str, last: &str) -> &'a str {
    let path = path.trim_end_matches('/');
    match path.strip_suffix(last) {
        Some(rest) if rest.is_empty() || rest.ends_with('/') => rest.trim_end_matches('/'),
        _ => path,
    }
}

/// Returns the host of `host` or `host:port`, without a user or characters that URL parsers treat specially.
/// International names must be in their `xn--` form.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            let is_address = address
                .bytes()
                .all(|b| b.is_ascii_hexdigit() || b":.".contains(&b));
            (is_address && address.contains(':')).then_some((address, port))?
        }
        None => match authority.find(':') {
            Some(colon) => authority.split_at_checked(colon)?,
            None => (authority, ""),
        },
    };
    let port_is_right = match port.strip_prefix(':') {
        Some(digits) => decimal::unsigned(digits).is_some_and(|n| (1..=0xffff).contains(&n)),
        None => port.is_empty(),
    };
    let is_name = host
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-.:_".contains(&b));
    (port_is_right && is_name && !host.is_empty() && !host.starts_with('.')).then_some(host)
}

/// Names under `localhost` don't count, because some resolvers ask the DNS for them.
fn is_loopback(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let is_127 = host.starts_with("127.")
        && host.split('.').count() == 4
        && host
            .split('.')
            .all(|part| decimal::unsigned(part).is_some_and(|n| n <= 255));
    is_127 || host == "::1" || host == "localhost"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, &'static str> {
        ServiceUrl::parse(text, false).map(|url| url.0)
    }

    #[test]
    fn urls_are_taken_with_and_without_the_api_s_path() {
        for text in [
            "https://www.kaltura.com",
            "https://www.kaltura.com/",
            "https://www.kaltura.com/api_v3",
            "https://www.kaltura.com/api_v3/",
            "https://www.kaltura.com/api_v3/index.php",
            "HTTPS://WWW.Kaltura.com",
            "us",
        ] {
            assert_eq!(
                read(text).as_deref(),
                Ok("https://www.kaltura.com"),
                "{text}"
            );
        }
        assert_eq!(
            read("https://video.example.org:8443/kaltura/api_v3").as_deref(),
            Ok("https://video.example.org:8443/kaltura")
        );
        for path in [
            "/my-api_v3",
            "/x.api_v3/index.php",
            "/api_v3x",
            "/index.php",
        ] {
            let url = format!("https://video.example.org{path}");
            assert_eq!(read(&url), Ok(url));
        }
        assert_eq!(read("ap").as_deref(), Ok("https://api.ap.kaltura.com"));
    }

    #[test]
    fn http_is_for_the_loopback() {
        for text in [
            "http://localhost:1",
            "http://LOCALHOST/api_v3",
            "http://127.0.0.1:8080",
            "http://127.1.2.3",
            "http://[::1]:80",
        ] {
            assert!(read(text).is_ok(), "{text}");
        }
        for text in [
            "http://www.kaltura.com",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org",
            "http://a.localhost",
            "http://localhost.",
            "http://[::2]",
            "http://[::ffff:127.0.0.1]",
            "http://128.0.0.1",
            "http://127.0.0.256",
            "http://127.1",
            "http://0.0.0.0",
            "http://0",
        ] {
            assert_eq!(read(text), Err(ServiceUrl::EXPECTED_HTTPS), "{text}");
        }
        assert!(ServiceUrl::parse("http://kaltura.lan", true).is_ok());
    }

    #[test]
    fn no_secret_gets_into_the_urls_of_requests() {
        for text in [
            "https://www.kaltura.com/599d54237bca94c1db5746efd0416795",
            "https://599d54237bca94c1db5746efd0416795.example.org/",
            "https://www.kaltura.com/ks/djJ8MTAyfG4Qz8EII6Q0aP61ouJgx3zW/api_v3",
        ] {
            assert_eq!(read(text), Err(ServiceUrl::EXPECTED_PUBLIC), "{text}");
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        for text in [
            "",
            "www.kaltura.com",
            "ftp://www.kaltura.com",
            "https://",
            "https:///x",
            "https://user@host",
            "https://host?x",
            "https://host#x",
            "https://host/a?b",
            "https://ho st",
            "https://host\\@evil",
            "https://host:0",
            "https://host:99999",
            "https://host:+80",
            "https://host/../x",
            "https://host/%2e%2e",
            "https://höst",
            "https://[::1",
            "https://[nope]",
            "https://host\n",
            "mars",
        ] {
            assert_eq!(read(text), Err(ServiceUrl::EXPECTED), "{text:?}");
        }
    }
}
