//! The requests for sessions.

use super::item::Item;
use super::{Exchange, InFlight, slot};
use crate::decimal::decimal;
use crate::kaltura::{Operation, Params, Request};
use crate::secret::Secret;
use crate::session::hash::token_hash;
use crate::session::{LONGEST_ISOLATED_S, with_session_id};

impl Exchange {
    pub(super) fn widget_request(&mut self) -> Request {
        let mut params = Params::default();
        params.number("format", JSON);
        params.text("clientTag", &self.terms.client_tag);
        params.text(
            "widgetId",
            &["_", &decimal(self.credentials.partner_id)].concat(),
        );
        params.number("expiry", self.terms.widget_expiry_s);
        // Kaltura's cache spares it work, until it has once answered with something that is
        // no use: then the same answer would come again.
        if self.attempts > 1 {
            params.number("nocache", 1);
        }
        let operation = Operation::known("session", "startWidgetSession");
        self.hashes.clear();
        self.in_flight = Some(InFlight {
            operation: operation.clone(),
            items: Vec::new(),
        });
        Request::new(&self.terms.service_url, operation, params)
    }

    pub(super) fn session_request(&mut self, ks: &Secret, open: Vec<usize>) -> Request {
        self.is_widget_new = false;
        let mut params = Params::default();
        params.number("format", JSON);
        params.text("clientTag", &self.terms.client_tag);
        params.text("ks", ks.expose());
        let operation = if let [only] = open.as_slice() {
            self.ask(&mut params, *only, ks);
            start_session()
        } else {
            params.text("service", "multirequest");
            // Items are numbered from 1, and inherit the KS.
            for (number, index) in (1_u32..).zip(&open) {
                let mut item = Params::default();
                item.text("service", "appToken");
                item.text("action", "startSession");
                self.ask(&mut item, *index, ks);
                params.params(&decimal(number), item);
            }
            Operation::known("multirequest", "")
        };
        // Errors name the call, not the multirequest around it.
        self.in_flight = Some(InFlight {
            operation: start_session(),
            items: open,
        });
        Request::new(&self.terms.service_url, operation, params)
    }

    /// Adds the parameters of `appToken.startSession` for one item.
    fn ask(&mut self, params: &mut Params, index: usize, ks: &Secret) {
        let Some(item) = self.items.get_mut(index) else {
            return;
        };
        item.hash_index = self.proven_hash.unwrap_or(item.hash_index);
        let hash_index = item.hash_index;
        params.text("id", &self.credentials.app_token_id);
        let hash_type = self.hash_type(hash_index);
        if let Some(slot) = slot(&mut self.hashes, hash_index) {
            // Made here, or earlier by a signer.
            if let (None, Some(token)) = (&slot, &self.credentials.app_token) {
                *slot = Some(token_hash(hash_type, ks.expose(), token));
            }
            if let Some(hash) = slot {
                params.text("tokenHash", hash.expose());
            }
        }
        // Refusals are cached for two minutes without the KS in the key, so an equal call gets the same
        // refusal, even if its hash is right.
        params.number("nocache", 1);
        let Some(Item { wish, .. }) = self.items.get(index) else {
            return;
        };
        if let Some(user_id) = &wish.user_id {
            params.text("userId", user_id);
        }
        if let Some(session_type) = wish.session_type {
            params.number("type", session_type.number().into());
        }
        let is_isolated = wish.session_id.is_some();
        if let Some(expiry_s) = wish.expiry_s.or(is_isolated.then_some(LONGEST_ISOLATED_S)) {
            params.number("expiry", expiry_s);
        }
        let privileges = wish.privileges.as_deref();
        if let Some(own) = &wish.session_id {
            let privileges = with_session_id(privileges, own);
            params.text("sessionPrivileges", &privileges);
        } else if let Some(privileges) = privileges {
            params.text("sessionPrivileges", privileges);
        }
    }
}

/// Kaltura's number for JSON; its default is XML.
const JSON: u32 = 1;

fn start_session() -> Operation {
    Operation::known("appToken", "startSession")
}
