//! Who may do what. Without tokens everybody may read, and on a loopback address also write and administer. Tokens are compared in
//! constant time and never logged.

use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::problem::Problem;
use crate::graph::NamedNode;

/// What a token allows; each role includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Ask.
    Read,
    /// Update.
    Write,
    /// See and stop what runs.
    Admin,
}

/// One token.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// What the client sends as `Authorization: Bearer …`.
    pub secret: String,
    /// What it allows.
    pub role: Role,
    /// IRIs of the graphs that it may see, `default` for the default graph; all where absent.
    #[serde(default)]
    pub graphs: Option<Vec<String>>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").field("role", &self.role).field("graphs", &self.graphs).finish_non_exhaustive()
    }
}

/// All tokens of a server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// The tokens.
    #[serde(default)]
    pub token: Vec<Token>,
}

/// Tokens that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokensError {
    /// Too easy to guess.
    #[error("a token needs at least 16 characters")]
    Short,
    /// Writing with a limit on graphs.
    #[error("only read tokens may be limited to graphs")]
    LimitedWriter,
}

/// What a request may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Graphs in sight; all where `None`.
    pub graphs: Option<Vec<NamedNode>>,
    /// Whether the default graph is in sight.
    pub default_graph: bool,
}

impl Tokens {
    /// Checks that the tokens are fit for use.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), TokensError> {
        for token in &self.token {
            if token.secret.len() < 16 {
                return Err(TokensError::Short);
            }
            if token.graphs.is_some() && token.role != Role::Read {
                return Err(TokensError::LimitedWriter);
            }
        }
        Ok(())
    }

    /// What the bearer of `headers` may do; `local` where the server is bound to a loopback address.
    ///
    /// # Errors
    /// 401 for a token that is not known.
    pub fn grant(&self, headers: &HeaderMap, local: bool) -> Result<Option<Grant>, Problem> {
        let all = |role| Grant { role, graphs: None, default_graph: true };
        let Some(value) = headers.get(header::AUTHORIZATION) else {
            let needs_token = |role| self.token.iter().any(|token| token.role <= role);
            return Ok(match (self.token.is_empty(), local) {
                (true, true) => Some(all(Role::Admin)),
                (true, false) => Some(all(Role::Read)),
                (false, _) => (!needs_token(Role::Read)).then(|| all(Role::Read)),
            });
        };
        let given =
            value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer "))).unwrap_or("").trim();
        let mut found = None;
        for token in &self.token {
            // All are compared, so that the time does not tell which one was near.
            if bool::from(token.secret.as_bytes().ct_eq(given.as_bytes())) {
                found = Some(token);
            }
        }
        let token = found.ok_or_else(unauthorized)?;
        let graphs = token
            .graphs
            .as_ref()
            .map(|graphs| graphs.iter().filter_map(|graph| NamedNode::new(graph).ok()).filter(|g| g.as_str() != "default").collect());
        let default_graph = token.graphs.as_ref().is_none_or(|graphs| graphs.iter().any(|graph| graph == "default"));
        Ok(Some(Grant { role: token.role, graphs, default_graph }))
    }
}

/// 401, or 403 where a token was given that does not reach.
pub fn demand(grant: Option<&Grant>, role: Role) -> Result<(), Problem> {
    match grant {
        Some(grant) if grant.role >= role => Ok(()),
        Some(_) if role == Role::Read => Ok(()),
        Some(_) => Err(unauthorized()),
        None => Err(unauthorized()),
    }
}

fn unauthorized() -> Problem {
    let challenge = axum::http::HeaderValue::from_static("Bearer realm=\"yuanpu\"");
    Problem::new(StatusCode::UNAUTHORIZED, "this needs a token that allows it: Authorization: Bearer …")
        .header(header::WWW_AUTHENTICATE, challenge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        let token = |secret: &str, role, graphs: Option<&[&str]>| Token {
            secret: secret.to_owned(),
            role,
            graphs: graphs.map(|graphs| graphs.iter().map(|g| (*g).to_owned()).collect()),
        };
        Tokens {
            token: vec![
                token("reader-reader-reader", Role::Read, Some(&["https://e/g"])),
                token("writer-writer-writer", Role::Write, None),
            ],
        }
    }

    fn bearer(secret: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::AUTHORIZATION, format!("Bearer {secret}").parse().unwrap())])
    }

    #[test]
    fn loopback_without_tokens_may_do_all_and_the_rest_may_read() {
        let none = Tokens::default();
        assert_eq!(none.grant(&HeaderMap::new(), true).unwrap().unwrap().role, Role::Admin);
        assert_eq!(none.grant(&HeaderMap::new(), false).unwrap().unwrap().role, Role::Read);
    }

    #[test]
    fn tokens_are_needed_where_there_are_any() {
        assert_eq!(tokens().grant(&HeaderMap::new(), true).unwrap(), None);
        assert_eq!(tokens().grant(&bearer("writer-writer-writer"), false).unwrap().unwrap().role, Role::Write);
        assert_eq!(tokens().grant(&bearer("wrong"), true).unwrap_err().status(), StatusCode::UNAUTHORIZED);
        let reader = tokens().grant(&bearer("reader-reader-reader"), false).unwrap().unwrap();
        assert_eq!((reader.graphs.unwrap().len(), reader.default_graph), (1, false));
        assert!(tokens().check().is_ok());
    }
}
