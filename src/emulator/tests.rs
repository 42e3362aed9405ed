//! The emulator as a caller meets it.

use serde_json::{Value, json};

use super::{Emulator, Incoming, Outgoing, State};
use crate::kaltura::HashType;
use crate::secret::Secret;
use crate::session::hash::token_hash;

mod app_tokens;
mod caches;
mod ends;
mod growth;
mod multirequests;
mod properties;
mod refusals;
mod sessions;
mod state;
mod time;
mod transport;

/// Unix time at which every test begins.
const NOW: i64 = 1_800_000_000;

/// An emulator with a clock and a source of bytes of its own.
struct Kaltura {
    emulator: Emulator,
    now: i64,
    drawn: u64,
    https: bool,
    ip: &'static str,
}

impl Kaltura {
    fn new(seed: &Value) -> Self {
        let state = State::from_json(&seed.to_string()).unwrap();
        let emulator = Emulator::new(state).unwrap();
        Self {
            emulator,
            now: NOW,
            drawn: 0,
            https: false,
            ip: "127.0.0.1",
        }
    }

    fn send(&mut self, incoming: &Incoming) -> Outgoing {
        let drawn = &mut self.drawn;
        self.emulator
            .handle(incoming, self.now * 1000, &mut |bytes| {
                for byte in bytes {
                    *drawn = drawn
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    *byte = drawn.to_be_bytes()[0];
                }
            })
    }

    fn answer(&mut self, params: &Value) -> Outgoing {
        self.send(&Incoming {
            method: "POST".to_owned(),
            url: "/api_v3/index.php".to_owned(),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: params.to_string().into_bytes(),
            ip: self.ip.to_owned(),
            https: self.https,
        })
    }

    /// What `service.action` answers to `params`.
    fn call(&mut self, name: &str, params: &Value) -> Value {
        let (service, action) = name.split_once('.').unwrap();
        let mut all = json!({ "format": 1, "service": service, "action": action });
        all.as_object_mut()
            .unwrap()
            .extend(params.as_object().cloned().unwrap());
        let answer = self.answer(&all);
        assert_eq!(answer.status, 200);
        serde_json::from_slice(&answer.body).unwrap()
    }

    fn widget_ks(&mut self) -> String {
        let session = self.call("session.startWidgetSession", &json!({ "widgetId": "_102" }));
        session["ks"].as_str().unwrap().to_owned()
    }

    fn admin_ks(&mut self) -> String {
        let params = json!({ "secret": "admin", "type": 2, "partnerId": 102, "userId": "ada" });
        self.call("session.start", &params)
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn add_app_token(&mut self, fields: &Value) -> Value {
        let ks = self.admin_ks();
        self.call("appToken.add", &json!({ "ks": ks, "appToken": fields }))
    }

    /// Starts a session with `token` over a widget session.
    fn start_session(&mut self, token: &Value, params: &Value) -> Value {
        let ks = self.widget_ks();
        self.start_session_over(&ks, token, params)
    }

    fn start_session_over(&mut self, ks: &str, token: &Value, params: &Value) -> Value {
        let hash = Self::hash_for(ks, token);
        let mut all = json!({ "ks": ks, "id": token["id"], "tokenHash": hash });
        all.as_object_mut()
            .unwrap()
            .extend(params.as_object().cloned().unwrap());
        self.call("appToken.startSession", &all)
    }

    fn hash_for(ks: &str, token: &Value) -> String {
        let hash_type = HashType::from_name(&text(&token["hashType"])).unwrap();
        let secret = Secret::new(text(&token["token"]));
        token_hash(hash_type, ks, &secret).expose().to_owned()
    }

    /// Changes the state by hand.
    fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let mut state = serde_json::to_value(self.emulator.state()).unwrap();
        change(&mut state);
        self.emulator = Emulator::new(State::from_json(&state.to_string()).unwrap()).unwrap();
    }

    fn knows_user(&self, id: &str) -> bool {
        self.emulator
            .state()
            .partners
            .values()
            .any(|partner| partner.users.contains_key(id))
    }

    fn send_plain(&mut self, method: &str, url: &str) -> Outgoing {
        self.send(&Incoming {
            method: method.to_owned(),
            url: url.to_owned(),
            ..Incoming::default()
        })
    }

    fn get(&mut self, url: &str) -> Outgoing {
        self.send_plain("GET", url)
    }

    fn post(&mut self, content_type: &str, body: &str) -> Outgoing {
        self.send(&Incoming {
            method: "POST".to_owned(),
            url: "/api_v3/index.php".to_owned(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.as_bytes().to_vec(),
            ..Incoming::default()
        })
    }

    fn post_form(&mut self, form: &str) -> Outgoing {
        self.post("application/x-www-form-urlencoded", form)
    }
}

fn seed() -> Value {
    json!({ "partners": [{ "id": 102, "adminSecret": "admin", "userSecret": "user" }] })
}

fn code(answer: &Value) -> &str {
    answer["code"].as_str().unwrap_or("no error")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
