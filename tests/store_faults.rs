//! The last good graph survives whatever happens to the folder: kills, full disks, torn files, two writers, newer formats.

mod toy_reader;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use toy_reader::{Shelf, background, knowledge};
use yuanpu::graph::{GraphFolder, Start, StoreError, sorted_nquads, validate};
use yuanpu::model::Language;
use yuanpu::pipeline::{BuildError, BuildOptions, build};

/// Documents of round `round`: a few stay, a few change, some come and go.
fn shelf(round: usize) -> Shelf {
    let mut documents: BTreeMap<String, String> = BTreeMap::new();
    for at in 0..12 {
        if !(at + round).is_multiple_of(5) {
            let version = if at % 3 == 0 { round } else { 0 };
            let text = format!("Park:园区{at}|hosts|Cluster:集群{version}\nCluster:集群{version}|locatedIn|Region:510113\n");
            documents.insert(format!("{at:02}.txt"), text.repeat(1 + at % 2));
        }
    }
    Shelf::of(&documents)
}

fn build_round(folder: &GraphFolder, round: usize) -> Result<u64, BuildError> {
    let options = BuildOptions { threads: Some(1), ..BuildOptions::default() };
    build(&shelf(round), &knowledge(&background()), folder, options, &|_| {}).map(|report| report.generation.unwrap_or(0))
}

fn lines(folder: &GraphFolder) -> Vec<String> {
    sorted_nquads(folder.open().expect("there is a graph").store()).expect("the store can be read")
}

/// What each round's graph must be.
fn expected(rounds: usize) -> Vec<Vec<String>> {
    let home = tempfile::tempdir().unwrap();
    let of = |round| {
        let folder = GraphFolder::at(home.path().join(format!("{round}.db")));
        build_round(&folder, round).unwrap();
        lines(&folder)
    };
    (0..rounds).map(of).collect()
}

const CHILD: &str = "YUANPU_TEST_BUILD_FOLDER";
const ROUNDS: usize = 7;

/// Not a test of its own: what the killed child process runs. It builds round after round until it is killed.
#[test]
fn child_that_builds_for_ever() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let folder = GraphFolder::at(PathBuf::from(folder));
    for round in (0..ROUNDS).cycle() {
        build_round(&folder, round).unwrap();
    }
}

fn builder(folder: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child_that_builds_for_ever", "--test-threads=1"]).env(CHILD, folder);
    child.stdout(Stdio::null()).stderr(Stdio::null());
    child
}

/// How long a child takes from its start to its first new generation.
fn time_of_a_build(folder: &GraphFolder) -> Duration {
    let (before, started) = (folder.current().unwrap(), Instant::now());
    let mut child = builder(folder.path()).spawn().unwrap();
    while folder.current().unwrap() < before + 1 && started.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    started.elapsed()
}

#[test]
fn a_kill_at_any_instant_leaves_a_whole_graph() {
    let expected = expected(ROUNDS);
    let home = tempfile::tempdir().unwrap();
    let folder = GraphFolder::at(home.path().join("graph.db"));
    build_round(&folder, 0).unwrap();
    let mut build_time = time_of_a_build(&folder);
    let mut published = folder.current().unwrap();
    let mut seed = 0x9e37_79b9_u32;
    for kill in 0..200 {
        let mut child = builder(folder.path()).spawn().unwrap();
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        std::thread::sleep(build_time.mul_f64(f64::from(seed >> 16) / 32_768.0));
        child.kill().unwrap();
        child.wait().unwrap();
        let graph = folder.open().unwrap_or_else(|e| panic!("kill {kill}: {e}"));
        assert!(graph.damage().is_none(), "kill {kill}: {:?}", graph.damage());
        assert!(graph.generation() >= published, "kill {kill}: a published generation was lost");
        // The machine may be busier or less so by now: about half of the children are to get as far as publishing.
        build_time = build_time.mul_f64(if graph.generation() > published { 0.93 } else { 1.08 });
        published = graph.generation();
        let found = sorted_nquads(graph.store()).unwrap();
        assert!(expected.contains(&found), "kill {kill}: generation {published} is no graph that was ever built");
        if kill % 20 == 0 {
            assert_eq!(validate(&graph).unwrap().findings, [], "kill {kill}");
        }
    }
    assert!(published > 20, "only {published} generations were published: the kills came too early to test anything");
    build_round(&folder, 3).unwrap();
    assert_eq!(lines(&folder), expected[3]);
    let left: Vec<String> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert!(left.iter().all(|name| !name.ends_with(".draft")), "{left:?}");
    assert!(left.iter().filter(|name| name.starts_with("gen-")).count() <= 2, "{left:?}");
}

