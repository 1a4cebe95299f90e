//! The catalogue's file: a head that says where each type is, and blocks of compressed JSON.
//!
//! ```text
//! "SYNTHCAT" | form (1 byte) | length of the head (4 bytes, little endian) | head | block | block | ...
//! ```
//! Head and blocks are compressed with Brotli. A block holds the texts of several types, so that reading one type
//! costs a fraction of a millisecond and similar neighbours still compress well.

use std::{borrow::Cow, collections::BTreeMap, io::Read, ops::Range};

use serde::{Deserialize, Serialize};

use crate::Error;

const MAGIC: &[u8] = b"SYNTHCAT";
const FORM: u8 = 1;
const PREFIX: usize = MAGIC.len() + 1 + size_of::<u32>();

/// Where the catalogue's data is from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sources {
    /// The packages that it was made from.
    pub packages: Vec<Package>,
    /// When the schemas were collected from AWS.
    pub schema_date: String,
    /// The SHA-256 of all patches.
    pub patches: String,
}

/// One package that the catalogue was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its name, like `cfn-lint`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub licence: String,
    /// The SHA-256 of its file.
    pub sha256: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    sources: Sources,
    /// Compressed and plain length of each block.
    blocks: Vec<(usize, usize)>,
    /// Block, start and end of each text.
    entries: BTreeMap<String, (usize, usize, usize)>,
}

/// An opened file: the head is read, the blocks are not.
#[derive(Debug)]
pub(crate) struct Container {
    pub(crate) sources: Sources,
    pub(crate) entries: BTreeMap<String, Place>,
    blocks: Vec<Block>,
    bytes: Cow<'static, [u8]>,
}

/// Where a text is.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) block: usize,
    pub(crate) range: Range<usize>,
}

#[derive(Debug)]
struct Block {
    range: Range<usize>,
    plain: usize,
}

impl Container {
    pub(crate) fn open(bytes: Cow<'static, [u8]>) -> Result<Self, Error> {
        let (prefix, _) = bytes.split_at_checked(PREFIX).ok_or(Error::not_a_catalogue("it is too short"))?;
        let (magic, rest) = prefix.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(Error::not_a_catalogue("it doesn't begin with its mark"));
        }
        let [form, length @ ..] = rest else { return Err(Error::not_a_catalogue("it is too short")) };
        if *form != FORM {
            return Err(Error::version(*form, FORM));
        }
        let length = <[u8; 4]>::try_from(length).map_err(|error| Error::damaged("its head").because(error))?;
        let end = PREFIX.saturating_add(u32::from_le_bytes(length) as usize);
        let head = bytes.get(PREFIX..end).ok_or_else(|| Error::damaged("its head"))?;
        let head: Head = serde_json::from_slice(&inflate(head, "its head")?)
            .map_err(|error| Error::damaged("its head").because(error))?;
        Ok(Self::of(head, end, bytes))
    }

    fn of(head: Head, mut start: usize, bytes: Cow<'static, [u8]>) -> Self {
        let blocks = head.blocks.into_iter().map(|(length, plain)| {
            let range = start..start.saturating_add(length);
            start = range.end;
            Block { range, plain }
        });
        let blocks = blocks.collect();
        let place = |(block, start, end)| Place { block, range: start..end };
        let entries = head.entries.into_iter().map(|(name, entry)| (name, place(entry))).collect();
        Self { sources: head.sources, entries, blocks, bytes }
    }

    pub(crate) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// The plain text of a block.
    pub(crate) fn block(&self, number: usize) -> Result<String, Error> {
        let part = format!("block {number}");
        let block = self.blocks.get(number).ok_or_else(|| Error::damaged(&part))?;
        let bytes = self.bytes.get(block.range.clone()).ok_or_else(|| Error::damaged(&part))?;
        let plain = inflate(bytes, &part)?;
        if plain.len() != block.plain {
            return Err(Error::damaged(part));
        }
        String::from_utf8(plain).map_err(|error| Error::damaged(part).because(error))
    }
}

/// Writes a catalogue's file: each text is the JSON of the type that it is named by.
///
/// `compress` must give a Brotli stream. The same arguments always give the same bytes.
///
/// # Errors
/// What `compress` or the JSON writer gives.
pub fn write(
    sources: &Sources,
    texts: &BTreeMap<String, String>,
    block_size: usize,
    compress: impl Fn(&[u8]) -> std::io::Result<Vec<u8>>,
) -> std::io::Result<Vec<u8>> {
    let mut plain = vec![String::new()];
    let mut entries = BTreeMap::new();
    for (name, text) in texts {
        if plain.last().is_some_and(|block| block.len() >= block_size) {
            plain.push(String::new());
        }
        let number = plain.len() - 1;
        let block = &mut plain[number];
        let start = block.len();
        block.push_str(text);
        entries.insert(name.clone(), (number, start, block.len()));
    }
    let packed = plain.iter().map(|block| compress(block.as_bytes())).collect::<Result<Vec<_>, _>>()?;
    let blocks = packed.iter().zip(&plain).map(|(packed, plain)| (packed.len(), plain.len())).collect();
    let head = compress(&serde_json::to_vec(&Head { sources: sources.clone(), blocks, entries })?)?;
    let length = u32::try_from(head.len()).map_err(std::io::Error::other)?.to_le_bytes();
    Ok([MAGIC, &[FORM], &length, &head, &packed.concat()].concat())
}

fn inflate(bytes: &[u8], part: &str) -> Result<Vec<u8>, Error> {
    const BUFFER: usize = 1 << 16;
    let mut plain = Vec::new();
    let result = brotli_decompressor::Decompressor::new(bytes, BUFFER).read_to_end(&mut plain);
    result.map_err(|error| Error::damaged(part).because(error))?;
    Ok(plain)
}
