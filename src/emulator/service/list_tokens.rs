//! `appToken.list`.

use std::collections::BTreeSet;

use super::Context;
use crate::emulator::answer::{Answer, Object};
use crate::emulator::app_token::{Status, TokenRecord};
use crate::emulator::app_tokens::{compared, searched};
use crate::emulator::arguments::{Arguments, absolute_time};
use crate::emulator::exception::Exception;
use crate::emulator::php::{PhpParams, text_to_int};
use crate::work::steps;

/// The arguments of `appToken.list`.
#[derive(Debug)]
pub(in crate::emulator) struct ListTokens {
    filter: PhpParams,
    page_size: i64,
    page_index: i64,
}

impl ListTokens {
    pub fn read(arguments: Arguments<'_>) -> Result<Self, Exception> {
        let pager = arguments.object("pager")?.unwrap_or_default();
        let pager = Arguments(&pager);
        Ok(Self {
            filter: arguments.object("filter")?.unwrap_or_default(),
            page_size: pager.int("pageSize").unwrap_or(30).clamp(0, 500),
            page_index: pager.int("pageIndex").unwrap_or(1).max(1),
        })
    }

    pub fn run(self, context: &mut Context<'_>) -> Result<Answer, Exception> {
        let now = context.now();
        let partner_id = context.session.map_or(0, |own| own.partner_id);
        let filter = Arguments(&self.filter);
        let response = Object::new("KalturaAppTokenListResponse");
        let user_id = filter.text("sessionUserIdEqual")?;
        if let (Some(id), Some(partner)) = (&user_id, context.state.partners.get(&partner_id))
            && partner.user(id).is_none()
        {
            let none = None::<Answer>;
            return Ok(Answer::Object(
                response.with("totalCount", 0).with("objects", none),
            ));
        }
        let wanted = Wanted::read(filter, user_id, now)?;
        if !context.budget.spend_rows(context.state.app_tokens.len()) {
            return Ok(Answer::Null);
        }
        let mut found: Vec<&TokenRecord> = context
            .state
            .app_tokens
            .iter()
            .filter(|token| token.partner_id == partner_id && token.status != Status::Deleted)
            .filter(|token| wanted.matches(token))
            .collect();
        // The database's own order, which a requested order only refines.
        found.sort_by(|a, b| (a.status, &a.id).cmp(&(b.status, &b.id)));
        match filter.text("orderBy")?.as_deref() {
            Some("+createdAt") => found.sort_by_key(|token| token.created_at),
            Some("-createdAt") => found.sort_by_key(|token| core::cmp::Reverse(token.created_at)),
            Some("+updatedAt") => found.sort_by_key(|token| token.updated_at),
            Some("-updatedAt") => found.sort_by_key(|token| core::cmp::Reverse(token.updated_at)),
            _ => {}
        }
        let page_size = usize::try_from(self.page_size).unwrap_or_default();
        let pages_before = usize::try_from(self.page_index.saturating_sub(1)).unwrap_or_default();
        let page = found
            .iter()
            .skip(page_size.saturating_mul(pages_before))
            .take(page_size)
            .take_while(|token| context.budget.spend(token.bytes()))
            .map(|token| token.answer())
            .collect();
        let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
        Ok(Answer::Object(
            response
                .with("totalCount", total)
                .with("objects", Answer::List(page)),
        ))
    }
}

/// What a filter lets through.
struct Wanted {
    /// As they are searched for.
    ids: Option<BTreeSet<String>>,
    statuses: Option<BTreeSet<i64>>,
    user_id: Option<String>,
    created: (i64, i64),
    updated: (i64, i64),
}

impl Wanted {
    fn read(filter: Arguments<'_>, user_id: Option<String>, now: i64) -> Result<Self, Exception> {
        let list = |equal: &str, among: &str| -> Result<Option<Vec<String>>, Exception> {
            let one = filter.text(equal)?.map(|text| vec![text]);
            let many = filter.text(among)?;
            let many = many.map(|text| text.split(',').map(|id| id.trim().to_owned()).collect());
            Ok(match (one, many) {
                (Some(one), Some(many)) => {
                    let many: Vec<String> = many;
                    Some(one.into_iter().filter(|id| many.contains(id)).collect())
                }
                (one, many) => one.or(many),
            })
        };
        let span = |from: &str, to: &str| {
            let time = |name| filter.int(name).map(|time| absolute_time(time, now));
            (time(from).unwrap_or(i64::MIN), time(to).unwrap_or(i64::MAX))
        };
        let ids = list("idEqual", "idIn")?;
        let one = filter.app_token_status("statusEqual")?;
        let many = list("", "statusIn")?;
        let numbers = |texts: Vec<String>| texts.iter().map(|text| text_to_int(text)).collect();
        let statuses = one
            .map(|status| BTreeSet::from([status]))
            .or(many.map(numbers));
        Ok(Self {
            ids: ids.map(|ids| ids.iter().map(|id| searched(id)).collect()),
            statuses,
            user_id,
            created: span("createdAtGreaterThanOrEqual", "createdAtLessThanOrEqual"),
            updated: span("updatedAtGreaterThanOrEqual", "updatedAtLessThanOrEqual"),
        })
    }

    fn matches(&self, token: &TokenRecord) -> bool {
        steps(1);
        let within = |(from, to): (i64, i64), time| from <= time && time <= to;
        self.ids
            .as_ref()
            .is_none_or(|ids| ids.contains(&compared(&token.id)))
            && self
                .statuses
                .as_ref()
                .is_none_or(|statuses| statuses.contains(&i64::from(token.status)))
            && (self.user_id.is_none() || self.user_id == token.session_user_id)
            && within(self.created, token.created_at)
            && within(self.updated, token.updated_at)
    }
}
