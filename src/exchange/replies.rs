//! What comes back, read as a widget session or as sessions.

use super::{Answer, Exchange, InFlight, is_remediable};
use crate::api::{Fields, Operation, Value, check, read_response};
use crate::clock::Timing;
use crate::error::Error;
use crate::grants::Wish;
use crate::secret::Secret;
use crate::session::{Session, Widget};

impl Exchange {
    /// What no error may show.
    fn secrets<'a>(&'a self, sent: &'a InFlight) -> Vec<&'a Secret> {
        let widget = self.widget.as_ref().map(|widget| &widget.ks);
        [
            Some(&self.credentials.app_token),
            widget,
            sent.hash.as_ref(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    pub(super) fn read(&self, sent: &InFlight, answer: Answer<'_>) -> Result<Value, Box<Error>> {
        let operation = &sent.operation;
        let known = self.secrets(sent);
        match answer {
            Answer::Response(head, body) => read_response(operation, head, body, &known),
            Answer::Unusable(problem) => Err(Error::bad_response(operation, problem)),
            Answer::Lost(causes) => Err(Error::network(operation, causes, &known)),
        }
    }

    pub(super) fn take_widget(
        &mut self,
        sent: &InFlight,
        reply: Result<Value, Box<Error>>,
        timing: Timing,
    ) -> Result<(), Box<Error>> {
        let widget = Widget::read(&fields(reply?), self.credentials.partner_id, timing)
            .map_err(|problem| Error::bad_response(&sent.operation, problem))?;
        self.widget = Some(widget);
        Ok(())
    }

    /// Settles what is settled by the answer, and gives one of the errors that may pass.
    pub(super) fn take_sessions(
        &mut self,
        sent: &InFlight,
        reply: Result<Value, Box<Error>>,
        timing: Timing,
    ) -> Option<Box<Error>> {
        let replies = reply.and_then(|reply| split(&sent.operation, reply, sent.wishes.len()));
        let results: Vec<_> = match replies {
            Ok(replies) => replies.into_iter().map(Ok).collect(),
            Err(error) => sent.wishes.iter().map(|_| Err(error.clone())).collect(),
        };
        let mut passing = None;
        let mut remedied = false;
        for (index, result) in sent.wishes.iter().zip(results) {
            let result = result.and_then(|reply| self.read_session(sent, *index, reply, timing));
            match result {
                Err(error) if remedied && is_remediable(&error) => {}
                Err(error) if self.remedy(&error) => remedied = true,
                Err(error) if error.retryable() => passing = Some(error),
                Err(mut error) => {
                    self.add_hash_type(&mut error);
                    self.settle(*index, Err(error));
                }
                Ok(session) => self.settle(*index, Ok(session)),
            }
        }
        passing
    }

    fn read_session(
        &self,
        sent: &InFlight,
        index: usize,
        reply: Value,
        timing: Timing,
    ) -> Result<Session, Box<Error>> {
        let answer = fields(reply);
        check(&answer, &sent.operation, &self.secrets(sent))?;
        let unknown = Wish::default();
        let session = Session::read(
            &answer,
            self.credentials.partner_id,
            &self.credentials.app_token_id,
            self.wishes.get(index).unwrap_or(&unknown),
            self.clock,
            timing.received_ms,
        )
        .map_err(|problem| Error::bad_response(&sent.operation, problem))?;
        if self.terms.grants.refuses(&session.differences) {
            return Err(Box::new(Error::NotGranted(session.differences)));
        }
        Ok(session)
    }
}

/// The answers to the items of a multirequest, or the one answer to a single call.
fn split(operation: &Operation, reply: Value, items: usize) -> Result<Vec<Value>, Box<Error>> {
    match reply {
        reply if items == 1 => Ok(vec![reply]),
        Value::List(replies) if replies.len() == items => Ok(replies),
        _ => Err(Error::bad_response(
            operation,
            "not one answer for each request of the batch",
        )),
    }
}

/// The fields of an answer; what is no object has none.
fn fields(reply: Value) -> Fields {
    match reply {
        Value::Object(fields) => fields,
        _ => Fields::NONE,
    }
}
