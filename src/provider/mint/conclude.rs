//! What is made of a conversation that has ended.

use super::{Mint, MintState, News, Probe, Probed, Talk};
use crate::error::{Error, Failure};
use crate::provider::probe::{Liveness, can_be_probed};
use crate::provider::{Moment, Provider, revoked};
use crate::session::Session;

impl Mint {
    /// Takes the outcome of the exchange.
    pub(super) fn conclude(&mut self, provider: &mut Provider, talk: Talk, now: Moment) {
        let credential = talk.credential;
        let outcome = talk.exchange.finish();
        if outcome.clock.is_some() || outcome.widget.is_ok() {
            provider.shared.server_time.see(outcome.clock, now);
        }
        self.attempts = self.attempts.saturating_add(outcome.attempts);
        let attempts = self.attempts;
        let failure = |error| Failure { error, attempts };
        let succeeded = outcome.widget.is_ok() && outcome.sessions.iter().all(Result::is_ok);
        // The widget session is cached, so one request is enough.
        provider
            .budget
            .count(outcome.attempts.saturating_sub(1), succeeded);
        if self.is_for_widget {
            let failure = outcome.widget.err().map(failure);
            if let Some(failure) = &failure {
                provider.standings.refuse(credential, failure, now);
            }
            if let Some(flight) = self.flights.first() {
                provider.end_widget_flight(*flight, failure, now);
            }
            return;
        }
        if provider.standings.revocations(credential) != talk.revocations {
            // Another flight has found out meanwhile.
            let all = self.open.iter().map(|_| Err(revoked())).collect();
            return self.take_results(provider, credential, all, now);
        }
        if outcome.sessions.iter().any(Result::is_ok) {
            let is_news = provider.standings.granted(credential, outcome.hash_type);
            if is_news && let Some(hash_type) = outcome.found_hash_type {
                self.news.push((News::HashType(hash_type), credential));
            }
        }
        let results: Vec<_> = outcome
            .sessions
            .into_iter()
            .map(|result| result.map_err(failure))
            .collect();
        let mut sessions = results.iter().filter_map(|it| it.as_ref().ok());
        match sessions.find(|it| can_be_probed(&it.privileges)) {
            Some(session) if provider.standings.is_doubtful(credential) => {
                self.state = MintState::Probing(Probe {
                    ks: session.ks.clone(),
                    credential,
                    revocations: talk.revocations,
                    began: now,
                    of: Probed::New(results),
                });
            }
            _ => self.take_results(provider, credential, results, now),
        }
    }

    pub(super) fn judge_probe(
        &mut self,
        provider: &mut Provider,
        probe: Probe,
        verdict: Liveness,
        now: Moment,
    ) {
        let credential = probe.credential;
        // Another flight may have found out meanwhile.
        let is_known = provider.standings.revocations(credential) != probe.revocations;
        if let (Probed::Suspect(key), true) = (&probe.of, provider.is_isolated()) {
            // It says nothing about the token. A session that may have been ended counts as ended.
            if matches!(verdict, Liveness::LoggedOut | Liveness::Unknown) {
                provider.end_suspect(key, now);
            }
            provider.clear_suspicion(key);
            self.state = MintState::Choosing(None);
            return;
        }
        if verdict == Liveness::LoggedOut && !is_known {
            self.news.push((News::Revoked, credential));
            provider.revoke(credential, now);
        }
        let is_revoked = verdict == Liveness::LoggedOut || is_known;
        match probe.of {
            Probed::Suspect(key) => {
                provider.clear_suspicion(&key);
                self.state = MintState::Choosing(None);
            }
            Probed::New(results) if is_revoked => {
                let all = results.iter().map(|_| Err(revoked())).collect();
                self.take_results(provider, credential, all, now);
            }
            Probed::New(mut results) => {
                // A clock that was set back meanwhile must not prolong any of them.
                let waited_ms = now.steady_ms.saturating_sub(probe.began.steady_ms);
                let shown_ms = now.wall_ms.saturating_sub(probe.began.wall_ms);
                let set_back_ms = waited_ms.saturating_sub(shown_ms).max(0);
                for session in results.iter_mut().flatten() {
                    session.expires_at_ms = session.expires_at_ms.saturating_sub(set_back_ms);
                    session.came_at_ms = session.came_at_ms.saturating_sub(set_back_ms);
                }
                if verdict == Liveness::Alive {
                    provider.standings.clear_doubt(credential);
                }
                self.take_results(provider, credential, results, now);
            }
        }
    }

    /// Takes the results of the open flights, in order. Those for which another token may succeed stay open.
    pub(super) fn take_results(
        &mut self,
        provider: &mut Provider,
        credential: usize,
        results: Vec<Result<Session, Failure>>,
        now: Moment,
    ) {
        let failures = || results.iter().filter_map(|it| it.as_ref().err());
        if results.iter().all(Result::is_err) {
            for failure in failures() {
                provider.standings.refuse(credential, failure, now);
            }
        }
        let other = |error: &Error| provider.standings.after_refusal(credential, error, now);
        let other = failures().find_map(|it| other(&it.error));
        let other = other.filter(|_| !self.is_second);
        let mut left = Vec::new();
        for (place, result) in self.open.iter().zip(results) {
            let is_left = result.as_ref().is_err_and(|failure| {
                let standings = &provider.standings;
                let better = standings.after_refusal(credential, &failure.error, now);
                other.is_some() && better.is_some()
            });
            if is_left {
                left.push(*place);
            } else if let Some(slot) = self.results.get_mut(*place) {
                *slot = Some(result);
            }
        }
        self.open = left;
        self.is_second = true;
        self.state = if self.open.is_empty() {
            MintState::Done
        } else {
            MintState::Choosing(other)
        };
    }

    pub(super) fn fail_open(&mut self, failure: &Failure) {
        for place in core::mem::take(&mut self.open) {
            if let Some(slot) = self.results.get_mut(place) {
                *slot = Some(Err(failure.clone()));
            }
        }
    }
}
