//! The catalogue of all resource types.

use std::{borrow::Cow, collections::BTreeMap, sync::OnceLock};

use crate::{
    Error, ResourceType,
    container::{Container, Place, Sources},
};

/// All resource types, read one at a time when they are asked for.
///
/// ```
/// use synth_schema::{Catalogue, Operation};
///
/// let catalogue = Catalogue::bundled()?;
/// let subnet = catalogue.get("AWS::EC2::Subnet")?.expect("a type of the catalogue");
/// assert_eq!(subnet.root.required, ["VpcId"]);
/// assert!(subnet.permissions(Operation::Create).contains(&"ec2:CreateSubnet".to_owned()));
/// # Ok::<(), synth_schema::Error>(())
/// ```
#[derive(Debug)]
pub struct Catalogue {
    schemas: Container,
    descriptions: Option<Container>,
    types: BTreeMap<String, Entry>,
    texts: Vec<OnceLock<String>>,
    description_texts: Vec<OnceLock<String>>,
}

#[derive(Debug)]
struct Entry {
    place: Place,
    decoded: OnceLock<Box<ResourceType>>,
}

impl Catalogue {
    /// The catalogue in this program, without descriptions.
    ///
    /// # Errors
    /// When the bundled file was written in another form, or is damaged.
    pub fn bundled() -> Result<Self, Error> {
        Self::open(Cow::Borrowed(include_bytes!("../catalogue/schemas.bin")), None)
    }

    /// The catalogue in this program, with descriptions.
    ///
    /// # Errors
    /// When a bundled file was written in another form, or is damaged.
    #[cfg(feature = "descriptions")]
    pub fn bundled_with_descriptions() -> Result<Self, Error> {
        let descriptions = include_bytes!("../catalogue/descriptions.bin");
        Self::open(Cow::Borrowed(include_bytes!("../catalogue/schemas.bin")), Some(Cow::Borrowed(descriptions)))
    }

    /// A catalogue from the bytes of its files.
    ///
    /// # Errors
    /// When they are no catalogue, or of another form.
    pub fn open(schemas: Cow<'static, [u8]>, descriptions: Option<Cow<'static, [u8]>>) -> Result<Self, Error> {
        let mut schemas = Container::open(schemas)?;
        let descriptions = descriptions.map(Container::open).transpose()?;
        let entry = |place| Entry { place, decoded: OnceLock::new() };
        let types =
            std::mem::take(&mut schemas.entries).into_iter().map(|(name, place)| (name, entry(place))).collect();
        let locks = |count| std::iter::repeat_with(OnceLock::new).take(count).collect();
        let texts = locks(schemas.blocks());
        let description_texts = locks(descriptions.as_ref().map_or(0, Container::blocks));
        Ok(Self { schemas, descriptions, types, texts, description_texts })
    }

    /// The resource type of that name.
    ///
    /// # Errors
    /// When the part of the catalogue that holds it is damaged.
    pub fn get(&self, name: &str) -> Result<Option<&ResourceType>, Error> {
        let Some((name, entry)) = self.types.get_key_value(name) else { return Ok(None) };
        if let Some(resource) = entry.decoded.get() {
            return Ok(Some(resource));
        }
        let resource = self.decode(name, &entry.place)?;
        Ok(Some(entry.decoded.get_or_init(|| Box::new(resource))))
    }

    /// Whether there is a type of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    /// The names of all types, sorted.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.types.keys().map(String::as_str)
    }

    /// All types, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = Result<&ResourceType, Error>> {
        self.names().filter_map(|name| self.get(name).transpose())
    }

    /// Where the data is from.
    pub fn sources(&self) -> &Sources {
        &self.schemas.sources
    }

    /// The JSON of a type, as it is in the catalogue.
    ///
    /// # Errors
    /// When the part of the catalogue that holds it is damaged.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Error> {
        self.types.get(name).map(|entry| text(&self.schemas, &self.texts, &entry.place, name)).transpose()
    }

    /// The descriptions of a type by the pointers of their schemas, where the catalogue was opened with them.
    ///
    /// # Errors
    /// When the part of the catalogue that holds them is damaged.
    pub fn descriptions(&self, name: &str) -> Result<BTreeMap<String, String>, Error> {
        let Some(container) = &self.descriptions else { return Ok(BTreeMap::new()) };
        let Some(place) = container.entries.get(name) else { return Ok(BTreeMap::new()) };
        let text = text(container, &self.description_texts, place, name)?;
        serde_json::from_str(text).map_err(|error| Error::resource_type(name, error))
    }

    fn decode(&self, name: &str, place: &Place) -> Result<ResourceType, Error> {
        let text = text(&self.schemas, &self.texts, place, name)?;
        let mut resource: ResourceType =
            serde_json::from_str(text).map_err(|error| Error::resource_type(name, error))?;
        if self.descriptions.is_some() {
            resource.describe(&self.descriptions(name)?);
        }
        Ok(resource)
    }
}

fn text<'a>(container: &Container, texts: &'a [OnceLock<String>], place: &Place, name: &str) -> Result<&'a str, Error> {
    let lock = texts.get(place.block).ok_or_else(|| Error::damaged(name))?;
    let block = if let Some(block) = lock.get() {
        block
    } else {
        let block = container.block(place.block)?;
        lock.get_or_init(|| block)
    };
    block.get(place.range.clone()).ok_or_else(|| Error::damaged(name))
}
