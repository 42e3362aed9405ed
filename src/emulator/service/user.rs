//! The service `user`, as far as it is used to test sessions.

use super::Context;
use crate::emulator::answer::Answer;
use crate::emulator::app_token::cut_user_id;
use crate::emulator::arguments::Arguments;
use crate::emulator::exception::Exception;
use crate::emulator::partner::UserStatus;

/// The argument of `user.get`.
#[derive(Debug)]
pub(in crate::emulator) struct GetUser {
    user_id: Option<String>,
}

impl GetUser {
    pub fn read(arguments: Arguments<'_>) -> Result<Self, Exception> {
        Ok(Self {
            user_id: arguments.text("userId")?.filter(|id| !id.is_empty()),
        })
    }

    pub fn run(self, context: &mut Context<'_>) -> Result<Answer, Exception> {
        let Some(own) = context.session else {
            return Err(Exception::invalid_user_id());
        };
        let own_id = own.ks.user_id.clone().unwrap_or_default();
        let id = self.user_id.unwrap_or_else(|| own_id.clone());
        if id != own_id && !context.is_admin {
            return Err(Exception::cannot_retrieve_another_user());
        }
        let fresh = context.fresh_user && id == own_id;
        let partner = context.state.partners.get(&own.partner_id);
        let user = partner.and_then(|partner| partner.user(&id));
        user.filter(|user| user.status != UserStatus::Deleted)
            .map(|user| user.answer(&id, own.partner_id, fresh))
            .ok_or_else(Exception::invalid_user_id)
    }
}

/// The argument of `user.delete`.
#[derive(Debug)]
pub(in crate::emulator) struct Delete {
    user_id: String,
}

impl Delete {
    pub fn read(arguments: Arguments<'_>) -> Result<Self, Exception> {
        Ok(Self {
            user_id: arguments.required_text("userId")?,
        })
    }

    pub fn run(self, context: &mut Context<'_>) -> Result<Answer, Exception> {
        let now = context.now();
        let partner_id = context.session.map_or(0, |own| own.partner_id);
        let user = context
            .state
            .partners
            .get_mut(&partner_id)
            .and_then(|partner| partner.users.get_mut(&cut_user_id(&self.user_id)))
            .filter(|user| user.status != UserStatus::Deleted)
            .ok_or_else(Exception::invalid_user_id)?;
        user.status = UserStatus::Deleted;
        user.updated_at = now;
        user.deleted_at = Some(now);
        let answer = user.answer(&self.user_id, partner_id, false);
        // Its app tokens are deleted too; their sessions live on.
        let tokens = &mut context.state.app_tokens;
        context.budget.spend_rows(tokens.len());
        tokens.delete_of_user(partner_id, &cut_user_id(&self.user_id), now);
        Ok(answer)
    }
}
