//! An image as the Open Container Initiative lays it out: blobs under their digests.
//!
//! Tools write when they built into images, and who they are. Here that goes, so that the same layers give the same digest,
//! whatever built them. (Podman and buildah make one layer, docker one of each `COPY`.)
//!
//! [Specification](https://github.com/opencontainers/image-spec/blob/main/image-layout.md)

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use flate2::{Compression, GzBuilder};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::hash::Hashing;
use crate::error::Error;

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIGURATION: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// What runs a container looks at these. Tools add others: their version, a random host name, the image before.
const SETTINGS: [&str; 10] = [
    "Cmd",
    "Entrypoint",
    "Env",
    "ExposedPorts",
    "Healthcheck",
    "Labels",
    "StopSignal",
    "User",
    "Volumes",
    "WorkingDir",
];

/// A blob, as others refer to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
}

/// What `docker save` says of an image.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: PathBuf,
    layers: Vec<PathBuf>,
}

/// A layer, and the digest of what it holds when it is unpacked.
struct Layer {
    blob: Descriptor,
    content: String,
}

/// The file of a blob in a layout.
pub(crate) fn blob(layout: &Path, digest: &str) -> PathBuf {
    layout.join("blobs").join(digest.replacen(':', "/", 1))
}

/// Makes a layout of an image that `docker save` wrote into a folder, unpacked. Gives the digest of its manifest, under
/// which a registry will know it.
pub(super) fn write(saved: &Path, layout: &Path) -> Result<String, Error> {
    let writer = Writer { layout };
    writer.image(saved).map_err(|source| Error::file("make an image of", saved, source))
}

/// Unpacks what `docker save` wrote.
pub(super) fn unpack(archive: &Path, folder: &Path) -> Result<(), Error> {
    let unpacked = File::open(archive).and_then(|file| tar::Archive::new(BufReader::new(file)).unpack(folder));
    unpacked.map_err(|source| Error::file("unpack", archive, source))
}

struct Writer<'a> {
    layout: &'a Path,
}

impl Writer<'_> {
    fn image(&self, saved: &Path) -> io::Result<String> {
        fs::create_dir_all(self.layout.join("blobs/sha256"))?;
        let images: Vec<Saved> = serde_json::from_slice(&fs::read(saved.join("manifest.json"))?)?;
        let [image] = &*images else { return Err(io::Error::other("it is not one image")) };
        let layers = image.layers.iter().map(|layer| self.layer(&saved.join(layer)));
        let layers = layers.collect::<io::Result<Vec<_>>>()?;
        let configuration = serde_json::from_slice(&fs::read(saved.join(&image.config))?)?;
        let configuration = self.json(CONFIGURATION, &normalized(&configuration, &layers))?;
        let blobs: Vec<_> = layers.into_iter().map(|layer| layer.blob).collect();
        let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": configuration, "layers": blobs});
        let manifest = self.json(MANIFEST, &manifest)?;
        let index = json!({"schemaVersion": 2, "manifests": [manifest]});
        fs::write(self.layout.join("index.json"), index.to_string())?;
        fs::write(self.layout.join("oci-layout"), json!({"imageLayoutVersion": "1.0.0"}).to_string())?;
        Ok(manifest.digest)
    }

    fn json(&self, media_type: &str, value: &Value) -> io::Result<Descriptor> {
        let mut file = self.new_blob()?;
        file.write_all(value.to_string().as_bytes())?;
        self.finish(media_type, file)
    }

    fn layer(&self, path: &Path) -> io::Result<Layer> {
        let compressed = GzBuilder::new().write(self.new_blob()?, Compression::default());
        let mut archive = tar::Builder::new(Hashing::new(compressed));
        let mut entries = tar::Archive::new(plain(path)?);
        for entry in entries.entries()? {
            add(&mut archive, entry?)?;
        }
        let (compressed, content, _) = archive.into_inner()?.finish();
        Ok(Layer { blob: self.finish(LAYER, compressed.finish()?)?, content })
    }

    fn new_blob(&self) -> io::Result<Hashing<BufWriter<File>>> {
        Ok(Hashing::new(BufWriter::new(File::create(self.layout.join("blobs/new"))?)))
    }

    /// Gives a blob its name.
    fn finish(&self, media_type: &str, blob: Hashing<BufWriter<File>>) -> io::Result<Descriptor> {
        let (mut file, digest, size) = blob.finish();
        file.flush()?;
        fs::rename(self.layout.join("blobs/new"), self::blob(self.layout, &digest))?;
        Ok(Descriptor { media_type: media_type.to_owned(), digest, size })
    }
}

