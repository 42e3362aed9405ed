//! The emulator as a caller meets it.

use serde_json::{Value, json};

use super::{Emulator, Incoming, Outgoing, State};
use crate::hash::{HashType, token_hash};
use crate::secret::Secret;

mod sessions;

/// Unix time at which every test begins.
const NOW: i64 = 1_800_000_000;

/// An emulator with a clock and a source of bytes of its own.
struct Kaltura {
    emulator: Emulator,
    now: i64,
    drawn: u8,
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
                    *drawn = drawn.wrapping_add(1);
                    *byte = *drawn;
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
        let hash_type = HashType::from_name(token["hashType"].as_str().unwrap()).unwrap();
        let secret = Secret::new(token["token"].as_str().unwrap().to_owned());
        let hash = token_hash(hash_type, &ks, &secret);
        let mut all = json!({ "ks": ks, "id": token["id"], "tokenHash": hash.expose() });
        all.as_object_mut()
            .unwrap()
            .extend(params.as_object().cloned().unwrap());
        self.call("appToken.startSession", &all)
    }
}

fn seed() -> Value {
    json!({ "partners": [{ "id": 102, "adminSecret": "admin", "userSecret": "user" }] })
}

fn code(answer: &Value) -> &str {
    answer["code"].as_str().unwrap_or("no error")
}
