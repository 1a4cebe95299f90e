//! What is made from a project: the same bytes everywhere, and nothing twice.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, SystemTime};

use synth::construct::{Architecture, Asset, AssetSource, Program};
use synth::package::{DIRECTORY, Packaged, Workshop};

use super::folder::Folder;

/// A project with two crates, `hello` and `other`.
fn project(name: &str) -> Folder {
    let folder = Folder::new(name);
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"hello\", \"other\"]\nresolver = \"3\"\n[profile.release]\nstrip = \"symbols\"\n",
    );
    for name in ["hello", "other"] {
        let features = "[features]\nloud = []\n";
        write(&format!("{name}/Cargo.toml"), &format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n{features}"));
        let text = "fn main() {\n    let loud = cfg!(feature = \"loud\");\n    \
                    assert!(std::env::args().count() < 3, \"too many arguments, {loud}\");\n}\n";
        write(&format!("{name}/src/main.rs"), text);
    }
    write("hello/Containerfile", "FROM scratch\nCOPY hello /app/hello\nCOPY data /data\nENTRYPOINT [\"/app/hello\"]\n");
    let status = Command::new(env!("CARGO"))
        .args(["generate-lockfile", "--offline", "--quiet"])
        .current_dir(folder.path())
        .status();
    assert!(status.unwrap().success());
    folder
}

fn here() -> Architecture {
    Architecture::of_this_machine().unwrap()
}

fn function(program: Program) -> Asset {
    Asset::new("hello", "Code", AssetSource::Function(program))
}

fn make(project: &Folder, asset: &Asset) -> Packaged {
    Workshop::open(project.path(), || {}).unwrap().package("stack", asset).unwrap()
}

fn error(project: &Folder, asset: &Asset) -> String {
    Workshop::open(project.path(), || {}).unwrap().package("stack", asset).unwrap_err().to_string()
}

#[test]
fn a_program_is_the_same_in_every_folder() {
    let asset = function(Program::of("hello", here()));
    let made = ["package-one", "package another folder"].map(|name| make(&project(name), &asset).artifact);
    assert_eq!(made[0], made[1]);
    let content = &made[0].digest["sha256:".len()..][..12];
    assert_eq!((&*made[0].kind, &*made[0].file), ("function", &*format!("hello-{content}.zip")));
}

#[test]
fn nothing_is_made_twice() {
    let project = project("package-twice");
    let asset = function(Program::of("hello", here()));
    let first = make(&project, &asset);
    assert!(!first.was_there);
    let again = make(&project, &asset);
    assert!(again.was_there);
    assert_eq!(again.artifact, first.artifact);
    // What the program is not made of.
    let append = |path: &str, text: &str| {
        let path = project.path().join(path);
        fs::write(&path, fs::read_to_string(&path).unwrap() + text).unwrap();
    };
    append("other/src/main.rs", "// A comment.\n");
    append("hello/Containerfile", "# A comment.\n");
    assert!(make(&project, &asset).was_there);
    append(
        "hello/src/main.rs",
        "#[unsafe(no_mangle)]\npub extern \"C\" fn more() {}\n#[used]\nstatic MORE: extern \"C\" fn() = more;\n",
    );
    let changed = make(&project, &asset);
    assert!(!changed.was_there);
    assert_ne!(changed.artifact.digest, first.artifact.digest);
}

#[test]
fn features_choose_the_program() {
    let project = project("package-features");
    let quiet = make(&project, &function(Program::of("hello", here()))).artifact;
    let loud = make(&project, &function(Program::of("hello", here()).features(["loud"]))).artifact;
    assert_ne!(quiet.digest, loud.digest);
    let error = error(&project, &function(Program::of("hello", here()).features(["silent"])));
    assert!(error.contains("cargo did not build `hello`"), "{error}");
}

#[test]
fn what_is_missing_or_broken_is_made_again() {
    let project = project("package-again");
    let asset = Asset::new("notes", "Notes", AssetSource::File("hello/Cargo.toml".into()));
    let first = make(&project, &asset);
    let file = &*first.artifact.file;
    assert!(file.starts_with("notes-") && file.contains(".toml"), "{file}");
    assert_eq!(first.artifact.bytes, project.read("hello/Cargo.toml").len() as u64);
    let folder = project.path().join(DIRECTORY);
    fs::remove_file(folder.join(file)).unwrap();
    assert!(!make(&project, &asset).was_there);
    for broken in ["", "{", "{\"version\": 2, \"artifacts\": []}"] {
        fs::write(folder.join("artifacts.json"), broken).unwrap();
        assert_eq!(make(&project, &asset).artifact, first.artifact, "{broken}");
    }
    assert_eq!(names(&project), [".lock", "artifacts.json", file]);
}