/// A layer without compression; some tools save them with it.
fn plain(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    let mut start = [0; 2];
    let is_compressed = file.read(&mut start)? == 2 && start == [0x1f, 0x8b];
    file.rewind()?;
    let file = BufReader::new(file);
    Ok(if is_compressed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// Adds what a layer holds: everything of it but its times and the names of its owners, who have numbers too.
fn add(archive: &mut tar::Builder<impl Write>, mut entry: tar::Entry<'_, impl Read>) -> io::Result<()> {
    let path = entry.path()?.into_owned();
    let target = entry.link_name()?.map(std::borrow::Cow::into_owned);
    let attributes = attributes(&mut entry)?;
    let old = entry.header();
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(old.entry_type());
    header.set_mode(old.mode()?);
    header.set_uid(old.uid()?);
    header.set_gid(old.gid()?);
    header.set_size(entry.size());
    header.set_mtime(0);
    let kind = old.entry_type();
    if kind.is_character_special() || kind.is_block_special() {
        header.set_device_major(old.device_major()?.unwrap_or(0))?;
        header.set_device_minor(old.device_minor()?.unwrap_or(0))?;
    }
    archive.append_pax_extensions(attributes.iter().map(|(key, value)| (&**key, &**value)))?;
    match target {
        Some(target) => archive.append_link(&mut header, path, target),
        None => archive.append_data(&mut header, path, entry),
    }
}

/// Extended attributes of a file, such as what a program may do without being root.
fn attributes(entry: &mut tar::Entry<'_, impl Read>) -> io::Result<Vec<(String, Vec<u8>)>> {
    let Some(extensions) = entry.pax_extensions()? else { return Ok(Vec::new()) };
    let mut attributes = Vec::new();
    for extension in extensions {
        let extension = extension?;
        let key = extension.key().map_err(io::Error::other)?;
        if key.starts_with("SCHILY.xattr.") {
            attributes.push((key.to_owned(), extension.value_bytes().to_owned()));
        }
    }
    Ok(attributes)
}

/// How the image is run, and on what, without what only says how it came to be.
fn normalized(configuration: &Value, layers: &[Layer]) -> Value {
    let settings = configuration["config"].as_object().into_iter().flatten();
    let is_set = |value: &Value| !(value.is_null() || value == "" || *value == json!([]) || *value == json!({}));
    let settings = settings.filter(|(key, value)| SETTINGS.contains(&&***key) && is_set(value));
    let mut settings: Map<String, Value> = settings.map(|(key, value)| (key.clone(), value.clone())).collect();
    if let Some(Value::Object(labels)) = settings.get_mut("Labels") {
        labels.remove("io.buildah.version");
        if labels.is_empty() {
            settings.remove("Labels");
        }
    }
    let content: Vec<_> = layers.iter().map(|layer| &layer.content).collect();
    let mut image = json!({
        "created": "1970-01-01T00:00:00Z",
        "architecture": configuration["architecture"],
        "os": configuration["os"],
        "config": settings,
        "rootfs": {"type": "layers", "diff_ids": content},
    });
    if let Some(variant) = configuration.get("variant") {
        image["variant"] = variant.clone();
    }
    image
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// What `docker save` writes of an image with one file, a link to it, and noise of the tool.
    fn saved(name: &str, time: u64, compressed: bool, noise: &Value) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("synth-layout-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let mut layer = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o755);
        header.set_uid(10001);
        header.set_gid(10001);
        header.set_mtime(time);
        header.set_username(name).unwrap();
        header.set_size(7);
        let times = time.to_string();
        let extensions = [("mtime", times.as_bytes()), ("SCHILY.xattr.user.note", b"kept")];
        layer.append_pax_extensions(extensions).unwrap();
        layer.append_data(&mut header, "app/service", &b"program"[..]).unwrap();
        header.set_size(0);
        header.set_entry_type(tar::EntryType::Symlink);
        layer.append_link(&mut header, "app/link", "service").unwrap();
        let layer = layer.into_inner().unwrap();
        let layer = if compressed {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
            writer.write_all(&layer).unwrap();
            writer.finish().unwrap()
        } else {
            layer
        };
        fs::write(folder.join("layer.tar"), layer).unwrap();
        let mut configuration = json!({
            "architecture": "arm64", "os": "linux", "created": format!("{time}"), "history": [{"created": time}],
            "config": {"User": "10001", "Entrypoint": ["/app/service"], "Env": null, "Image": name, "Labels": {}},
        });
        configuration["config"]["Labels"] = noise.clone();
        fs::write(folder.join("config.json"), configuration.to_string()).unwrap();
        let manifest = json!([{"Config": "config.json", "Layers": ["layer.tar"], "RepoTags": [name]}]);
        fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
        folder
    }

    fn made(saved: &Path) -> (String, Value, Vec<u8>) {
        let layout = saved.join("layout");
        let digest = write(saved, &layout).unwrap();
        let json = |digest: &Value| -> Value {
            serde_json::from_slice(&fs::read(blob(&layout, digest.as_str().unwrap())).unwrap()).unwrap()
        };
        let manifest = json(&Value::from(&*digest));
        let configuration = json(&manifest["config"]["digest"]);
        let layer = plain(&blob(&layout, manifest["layers"][0]["digest"].as_str().unwrap())).unwrap();
        let layer = BufReader::new(layer).bytes().collect::<io::Result<Vec<_>>>().unwrap();
        fs::remove_dir_all(saved).unwrap();
        (digest, configuration, layer)
    }

    #[test]
    fn an_image_follows_from_its_files_and_settings_alone() {
        let one = made(&saved("one", 1, false, &json!(null)));
        let other = made(&saved("other", 1_700_000_000, true, &json!({"io.buildah.version": "1.28.2"})));
        assert_eq!(one, other);
        let settings = json!({"User": "10001", "Entrypoint": ["/app/service"]});
        assert_eq!(one.1["config"], settings);
        let labelled = made(&saved("labelled", 1, false, &json!({"owner": "me", "io.buildah.version": "1"})));
        assert_eq!(labelled.1["config"]["Labels"], json!({"owner": "me"}));
        assert_ne!(labelled.0, one.0);
    }

    #[test]
    fn a_layer_keeps_modes_owners_links_and_attributes() {
        let (_, configuration, layer) = made(&saved("kept", 5, true, &json!(null)));
        assert_eq!(configuration["rootfs"]["diff_ids"], json!([super::super::hash::of_bytes(&layer)]));
        let mut archive = tar::Archive::new(&*layer);
        let mut entries = archive.entries().unwrap().map(Result::unwrap);
        let mut program = entries.next().unwrap();
        assert_eq!(program.path().unwrap(), Path::new("app/service"));
        let header = program.header();
        let numbers = (header.mode().unwrap(), header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap());
        assert_eq!(numbers, (0o755, 10001, 10001, 0));
        let mut extensions = program.pax_extensions().unwrap().unwrap().map(Result::unwrap);
        let extension = extensions.next().unwrap();
        assert_eq!((extension.key().unwrap(), extension.value_bytes()), ("SCHILY.xattr.user.note", &b"kept"[..]));
        assert!(extensions.next().is_none());
        drop(extensions);
        let link = entries.next().unwrap();
        assert_eq!(link.link_name().unwrap().unwrap(), Path::new("service"));
        assert!(entries.next().is_none());
    }

    #[test]
    fn what_is_no_saved_image_is_told() {
        let folder = saved("broken", 1, false, &json!(null));
        fs::write(folder.join("manifest.json"), "[]").unwrap();
        let error = write(&folder, &folder.join("layout")).unwrap_err().to_string();
        assert!(error.starts_with("cannot make an image of ") && error.ends_with(": it is not one image"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }
}
