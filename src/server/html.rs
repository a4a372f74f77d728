//! Small server-made pages: readable without scripts, styled by a few lines, nothing fetched from elsewhere.

use std::fmt::Write;

use crate::graph::Cell;

/// Styles of all pages.
const STYLE: &str = "body{font:16px/1.7 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#111}\
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd}\
th{border-bottom:2px solid #0072B2}tbody:first-child{border-top:2px solid #0072B2}tbody:first-child td{width:50%}a{color:#0072B2}blockquote{margin:.3rem 0;padding:.1rem .8rem;border-left:4px solid #E69F00;background:#fafafa}\
textarea{width:100%;font:14px/1.5 monospace}code{background:#f3f3f3;padding:0 .2rem}.note{color:#555}@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}\
a{color:#56B4E9}th,td{border-color:#444}blockquote,code{background:#222}}";

/// What a browser may load for these pages: their own styles and nothing else.
pub const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Text with the characters escaped that mean something in HTML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// A whole page around `body`.
pub fn page(title: &str, chinese: bool, body: &str) -> String {
    let lang = if chinese { "zh-Hans" } else { "en" };
    let title = escape(title);
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style></head><body><p><a href=\"/\">园谱 yuanpu</a></p>\n<h1>{title}</h1>\n{body}\n</body></html>\n"
    )
}

/// A table; cells that stand for things of this graph link to their pages. Where no column has a name there is no head.
pub fn table(heads: &[String], rows: &[Vec<Cell>]) -> String {
    let mut out = String::from("<table>");
    if heads.iter().any(|head| !head.is_empty()) {
        out.push_str("<thead><tr>");
        for head in heads {
            push(&mut out, format_args!("<th>{}</th>", escape(head)));
        }
        out.push_str("</tr></thead>");
    }
    out.push_str("<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            push(&mut out, format_args!("<td>{}</td>", self::cell(cell)));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>");
    out
}

/// A cell, as a link where it has a page.
pub fn cell(cell: &Cell) -> String {
    let text = escape(&cell.text);
    match cell.iri.as_deref().and_then(page_of) {
        Some(path) => format!("<a href=\"{}\">{text}</a>", escape(&path)),
        None => text,
    }
}

/// The path of the page of `iri`, where it is a thing of this graph.
pub fn page_of(iri: &str) -> Option<String> {
    let path = iri.strip_prefix(super::entity::ROOT)?;
    let path = path.split('#').next().unwrap_or(path);
    (path.starts_with("/id/") || path.starts_with("/doc/"))
        .then(|| path.split('/').map(super::parameters::encode).collect::<Vec<_>>().join("/"))
}

/// Appends formatted text.
pub fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_break_out_of_the_page() {
        let cell =
            Cell { text: "<script>alert('x')</script>".to_owned(), iri: Some("https://w3id.org/yuanpu/id/region/\"onload=".to_owned()) };
        let html = table(&["a<b".to_owned()], &[vec![cell]]);
        assert!(!html.contains("<script>") && !html.contains("\"onload"), "{html}");
        assert!(html.contains("href=\"/id/region/%22onload%3D\""), "{html}");
    }
}
