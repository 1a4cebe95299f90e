//! Making what templates need beside themselves: images and archives, from the project.
//!
//! The same commit gives the same bytes on any machine, in any folder and at any time, as far as the compiler and the tool
//! that builds images are the same. What is there already is not made again.

mod archive;
mod image;
mod program;
mod record;

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use record::Artifact;
use record::Record;

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

/// Makes an asset of a stack. `root` is the project's folder.
///
/// # Errors
///
/// Something is missing or cannot be built. What was made before is still there.
pub fn package(root: &Path, stack: &str, asset: &Asset) -> Result<Packaged, Error> {
    let folder = root.join(DIRECTORY);
    fs::create_dir_all(&folder).map_err(|source| Error::file("create", &folder, source))?;
    let mut record = Record::read(&folder);
    let scratch = Scratch::open(&folder)?;
    let maker = Maker { root, folder: &folder, scratch: &scratch.0, asset };
    let (inputs, work) = maker.inputs()?;
    if let Some(artifact) = record.find(&folder, stack, &asset.parameter, &inputs) {
        return Ok(Packaged { artifact: artifact.clone(), tool: None, was_there: true });
    }
    let (digest, tool) = maker.make(&work)?;
    let file = maker.file();
    let path = folder.join(&file);
    let bytes = fs::metadata(&path).map_err(|source| Error::file("read", &path, source))?.len();
    let artifact = Artifact {
        name: asset.name.clone(),
        stack: stack.to_owned(),
        parameter: asset.parameter.clone().into_owned(),
        kind: asset.source.kind().to_owned(),
        file,
        bytes,
        digest,
        inputs,
    };
    record.put(artifact.clone());
    record.write(&folder)?;
    Ok(Packaged { artifact, tool, was_there: false })
}

/// A folder for what is half done, which goes with it.
struct Scratch(PathBuf);

impl Scratch {
    fn open(folder: &Path) -> Result<Self, Error> {
        let scratch = folder.join(format!(".new-{}", std::process::id()));
        fs::create_dir_all(&scratch).map_err(|source| Error::file("create", &scratch, source))?;
        Ok(Self(scratch))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is in nobody's way.
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
    /// It is its own archive already: that tells whether anything changed.
    Folder,
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
                let parts = [digest_of(&program)?, digest_of(&containerfile)?, tool.name().to_owned()];
                Ok((digest(parts.join(" ").as_bytes()), Work::Image { program, containerfile, tool }))
            }
            AssetSource::Function(program) => {
                let program = program::build(self.root, self.folder, program)?;
                Ok((digest_of(&program)?, Work::Function { program }))
            }
            AssetSource::File(path) => {
                let path = from_root(path);
                Ok((digest_of(&path)?, Work::File(path)))
            }
            AssetSource::Folder(path) => {
                let new = self.scratch.join(self.file());
                archive::of_folder(&new, &from_root(path))?;
                Ok((digest_of(&new)?, Work::Folder))
            }
        }
    }

    /// Makes the file; gives its digest, and the tool that was used.
    fn make(&self, work: &Work) -> Result<(String, Option<&'static str>), Error> {
        let (new, path) = (self.scratch.join(self.file()), self.folder.join(self.file()));
        let (digest, tool) = match work {
            Work::Image { program, containerfile, tool } => {
                let context = self.context(program)?;
                (Some(tool.build(&context, containerfile, &new)?), Some(tool.name()))
            }
            Work::Function { program } => {
                archive::of_program(&new, "bootstrap", program)?;
                (None, None)
            }
            Work::File(source) => {
                fs::copy(source, &new).map_err(|source| Error::file("write", &new, source))?;
                (None, None)
            }
            Work::Folder => (None, None),
        };
        let digest = digest.map_or_else(|| digest_of(&new), Ok)?;
        fs::rename(&new, &path).map_err(|source| Error::file("write", &path, source))?;
        Ok((digest, tool))
    }

    /// The folder that a Containerfile sees: the program under its name, and an empty folder `data`.
    fn context(&self, program: &Path) -> Result<PathBuf, Error> {
        let folder = self.scratch.join("context");
        let refused = |source| Error::file("write", &folder, source);
        fs::create_dir_all(folder.join("data")).map_err(refused)?;
        let name = program.file_name().unwrap_or_default();
        fs::copy(program, folder.join(name)).map_err(refused)?;
        Ok(folder)
    }

    fn file(&self) -> String {
        let name = &self.asset.name;
        match &self.asset.source {
            AssetSource::Image { .. } => format!("{name}.oci.tar"),
            AssetSource::Function(_) | AssetSource::Folder(_) => format!("{name}.zip"),
            AssetSource::File(path) => match path.extension().and_then(|extension| extension.to_str()) {
                Some(extension) => format!("{name}.{extension}"),
                None => name.clone(),
            },
        }
    }
}

fn digest_of(path: &Path) -> Result<String, Error> {
    fs::read(path).map(|bytes| digest(&bytes)).map_err(|source| Error::file("read", path, source))
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
