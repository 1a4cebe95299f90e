//! Resource types that are in no catalogue, so that these tests need no service.

use synth::aws::typed::{Attributes, ReadOnly, Resource, TagProperty};
use synth::template::{Fields, List, Properties, Value};

macro_rules! resource {
    ($(#[$about:meta])* $name:ident = $type:literal, $tags:expr) => {
        $(#[$about])*
        #[derive(Debug, Default)]
        pub(crate) struct $name(Fields);

        impl $name {
            pub(crate) fn new() -> Self {
                Self::default()
            }
        }

        impl Properties for $name {
            fn fields(&mut self) -> &mut Fields {
                &mut self.0
            }
        }

        impl Resource for $name {
            type Attributes = ThingAttributes;
            const TYPE: &'static str = $type;
            const TAGS: Option<TagProperty> = $tags;
        }
    };
}

resource! {
    /// Its tags are a list.
    Thing = "Test::Core::Thing", Some(TagProperty::List("Tags"))
}
resource! {
    /// It makes again what is deleted.
    Pipeline = "AWS::CodePipeline::Pipeline", None
}
resource! {
    /// It may be protected from deletion, and a snapshot may stay of it.
    Database = "AWS::RDS::DBInstance", None
}
resource! {
    /// Its tags are a map, under a name of its own.
    Shelf = "Test::Core::Shelf", Some(TagProperty::Map("ShelfTags"))
}
resource! {
    /// It has no tags.
    Bare = "Test::Core::Bare", None
}

/// What `Fn::GetAtt` returns for all of them.
#[derive(Clone, Debug)]
pub(crate) struct ThingAttributes(Attributes);

impl ThingAttributes {
    pub(crate) fn arn(&self) -> Value<String> {
        self.0.get("Arn")
    }

    pub(crate) fn parts(&self) -> Value<List<String>> {
        self.0.get("Parts.All")
    }
}

impl ReadOnly for ThingAttributes {
    fn of(attributes: Attributes) -> Self {
        Self(attributes)
    }

    fn attributes(&self) -> &Attributes {
        &self.0
    }
}
