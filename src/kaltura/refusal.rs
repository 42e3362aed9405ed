//! A `KalturaAPIException`, and its meaning.

use core::fmt;

use super::{Fields, HashType, Operation, Value};
use crate::redact::{redact, redact_values};
use crate::secret::Secret;

/// Kaltura's code for too many calls.
const RATE_LIMIT: &str = "ACTION_BLOCKED";

/// Kaltura's rate limit counts this period by default, and doesn't say when to retry.
const RATE_LIMIT_WINDOW_MS: u64 = 10_000;

/// Kaltura's refusal of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The call that was refused.
    pub operation: Operation,
    /// Kaltura's code, such as `APP_TOKEN_ID_NOT_FOUND`.
    pub code: String,
    /// Kaltura's message with the names of its arguments in place of their values, which may be a KS, even another
    /// caller's.
    pub message: String,
    /// With `INVALID_KS`: the reason.
    pub ks_refusal: Option<KsRefusal>,
    /// With `INVALID_APP_TOKEN_HASH`: the hash type that was used.
    pub hash_type: Option<HashType>,
    /// How long to wait before the next try, in milliseconds, if Kaltura asks for it.
    pub retry_after_ms: Option<u64>,
}

/// Why a KS was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KsRefusal {
    /// It has expired.
    Expired,
    /// It was ended, or its whole application token was.
    Logout,
    /// Its `actionslimit` is used up.
    ActionsLimit,
    /// Its `iprestrict` doesn't include the address.
    RestrictedIp,
    /// Its `urirestrict` doesn't allow the action.
    RestrictedUri,
    /// It belongs to another partner.
    InvalidPartner,
    /// Its user is not valid.
    InvalidUser,
    /// It can't be decoded: it is incomplete, or the partner's secret has changed.
    Undecodable,
}

impl KsRefusal {
    /// Reads the reason from `KSID`; older servers put it into `ERR_CODE`.
    fn read(args: Fields<'_>) -> Self {
        let [ks_id, code] = args.get_all(["KSID", "ERR_CODE"]);
        match ks_id.string().as_deref().unwrap_or_default() {
            "EXPIRED" => return Self::Expired,
            "LOGOUT" => return Self::Logout,
            "EXCEEDED_ACTIONS_LIMIT" => return Self::ActionsLimit,
            "EXCEEDED_RESTRICTED_IP" => return Self::RestrictedIp,
            "EXCEEDED_RESTRICTED_URI" => return Self::RestrictedUri,
            "INVALID_PARTNER" => return Self::InvalidPartner,
            "INVALID_USER" => return Self::InvalidUser,
            _ => {}
        }
        match code.integer() {
            Some(-5) => Self::ActionsLimit,
            Some(-6) => Self::RestrictedIp,
            Some(-8) => Self::Expired,
            Some(-9) => Self::Logout,
            Some(-11) => Self::RestrictedUri,
            _ => Self::Undecodable,
        }
    }

    /// Returns Kaltura's name for it, as in the argument `KSID`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Expired => "EXPIRED",
            Self::Logout => "LOGOUT",
            Self::ActionsLimit => "EXCEEDED_ACTIONS_LIMIT",
            Self::RestrictedIp => "EXCEEDED_RESTRICTED_IP",
            Self::RestrictedUri => "EXCEEDED_RESTRICTED_URI",
            Self::InvalidPartner => "INVALID_PARTNER",
            Self::InvalidUser => "INVALID_USER",
            Self::Undecodable => "INVALID_STR",
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl core::error::Error for ApiError {}

impl ApiError {
    /// Reads a result as a refusal; `None` if it is not one.
    pub fn from_fields(
        operation: &Operation,
        reply: Fields<'_>,
        known: &[&Secret],
    ) -> Option<Self> {
        Self::read(operation, reply.get_all(Self::FIELDS), known)
    }

