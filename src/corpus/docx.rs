//! Word to text: a line per paragraph, a tab between the cells of a table row; deleted text, field codes and doubled fall-back drawings are
//! left out. A file that unfolds beyond the limit is refused, so that a small archive cannot fill the memory.

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::encoding::{self, EncodingChoice};
use super::error::Fault;
use super::metadata;
use crate::model::Metadata;

const BODY: &str = "word/document.xml";
const PROPERTIES: &str = "docProps/core.xml";
/// Text compresses to a tenth or so; beyond this ratio an entry of more than [`BOMB_FLOOR`] bytes is a bomb.
const BOMB_RATIO: u64 = 200;
const BOMB_FLOOR: u64 = 16 << 20;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Whether the bytes are an archive with the main part of a Word file.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") && open(bytes).is_ok_and(|archive| archive.index_for_name(BODY).is_some())
}

/// Text and metadata of a Word file. `limit` is the most that a part may unfold to, in bytes.
///
/// # Errors
/// [`Fault::Docx`], [`Fault::TooLarge`], [`Fault::Binary`] for the older formats and encrypted files.
pub(super) fn read(bytes: &[u8], limit: u64) -> Result<(String, Metadata), Fault> {
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(Fault::Binary { looks_like: Some("Office 97-2003 or an encrypted file") });
    }
    let mut archive = open(bytes).map_err(Fault::Docx)?;
    let body = part(&mut archive, BODY, limit)?.ok_or_else(|| Fault::Docx(format!("no {BODY} inside")))?;
    let text = body_text(&body).map_err(Fault::Docx)?;
    let metadata = match part(&mut archive, PROPERTIES, limit)? {
        Some(xml) => properties(&xml).map_err(Fault::Docx)?,
        None => Metadata::default(),
    };
    Ok((text, metadata))
}

fn open(bytes: &[u8]) -> Result<Archive<'_>, String> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())
}

/// One XML part as text; nothing where the archive has no such part.
fn part(archive: &mut Archive<'_>, name: &str, limit: u64) -> Result<Option<String>, Fault> {
    if archive.index_for_name(name).is_none() {
        return Ok(None);
    }
    let file = archive.by_name(name).map_err(|error| Fault::Docx(error.to_string()))?;
    let limit = limit.min(BOMB_FLOOR.max(file.compressed_size().saturating_mul(BOMB_RATIO)));
    let mut xml = Vec::new();
    file.take(limit + 1).read_to_end(&mut xml).map_err(|error| Fault::Docx(error.to_string()))?;
    if xml.len() as u64 > limit {
        return Err(Fault::TooLarge { bytes: xml.len() as u64, limit });
    }
    let decoded = encoding::decode(xml, EncodingChoice::Auto, None).map_err(|_| Fault::Docx(format!("{name} is not XML")))?;
    Ok(Some(decoded.text))
}

/// Collects the text of the main part.
#[derive(Default)]
struct Body {
    out: String,
    /// Depth of elements whose content is left out.
    left_out: usize,
    /// Inside `w:t`.
    in_text: bool,
    /// For each open table row, the number of its cells so far.
    rows: Vec<usize>,
    /// For each open cell, the length of the text when it began.
    cells: Vec<usize>,
}

impl Body {
    fn open(&mut self, element: &BytesStart<'_>) {
        let name = element.local_name();
        let name = name.as_ref();
        if self.left_out > 0 || matches!(name, "Fallback" | "del" | "moveFrom" | "instrText" | "delText") {
            self.left_out += 1;
            return;
        }
        match name {
            "t" => self.in_text = true,
            "tab" if !is_tab_stop(element) => self.out.push('\t'),
            "br" | "cr" => self.out.push('\n'),
            "noBreakHyphen" => self.out.push('-'),
            "tbl" if !self.cells.is_empty() => self.end_line(),
            "tr" => self.rows.push(0),
            "tc" => {
                if let Some(cells) = self.rows.last_mut() {
                    if *cells > 0 {
                        self.out.push('\t');
                    }
                    *cells += 1;
                }
                self.cells.push(self.out.len());
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if self.left_out > 0 {
            self.left_out -= 1;
            return;
        }
        match name {
            "t" => self.in_text = false,
            "p" => self.end_line(),
            "tc" => self.end_cell(),
            "tr" => {
                self.rows.pop();
                self.end_line();
            }
            _ => {}
        }
    }

    fn end_line(&mut self) {
        let opens_cell = self.cells.last() == Some(&self.out.len());
        if !self.out.is_empty() && !opens_cell {
            self.out.push('\n');
        }
    }

    /// A cell is one line: its paragraphs are joined by spaces.
    fn end_cell(&mut self) {
        let Some(start) = self.cells.pop() else { return };
        let cell = self.out[start..].trim_end_matches('\n').replace('\n', " ");
        self.out.truncate(start);
        self.out.push_str(&cell);
    }
}

/// A tab stop of a paragraph's properties has a position and is no character.
fn is_tab_stop(element: &BytesStart<'_>) -> bool {
    element.attributes().flatten().any(|attribute| attribute.key.local_name().as_ref() == "pos")
}

fn body_text(xml: &str) -> Result<String, String> {
    let mut reader = Reader::from_str(xml);
    let mut body = Body::default();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(element) => body.open(&element),
            Event::Empty(element) => {
                body.open(&element);
                body.close(element.local_name().as_ref());
            }
            Event::End(element) => body.close(element.local_name().as_ref()),
            Event::Text(text) if body.in_text && body.left_out == 0 => body.out.push_str(&text.xml10_content()),
            Event::CData(text) if body.in_text && body.left_out == 0 => body.out.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if body.in_text && body.left_out == 0 => {
                let numbered = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                body.out.extend(numbered.or_else(|| named_character(&reference)));
            }
            Event::Eof => return Ok(body.out),
            _ => {}
        }
    }
}

