//! The room for a body that is being read; see [`crate::intake`].

use core::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::host::{Host, whole_ms};
use crate::intake::{Body, Intake};

std::thread_local! {
    static INTAKE: RefCell<Intake<Function>> = const { RefCell::new(Intake::new()) };
}

/// The room of one body, until it is dropped.
pub struct Room<'a> {
    body: Body,
    host: &'a Host,
}

impl<'a> Room<'a> {
    /// Makes the room for a body of at most `limit` bytes.
    pub fn new(limit: usize, host: &'a Host) -> Self {
        let body = Body::new(limit);
        Self { body, host }
    }

    /// Waits until the body may hold `total` bytes. Fails when the call ends.
    pub async fn hold(&mut self, total: usize) -> Result<(), JsValue> {
        while !self.claim(total) {
            let turn = self.host.turn();
            INTAKE.with_borrow_mut(|intake| intake.park(&self.body, turn.come()));
            JsFuture::from(turn.wait()).await?;
        }
        Ok(())
    }

    fn claim(&mut self, total: usize) -> bool {
        let now_ms = steady_ms(self.host);
        INTAKE.with_borrow_mut(|intake| intake.claim(&mut self.body, total, now_ms))
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        let now_ms = steady_ms(self.host);
        let woken = INTAKE.with_borrow_mut(|intake| intake.close(&self.body, now_ms));
        for come in woken {
            // Waking only settles a promise.
            let _ = come.call0(&JsValue::UNDEFINED);
        }
    }
}

fn steady_ms(host: &Host) -> i64 {
    whole_ms(host.steady())
}
