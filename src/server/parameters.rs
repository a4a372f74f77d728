//! Form-encoded parameters: query strings and form bodies, decoded strictly.

use super::problem::Problem;

/// Decoded name and value pairs, in order; names may repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes `text`.
    ///
    /// # Errors
    /// 400 where a value is not UTF-8.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(name, true)?, decode(value, true)?))
            })
            .collect::<Result<_, Problem>>()
            .map(Self)
    }

    /// Adds those of `other`.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// All values of `name`.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The value of `name`; 400 where it is given more than once.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        match self.all(name)[..] {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(Problem::bad(format!("the parameter {name} is given more than once"))),
        }
    }

    /// True where `name` is given, with or without a value.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// All pairs.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// Percent-decodes `text` once, with `+` as a space in forms.
///
/// # Errors
/// 400 where the bytes are not UTF-8.
pub fn decode(text: &str, form: bool) -> Result<String, Problem> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).filter(|_| byte == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(if form && byte == b'+' { b' ' } else { byte });
                at += 1;
            }
        }
    }
    String::from_utf8(out).map_err(|_| Problem::bad("a parameter is not percent-encoded UTF-8"))
}

/// Percent-encodes everything but unreserved characters.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once() {
        let parameters = Parameters::parse("graph=http://e/%2531&q=a+b%20c&q=%E6%88%90&flag").unwrap();
        assert_eq!(parameters.one("graph").unwrap(), Some("http://e/%31"));
        assert_eq!(parameters.all("q"), ["a b c", "成"]);
        assert!(parameters.has("flag") && !parameters.has("no"));
        assert!(parameters.one("q").is_err());
        assert!(Parameters::parse("q=%FF").is_err());
        assert_eq!(decode(&encode("成 a&b+%"), true).unwrap(), "成 a&b+%");
    }
}
