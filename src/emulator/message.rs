//! Requests and responses, without the transport.

/// An HTTP request to the emulator.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// Such as `POST`, in upper case.
    pub method: String,
    /// Path and query, as in the request line.
    pub url: String,
    /// Names and values in order; names in any case.
    pub headers: Vec<(String, String)>,
    /// The body's bytes; empty without one.
    pub body: Vec<u8>,
    /// The caller's address, which `iprestrict` is compared with.
    pub ip: String,
    /// Whether it came over https.
    pub https: bool,
}

impl Incoming {
    /// The value of the header `name`, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// The emulator's response, and what the shell does to its transport.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// The HTTP status; 200 for every response of the API itself.
    pub status: u16,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
    /// What a fault does to the transport.
    pub transport: Transport,
}

impl Outgoing {
    /// The value of the header `name`, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// What the shell does to the transport of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transport {
    /// How long to wait before the first byte, in milliseconds.
    pub delay_ms: u32,
    /// Whether the connection is cut, and where.
    pub cut: Option<Cut>,
    /// The speed of the body in bytes a second; `None` sets no limit.
    pub bytes_per_second: Option<u32>,
}

/// Where a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nothing of the response is sent.
    BeforeHeaders,
    /// Headers and half of the body are sent.
    InBody,
}
