//! Reads responses as a widget session or as sessions.

use super::item::{HashTypes, Remedy, RetryTerms};
use super::{Exchange, InFlight, Reply, is_dead_widget, is_refused_hash};
use crate::clock::Timing;
use crate::error::Error::{self, NotGranted};
use crate::kaltura::{Fields, Operation, Value, check};
use crate::secret::Secret;
use crate::session::{Session, SessionRequest, Widget};

impl Exchange {
    /// The secrets that no error may contain.
    fn secrets(&self) -> Vec<&Secret> {
        let mut secrets: Vec<_> = self.credentials.app_token.iter().collect();
        secrets.extend(self.widget.as_ref().map(|widget| &widget.ks));
        secrets.extend(self.hashes.iter().flatten());
        secrets
    }

    pub(super) fn read<'a>(
        &self,
        sent: &InFlight,
        answer: Reply<'a>,
    ) -> Result<Value<'a>, Box<Error>> {
        answer.read(&sent.operation, &self.secrets())
    }

    pub(super) fn take_widget(
        &mut self,
        sent: &InFlight,
        reply: Result<Value<'_>, Box<Error>>,
        timing: Timing,
        retry_terms: RetryTerms,
    ) {
        let widget = reply.and_then(|reply| {
            Widget::read(
                fields(reply),
                self.credentials.partner_id,
                self.terms.widget_expiry_s,
                timing,
            )
            .map_err(|problem| Error::bad_response(&sent.operation, problem))
        });
        let error = match widget {
            Ok(widget) => {
                self.widget = Some(widget);
                self.is_widget_new = true;
                return;
            }
            Err(error) => error,
        };
        self.last_error = Some(error.clone());
        if self.items.is_empty() {
            self.widget_error = self.widget_tries.fail(error, retry_terms).err();
            return;
        }
        // Every open item has failed with it.
        for index in self.open() {
            self.fail(index, error.clone(), retry_terms);
        }
    }

    /// Takes the results of the items that were sent, one for each.
    pub(super) fn take_sessions(
        &mut self,
        sent: &InFlight,
        reply: Result<Value<'_>, Box<Error>>,
        timing: Timing,
        retry_terms: RetryTerms,
    ) {
        let replies = reply.and_then(|reply| split(&sent.operation, reply, sent.items.len()));
        let replies: Vec<_> = match replies {
            Ok(replies) => replies.into_iter().map(Ok).collect(),
            Err(error) => {
                self.last_error = Some(error.clone());
                sent.items.iter().map(|_| Err(error.clone())).collect()
            }
        };
        let mut failed = Vec::new();
        for (index, reply) in sent.items.iter().zip(replies) {
            let result = reply.and_then(|reply| self.read_session(sent, *index, reply, timing));
            // A session that differs from the request still proves the hash.
            if result
                .as_ref()
                .map_or_else(|it| matches!(**it, NotGranted(_)), |_| true)
            {
                let item = self.items.get(*index);
                self.proven_hash = self.proven_hash.or(item.map(|item| item.hash_index));
            }
            match result {
                Ok(session) => self.settle(*index, Ok(session)),
                Err(error) => failed.push((*index, error)),
            }
        }
        // What the accepted items show about the hash applies to the refused ones.
        let hash_types = HashTypes {
            count: self.credentials.hash_types.len(),
            proven: self.proven_hash,
        };
        let widget = self.widget.as_ref().map(|it| it.ks.clone());
        for (index, mut error) in failed {
            if matches!(&*error, Error::Kaltura(refusal) if is_dead_widget(refusal)) {
                self.dead_widget.clone_from(&widget);
            }
            let Some(item) = self.items.get_mut(index) else {
                continue;
            };
            let hash_index = item.hash_index;
            if let Some(ms) = retry_terms.retry_after_ms {
                error.ask_for_pause(ms);
            }
            if let [_] = *sent.items {
                self.last_error = Some(error.clone());
            }
            match item.remedy(&error, hash_types) {
                Some(Remedy::FreshWidget) => self.widget = None,
                Some(Remedy::OtherHash) => {}
                None => {
                    self.add_hash_type(&mut error, hash_index);
                    self.fail(index, error, retry_terms);
                }
            }
        }
    }

    /// Plans a retry of an item, or ends it with its error.
    fn fail(&mut self, index: usize, error: Box<Error>, terms: RetryTerms) {
        let tries = self.items.get_mut(index).map(|item| &mut item.tries);
        if let Some(Err(error)) = tries.map(|it| it.fail(error, terms)) {
            self.settle(index, Err(error));
        }
    }

    fn add_hash_type(&self, error: &mut Error, hash_index: usize) {
        if let Error::Kaltura(refusal) = error
            && is_refused_hash(refusal)
        {
            refusal.hash_type = Some(self.hash_type(hash_index));
        }
    }

    fn read_session(
        &self,
        sent: &InFlight,
        index: usize,
        reply: Value<'_>,
        timing: Timing,
    ) -> Result<Session, Box<Error>> {
        let answer = fields(reply);
        check(answer, &sent.operation, &self.secrets())
            .map_err(|error| Error::of_response(&sent.operation, error))?;
        let unknown = SessionRequest::default();
        let wish = self.items.get(index).map_or(&unknown, |item| &item.wish);
        let session = Session::read(
            answer,
            self.credentials.partner_id,
            &self.credentials.app_token_id,
            self.widget.as_ref(),
            wish,
            self.clock,
            timing,
        )
        .map_err(|problem| Error::bad_response(&sent.operation, problem))?;
        if self.terms.grants.refuses(&session.differences) {
            return Err(Box::new(NotGranted(session.differences)));
        }
        Ok(session)
    }
}

/// The results of a multirequest's items, or the one result of a single call.
fn split<'a>(
    operation: &Operation,
    reply: Value<'a>,
    items: usize,
) -> Result<Vec<Value<'a>>, Box<Error>> {
    let replies: Vec<_> = match reply {
        reply if items == 1 => vec![reply],
        // One more than expected is enough to see that there are too many.
        Value::List(replies) => replies.iter().take(items.saturating_add(1)).collect(),
        _ => Vec::new(),
    };
    if replies.len() == items {
        return Ok(replies);
    }
    Err(Error::bad_response(
        operation,
        "not one result for each request of the batch",
    ))
}

/// The fields of a result; none if it is not an object.
fn fields(reply: Value<'_>) -> Fields<'_> {
    reply.fields().unwrap_or(Fields::NONE)
}
