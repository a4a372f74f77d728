//! Why a file gave no document: what, where, and what to do next, in Chinese and English.

use std::fmt;
use std::io;

use crate::model::{Diagnostic, Language, Location, Severity};

/// A file, or a record of a stream, that could not be read as a document.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {}", .fault.message(Language::En))]
pub struct ReadError {
    /// Path or stream name as the user gave it, `/` as separator.
    pub file: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What can be wrong with a file.
#[derive(Debug)]
pub enum Fault {
    /// There is no such file, or it may not be read.
    Io(io::Error),
    /// Longer than the limit; both in bytes.
    TooLarge {
        /// Size of the file, or as far as it was read.
        bytes: u64,
        /// The limit in force.
        limit: u64,
    },
    /// No characters, or nothing but white space.
    Empty,
    /// Not a text file.
    Binary {
        /// What it looks like, where that is known (`PDF`).
        looks_like: Option<&'static str>,
    },
    /// Bytes that do not fit the encoding.
    Undecodable {
        /// The encoding asked for, or the likeliest one.
        encoding: &'static str,
        /// First byte that does not fit, from 0.
        at: usize,
    },
    /// The extension is none that is read.
    UnknownFormat,
    /// A broken Word file.
    Docx(String),
    /// A broken side-car of metadata.
    Sidecar {
        /// Path of the side-car.
        file: String,
        /// Line in it, from 1.
        line: Option<usize>,
        /// What is wrong.
        reason: String,
    },
    /// A broken record of a stream of documents.
    Record {
        /// Line of the stream, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A path that leads back to a folder above it, or to nothing.
    Walk(String),
    /// A folder in which nothing can be read.
    NothingReadable,
}

impl ReadError {
    pub(super) fn new(file: impl Into<String>, fault: Fault) -> Self {
        Self { file: file.into(), fault }
    }

    /// The same as a diagnostic in `language`.
    #[must_use]
    pub fn diagnostic(&self, language: Language) -> Diagnostic {
        let (file, line) = match &self.fault {
            Fault::Sidecar { file, line, .. } => (file.clone(), *line),
            Fault::Record { line, .. } => (self.file.clone(), Some(*line)),
            _ => (self.file.clone(), None),
        };
        let severity = if matches!(self.fault, Fault::UnknownFormat) { Severity::Info } else { Severity::Error };
        Diagnostic {
            code: self.fault.code(),
            severity,
            message: self.fault.message(language),
            location: Location { file, line, column: None },
            help: Some(self.fault.help(language).to_owned()),
        }
    }
}

impl Fault {
    fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "D001",
            Self::TooLarge { .. } => "D002",
            Self::Empty => "D003",
            Self::Binary { .. } => "D004",
            Self::Undecodable { .. } => "D005",
            Self::UnknownFormat => "D006",
            Self::Docx(_) => "D007",
            Self::Sidecar { .. } => "D008",
            Self::Record { .. } => "D009",
            Self::Walk(_) => "D010",
            Self::NothingReadable => "D011",
        }
    }

    fn message(&self, language: Language) -> String {
        match language {
            Language::En => self.message_en(),
            Language::Zh => self.message_zh(),
        }
    }

    fn message_en(&self) -> String {
        match self {
            Self::Io(error) => format!("cannot be read: {error}"),
            Self::TooLarge { bytes, limit } => format!("too large: {} against a limit of {}", Bytes(*bytes), Bytes(*limit)),
            Self::Empty => "the file is empty".to_owned(),
            Self::Binary { looks_like: Some(what) } => format!("not a text file, it looks like {what}"),
            Self::Binary { looks_like: None } => "not a text file: it holds NUL bytes".to_owned(),
            Self::Undecodable { encoding, at } => format!("byte {at} does not fit the encoding {encoding}"),
            Self::UnknownFormat => "skipped: the extension is not one that is read".to_owned(),
            Self::Docx(reason) => format!("broken Word file: {reason}"),
            Self::Sidecar { reason, .. } => format!("broken metadata: {reason}"),
            Self::Record { reason, .. } => format!("broken record: {reason}"),
            Self::Walk(reason) => format!("cannot be walked: {reason}"),
            Self::NothingReadable => "no readable document in this folder".to_owned(),
        }
    }

    fn message_zh(&self) -> String {
        match self {
            Self::Io(error) => format!("无法读取：{error}"),
            Self::TooLarge { bytes, limit } => format!("文件过大：{}，上限 {}", Bytes(*bytes), Bytes(*limit)),
            Self::Empty => "文件是空的".to_owned(),
            Self::Binary { looks_like: Some(what) } => format!("不是文本文件，看来是 {what}"),
            Self::Binary { looks_like: None } => "不是文本文件：含有空字节（NUL）".to_owned(),
            Self::Undecodable { encoding, at } => format!("第 {at} 字节不合 {encoding} 编码"),
            Self::UnknownFormat => "已跳过：不是可读的文件类型".to_owned(),
            Self::Docx(reason) => format!("Word 文件已损坏：{reason}"),
            Self::Sidecar { reason, .. } => format!("元数据有误：{reason}"),
            Self::Record { reason, .. } => format!("记录有误：{reason}"),
            Self::Walk(reason) => format!("无法遍历：{reason}"),
            Self::NothingReadable => "文件夹里没有可读的文件".to_owned(),
        }
    }

    fn help(&self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::Io(_) | Self::Walk(_) => ("检查路径与读取权限", "check the path and the permission to read it"),
            Self::TooLarge { .. } => ("拆成几个文件，或用 --max-size 提高上限", "split the file, or raise the limit with --max-size"),
            Self::Empty => ("确认文件已完整保存", "see whether the file was saved completely"),
            Self::Binary { .. } => ("另存为 .docx、.html 或 .txt 再读", "save it as .docx, .html or .txt first"),
            Self::Undecodable { .. } => (
                "用 -E 指明编码（utf-8、gb18030、big5、utf-16），或重新保存为 UTF-8",
                "name the encoding with -E (utf-8, gb18030, big5, utf-16), or save the file as UTF-8",
            ),
            Self::UnknownFormat | Self::NothingReadable => ("可读：.txt .md .html .htm .docx", "readable are .txt .md .html .htm .docx"),
            Self::Docx(_) => ("用文字处理软件打开并重新另存为 .docx", "open it in a word processor and save it as .docx again"),
            Self::Sidecar { .. } => (
                "键为 title、publisher、author、date、source，值为字符串",
                "keys are title, publisher, author, date and source, with strings as values",
            ),
            Self::Record { .. } => ("每行一个 JSON 对象，须有 name 与 text", "each line is one JSON object with name and text"),
        };
        match language {
            Language::Zh => zh,
            Language::En => en,
        }
    }
}

/// A size for people.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes >= 1 << 20 => write!(f, "{} MiB", bytes.div_ceil(1 << 20)),
            bytes if bytes >= 1 << 10 => write!(f, "{} KiB", bytes.div_ceil(1 << 10)),
            bytes => write!(f, "{bytes} bytes"),
        }
    }
}
