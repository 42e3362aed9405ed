//! The API's errors, with the codes, texts and arguments that callers see.

use serde::{Deserialize, Serialize};

/// A `KalturaAPIException`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Such as `INVALID_KS`.
    pub code: String,
    /// The text for people.
    pub message: String,
    /// The arguments that the message was made with, in order.
    pub args: Vec<(String, String)>,
}

impl Exception {
    fn new(code: &str, message: String, args: &[(&str, &str)]) -> Self {
        Self {
            code: code.to_owned(),
            message,
            args: args
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    /// `reason` is a verdict such as `EXPIRED`, or the text that was read as a KS.
    pub(super) fn invalid_ks(reason: &str) -> Self {
        // The server has lost the numeric verdict; it is always this one.
        Self::new(
            "INVALID_KS",
            format!("Invalid KS \"{reason}\", Error \"-1,INVALID_STR\""),
            &[
                ("KSID", reason),
                ("ERR_CODE", "-1"),
                ("ERR_DESC", "INVALID_STR"),
            ],
        )
    }

    pub(super) fn app_token_id_not_found(id: &str) -> Self {
        Self::new(
            "APP_TOKEN_ID_NOT_FOUND",
            format!("Application token id \"{id}\" not found"),
            &[("ID", id)],
        )
    }

    pub(super) fn app_token_not_active(id: &str) -> Self {
        Self::new(
            "APP_TOKEN_NOT_ACTIVE",
            format!("Application token id \"{id}\" not active"),
            &[("ID", id)],
        )
    }

    pub(super) fn app_token_expired(id: &str) -> Self {
        Self::new(
            "APP_TOKEN_EXPIRED",
            format!("Application token id \"{id}\" expired"),
            &[("ID", id)],
        )
    }

    pub(super) fn invalid_app_token_hash() -> Self {
        Self::new(
            "INVALID_APP_TOKEN_HASH",
            "Invalid application token hash".to_owned(),
            &[],
        )
    }

    pub(super) fn service_not_specified() -> Self {
        Self::new(
            "SERVICE_NOT_SPECIFIED",
            "Service name was not specified, please specify one".to_owned(),
            &[],
        )
    }

    pub(super) fn action_not_specified() -> Self {
        Self::new(
            "ACTION_NOT_SPECIFIED",
            "Action name was not specified, please specify one".to_owned(),
            &[],
        )
    }

    pub(super) fn service_does_not_exist(service: &str) -> Self {
        Self::new(
            "SERVICE_DOES_NOT_EXISTS",
            format!("Service \"{service}\" does not exists"),
            &[("SRV_NAME", service)],
        )
    }

    pub(super) fn action_does_not_exist(service: &str, action: &str) -> Self {
        Self::new(
            "ACTION_DOES_NOT_EXISTS",
            format!("Action \"{action}\" does not exists for service \"{service}\""),
            &[("ACTION_NAME", action), ("SERVICE_NAME", service)],
        )
    }

    pub(super) fn service_forbidden(service: &str) -> Self {
        Self::new(
            "SERVICE_FORBIDDEN",
            format!("The access to service [{service}] is forbidden"),
            &[("SERVICE", service)],
        )
    }

    pub(super) fn partner_blocked() -> Self {
        Self::new(
            "SERVICE_FORBIDDEN_CONTENT_BLOCKED",
            "The access to this service is forbidden since the specified partner is blocked"
                .to_owned(),
            &[],
        )
    }

    pub(super) fn access_control_restricted(service: &str) -> Self {
        Self::new(
            "SERVICE_ACCESS_CONTROL_RESTRICTED",
            format!(
                "The access to service [{service}] is forbidden due to access control restriction"
            ),
            &[("SERVICE", service)],
        )
    }

    pub(super) fn action_blocked(service: &str, action: &str) -> Self {
        Self::new(
            "ACTION_BLOCKED",
            format!("Action \"{action}\" in service \"{service}\" is blocked"),
            &[("ACTION_NAME", action), ("SERVICE_NAME", service)],
        )
    }

    pub(super) fn user_blocked() -> Self {
        Self::new("USER_BLOCKED", "this user is blocked".to_owned(), &[])
    }

    pub(super) fn invalid_actions_limit() -> Self {
        Self::new(
            "INVALID_ACTIONS_LIMIT",
            "Invalid actions limit".to_owned(),
            &[],
        )
    }

    pub(super) fn invalid_object_id(id: &str) -> Self {
        Self::new(
            "INVALID_OBJECT_ID",
            format!("Invalid object id [{id}]"),
            &[("ID", id)],
        )
    }

    pub(super) fn unknown_role_id(id: &str) -> Self {
        Self::new(
            "UNKNOWN_ROLE_ID",
            format!("Unknown role id [{id}]"),
            &[("ROLE_ID", id)],
        )
    }

    pub(super) fn start_session_error(partner: i64) -> Self {
        Self::new(
            "START_SESSION_ERROR",
            format!("Error while starting session for partner [{partner}]"),
            &[("PID", &partner.to_string())],
        )
    }

    pub(super) fn invalid_widget_id(id: &str) -> Self {
        Self::new(
            "INVALID_WIDGET_ID",
            format!("Unknown widget [{id}]"),
            &[("WIDGET_ID", id)],
        )
    }

    pub(super) fn invalid_ui_conf_id(id: &str) -> Self {
        Self::new(
            "INVALID_UI_CONF_ID",
            format!("Unknown uiConf [{id}]"),
            &[("UI_CONF_ID", id)],
        )
    }

    pub(super) fn invalid_user_id() -> Self {
        Self::new("INVALID_USER_ID", "Invalid user id".to_owned(), &[])
    }

    pub(super) fn cannot_retrieve_another_user() -> Self {
        Self::new(
            "CANNOT_RETRIEVE_ANOTHER_USER_USING_NON_ADMIN_SESSION",
            "Cannot retrieve another user using non admin session".to_owned(),
            &[],
        )
    }

    pub(super) fn invalid_language_code(code: &str) -> Self {
        Self::new(
            "INVALID_LANGUAGE_CODE",
            format!(" Invalid language code [\"{code}\"]"),
            &[("LANGUAGE_CODE", code)],
        )
    }

    pub(super) fn missing_mandatory_parameter(name: &str) -> Self {
        Self::new(
            "MISSING_MANDATORY_PARAMETER",
            format!("Missing parameter \"{name}\""),
            &[("PARAM_NAME", name)],
        )
    }

    pub(super) fn invalid_enum_value(value: &str, name: &str, enumeration: &str) -> Self {
        Self::new(
            "INVALID_ENUM_VALUE",
            format!(
                "Invalid enumeration value \"{value}\" for parameter \"{name}\", expecting \
                 enumeration type \"{enumeration}\""
            ),
            &[
                ("ENUM_VAL", value),
                ("PARAM_NAME", name),
                ("ENUM_TYPE", enumeration),
            ],
        )
    }

    pub(super) fn invalid_parameter_char(name: &str) -> Self {
        Self::new(
            "INVALID_PARAMETER_CHAR",
            format!("Invalid char in \"{name}\" field"),
            &[("XML_FIELD", name)],
        )
    }

    pub(super) fn invalid_field_value(name: &str) -> Self {
        Self::new(
            "INVALID_FIELD_VALUE",
            format!("value in field [{name}] is not valid"),
            &[("FIELD_NAME", name)],
        )
    }

    pub(super) fn not_an_object(name: &str) -> Self {
        Self::new(
            "PROPERTY_VALIDATION_WRONG_FORMAT",
            format!("The property \"{name}\" must match format array"),
            &[("PROP_NAME", name), ("FORMAT", "array")],
        )
    }

    pub(super) fn not_updatable(property: &str) -> Self {
        Self::new(
            "PROPERTY_VALIDATION_NOT_UPDATABLE",
            format!("The property \"{property}\" cannot be updated"),
            &[("PROP_NAME", property)],
        )
    }

    pub(super) fn database() -> Self {
        Self::new(
            "INTERNAL_DATABASE_ERROR",
            "Internal database error".to_owned(),
            &[],
        )
    }

    pub(super) fn internal() -> Self {
        // The server's spelling.
        Self::new(
            "INTERNAL_SERVERL_ERROR",
            "Internal server error occurred".to_owned(),
            &[],
        )
    }
}