fn names(project: &Folder) -> Vec<String> {
    let entries = fs::read_dir(project.path().join(DIRECTORY)).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Stacks of two environments may have different files of one asset, or the same.
#[test]
fn a_file_goes_when_nobody_needs_it() {
    let project = Folder::new("package-stale");
    let asset = Asset::new("notes", "Notes", AssetSource::File("notes.txt".into()));
    let mut workshop = Workshop::open(project.path(), || {}).unwrap();
    let mut make = |stack: &str, text: &str| {
        fs::write(project.path().join("notes.txt"), text).unwrap();
        workshop.package(stack, &asset).unwrap().artifact.file
    };
    let first = make("dev", "one");
    assert_eq!(make("sandbox", "one"), first);
    let second = make("dev", "two");
    let mut both = [&*first, &*second];
    both.sort_unstable();
    assert_eq!(names(&project), [".lock", "artifacts.json", both[0], both[1]]);
    make("sandbox", "two");
    assert_eq!(names(&project), [".lock", "artifacts.json", &*second]);
}

#[test]
fn an_archive_follows_from_names_and_contents_alone() {
    let asset = Asset::new("pages", "Pages", AssetSource::Folder("pages".into()));
    let digests = ["one", "two", "three"].map(|name| {
        let project = Folder::new(&format!("package-folder-{name}"));
        let pages = project.path().join("pages");
        fs::create_dir_all(pages.join("deep")).unwrap();
        let mut files = vec!["index.html", "a.css", "deep/b.js"];
        if name == "two" {
            files.reverse();
        }
        for file in files {
            fs::write(pages.join(file), file).unwrap();
            let time = SystemTime::now() - Duration::from_secs(if name == "two" { 100_000 } else { 0 });
            File::options().write(true).open(pages.join(file)).unwrap().set_modified(time).unwrap();
        }
        if name == "three" {
            fs::write(pages.join("a.css"), "other").unwrap();
        }
        make(&project, &asset).artifact.digest
    });
    assert_eq!(digests[0], digests[1]);
    assert_ne!(digests[0], digests[2]);
}

#[test]
fn a_place_without_files_is_told() {
    let project = Folder::new("package-nothing");
    fs::create_dir(project.path().join("empty")).unwrap();
    let folder = |path: &str| Asset::new("pages", "Pages", AssetSource::Folder(path.into()));
    assert!(error(&project, &folder("empty")).contains("there is no file in "));
    assert!(error(&project, &folder("missing")).contains("cannot read "));
    let file = Asset::new("notes", "Notes", AssetSource::File("missing".into()));
    assert!(error(&project, &file).contains("cannot read "));
}

#[test]
fn programs_for_other_processors_are_refused() {
    let project = Folder::new("package-other");
    let other = if here() == Architecture::Arm64 { Architecture::X86_64 } else { Architecture::Arm64 };
    let error = error(&project, &function(Program::of("hello", other)));
    let help = format!("help: set `architecture: {}` for the environment, or let the pipeline build", here().name());
    assert!(error.contains("cannot be built on ") && error.contains(&help), "{error}");
}

/// Needs a tool that builds images: without one it fails in CI.
#[test]
fn an_image_is_the_same_in_every_folder() {
    let image =
        AssetSource::Image { program: Program::of("hello", here()), containerfile: "hello/Containerfile".into() };
    let asset = Asset::new("hello", "Image", image);
    let projects = ["package-image", "package-another-image"].map(project);
    let mut made = Vec::new();
    for project in &projects {
        match Workshop::open(project.path(), || {}).unwrap().package("stack", &asset) {
            Err(error)
                if error.to_string().contains("no tool here can build an image")
                    && std::env::var_os("CI").is_none() =>
            {
                return;
            }
            packaged => made.push(packaged.unwrap()),
        }
    }
    assert_eq!(made[0].artifact, made[1].artifact);
    assert!(made[0].tool.is_some() && made[0].artifact.digest.starts_with("sha256:"), "{made:?}");
    assert!(make(&projects[0], &asset).was_there);
    // Somebody's umask lets nobody else read the program.
    let folder = projects[0].path().join(DIRECTORY);
    let target = format!("cargo/{}-unknown-linux-gnu/release/hello", std::env::consts::ARCH);
    fs::set_permissions(folder.join(target), fs::Permissions::from_mode(0o700)).unwrap();
    fs::remove_file(folder.join("artifacts.json")).unwrap();
    let private = make(&projects[0], &asset);
    assert!(!private.was_there);
    assert_eq!(private.artifact, made[0].artifact);
    let containerfile = projects[0].path().join("hello/Containerfile");
    fs::write(&containerfile, fs::read_to_string(&containerfile).unwrap() + "USER 10001\n").unwrap();
    assert_ne!(make(&projects[0], &asset).artifact.digest, made[0].artifact.digest);
}
