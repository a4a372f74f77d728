//! What is known about a document: front matter of a text, a side-car `<name>.meta.toml`, meta tags of HTML, properties of Word.
//! The side-car wins over front matter, and front matter over what the format itself carries.

use std::path::{Path, PathBuf};

use super::error::{Fault, ReadError};
use super::find::display_path;
use crate::model::Metadata;

/// Enters one property under the key that the file uses for it; the first value of a field stays.
pub(super) fn enter(metadata: &mut Metadata, key: &str, value: &str) {
    let value = value.trim();
    if value.is_empty() {
        return;
    }
    let key = key.trim().to_ascii_lowercase().replace('_', "-");
    match key.as_str() {
        "title" => set(&mut metadata.title, value),
        "publisher" => set(&mut metadata.publisher, value),
        "author" | "authors" | "creator" | "creators" => metadata.creators.extend(people(value)),
        "date" | "published" | "issued" => match calendar_date(value) {
            Some(date) => set(&mut metadata.date, &date),
            None => keep(metadata, key, value),
        },
        "source" | "url" => set(&mut metadata.source, value),
        _ => keep(metadata, key, value),
    }
}

fn set(field: &mut Option<String>, value: &str) {
    field.get_or_insert_with(|| value.to_owned());
}

fn keep(metadata: &mut Metadata, key: String, value: &str) {
    metadata.other.entry(key).or_insert_with(|| value.to_owned());
}

