//! The services: their actions, who may call them, and what they do.

mod app_token;
mod list_tokens;
mod session;
mod user;

use super::answer::Answer;
use super::arguments::Arguments;
use super::budget::Budget;
use super::exception::Exception;
use super::permission::Role;
use super::php::PhpParams;
use super::session::CallerKs;
use super::state::State;

/// An action with its arguments read.
#[derive(Debug)]
pub(super) enum ServiceCall {
    Ping,
    SessionStart(session::Start),
    StartWidgetSession(session::StartWidget),
    SessionGet(session::GetSession),
    SessionEnd,
    AppTokenAdd(app_token::TokenFields),
    AppTokenGet(app_token::Id),
    AppTokenUpdate(app_token::Id, app_token::TokenFields),
    AppTokenDelete(app_token::Id),
    AppTokenList(list_tokens::ListTokens),
    AppTokenStartSession(app_token::StartSession),
    UserGet(user::GetUser),
    UserDelete(user::Delete),
    UiConfGet(String),
}

/// An action by its names.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServiceAction {
    service: &'static str,
    name: &'static str,
    /// The least role that may call it.
    role: Role,
    read: fn(Arguments<'_>) -> Result<ServiceCall, Exception>,
}

/// The context of an action.
pub(super) struct Context<'a> {
    pub state: &'a mut State,
    pub session: Option<&'a CallerKs>,
    /// Whether the caller's role is an administrator's.
    pub is_admin: bool,
    /// Whether this very call made the caller's user.
    pub fresh_user: bool,
    /// Unix time in milliseconds.
    pub now_ms: i64,
    pub random: &'a mut dyn FnMut(&mut [u8]),
    /// The request's budget.
    pub budget: &'a mut Budget,
    /// Set by an action whose response must not be shared.
    pub uncached: bool,
}

impl Context<'_> {
    pub fn now(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }
}

const ACTIONS: &[ServiceAction] = &[
    ServiceAction {
        service: "system",
        name: "ping",
        role: Role::Nobody,
        read: |_| Ok(ServiceCall::Ping),
    },
    ServiceAction {
        service: "session",
        name: "start",
        role: Role::Nobody,
        read: |arguments| session::Start::read(arguments).map(ServiceCall::SessionStart),
    },
    ServiceAction {
        service: "session",
        name: "startWidgetSession",
        role: Role::Nobody,
        read: |arguments| {
            session::StartWidget::read(arguments).map(ServiceCall::StartWidgetSession)
        },
    },
    ServiceAction {
        service: "session",
        name: "get",
        role: Role::Admin,
        read: |arguments| session::GetSession::read(arguments).map(ServiceCall::SessionGet),
    },
    ServiceAction {
        service: "session",
        name: "end",
        role: Role::Nobody,
        read: |_| Ok(ServiceCall::SessionEnd),
    },
    ServiceAction {
        service: "appToken",
        name: "add",
        role: Role::Admin,
        read: |arguments| app_token::TokenFields::read(arguments).map(ServiceCall::AppTokenAdd),
    },
    ServiceAction {
        service: "appToken",
        name: "get",
        role: Role::Admin,
        read: |arguments| app_token::Id::read(arguments).map(ServiceCall::AppTokenGet),
    },
    ServiceAction {
        service: "appToken",
        name: "update",
        role: Role::Admin,
        read: |arguments| {
            let id = app_token::Id::read(arguments)?;
            app_token::TokenFields::read(arguments)
                .map(|fields| ServiceCall::AppTokenUpdate(id, fields))
        },
    },
    ServiceAction {
        service: "appToken",
        name: "delete",
        role: Role::Admin,
        read: |arguments| app_token::Id::read(arguments).map(ServiceCall::AppTokenDelete),
    },
    ServiceAction {
        service: "appToken",
        name: "list",
        role: Role::Admin,
        read: |arguments| list_tokens::ListTokens::read(arguments).map(ServiceCall::AppTokenList),
    },
    ServiceAction {
        service: "appToken",
        name: "startSession",
        role: Role::User,
        read: |arguments| {
            app_token::StartSession::read(arguments).map(ServiceCall::AppTokenStartSession)
        },
    },
    ServiceAction {
        service: "user",
        name: "get",
        role: Role::User,
        read: |arguments| user::GetUser::read(arguments).map(ServiceCall::UserGet),
    },
    ServiceAction {
        service: "user",
        name: "delete",
        role: Role::Admin,
        read: |arguments| user::Delete::read(arguments).map(ServiceCall::UserDelete),
    },
    ServiceAction {
        service: "uiConf",
        name: "get",
        role: Role::User,
        read: |arguments| arguments.required_text("id").map(ServiceCall::UiConfGet),
    },
];

impl ServiceAction {
    /// The action with these names, in any case.
    pub fn find(service: &str, action: &str) -> Result<Self, Exception> {
        let of_service = |known: &&Self| known.service.eq_ignore_ascii_case(service);
        if service.is_empty() {
            return Err(Exception::service_not_specified());
        }
        if !ACTIONS.iter().any(|known| of_service(&known)) {
            return Err(Exception::service_does_not_exist(service));
        }
        if action.is_empty() {
            return Err(Exception::action_not_specified());
        }
        ACTIONS
            .iter()
            .filter(of_service)
            .find(|known| known.name.eq_ignore_ascii_case(action))
            .copied()
            .ok_or_else(|| Exception::action_does_not_exist(service, action))
    }

    /// Its name in errors.
    pub fn full_name(self) -> String {
        format!("{}->{}", self.service, self.name)
    }

    /// Its names in lower case, for the rate limit.
    pub fn lower_case(self) -> (String, String) {
        (self.service.to_lowercase(), self.name.to_lowercase())
    }

    pub fn role(self) -> Role {
        self.role
    }

    /// Reads its arguments.
    pub fn read(self, params: &PhpParams) -> Result<ServiceCall, Exception> {
        (self.read)(Arguments(params))
    }
}

impl ServiceCall {
    /// Executes it.
    pub fn run(self, context: &mut Context<'_>) -> Result<Answer, Exception> {
        match self {
            Self::Ping => Ok(Answer::Bool(true)),
            Self::SessionStart(start) => start.run(context),
            Self::StartWidgetSession(start) => start.run(context),
            Self::SessionGet(get) => get.run(context),
            Self::SessionEnd => Ok(session::end(context)),
            Self::AppTokenAdd(fields) => fields.add(context),
            Self::AppTokenGet(id) => id.get(context),
            Self::AppTokenUpdate(id, fields) => fields.update(&id, context),
            Self::AppTokenDelete(id) => id.delete(context),
            Self::AppTokenList(list) => list.run(context),
            Self::AppTokenStartSession(start) => start.run(context),
            Self::UserGet(get) => get.run(context),
            Self::UserDelete(delete) => delete.run(context),
            Self::UiConfGet(id) => Err(Exception::invalid_ui_conf_id(&id)),
        }
    }
}

/// The fast path of `session.start`, which checks only the secret.
pub(super) use session::start_fast;
