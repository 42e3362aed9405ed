//! The rules of the application-token manager, for its shell.

use core::cell::RefCell;

use js_sys::Object;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{self, Options, Plain};
use crate::clock::ServerClock;
use crate::error::InvalidOption;
use crate::kaltura::Params;
use crate::manager::{
    self, Action, AdminKs, AppToken, FILTER, NAMES, PAGER, Paging, Prepared, Shown, Unusable,
    Warning,
};
use crate::options::ks as ks_options;
use crate::options::{self, Input, Named, Read};
use crate::secret::Secret;

const OPTIONS: [&str; 3] = ["partnerId", "userId", "clientTag"];

/// The rules and the administrator's session. It isn't borrowed while JavaScript runs.
#[wasm_bindgen(js_name = ManagerCore, skip_typescript)]
#[derive(Debug)]
pub struct ManagerCore {
    admin: RefCell<AdminKs>,
    client_tag: String,
}

#[wasm_bindgen(js_class = ManagerCore)]
impl ManagerCore {
    /// Reads the options that are not for the transport.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &Object) -> Result<Self, JsValue> {
        let read = || -> Read<Self> {
            let from = Options::new(options, "", &[&OPTIONS])?;
            let partner_id = options::partner_id(from.get("partnerId"))?;
            let user_id = options::user_id(from.get("userId"))?.unwrap_or_default();
            Ok(Self {
                admin: RefCell::new(AdminKs::new(partner_id, user_id)),
                client_tag: options::client_tag(from.get("clientTag"))?,
            })
        };
        read().map_err(convert::invalid)
    }

    /// Whether sessions with these privileges may have a `sessionid` of their own.
    #[wasm_bindgen(js_name = isIsolated)]
    pub fn is_isolated(privileges: &str) -> bool {
        manager::is_isolated(privileges)
    }

    /// Checks an admin secret.
    #[wasm_bindgen(js_name = checkSecret)]
    pub fn check_secret(secret: &JsValue) -> Result<(), JsValue> {
        admin_secret(secret).map(|_| ())
    }

    /// Checks a KS that the caller gives.
    #[wasm_bindgen(js_name = checkKs)]
    pub fn check_ks(&self, ks: &JsValue) -> Result<(), JsValue> {
        let ks = match convert::input(ks) {
            Input::Text(Some(ks)) => ks,
            _ => String::new(),
        };
        let checked = self.admin.borrow().check(&ks);
        checked.map_err(|problem| {
            let expected = match problem {
                Unusable::NoKs => "a KS (not the admin secret, nor an application token), or a function that gives one",
                Unusable::OtherPartner => "a KS of the partner that partnerId names",
            };
            convert::invalid(InvalidOption::new("ks", expected))
        })
    }

    /// The cached administrator's session, if any.
    #[wasm_bindgen(js_name = keptKs)]
    pub fn kept_ks(&self, now_ms: f64) -> Option<String> {
        let admin = self.admin.borrow();
        admin.kept(whole(now_ms)).map(|ks| ks.expose().to_owned())
    }

    /// Makes a new one.
    #[wasm_bindgen(js_name = makeKs)]
    pub fn make_ks(&self, secret: &JsValue, now_ms: f64) -> Result<String, JsValue> {
        let secret = admin_secret(secret)?;
        let mut random = [0; 16];
        let filled = getrandom::fill(&mut random);
        filled.map_err(|_| JsValue::from("no random bytes"))?;
        let made = self.admin.borrow_mut().make(&secret, random, whole(now_ms));
        let ks = made.map_err(|error| convert::invalid(ks_options::refused("userId", error)))?;
        Ok(ks.expose().to_owned())
    }

    /// Drops this one, which was refused.
    #[wasm_bindgen(js_name = forgetKs)]
    pub fn forget_ks(&self, ks: String) {
        self.admin.borrow_mut().forget(&Secret::new(ks));
    }

    /// How far the server's clock is ahead of the local one.
    #[wasm_bindgen(js_name = setClock)]
    pub fn set_clock(&self, offset_ms: f64) {
        let offset_ms = whole(offset_ms);
        self.admin.borrow_mut().set_clock(ServerClock {
            offset_ms,
            ..ServerClock::UNKNOWN
        });
    }

    /// The parameters of `appToken.add`: `{ args, warnings }`.
    pub fn add(&self, fields: &Object, known_user: bool, now_ms: f64) -> Result<JsValue, JsValue> {
        let server_s = self.admin.borrow().server_s(whole(now_ms));
        let prepare = || {
            let from = read_fields(fields)?;
            manager::add(&|name| from.get(name), known_user, server_s)
        };
        prepared(prepare())
    }

    /// The same for `appToken.update`.
    pub fn update(
        &self,
        id: &JsValue,
        fields: &Object,
        known_user: bool,
        now_ms: f64,
    ) -> Result<JsValue, JsValue> {
        let server_s = self.admin.borrow().server_s(whole(now_ms));
        let prepare = || {
            let from = read_fields(fields)?;
            manager::update(named_id(id), &|name| from.get(name), known_user, server_s)
        };
        prepared(prepare())
    }

    /// The same for `appToken.add` of a successor, from the response to `appToken.get`.
    pub fn successor(&self, text: &str, now_ms: f64) -> Result<JsValue, JsValue> {
        let Some(old) = AppToken::from_json(text.as_bytes()) else {
            return Ok(JsValue::UNDEFINED);
        };
        let server_s = self.admin.borrow().server_s(whole(now_ms));
        prepared(manager::successor(&old, server_s))
    }

    /// The same for `appToken.get` and `appToken.delete`.
    pub fn identify(id: &JsValue) -> Result<JsValue, JsValue> {
        prepared(manager::id(named_id(id)))
    }

    /// The warnings when the token in a response to `appToken.get` is deleted.
    #[wasm_bindgen(js_name = deletionWarnings)]
    pub fn deletion_warnings(text: &str) -> JsValue {
        let old = AppToken::from_json(text.as_bytes());
        warnings(&old.map_or_else(Vec::new, |it| manager::warnings_of_deletion(&it)))
    }

    /// The same for `appToken.list`, with `size` and `index` of the page: the pager's page, or for `all` the page that is
    /// `further` pages after it.
    pub fn list(
        filter: &Object,
        pager: &Object,
        all: bool,
        further: u32,
    ) -> Result<JsValue, JsValue> {
        let prepare = || {
            let filter = Options::new(filter, "filter.", &[&FILTER])?;
            let pager = Options::new(pager, "pager.", &[&PAGER])?;
            manager::list(
                &|name| filter.get(name),
                &|name| pager.get(name),
                all,
                further,
            )
        };
        let (prepared, paging) = prepare().map_err(convert::invalid)?;
        let plain = told(prepared);
        plain.set("size", paging.size);
        plain.set("index", paging.index);
        Ok(plain.into())
    }

    /// Whether there may be more after a page.
    #[wasm_bindgen(js_name = goesOn)]
    pub fn goes_on(size: u32, index: u32, received: u32, total: f64) -> bool {
        Paging { size, index }.goes_on(received, whole(total))
    }

    /// The last page to request.
    #[wasm_bindgen(js_name = mostPages)]
    pub fn most_pages() -> u32 {
        manager::MOST_PAGES
    }

    /// The complete body of a call with these parameters.
    pub fn body(&self, args: &str, ks: &str) -> String {
        let mut params = Params::default();
        params.number("format", 1);
        params.number("nocache", 1);
        params.text("clientTag", &self.client_tag);
        params.text("ks", ks);
        params.with(args).into_json()
    }

    /// The application token in a response, if valid; `with_token`: with its value.
    #[wasm_bindgen(js_name = appToken)]
    pub fn app_token(text: &str, with_token: bool) -> JsValue {
        let read = AppToken::from_json(text.as_bytes());
        let read = read.filter(|token| !with_token || token.has_value());
        read.map_or(JsValue::UNDEFINED, |token| {
            app_token(&token, with_token).into()
        })
    }

    /// The page in a response, if valid.
    pub fn page(text: &str) -> JsValue {
        let Some(page) = manager::read_page(text.as_bytes()) else {
            return JsValue::UNDEFINED;
        };
        let plain = Plain::ordinary();
        plain.set(
            "appTokens",
            convert::array(&page.app_tokens, |token| app_token(token, false)),
        );
        plain.set("totalCount", number(page.total_count));
        plain.into()
    }

    /// Whether doing an action twice has the same effect as once.
    #[wasm_bindgen(js_name = isRepeatable)]
    pub fn is_repeatable(action: &str) -> bool {
        Action::from_name(action).is_some_and(Action::is_repeatable)
    }

    /// Whether a response is that of `appToken.delete`.
    #[wasm_bindgen(js_name = isNothing)]
    pub fn is_nothing(text: &str) -> bool {
        manager::is_nothing(text.as_bytes())
    }

    /// The meaning of a failure: `{ deadKs, isDone, isOpen, advice }`.
    pub fn judge(
        action: &str,
        code: &str,
        kaltura_code: &str,
        ks_refusal: &str,
        status: u16,
        open: u32,
        made_ks: bool,
    ) -> JsValue {
        let plain = Plain::new();
        let Some(action) = Action::from_name(action) else {
            return plain.into();
        };
        let verdict = manager::judge(
            action,
            Shown {
                code,
                kaltura_code,
                ks_refusal,
                status,
                open,
                made_ks,
            },
        );
        plain.set("deadKs", verdict.dead_ks);
        plain.set("isDone", verdict.is_done);
        plain.set("isOpen", verdict.is_open);
        plain.set_some("advice", verdict.advice);
        plain.into()
    }
}

