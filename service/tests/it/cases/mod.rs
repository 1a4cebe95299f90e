//! The cases of the API.

mod attacks;
mod contract;
mod coordinates;
mod errors;
mod pages;
mod stricter;

use crate::Case;

pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    [attacks::CASES, contract::CASES, coordinates::CASES, errors::CASES, pages::CASES, stricter::CASES]
        .into_iter()
        .flatten()
}
