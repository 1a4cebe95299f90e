//! Making what templates need beside themselves: images and archives, from the project.
//!
//! The same commit gives the same bytes on any machine, in any folder and at any time, as far as the compiler and the
//! Containerfile give them. What is there already is not made again.

mod archive;
mod commit;
pub(crate) mod hash;
mod image;
pub(crate) mod layout;
mod program;
mod record;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

pub use record::{Artifact, Record};

use crate::construct::{Asset, AssetSource};
use crate::error::Error;

/// Where everything goes, from the project's folder.
pub const DIRECTORY: &str = "target/package";

/// What became of an asset.
#[derive(Clone, Debug)]
pub struct Packaged {
    /// What was made.
    pub artifact: Artifact,
    /// With which tool; `None` where it was there already, or needs none.
    pub tool: Option<&'static str>,
    /// Whether it was there already.
    pub was_there: bool,
}

/// The project's folder of what is made. While it is open, no other run changes it.
#[derive(Debug)]
pub struct Workshop {
    root: PathBuf,
    folder: PathBuf,
    record: Record,
    _lock: File,
}

impl Workshop {
    /// Opens the folder, and waits while another run has it, which `waiting` is told. `root` is the project's folder.
    ///
    /// # Errors
    ///
    /// The folder cannot be written to.
    pub fn open(root: &Path, waiting: impl FnOnce()) -> Result<Self, Error> {
        let folder = root.join(DIRECTORY);
        fs::create_dir_all(&folder).map_err(|source| Error::file("create", &folder, source))?;
        let path = folder.join(".lock");
        let lock = File::create(&path).map_err(|source| Error::file("create", &path, source))?;
        let locked = lock.try_lock().or_else(|refused| match refused {
            TryLockError::WouldBlock => {
                waiting();
                lock.lock()
            }
            TryLockError::Error(source) => Err(source),
        });
        locked.map_err(|source| Error::file("lock", &path, source))?;
        let record = Record::read(&folder);
        Ok(Self { root: root.to_owned(), folder, record, _lock: lock })
    }

    /// Makes an asset of a stack, which is named as in AWS.
    ///
    /// # Errors
    ///
    /// Something is missing or cannot be built. What was made before is still there.
    pub fn package(&mut self, stack: &str, asset: &Asset) -> Result<Packaged, Error> {
        let scratch = Scratch::open(&self.folder)?;
        let maker = Maker { root: &self.root, folder: &self.folder, scratch: &scratch.0, asset };
        let (inputs, work) = maker.inputs()?;
        if let Some(artifact) = self.record.find(&self.folder, stack, &asset.parameter, &inputs) {
            return Ok(Packaged { artifact: artifact.clone(), tool: None, was_there: true });
        }
        let made = maker.make(&work)?;
        let artifact = Artifact {
            name: asset.name.clone(),
            stack: stack.to_owned(),
            parameter: asset.parameter.clone().into_owned(),
            kind: asset.source.kind().to_owned(),
            bytes: record::bytes(&self.folder.join(&made.file))?,
            file: made.file,
            digest: made.digest,
            inputs,
            value: None,
        };
        self.record.put(&self.folder, artifact.clone())?;
        Ok(Packaged { artifact, tool: made.tool, was_there: false })
    }

    /// Notes what is known of an artifact now: where it was put.
    ///
    /// # Errors
    ///
    /// The record cannot be written.
    pub fn put(&mut self, artifact: &Artifact) -> Result<(), Error> {
        self.record.put(&self.folder, artifact.clone())
    }

    /// The tag for an image: the commit, and the beginning of the digest. What is built twice has one tag, and what differs
    /// has two.
    pub fn tag(&self, artifact: &Artifact) -> String {
        let digest = short(&artifact.digest);
        commit::current(&self.root).map_or_else(|| digest.to_owned(), |commit| format!("{commit}-{digest}"))
    }

    /// The file or the folder of an artifact.
    pub fn path(&self, artifact: &Artifact) -> PathBuf {
        self.folder.join(&artifact.file)
    }
}

/// The beginning of a digest.
fn short(digest: &str) -> &str {
    digest.trim_start_matches("sha256:").get(..12).unwrap_or(digest)
}

/// A folder for what is half done, which goes with it.
struct Scratch(PathBuf);