fn named_character(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Title, author and the like from the core properties. The dates there are those of the file, not of publication.
fn properties(xml: &str) -> Result<Metadata, String> {
    let mut reader = Reader::from_str(xml);
    let mut metadata = Metadata::default();
    let mut key = String::new();
    let mut value = String::new();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(element) => {
                element.local_name().as_ref().clone_into(&mut key);
                value.clear();
            }
            Event::Text(text) => value.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let numbered = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                value.extend(numbered.or_else(|| named_character(&reference)));
            }
            Event::End(_) => {
                if matches!(
                    key.as_str(),
                    "title" | "creator" | "publisher" | "subject" | "keywords" | "description" | "created" | "modified"
                ) {
                    metadata::enter(&mut metadata, &key, &value);
                }
                key.clear();
            }
            Event::Eof => return Ok(metadata),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn word(body: &str) -> Vec<u8> {
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"w\" xmlns:mc=\"mc\"><w:body>{body}</w:body></w:document>"
        );
        archive(&[(BODY, xml.as_bytes())])
    }

    fn text(body: &str) -> String {
        read(&word(body), 1 << 20).unwrap().0
    }

    #[test]
    fn paragraphs_become_lines_and_runs_are_joined() {
        let body = "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\" w:pos=\"420\"/></w:tabs></w:pPr><w:r><w:t>成都</w:t></w:r><w:r><w:t xml:space=\"preserve\">高新区 &amp; &#x56ED;</w:t></w:r></w:p>\
            <w:p/><w:p><w:r><w:t>第二</w:t><w:tab/><w:t>行</w:t><w:br/><w:t>下</w:t></w:r></w:p>";
        assert_eq!(text(body), "成都高新区 & 园\n\n第二\t行\n下\n");
    }

    #[test]
    fn deleted_text_field_codes_and_fallbacks_are_left_out() {
        let body = "<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:ins><w:r><w:t>新</w:t></w:r></w:ins><w:r><w:instrText>PAGE</w:instrText></w:r>\
            <mc:AlternateContent><mc:Choice><w:t>图</w:t></mc:Choice><mc:Fallback><w:t>图</w:t></mc:Fallback></mc:AlternateContent></w:p>";
        assert_eq!(text(body), "新图\n");
    }

    #[test]
    fn a_table_gives_a_line_per_row_with_tabs() {
        let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
        let two = "<w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p><w:p><w:r><w:t>乙</w:t></w:r></w:p></w:tc>";
        let body = format!(
            "<w:p><w:r><w:t>名单</w:t></w:r></w:p><w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr><w:tr>{two}<w:tc><w:p/></w:tc></w:tr></w:tbl><w:p><w:r><w:t>注</w:t></w:r></w:p>",
            cell("名称"),
            cell("级别"),
            "<w:tc><w:p/></w:tc>",
            cell("省级")
        );
        assert_eq!(text(&body), "名单\n名称\t级别\n\t省级\n甲 乙\t\n注\n");
    }

    #[test]
    fn core_properties_become_metadata() {
        let core = "<cp:coreProperties xmlns:cp='c' xmlns:dc='d'><dc:title>园区 &amp; 集群</dc:title><dc:creator>钟文</dc:creator></cp:coreProperties>";
        let body = b"<w:document><w:body><w:p><w:r><w:t>x</w:t></w:r></w:p></w:body></w:document>";
        let metadata = read(&archive(&[(BODY, body), (PROPERTIES, core.as_bytes())]), 1 << 20).unwrap().1;
        assert_eq!((metadata.title.as_deref(), metadata.creators), (Some("园区 & 集群"), vec!["钟文".to_owned()]));
    }

    #[test]
    fn bombs_and_broken_archives_are_refused() {
        let bomb = archive(&[(BODY, &vec![b' '; 40 << 20])]);
        assert!(bomb.len() < 1 << 20);
        assert!(matches!(read(&bomb, 512 << 20), Err(Fault::TooLarge { limit: BOMB_FLOOR, .. })));
        assert!(matches!(read(b"PK\x03\x04 broken", 1 << 20), Err(Fault::Docx(_))));
        assert!(matches!(read(&archive(&[("x", b"y")]), 1 << 20), Err(Fault::Docx(_))));
        assert!(matches!(read(&archive(&[(BODY, b"<w:p><w:t>x</w:q>")]), 1 << 20), Err(Fault::Docx(_))));
        assert!(matches!(read(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 1 << 20), Err(Fault::Binary { .. })));
    }
}