/// A folder with the graph of round 0 as generation 1 and of round 1 as generation 2.
fn two_generations(home: &tempfile::TempDir) -> (GraphFolder, Vec<String>, Vec<String>) {
    let folder = GraphFolder::at(home.path().join("graph.db"));
    build_round(&folder, 0).unwrap();
    let first = lines(&folder);
    build_round(&folder, 1).unwrap();
    let second = lines(&folder);
    assert_ne!(first, second);
    (folder, first, second)
}

#[test]
fn a_torn_or_missing_pointer_is_told_and_the_newest_generation_served() {
    let home = tempfile::tempdir().unwrap();
    let (folder, _, second) = two_generations(&home);
    let current = folder.path().join("CURRENT");
    for torn in [Some(""), Some("gen-0000"), Some("gen-000002 format=1 manifest=12\n"), None] {
        match torn {
            Some(text) => fs::write(&current, text).unwrap(),
            None => fs::remove_file(&current).unwrap(),
        }
        let graph = folder.open().unwrap();
        assert_eq!((graph.generation(), sorted_nquads(graph.store()).unwrap()), (2, second.clone()), "{torn:?}");
        let damage = graph.damage().expect("the damage is told").diagnostic(Language::En);
        assert!(damage.location.file.ends_with("CURRENT") && damage.help.is_some(), "{damage:?}");
    }
    assert_eq!(build_round(&folder, 1).unwrap(), 3, "a build mends the folder");
    assert!(folder.open().unwrap().damage().is_none());
    assert_eq!(lines(&folder), second);
}

#[test]
fn a_damaged_generation_gives_way_to_the_one_before() {
    for victim in ["manifest.jsonl", "graph.nq"] {
        let home = tempfile::tempdir().unwrap();
        let (folder, first, _) = two_generations(&home);
        let file = folder.path().join("gen-000002").join(victim);
        let Ok(text) = fs::read_to_string(&file) else { continue };
        fs::write(&file, text.replacen("https", "ht tps", 1)).unwrap();
        let graph = folder.open().unwrap();
        assert_eq!((graph.generation(), sorted_nquads(graph.store()).unwrap()), (1, first), "{victim}");
        assert!(matches!(graph.damage(), Some(StoreError::Damaged { .. })), "{victim}: {:?}", graph.damage());
    }
}

#[test]
fn two_writers_are_never_there_at_once() {
    let home = tempfile::tempdir().unwrap();
    let folder = GraphFolder::at(home.path());
    let (first, background) = (shelf(0), background());
    let draft = folder.begin_build(Start::Current, "toy", &background).unwrap();
    let second = build(&first, &knowledge(&background), &folder, BuildOptions::default(), &|_| {}).unwrap_err();
    assert!(matches!(second, BuildError::Store(StoreError::Locked { .. })), "{second}");
    drop(draft);
    build_round(&folder, 0).unwrap();
}

#[test]
fn a_graph_of_a_newer_format_is_refused_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let (folder, ..) = two_generations(&home);
    let current = folder.path().join("CURRENT");
    let text = fs::read_to_string(&current).unwrap().replace("format=1", "format=99");
    fs::write(&current, &text).unwrap();
    assert!(matches!(folder.open(), Err(StoreError::Newer { found: 99, known: 1, .. })));
    assert!(matches!(build_round(&folder, 2), Err(BuildError::Store(StoreError::Newer { .. }))));
    assert_eq!(fs::read_to_string(&current).unwrap(), text);
}

/// Everything below a folder: names, and what the files hold.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

