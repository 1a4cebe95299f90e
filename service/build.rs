//! Takes the files of Swagger UI that the page needs out of its archive, and compresses them.

use std::{
    env,
    error::Error,
    fs::File,
    io::{self, Cursor},
    path::Path,
};

use flate2::{Compression, write::GzEncoder};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

const FILES: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    let folder = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    let names =
        archive.file_names().map(|name| Ok(name?.into_owned())).collect::<Result<Vec<String>, Box<dyn Error>>>()?;
    for file in FILES {
        let path = format!("dist/{file}");
        let name = names.iter().find(|name| name.ends_with(&path)).ok_or(format!("Swagger UI has no {path}"))?;
        let output = File::create(Path::new(&folder).join(format!("{file}.gz")))?;
        let mut packer = GzEncoder::new(output, Compression::best());
        io::copy(&mut archive.by_name(name)?, &mut packer)?;
        packer.finish()?;
    }
    Ok(())
}
