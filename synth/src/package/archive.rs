//! Archives whose bytes follow from what is in them: not from the order in which a disk lists files, nor from their times,
//! their owners or the umask.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::Error;

/// What everybody may read and run, and what everybody may read.
const PROGRAM: u32 = 0o755;
const PLAIN: u32 = 0o644;

/// Writes an archive that holds `file` alone, as a program under this name.
pub(super) fn of_program(archive: &Path, name: &str, file: &Path) -> Result<(), Error> {
    write(archive, |writer| add(writer, name, file, PROGRAM))
}

/// Writes an archive that holds all files in a folder. A link stands for the file that it leads to.
pub(super) fn of_folder(archive: &Path, folder: &Path) -> Result<(), Error> {
    let mut files = Vec::new();
    list(folder, "", &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(Error::other(format!("there is no file in {}", folder.display())));
    }
    write(archive, |writer| files.iter().try_for_each(|(name, path)| add(writer, name, path, mode(path)?)))
}

fn write(archive: &Path, fill: impl FnOnce(&mut ZipWriter<BufWriter<File>>) -> io::Result<()>) -> Result<(), Error> {
    let written = File::create(archive).and_then(|file| {
        let mut writer = ZipWriter::new(BufWriter::new(file));
        fill(&mut writer)?;
        writer.finish()?.flush()
    });
    written.map_err(|source| Error::file("write", archive, source))
}

fn add(writer: &mut ZipWriter<impl Write + Seek>, name: &str, path: &Path, mode: u32) -> io::Result<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        // 1980: the first that an archive can hold.
        .last_modified_time(DateTime::default())
        .unix_permissions(mode);
    writer.start_file(name, options)?;
    io::copy(&mut File::open(path)?, writer)?;
    Ok(())
}

/// All files below a folder, with their paths from there, in slashes.
fn list(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), Error> {
    let unreadable = |source| Error::file("read", folder, source);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| {
            Error::other(format!("the name of {} is not UTF-8, which an archive needs", path.display()))
        })?;
        let name = format!("{prefix}{name}");
        if fs::metadata(&path).map_err(|source| Error::file("read", &path, source))?.is_dir() {
            list(&path, &(name + "/"), files)?;
        } else {
            files.push((name, path));
        }
    }
    Ok(())
}

/// Only whether it can be run is kept.
#[cfg(unix)]
fn mode(path: &Path) -> io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;

    let is_program = fs::metadata(path)?.permissions().mode() & 0o100 != 0;
    Ok(if is_program { PROGRAM } else { PLAIN })
}

/// Lets everybody read and run a program, or enter a folder.
#[cfg(unix)]
pub(super) fn let_all_run(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(path, fs::Permissions::from_mode(PROGRAM))
}

#[cfg(not(unix))]
pub(super) fn let_all_run(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> io::Result<u32> {
    Ok(PLAIN)
}