/// Folders of formats that this program does not write any more, and stores of other programs, are neither read nor changed.
#[test]
fn an_older_format_and_a_foreign_store_are_refused_with_the_remedy_and_left_alone() {
    for current in ["gen-000002 format=0 manifest=0\n", "MANIFEST-000005\n"] {
        let home = tempfile::tempdir().unwrap();
        let (folder, ..) = two_generations(&home);
        fs::write(folder.path().join("CURRENT"), current).unwrap();
        let before = contents(folder.path());
        for error in [folder.open().err().unwrap(), yuanpu::graph::Editor::open(&folder).err().unwrap()] {
            assert!(matches!(error, StoreError::Older { .. }), "{current:?}: {error}");
            assert!(error.diagnostic(Language::En).help.unwrap().contains("--db"), "{error}");
        }
        assert!(matches!(build_round(&folder, 2), Err(BuildError::Store(StoreError::Older { .. }))), "{current:?}");
        assert!(contents(folder.path()) == before, "{current:?}: something was changed");
    }
}

#[test]
fn a_folder_without_a_graph_says_how_to_get_one() {
    let home = tempfile::tempdir().unwrap();
    let error = GraphFolder::at(home.path().join("none.db")).open().err().unwrap();
    for language in [Language::Zh, Language::En] {
        assert!(error.diagnostic(language).help.unwrap().contains("yuanpu build"));
    }
    assert!(!home.path().join("none.db").exists());
}

#[test]
fn a_reader_keeps_its_generation_while_newer_ones_are_published() {
    let home = tempfile::tempdir().unwrap();
    let folder = GraphFolder::at(home.path());
    build_round(&folder, 0).unwrap();
    let reader = folder.open().unwrap();
    let document = reader.manifest().unwrap().documents[0].iri.clone();
    let (before, text) = (sorted_nquads(reader.store()).unwrap(), reader.text(&document).unwrap());
    for round in 1..5 {
        build_round(&folder, round).unwrap();
    }
    assert_eq!((reader.generation(), folder.current().unwrap()), (1, 5));
    assert_eq!((sorted_nquads(reader.store()).unwrap(), reader.text(&document).unwrap()), (before, text));
    assert!(folder.path().join("gen-000001").exists());
    drop(reader);
    build_round(&folder, 6).unwrap();
    assert!(!folder.path().join("gen-000001").exists(), "swept once nobody reads it");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let (folder, _, second) = two_generations(&home);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(folder.path().join("probe"), "").is_ok() {
        fs::remove_file(folder.path().join("probe")).unwrap();
        eprintln!("skipped: this user may write everywhere");
    } else {
        let error = build_round(&folder, 2).unwrap_err();
        assert!(matches!(error, BuildError::Store(StoreError::Io { .. })), "{error}");
        assert_eq!(lines(&folder), second);
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

/// `ulimit -f` stands in for a full disk: a write beyond it fails.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_last_good_graph() {
    let home = tempfile::tempdir().unwrap();
    let (folder, _, second) = two_generations(&home);
    let program = std::env::current_exe().unwrap();
    let script = format!("trap '' XFSZ; ulimit -f 8; exec '{}' --exact child_that_builds_for_ever", program.display());
    let output = Command::new("sh").args(["-c", &script]).env(CHILD, folder.path()).output().unwrap();
    assert!(!output.status.success());
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("File too large") || told.contains("FileTooLarge"), "{told}");
    assert_eq!((lines(&folder), folder.current().unwrap()), (second, 2));
    build_round(&folder, 4).unwrap();
}

#[test]
fn a_backup_is_a_graph_and_comes_back_as_the_next_generation() {
    let home = tempfile::tempdir().unwrap();
    let (folder, _, second) = two_generations(&home);
    let copy = GraphFolder::at(home.path().join("copy.db"));
    let serving = folder.open().unwrap();
    assert_eq!(folder.backup(copy.path()).unwrap(), 2);
    drop(serving);
    assert_eq!(lines(&copy), second);
    assert_eq!(validate(&copy.open().unwrap()).unwrap().findings, []);
    assert!(matches!(folder.backup(copy.path()), Err(StoreError::Io { .. })), "never over something else");
    build_round(&folder, 4).unwrap();
    assert_ne!(lines(&folder), second);
    assert_eq!(folder.restore(copy.path()).unwrap(), 4);
    assert_eq!(lines(&folder), second);
    assert_eq!(validate(&folder.open().unwrap()).unwrap().findings, []);
    build_round(&folder, 5).unwrap();
    assert_eq!(lines(&folder), expected(ROUNDS)[5], "and builds go on from it");
}