/// Names in a list parted by semicolons or enumeration commas.
pub(super) fn people(value: &str) -> impl Iterator<Item = String> + '_ {
    value.split([';', '；', '、']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD` from the start of `value`, whatever stands between the numbers.
pub(super) fn calendar_date(value: &str) -> Option<String> {
    let mut numbers = value.trim().split(|c: char| !c.is_ascii_digit());
    let first = numbers.next()?;
    let parts: Vec<&str> = match first.len() {
        8 => vec![&first[..4], &first[4..6], &first[6..]],
        4 => std::iter::once(first).chain(numbers.take(2).take_while(|part| matches!(part.len(), 1 | 2))).collect(),
        _ => return None,
    };
    let limits = [1000..=2999_u32, 1..=12, 1..=31];
    let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    if numbers.len() != parts.len() || numbers.iter().zip(limits).any(|(number, limit)| !limit.contains(number)) {
        return None;
    }
    Some(numbers.iter().enumerate().map(|(at, number)| if at == 0 { number.to_string() } else { format!("-{number:02}") }).collect())
}

/// Fills what `first` leaves open from `second`.
pub(super) fn merged(first: Metadata, second: Metadata) -> Metadata {
    let mut other = second.other;
    other.extend(first.other);
    Metadata {
        title: first.title.or(second.title),
        publisher: first.publisher.or(second.publisher),
        creators: if first.creators.is_empty() { second.creators } else { first.creators },
        date: first.date.or(second.date),
        source: first.source.or(second.source),
        other,
    }
}

/// The block between two `---` lines at the start of a text: `key: value`, `key: [a, b]`, or a key with `- item` lines below it.
/// Anything else in the block is passed over; a text without such a block has no metadata.
pub(super) fn front_matter(text: &str) -> Metadata {
    let mut metadata = Metadata::default();
    let mut lines = text.lines();
    if lines.next().map(str::trim_end) != Some("---") {
        return metadata;
    }
    let block: Vec<&str> = lines.by_ref().take(200).take_while(|line| !matches!(line.trim_end(), "---" | "...")).collect();
    let is_closed = text.lines().nth(block.len() + 1).is_some_and(|line| matches!(line.trim_end(), "---" | "..."));
    if !is_closed {
        return metadata;
    }
    let mut key = "";
    for line in block {
        if let Some(item) = line.trim_start().strip_prefix("- ") {
            enter(&mut metadata, key, unquoted(item));
        } else if let Some((name, value)) = line.split_once(':').filter(|(name, _)| !name.starts_with([' ', '\t', '#'])) {
            key = name;
            let value = unquoted(value);
            match value.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
                Some(list) => list.split(',').for_each(|item| enter(&mut metadata, key, unquoted(item))),
                None => enter(&mut metadata, key, value),
            }
        }
    }
    metadata
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(value)
}

/// The side-cars that may belong to `path`: `a.md.meta.toml`, then `a.meta.toml`.
fn sidecars(path: &Path) -> [PathBuf; 2] {
    let with = |name: Option<&std::ffi::OsStr>| {
        let mut name = name.unwrap_or_default().to_owned();
        name.push(".meta.toml");
        path.with_file_name(name)
    };
    [with(path.file_name()), with(path.file_stem())]
}

/// The side-car beside `path`, if there is one.
pub(super) fn sidecar_path(path: &Path) -> Option<PathBuf> {
    sidecars(path).into_iter().find(|candidate| candidate.is_file())
}

/// Metadata of the side-car beside `path`, if there is one.
///
/// # Errors
/// A side-car that cannot be read, is no TOML or holds anything but strings, numbers, dates and lists of them.
pub(super) fn sidecar(path: &Path) -> Result<Metadata, ReadError> {
    let Some(beside) = sidecar_path(path) else { return Ok(Metadata::default()) };
    let fault = |line: Option<usize>, reason: String| {
        ReadError::new(display_path(path), Fault::Sidecar { file: display_path(&beside), line, reason })
    };
    let text = std::fs::read_to_string(&beside).map_err(|error| fault(None, error.to_string()))?;
    let table: toml::Table = toml::from_str(&text).map_err(|error| {
        let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
        fault(line, error.message().trim_end().to_owned())
    })?;
    let mut metadata = Metadata::default();
    for (key, value) in &table {
        enter_value(&mut metadata, key, value).map_err(|()| {
            let line = text.lines().position(|line| line.trim_start().starts_with(key.as_str())).map(|at| at + 1);
            fault(line, format!("`{key}` is neither a string nor a list of strings"))
        })?;
    }
    Ok(metadata)
}

fn enter_value(metadata: &mut Metadata, key: &str, value: &toml::Value) -> Result<(), ()> {
    match value {
        toml::Value::String(text) => enter(metadata, key, text),
        toml::Value::Integer(number) => enter(metadata, key, &number.to_string()),
        toml::Value::Datetime(date) => enter(metadata, key, &date.to_string()),
        toml::Value::Array(items) => items.iter().try_for_each(|item| enter_value(metadata, key, item))?,
        _ => return Err(()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_in_many_dresses() {
        for (written, meant) in [
            ("2024-05-01", "2024-05-01"),
            ("2024年5月1日", "2024-05-01"),
            ("2024/5/1 10:30:00", "2024-05-01"),
            ("20240501", "2024-05-01"),
            ("2024-05", "2024-05"),
            ("2024年", "2024"),
            ("2024-05-01T08:00:00+08:00", "2024-05-01"),
        ] {
            assert_eq!(calendar_date(written).as_deref(), Some(meant), "{written}");
        }
        for none in ["", "yesterday", "5/1/2024", "2024-13-01", "123456"] {
            assert_eq!(calendar_date(none), None, "{none}");
        }
    }

    #[test]
    fn front_matter_is_read_and_bare_rules_are_not() {
        let text = "---\ntitle: \"园区: 劲从哪里来\"\npublisher: 成都日报\nauthor:\n  - 钟文\n  - 张传伟\ndate: 2024-03-05\ntags: [园区, 集群]\n---\n# 正文\n";
        let metadata = front_matter(text);
        assert_eq!(metadata.title.as_deref(), Some("园区: 劲从哪里来"));
        assert_eq!(metadata.creators, ["钟文", "张传伟"]);
        assert_eq!(metadata.date.as_deref(), Some("2024-03-05"));
        assert_eq!(metadata.other["tags"], "园区");
        assert_eq!(front_matter("---\n通知: 如下\n没有结尾"), Metadata::default());
        assert_eq!(front_matter("# 正文\n---\ntitle: x\n---\n"), Metadata::default());
    }

    #[test]
    fn a_sidecar_may_bear_the_full_name_or_the_stem() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("01-interview.md");
        std::fs::write(folder.path().join("01-interview.meta.toml"), "title = '甲'\ndate = 2024-05-01\nauthor = ['钟文']\nyear = 7\n")
            .unwrap();
        let by_stem = sidecar(&document).unwrap();
        assert_eq!((by_stem.title.as_deref(), by_stem.date.as_deref()), (Some("甲"), Some("2024-05-01")));
        assert_eq!(by_stem.other["year"], "7");
        std::fs::write(folder.path().join("01-interview.md.meta.toml"), "title = '乙'\n").unwrap();
        assert_eq!(sidecar(&document).unwrap().title.as_deref(), Some("乙"));
    }

    #[test]
    fn a_broken_sidecar_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.meta.toml"), "title = '甲'\ndate = [\n").unwrap();
        let error = sidecar(&folder.path().join("a.txt")).unwrap_err();
        assert!(matches!(error.fault, Fault::Sidecar { line: Some(2 | 3), .. }), "{error:?}");
    }
}
