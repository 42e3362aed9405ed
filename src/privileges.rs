//! Privileges: what a session may do, as the text that a KS carries.

/// A privilege and the values it is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privilege {
    /// Its name, such as `edit`.
    pub name: String,
    /// Its values, in order; empty for a flag.
    pub values: Vec<String>,
}

/// Reads privileges as the server does: `name`, `name:value/value`, with commas between.
/// Equal names are merged; nothing is an error.
pub fn parse(text: &str) -> Vec<Privilege> {
    let _ = text;
    Vec::new()
}

/// Writes privileges as the server does.
pub fn format(privileges: &[Privilege]) -> String {
    let _ = privileges;
    String::new()
}

/// What a session of the app token `app_token_id` will carry when its caller asks for
/// `requested` and the token itself has `token_privileges`: the server's own rule.
pub fn predict(
    app_token_id: &str,
    token_privileges: Option<&str>,
    requested: Option<&str>,
) -> String {
    let _ = (app_token_id, token_privileges, requested);
    String::new()
}

/// Whether `privileges` allow `value` for the privilege `name`, as the server judges it.
pub fn allows(privileges: &str, name: &str, value: Option<&str>) -> bool {
    let _ = (privileges, name, value);
    false
}