    /// The fields of a refusal.
    pub const FIELDS: [&'static str; 4] = ["objectType", "code", "message", "args"];

    /// Reads a result with these [`FIELDS`](Self::FIELDS) as a refusal; `None` if it is not one.
    pub fn read(
        operation: &Operation,
        [object_type, code, message, args]: [Value<'_>; 4],
        known: &[&Secret],
    ) -> Option<Self> {
        if !object_type.is("KalturaAPIException") {
            return None;
        }
        let code = code
            .string()
            .filter(|code| is_code(code))
            .unwrap_or_else(|| "UNKNOWN".to_owned());
        // An object, or an empty array if there are none.
        let args = args.fields().unwrap_or(Fields::NONE);
        Some(Self {
            operation: operation.clone(),
            ks_refusal: (code == "INVALID_KS").then(|| KsRefusal::read(args)),
            retry_after_ms: (code == RATE_LIMIT).then_some(RATE_LIMIT_WINDOW_MS),
            code,
            message: shown(message, args, known),
            hash_type: None,
        })
    }

    /// Whether the same call may succeed a little later.
    pub fn retryable(&self) -> bool {
        self.is_rate_limit()
            || matches!(
                self.code.as_str(),
                "INTERNAL_DATABASE_ERROR" | "INTERNAL_SERVERL_ERROR"
            )
    }

    /// Whether it is Kaltura's rate limit, which answers with HTTP 200.
    pub fn is_rate_limit(&self) -> bool {
        self.code == RATE_LIMIT
    }

    /// What happened, and what to do next.
    pub fn message(&self) -> String {
        let reason = match self.ks_refusal {
            Some(reason) => reason.name(),
            None => self.message.trim(),
        };
        let reason = if reason.is_empty() {
            String::new()
        } else {
            [" (", reason, ")"].concat()
        };
        let advice = match (self.hash_type, self.advice()) {
            (Some(used), _) => [". The hash type used was ", used.name(), " (the default is SHA1, and 'auto' never tries MD5). Set hashType to the application token's own, which an administrator can read with appToken.get, and check appToken"].concat(),
            (None, Some(advice)) => [": ", advice].concat(),
            (None, None) => String::new(),
        };
        [
            "Kaltura refused ",
            &self.operation.name(),
            ": ",
            &self.code,
            &reason,
            &advice,
        ]
        .concat()
    }

    /// What to do about it, if anything.
    fn advice(&self) -> Option<&'static str> {
        Some(match self.code.as_str() {
            "INVALID_KS" => match self.ks_refusal? {
                KsRefusal::Expired => "the session has expired; start a new one",
                KsRefusal::Logout => {
                    "session.end has ended the session, or all sessions of the application token; start a new session to find out which"
                }
                KsRefusal::ActionsLimit => "the session's actionslimit is used up; start a new one",
                KsRefusal::RestrictedIp => {
                    "the session's iprestrict doesn't include this machine's address"
                }
                KsRefusal::RestrictedUri => "the session's urirestrict doesn't allow this action",
                KsRefusal::InvalidPartner => "the session belongs to another partner",
                KsRefusal::InvalidUser => "the session's user is not valid",
                KsRefusal::Undecodable => {
                    "the KS can't be decoded; check whether the partner's secret has changed"
                }
            },
            "APP_TOKEN_ID_NOT_FOUND" => {
                "check appTokenId and partnerId: the application token is unknown, deleted, or another partner's"
            }
            "APP_TOKEN_NOT_ACTIVE" => "the application token is deactivated; make a new one",
            "APP_TOKEN_EXPIRED" => "the application token has expired; make a new one",
            "INVALID_WIDGET_ID" => {
                "check partnerId and serviceUrl: the partner doesn't exist there"
            }
            "SERVICE_FORBIDDEN" => "the session's user or role may not call this",
            "SERVICE_FORBIDDEN_CONTENT_BLOCKED" => {
                "check partnerId: the partner is blocked, or unknown there"
            }
            "SERVICE_ACCESS_CONTROL_RESTRICTED" => {
                "the partner requires https; use an https serviceUrl"
            }
            "USER_BLOCKED" => "the session's user is blocked",
            RATE_LIMIT => {
                "Kaltura's rate limit, which counts the last ten seconds: try again later, or raise timeoutMs, whose default of ten seconds leaves no time for a retry"
            }
            "INTERNAL_DATABASE_ERROR" | "INTERNAL_SERVERL_ERROR" => {
                "Kaltura is unavailable; try again later"
            }
            "START_SESSION_ERROR" => "check partnerId, the secret and the session type",
            _ => return None,
        })
    }
}

fn is_code(code: &str) -> bool {
    (1..=64).contains(&code.len())
        && code
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// The arguments whose values are Kaltura's own, not the caller's.
const SHOWN: [&str; 9] = [
    "ACTION_NAME",
    "ENUM_TYPE",
    "ERR_CODE",
    "ERR_DESC",
    "FIELD_NAME",
    "FORMAT",
    "PARAM_NAME",
    "PROP_NAME",
    "SERVICE_NAME",
];

/// Kaltura's own refusals have a few arguments. With more than this, the message is left out.
const MOST_ARGUMENTS: usize = 16;

/// Longer names of arguments aren't shown.
const LONGEST_NAME: usize = 32;

/// The message with the names of arguments in place of their values, without secrets.
fn shown(message: Value<'_>, args: Fields<'_>, known: &[&Secret]) -> String {
    let args: Vec<_> = args.iter().take(MOST_ARGUMENTS + 1).collect();
    let Some(message) = message.text().filter(|_| args.len() <= MOST_ARGUMENTS) else {
        return String::new();
    };
    let replaced = |(name, value): (String, Value<'_>)| {
        if SHOWN.contains(&name.as_str()) {
            return None;
        }
        let name = if name.len() <= LONGEST_NAME {
            redact(&name, known)
        } else {
            "argument".to_owned()
        };
        Some((value.text()?, ["<", &name, ">"].concat()))
    };
    let values: Vec<_> = args.into_iter().filter_map(replaced).collect();
    redact_values(&message, known, &values)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::work;

    fn read(value: &Json) -> Option<ApiError> {
        match Value::from_json(value.to_string().as_bytes()) {
            Some(Value::Object(fields)) => {
                ApiError::from_fields(&Operation::known("user", "get"), fields, &[])
            }
            other => panic!("{other:?}"),
        }
    }

    fn refusal(value: &Json) -> ApiError {
        read(value).unwrap()
    }

    fn invalid_ks(args: &Json) -> Option<KsRefusal> {
        refusal(&json!({ "objectType": "KalturaAPIException", "code": "INVALID_KS", "args": args }))
            .ks_refusal
    }

    #[test]
    fn the_reason_of_a_refused_ks_is_read_where_servers_old_and_new_put_it() {
        let new = |ksid| {
            invalid_ks(&json!({ "KSID": ksid, "ERR_CODE": "-1", "ERR_DESC": "INVALID_STR" }))
        };
        assert_eq!(new("EXPIRED"), Some(KsRefusal::Expired));
        assert_eq!(new("LOGOUT"), Some(KsRefusal::Logout));
        assert_eq!(new("EXCEEDED_ACTIONS_LIMIT"), Some(KsRefusal::ActionsLimit));
        assert_eq!(new("djJ8MTAyfA"), Some(KsRefusal::Undecodable));
        let old = |code: Json| invalid_ks(&json!({ "KSID": "djJ8", "ERR_CODE": code }));
        assert_eq!(old(json!("-8")), Some(KsRefusal::Expired));
        assert_eq!(old(json!(-9)), Some(KsRefusal::Logout));
        assert_eq!(invalid_ks(&json!([])), Some(KsRefusal::Undecodable));
    }

    #[test]
    fn the_message_shows_names_instead_of_values() {
        let error = refusal(&json!({
            "objectType": "KalturaAPIException", "code": "INVALID_USER_ID",
            "message": "Unknown user [ada@example.org]", "args": { "USER_ID": "ada@example.org" },
        }));
        assert_eq!(error.message, "Unknown user [<USER_ID>]");
        assert!(!error.message().contains("ada"));
    }

    #[test]
    fn a_code_that_is_none_is_not_repeated() {
        let error = refusal(
            &json!({ "objectType": "KalturaAPIException", "code": "djJ8 MTAy", "message": [5] }),
        );
        assert_eq!(
            (error.code.as_str(), error.message.as_str()),
            ("UNKNOWN", "")
        );
    }

    #[test]
    fn a_refused_hash_tells_the_hash_type_and_where_the_right_one_is() {
        let mut error = refusal(&json!({
            "objectType": "KalturaAPIException", "code": "INVALID_APP_TOKEN_HASH",
            "message": "Invalid application token hash", "args": [],
        }));
        error.hash_type = Some(HashType::Sha1);
        let text = error.message();
        assert!(text.contains("SHA1") && text.contains("hashType"), "{text}");
    }

    /// A refusal of this shape with so many arguments, whose names are long and whose values are
    /// found in each other's names.
    fn hostile(message: &str, arguments: usize, name_length: usize) -> Json {
        let letter = |index: usize| char::from(b'a' + u8::try_from(index % 26).unwrap());
        let args: serde_json::Map<_, _> = (0..arguments)
            .map(|index| {
                let name = letter(index + 1).to_string().repeat(name_length);
                (name, letter(index).to_string().into())
            })
            .collect();
        json!({
            "objectType": "KalturaAPIException", "code": "X", "message": message, "args": args,
        })
    }

    #[test]
    fn values_are_not_looked_for_in_names_that_were_put_in() {
        let error = refusal(&hostile("a b.", 6, 10));
        assert_eq!(error.message, "<bbbbbbbbbb> <cccccccccc>.");
    }

    #[test]
    fn what_is_shown_is_bounded_whatever_the_arguments_are() {
        for (length, arguments, name_length) in [
            (100, 6, 10),
            (9000, 16, 32),
            (9000, 1, 100_000),
            (9000, 5000, 2),
        ] {
            let error = refusal(&hostile(&"a".repeat(length), arguments, name_length));
            assert!(error.message.len() < 600, "{}", error.message.len());
        }
    }

    #[test]
    fn work_grows_with_the_refusal_and_no_faster() {
        let grows = |name: &str, refusal: &dyn Fn(usize) -> Json| {
            work::assert_linear(name, |factor| {
                let json = refusal(factor).to_string();
                move || {
                    let fields = Value::from_json(json.as_bytes()).unwrap().fields().unwrap();
                    let known = Secret::new("a".repeat(1000));
                    let operation = Operation::known("user", "get");
                    let _ = ApiError::from_fields(&operation, fields, &[&known]).unwrap();
                }
            });
        };
        grows("message", &|factor| {
            hostile(&"a".repeat(1000 * factor), 6, 10)
        });
        grows("arguments", &|factor| hostile("aaaa", 1000 * factor, 10));
        grows("long name", &|factor| {
            hostile(&"a".repeat(9000), 1, 10_000 * factor)
        });
        grows("long value", &|factor| {
            let value = "a".repeat(10_000 * factor);
            json!({
                "objectType": "KalturaAPIException", "code": "INVALID_KS", "message": value,
                "args": { "KSID": value, "A": format!("{value}b") },
            })
        });
    }

    #[test]
    fn other_answers_are_no_refusal() {
        for value in [
            json!({}),
            json!({ "objectType": "KalturaSessionInfo" }),
            json!({ "code": "X" }),
        ] {
            assert_eq!(read(&value), None);
        }
    }
}
