//! What can go wrong with a graph on disk: what happened, where, and what to do next, in both languages.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::model::{Diagnostic, Language, Location, Severity};

/// Why a graph could not be opened, read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no graph in this folder.
    #[error("there is no graph in {}", .path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// Another process is writing.
    #[error("another process is writing to {}", .path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The folder was written by a newer program.
    #[error("{} has format {found}, this program reads up to format {known}", .path.display())]
    Newer {
        /// The folder.
        path: PathBuf,
        /// Format of the folder.
        found: u32,
        /// Newest format that this program reads.
        known: u32,
    },
    /// The folder holds a store of a format that this program never wrote, or writes no more.
    #[error("{} is of an older format, or the store of another program", .path.display())]
    Older {
        /// The folder.
        path: PathBuf,
    },
    /// The generation was written with a kind of storage that this program was built without.
    #[error("{} is an on-disk store, and this program was built without it", .path.display())]
    OtherStorage {
        /// The folder.
        path: PathBuf,
    },
    /// A file of the folder is torn or was changed from outside.
    #[error("{} is damaged: {reason}", .path.display())]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file system refused.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Its answer.
        source: io::Error,
    },
    /// The RDF store refused.
    #[error("the store failed: {0}")]
    Store(String),
}

impl From<oxigraph::store::StorageError> for StoreError {
    fn from(error: oxigraph::store::StorageError) -> Self {
        let text = error.to_string();
        full_disk(&text).unwrap_or(Self::Store(text))
    }
}

/// The error of a full disk, which the store tells in words: `IO error: No space left on device: While appending to file: PATH: …`.
fn full_disk(text: &str) -> Option<StoreError> {
    const SIGNS: [(&str, io::ErrorKind); 3] = [
        ("No space left on device", io::ErrorKind::StorageFull),
        ("Disk quota exceeded", io::ErrorKind::QuotaExceeded),
        ("File too large", io::ErrorKind::FileTooLarge),
    ];
    let (sign, kind) = SIGNS.into_iter().find(|(sign, _)| text.contains(sign))?;
    let path = text.split_once(" file: ").and_then(|(_, rest)| rest.split_once(": ")).map_or("", |(path, _)| path);
    Some(StoreError::Io { action: "write", path: path.into(), source: io::Error::new(kind, sign) })
}

impl StoreError {
    /// For `map_err`: what was tried on what.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// The same error once more, for those who must both report and go on.
    pub(super) fn copied(&self) -> Self {
        match self {
            Self::Damaged { path, reason } => Self::Damaged { path: path.clone(), reason: reason.clone() },
            other => Self::Store(other.to_string()),
        }
    }

    /// Stable code, equal in every language.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "G001",
            Self::Locked { .. } => "G002",
            Self::Newer { .. } => "G003",
            Self::OtherStorage { .. } => "G004",
            Self::Damaged { .. } => "G005",
            Self::Io { .. } => "G006",
            Self::Store(_) => "G007",
            Self::Older { .. } => "G008",
        }
    }

    /// As a message for people: what, where, what next.
    #[must_use]
    pub fn diagnostic(&self, language: Language) -> Diagnostic {
        let (message, help) = match language {
            Language::Zh => self.chinese(),
            Language::En => (self.to_string(), self.help().to_owned()),
        };
        let file = match self {
            Self::Missing { path }
            | Self::Locked { path }
            | Self::Newer { path, .. }
            | Self::Older { path }
            | Self::OtherStorage { path }
            | Self::Damaged { path, .. }
            | Self::Io { path, .. } => path.display().to_string(),
            Self::Store(_) => String::new(),
        };
        let location = Location { file, line: None, column: None };
        Diagnostic { code: self.code(), severity: Severity::Error, message, location, help: Some(help) }
    }

    fn help(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "build one with `yuanpu build FOLDER`, or name the graph's folder with --db",
            Self::Locked { .. } => "wait until the other build or writable server has ended, or choose another folder with --db",
            Self::Newer { .. } => "use the newer program, or build the graph anew into another folder with --db",
            Self::Older { .. } => {
                "nothing in it was touched; build anew into another folder with --db, or export it as N-Quads with the program that wrote it \
                 and send that to /store of `yuanpu serve --writable`"
            }
            Self::OtherStorage { .. } => "use a program built with the feature `rocksdb`, or build the graph anew into another folder",
            Self::Damaged { .. } => "build anew with `yuanpu build --replace`, or restore a backup",
            Self::Io { source, .. } => io_help(source),
            Self::Store(_) => "build anew with `yuanpu build --replace`, or into another folder with --db",
        }
    }

    fn chinese(&self) -> (String, String) {
        let path = |p: &Path| p.display().to_string();
        let (message, help) = match self {
            Self::Missing { path: p } => (format!("{} 中没有图谱", path(p)), "先运行 `yuanpu build 文件夹`,或用 --db 指明图谱所在文件夹"),
            Self::Locked { path: p } => (format!("另一个进程正在写入 {}", path(p)), "等它结束,或用 --db 另选文件夹"),
            Self::Newer { path: p, found, known } => {
                (format!("{} 的格式为 {found},本程序只认到 {known}", path(p)), "请用较新的程序,或用 --db 另建一份图谱")
            }
            Self::Older { path: p } => (
                format!("{} 是旧格式的存储,或属于别的程序", path(p)),
                "其中内容未动;请用 --db 在别处重新构建,或用原程序导出 N-Quads 后发给 `yuanpu serve --writable` 的 /store",
            ),
            Self::OtherStorage { path: p } => {
                (format!("{} 是磁盘存储,本程序编译时未包含", path(p)), "请用带 rocksdb 特性的程序,或另建一份图谱")
            }
            Self::Damaged { path: p, reason } => {
                (format!("{} 已损坏:{reason}", path(p)), "用 `yuanpu build --replace` 从头构建,或恢复备份")
            }
            Self::Io { path: p, source, .. } => (format!("读写 {} 失败:{source}", path(p)), io_help_zh(source)),
            Self::Store(reason) => (format!("存储出错:{reason}"), "用 `yuanpu build --replace` 从头构建,或用 --db 换一个文件夹"),
        };
        (message, help.to_owned())
    }
}

fn io_help(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "free some space and build again; the last good graph is untouched"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "check the rights on the folder, or choose another one with --db"
        }
        _ => "check the path and the disk, then try again; the last good graph is untouched",
    }
}

fn io_help_zh(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => "腾出空间后重新构建;原有图谱未受影响",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "检查文件夹的权限,或用 --db 另选文件夹",
        _ => "检查路径与磁盘后重试;原有图谱未受影响",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_as_such_whoever_meets_it() {
        let text =
            "IO error: No space left on device: While appending to file: g.db/gen-000001.draft/store/000010.sst: No space left on device";
        let error = full_disk(text).unwrap();
        assert_eq!(error.to_string(), "cannot write g.db/gen-000001.draft/store/000010.sst: No space left on device");
        assert!(error.diagnostic(Language::En).help.unwrap().contains("free some space"));
        assert!(error.diagnostic(Language::Zh).help.unwrap().contains("腾出空间"));
        assert!(full_disk("Corruption: block checksum mismatch").is_none());
    }
}
