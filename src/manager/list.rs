//! Filters and pages of lists of application tokens.

use super::fields::{FieldLookup, TEN_YEARS_S};
use super::prepare::Prepared;
use crate::error::InvalidOption;
use crate::kaltura::Params;
use crate::options::{self, Input, Named, Read};
use crate::secret::looks_secret;
use crate::work;

/// The fields of a filter.
pub const FILTER: [&str; 10] = [
    "idEqual",
    "idIn",
    "statusEqual",
    "statusIn",
    "sessionUserIdEqual",
    "createdAtGreaterThanOrEqual",
    "createdAtLessThanOrEqual",
    "updatedAtGreaterThanOrEqual",
    "updatedAtLessThanOrEqual",
    "orderBy",
];

/// The fields of a pager.
pub const PAGER: [&str; 2] = ["pageSize", "pageIndex"];

const ORDERS: [&str; 4] = ["+createdAt", "-createdAt", "+updatedAt", "-updatedAt"];

/// The most tokens on a page.
const LONGEST_PAGE: u32 = 500;
/// The last page to request; a server with more pages is faulty.
pub const MOST_PAGES: u32 = 10_000;

/// The parameters of `appToken.list` for one page: the pager's page, or for `all` the page that is `further` pages
/// after it.
pub fn list(
    filter: FieldLookup<'_>,
    pager: FieldLookup<'_>,
    all: bool,
    further: u32,
) -> Read<(Prepared, Paging)> {
    const SIZE: &str = "a whole number from 1 to 500";
    const INDEX: &str = "a whole number from 1 to 10000";
    let mut prepared = Prepared::default();
    let mut given = Params::default();
    given.text("objectType", "KalturaAppTokenFilter");
    for name in FILTER {
        add_condition(&mut given, name, filter(name))?;
    }
    prepared.params.params("filter", given);

    let size = options::optional_integer(pager("pageSize"), 1, LONGEST_PAGE, SIZE)?;
    let first = options::optional_integer(pager("pageIndex"), 1, MOST_PAGES, INDEX)?;
    // Kaltura's default page of 30 would take many requests.
    let size = size.unwrap_or(if all { LONGEST_PAGE } else { 30 });
    let index = first.unwrap_or(1).saturating_add(further);
    let mut pager = Params::default();
    pager.text("objectType", "KalturaFilterPager");
    pager.number("pageSize", size);
    pager.number("pageIndex", index);
    prepared.params.params("pager", pager);
    Ok((prepared, Paging { size, index }))
}

/// The requested page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// Its maximum number of tokens.
    pub size: u32,
    /// Its number, from 1.
    pub index: u32,
}

impl Paging {
    /// Whether there may be more after this page, which had `received` tokens of `total`.
    pub fn goes_on(self, received: u32, total: i64) -> bool {
        let so_far = i64::from(self.size).saturating_mul(self.index.into());
        received >= self.size && so_far < total
    }
}

fn add_condition(params: &mut Params, name: &str, Named { path, input }: Named) -> Read<()> {
    if input == Input::Missing {
        return Ok(());
    }
    let named = Named { path, input };
    match name {
        "idEqual" | "idIn" => {
            let path = named.path.clone();
            let ids = if name == "idIn" {
                several(named)?
            } else {
                text(named)?
            };
            if ids.split(',').any(|id| looks_secret(id.trim())) {
                return Err(InvalidOption::new(path, options::NO_ID));
            }
            params.text(name, &ids);
        }
        "sessionUserIdEqual" => params.text(name, &text(named)?),
        "statusIn" => {
            let path = named.path.clone();
            let statuses = several(named)?;
            if !statuses.split(',').all(|it| matches!(it, "1" | "2" | "3")) {
                const EXPECTED: &str = "an array of 1 (disabled), 2 (active) and 3 (deleted)";
                return Err(InvalidOption::new(path, EXPECTED));
            }
            params.text(name, &statuses);
        }
        "statusEqual" => {
            const EXPECTED: &str = "1 (disabled), 2 (active) or 3 (deleted)";
            let status = options::optional_integer(named, 1, 3, EXPECTED)?;
            params.number(name, status.unwrap_or_default());
        }
        "orderBy" => {
            let path = named.path.clone();
            let order = text(named)?;
            if !ORDERS.contains(&&*order) {
                const EXPECTED: &str = "'+createdAt', '-createdAt', '+updatedAt' or '-updatedAt'";
                return Err(InvalidOption::new(path, EXPECTED));
            }
            params.text(name, &order);
        }
        _ => params.number(name, time(named)?),
    }
    Ok(())
}

fn text(Named { path, input }: Named) -> Read<String> {
    if let Input::Text(Some(text)) = &input {
        work::steps(text.len());
    }
    match input {
        Input::Text(Some(text)) if !text.chars().any(char::is_control) => Ok(text),
        _ => Err(InvalidOption::new(
            path,
            "a string without control characters",
        )),
    }
}

/// A list as Kaltura's text, separated by commas.
fn several(Named { path, input }: Named) -> Read<String> {
    if let Input::Text(Some(text)) = &input {
        work::steps(text.len());
    }
    match input {
        Input::Text(Some(text))
            if text.bytes().all(|b| b.is_ascii_graphic()) && !text.is_empty() =>
        {
            Ok(text)
        }
        _ => Err(InvalidOption::new(
            path,
            "an array that isn't empty, or text with commas and without spaces",
        )),
    }
}

/// Kaltura reads a small number as seconds from now.
fn time(Named { path, input }: Named) -> Read<u32> {
    const EXPECTED: &str = "a time in unix seconds (not milliseconds), a whole number";
    let least = u32::try_from(TEN_YEARS_S.saturating_add(1)).unwrap_or(u32::MAX);
    let time = options::optional_integer(
        Named {
            path: path.clone(),
            input,
        },
        least,
        u32::MAX,
        EXPECTED,
    )?;
    time.ok_or_else(|| InvalidOption::new(path, EXPECTED))
}
