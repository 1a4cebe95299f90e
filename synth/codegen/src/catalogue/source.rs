//! The upstream packages: which ones, and how their files are read.

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read},
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use synth_schema::Package;

use super::{error::Error, specification::Specification};

/// The pinned package with the schemas.
pub const WHEEL: Pin = Pin {
    name: "cfn-lint",
    version: "1.58.0",
    licence: "MIT-0",
    sha256: "9d9f06043160756a6158f5c3f92a44ce38254b1c578127461608305bc8262987",
};

/// The pinned package with descriptions and references.
pub const SERVICE_SPEC: Pin = Pin {
    name: "@aws-cdk/aws-service-spec",
    version: "0.1.216",
    licence: "Apache-2.0",
    sha256: "2305b840c961bf7ab982a3e67a44cd2fe1f8fad78d8f2598c0fd36fbf17c9af8",
};

const REGION: &str = "us-east-1";
const SCHEMAS: &str = "cfnlint/data/schemas";
const DATABASE: &str = "package/db.json.gz";

/// One release of an upstream package.
#[derive(Debug, Clone, Copy)]
pub struct Pin {
    /// The package's name.
    pub name: &'static str,
    /// The release.
    pub version: &'static str,
    /// The licence, as an SPDX expression.
    pub licence: &'static str,
    /// The SHA-256 of its file.
    pub sha256: &'static str,
}

impl Pin {
    /// The pin as the catalogue notes it.
    pub fn package(&self) -> Package {
        let Self { name, version, licence, sha256 } = self;
        let [name, version, licence, sha256] = [name, version, licence, sha256].map(|text| (*text).to_owned());
        Package { name, version, licence, sha256 }
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, Error> {
        let bytes = fs::read(path).map_err(|error| Error::file(path, error))?;
        let found = sha256(&bytes);
        if found == self.sha256 {
            return Ok(bytes);
        }
        let Self { name, version, sha256, .. } = self;
        let path = path.display();
        Err(Error::source(format!(
            "{path} is not {name} {version}: its SHA-256 is {found}, not {sha256}; download the pinned release with \
             `just schemas`, or change the pin in synth/codegen/src/catalogue/source.rs"
        )))
    }
}

/// Where the packages' files are.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The wheel of cfn-lint.
    pub wheel: PathBuf,
    /// The packed npm package `@aws-cdk/aws-service-spec`.
    pub service_spec: PathBuf,
}

/// What the packages hold.
#[derive(Debug)]
pub(super) struct Upstream {
    /// The schemas by the names of their types.
    pub(super) schemas: BTreeMap<String, Value>,
    /// When they were collected from AWS.
    pub(super) schema_date: String,
    pub(super) specification: Specification,
}

pub(super) fn read(paths: &Paths) -> Result<Upstream, Error> {
    let (schemas, schema_date) = read_wheel(WHEEL.read(&paths.wheel)?)?;
    let specification = read_service_spec(&SERVICE_SPEC.read(&paths.service_spec)?)?;
    Ok(Upstream { schemas, schema_date, specification })
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn read_wheel(bytes: Vec<u8>) -> Result<(BTreeMap<String, Value>, String), Error> {
    let mut wheel = zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| Error::source("the wheel of cfn-lint can't be opened").because(error))?;
    let mut member = |name: &str| -> Result<Vec<u8>, Error> {
        let missing = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::source(format!("the wheel of cfn-lint has no readable {name}")).because(error)
        };
        let mut bytes = Vec::new();
        let mut file = wheel.by_name(name).map_err(|error| missing(error.into()))?;
        file.read_to_end(&mut bytes).map_err(|error| missing(error.into()))?;
        Ok(bytes)
    };
    let version: BTreeMap<String, String> = parse(&member(&format!("{SCHEMAS}/version.json"))?, "version.json")?;
    let date = version.get("schema_date").cloned().unwrap_or_default();
    let hashes: BTreeMap<String, String> =
        parse(&member(&format!("{SCHEMAS}/providers/{REGION}.json"))?, "the list of types")?;
    let mut schemas = BTreeMap::new();
    for (name, hash) in hashes {
        let schema = parse(&member(&format!("{SCHEMAS}/resources/{hash}.json"))?, &name)?;
        schemas.insert(name, schema);
    }
    Ok((schemas, date))
}

fn read_service_spec(bytes: &[u8]) -> Result<Specification, Error> {
    let unreadable = |error| Error::source("the package aws-service-spec can't be opened").because(error);
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    for entry in archive.entries().map_err(|error| unreadable(Box::new(error)))? {
        let entry = entry.map_err(|error| unreadable(Box::new(error)))?;
        if entry.path_bytes().as_ref() != DATABASE.as_bytes() {
            continue;
        }
        let mut database = Vec::new();
        let mut plain = flate2::read::GzDecoder::new(entry);
        plain.read_to_end(&mut database).map_err(|error| unreadable(Box::new(error)))?;
        return parse(&database, DATABASE);
    }
    Err(Error::source(format!("the package aws-service-spec has no {DATABASE}")))
}

fn parse<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        Error::source(format!("the upstream data of {what} has another form than expected")).because(error)
    })
}