fn admin_secret(secret: &JsValue) -> Result<Secret, JsValue> {
    let named = Named {
        path: "adminSecret".to_owned(),
        input: convert::input(secret),
    };
    manager::admin_secret(named).map_err(convert::invalid)
}

fn named_id(id: &JsValue) -> Named {
    Named {
        path: "id".to_owned(),
        input: convert::input(id),
    }
}

fn read_fields(fields: &Object) -> Read<Options<'_>> {
    for name in Object::keys(fields).iter() {
        manager::check_name(&name.as_string().unwrap_or_default())?;
    }
    Options::new(fields, "", &[&NAMES])
}

fn prepared(read: Read<Prepared>) -> Result<JsValue, JsValue> {
    Ok(told(read.map_err(convert::invalid)?).into())
}

fn told(prepared: Prepared) -> Plain {
    let plain = Plain::new();
    plain.set("args", prepared.params.into_json());
    plain.set("warnings", warnings(&prepared.warnings));
    plain
}

fn warnings(warnings: &[Warning]) -> JsValue {
    convert::array(warnings, |warning| {
        let plain = Plain::ordinary();
        plain.set("code", warning.code);
        plain.set("path", warning.path);
        plain.set("message", warning.message);
        plain
    })
}

/// With the names of a `KalturaAppToken`.
fn app_token(token: &AppToken, with_token: bool) -> Plain {
    let or_null = |value: Option<i64>| value.map_or(JsValue::NULL, number);
    let text = |value: &Option<String>| value.as_ref().map_or(JsValue::NULL, Into::into);
    let plain = Plain::ordinary();
    plain.set("id", &*token.id);
    if with_token {
        plain.set("token", token.token.expose());
    }
    plain.set("partnerId", number(token.partner_id));
    plain.set("status", number(token.status));
    plain.set("hashType", &*token.hash_type);
    plain.set("sessionType", or_null(token.session_type));
    plain.set("sessionUserId", text(&token.session_user_id));
    plain.set("sessionDuration", or_null(token.session_duration));
    plain.set("sessionPrivileges", text(&token.session_privileges));
    plain.set("expiry", or_null(token.expiry));
    plain.set("description", text(&token.description));
    plain.set("createdAt", number(token.created_at));
    plain.set("updatedAt", number(token.updated_at));
    plain
}

#[expect(clippy::cast_precision_loss, reason = "JavaScript has no other number")]
fn number(number: i64) -> JsValue {
    JsValue::from_f64(number as f64)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a time in milliseconds is a safe integer"
)]
fn whole(ms: f64) -> i64 {
    ms as i64
}