impl Scratch {
    fn open(folder: &Path) -> Result<Self, Error> {
        let scratch = folder.join(".new");
        // A run that was killed left it.
        let _ = fs::remove_dir_all(&scratch);
        fs::create_dir_all(&scratch).map_err(|source| Error::file("create", &scratch, source))?;
        Ok(Self(scratch))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The next run takes away what stays behind.
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Maker<'a> {
    root: &'a Path,
    folder: &'a Path,
    scratch: &'a Path,
    asset: &'a Asset,
}

/// What is at hand when everything that has to be built is built.
enum Work {
    Image {
        program: PathBuf,
        containerfile: PathBuf,
        tool: image::Tool,
    },
    Function {
        program: PathBuf,
    },
    File(PathBuf),
    /// Its archive is made already: that tells whether anything changed.
    Folder(PathBuf),
}

struct Made {
    file: String,
    digest: String,
    tool: Option<&'static str>,
}

impl Maker<'_> {
    /// The digest of what it is made from.
    fn inputs(&self) -> Result<(String, Work), Error> {
        let from_root = |path: &Path| self.root.join(path);
        match &self.asset.source {
            AssetSource::Image { program, containerfile } => {
                let containerfile = from_root(containerfile);
                let tool = image::Tool::find()?;
                let program = program::build(self.root, self.folder, program)?;
                let parts = [hash::of_file(&program)?, hash::of_file(&containerfile)?, tool.name().to_owned()];
                Ok((hash::of_bytes(parts.join(" ").as_bytes()), Work::Image { program, containerfile, tool }))
            }
            AssetSource::Function(program) => {
                let program = program::build(self.root, self.folder, program)?;
                Ok((hash::of_file(&program)?, Work::Function { program }))
            }
            AssetSource::File(path) => {
                let path = from_root(path);
                Ok((hash::of_file(&path)?, Work::File(path)))
            }
            AssetSource::Folder(path) => {
                let archive = self.scratch.join("archive");
                archive::of_folder(&archive, &from_root(path))?;
                Ok((hash::of_file(&archive)?, Work::Folder(archive)))
            }
        }
    }

    /// Makes it, and puts it in its place.
    fn make(&self, work: &Work) -> Result<Made, Error> {
        let new = self.scratch.join("new");
        match work {
            Work::Image { program, containerfile, tool } => {
                let digest = self.image(program, containerfile, *tool, &new)?;
                self.place(&new, digest, Some(tool.name()))
            }
            Work::Function { program } => {
                archive::of_program(&new, "bootstrap", program)?;
                self.place(&new, hash::of_file(&new)?, None)
            }
            Work::File(source) => {
                fs::copy(source, &new).map_err(|source| Error::file("write", &new, source))?;
                self.place(&new, hash::of_file(&new)?, None)
            }
            Work::Folder(archive) => self.place(archive, hash::of_file(archive)?, None),
        }
    }

    /// Makes an image; gives its digest.
    fn image(&self, program: &Path, containerfile: &Path, tool: image::Tool, layout: &Path) -> Result<String, Error> {
        let (archive, saved) = (self.scratch.join("image.tar"), self.scratch.join("image"));
        tool.build(&self.context(program)?, containerfile, &archive)?;
        layout::unpack(&archive, &saved)?;
        layout::write(&saved, layout)
    }

    /// The folder that a Containerfile sees: the program under its name, and an empty folder `data`.
    fn context(&self, program: &Path) -> Result<PathBuf, Error> {
        let folder = self.scratch.join("context");
        let (data, copy) = (folder.join("data"), folder.join(program.file_name().unwrap_or_default()));
        let made = fs::create_dir_all(&data).and_then(|()| fs::copy(program, &copy));
        // They go into the image with their modes, and those came from the umask.
        let made =
            made.and_then(|_| [&data, &copy].into_iter().try_for_each(|path| archive::let_all_run(path.as_path())));
        made.map_err(|source| Error::file("write", &folder, source))?;
        Ok(folder)
    }

    fn place(&self, new: &Path, digest: String, tool: Option<&'static str>) -> Result<Made, Error> {
        let file = self.file(&digest);
        let path = self.folder.join(&file);
        record::remove(&path);
        fs::rename(new, &path).map_err(|source| Error::file("write", &path, source))?;
        Ok(Made { file, digest, tool })
    }

    /// Named after its content: environments may have different ones.
    fn file(&self, digest: &str) -> String {
        let stem = format!("{}-{}", self.asset.name, short(digest));
        self.asset.source.extension().map_or_else(|| stem.clone(), |extension| format!("{stem}.{extension}"))
    }
}
