//! Compresses what is part of the program: the files of Swagger UI that the page needs, and RDS's authorities.

use std::{
    env,
    error::Error,
    fs::File,
    io::{self, Cursor, Read},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

const AUTHORITIES: &str = "src/database/rds.pem";

const FILES: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed={AUTHORITIES}");
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    let names =
        archive.file_names().map(|name| Ok(name?.into_owned())).collect::<Result<Vec<String>, Box<dyn Error>>>()?;
    for file in FILES {
        let path = format!("dist/{file}");
        let name = names.iter().find(|name| name.ends_with(&path)).ok_or(format!("Swagger UI has no {path}"))?;
        pack(&mut archive.by_name(name)?, &folder.join(format!("{file}.gz")))?;
    }
    pack(&mut File::open(AUTHORITIES)?, &folder.join("rds.pem.gz"))?;
    Ok(())
}

fn pack(source: &mut impl Read, path: &Path) -> io::Result<()> {
    let mut packer = GzEncoder::new(File::create(path)?, Compression::best());
    io::copy(source, &mut packer)?;
    packer.finish().map(drop)
}
