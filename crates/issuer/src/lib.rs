//! A local Microsoft Entra ID.
//!
//! An [`Issuer`] answers the requests of sign-in libraries and of `validate-jwt`: metadata, keys, and a token for whoever asks.
//! There are no passwords, no consent and no pages: any secret is right, a user is always signed in. Keys come from the seed and
//! times from the [`clock`], so that a run repeats; its tokens open nothing outside.
//!
//! It opens no socket: the gateway hands it what is meant for `login.microsoftonline.com`, and `apimite` gives it an address.
//!
//! | request | answer |
//! |---|---|
//! | `GET /{tenant}/v2.0/.well-known/openid-configuration` | metadata; without `v2.0` those of version 1 |
//! | `GET /{tenant}/discovery/v2.0/keys` | the keys that check its tokens |
//! | `POST /{tenant}/oauth2/v2.0/token` | a token; without `v2.0` one of version 1 |
//! | `GET /{tenant}/oauth2/v2.0/authorize` | a redirect with a code, at once |
//! | `POST /{tenant}/oauth2/v2.0/devicecode` | a code, at once granted |
//! | `GET /common/userrealm/{user}`, `GET /common/discovery/instance` | what sign-in libraries ask first |
//! | `GET /msi/token?resource=...` | a token of the managed identity, as `IDENTITY_ENDPOINT` gives it |

mod claims; // what tokens say
mod code; // codes that become tokens
mod form; // parameters
mod grants; // the token endpoint
mod issuer; // who issues
mod metadata; // what is published
mod routes; // which request is what

pub use issuer::{Issuer, NotAccepted, SignedIn, is_authority};

#[cfg(test)]
mod tests;
