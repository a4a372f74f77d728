//! The parts of a `multipart/form-data` body (RFC 7578), as far as the Graph Store Protocol needs them.

use super::problem::Problem;

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its `Content-Type`; empty where none is given.
    pub content_type: String,
    /// File name that the client gives.
    pub file_name: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Takes `body` apart at the boundary that `content_type` names.
///
/// # Errors
/// 400 where the boundary is missing or the body is torn.
pub fn parts(content_type: &str, body: &[u8]) -> Result<Vec<Part>, Problem> {
    let boundary = content_type
        .split(';')
        .filter_map(|parameter| parameter.trim().strip_prefix("boundary="))
        .map(|value| value.trim_matches('"'))
        .find(|value| !value.is_empty())
        .ok_or_else(|| Problem::bad("multipart/form-data needs a boundary"))?;
    let delimiter = format!("--{boundary}").into_bytes();
    let mut rest = body.get(find(body, &delimiter).ok_or_else(torn)? + delimiter.len()..).unwrap_or_default();
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let end = find(rest, &delimiter).ok_or_else(torn)?;
        parts.push(part(rest.get(..end).unwrap_or_default())?);
        rest = rest.get(end + delimiter.len()..).unwrap_or_default();
    }
    Ok(parts)
}

fn torn() -> Problem {
    Problem::bad("the multipart body has no closing boundary")
}

/// Headers, an empty line, the bytes, a line end before the next boundary.
fn part(bytes: &[u8]) -> Result<Part, Problem> {
    let bytes = bytes.strip_prefix(b"\r\n").or_else(|| bytes.strip_prefix(b"\n")).unwrap_or(bytes);
    let (head, content) = [&b"\r\n\r\n"[..], b"\n\n"]
        .into_iter()
        .find_map(|blank| {
            find(bytes, blank).map(|at| (bytes.get(..at).unwrap_or_default(), bytes.get(at + blank.len()..).unwrap_or_default()))
        })
        .ok_or_else(|| Problem::bad("a part of the multipart body has no headers"))?;
    let content = content.strip_suffix(b"\r\n").or_else(|| content.strip_suffix(b"\n")).unwrap_or(content);
    let head = String::from_utf8_lossy(head);
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned()).next()
    };
    let file_name = header("content-disposition").and_then(|value| {
        let name = value.split(';').filter_map(|p| p.trim().strip_prefix("filename=").map(|v| v.trim_matches('"').to_owned())).next();
        name.filter(|name| !name.is_empty())
    });
    Ok(Part { content_type: header("content-type").unwrap_or_default(), file_name, bytes: content.to_vec() })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_bytes_and_types() {
        let body = b"preamble\r\n--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a.ttl\"\r\nContent-Type: text/turtle\r\n\r\n<a> <b> <c> .\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n\xff\r\n--x--\r\n";
        let found = parts("multipart/form-data; boundary=\"x\"", body).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].content_type.as_str(), found[0].bytes.as_slice()), ("text/turtle", &b"<a> <b> <c> .\r\n"[..]));
        assert_eq!((found[1].file_name.clone(), found[1].bytes.as_slice()), (None, &b"\xff"[..]));
    }

    #[test]
    fn torn_bodies_are_refused() {
        assert!(parts("multipart/form-data", b"--x--").is_err());
        assert!(parts("multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\nc").is_err());
    }
}
