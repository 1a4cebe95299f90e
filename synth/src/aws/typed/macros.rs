//! The shapes of generated code. Each macro call reads like a table of the schema.

/// A builder for an object: the struct, `new` with what is required, and one setter a property.
///
/// Up to three required properties are arguments of `new`. From four, `new` takes a struct whose fields name them.
macro_rules! object {
    (
        $(#[$about:meta])*
        $name:ident {
            $new:ident($($(#[$required_about:meta])* $required:ident: $required_kind:ty = $required_key:literal,)*)
            $($(#[$field_about:meta])* $field:ident: $kind:ty = $key:literal,)*
        }
    ) => {
        $(#[$about])*
        #[must_use]
        pub struct $name($crate::template::Fields);

        impl $name {
            /// With everything that is required.
            $(#[doc = ""] #[doc = concat!("**`", stringify!($required), "`**:")] $(#[$required_about])*)*
            pub fn $new($($required: impl $crate::template::IntoValue<$required_kind, property::$required>),*) -> Self {
                Self($crate::template::Fields::new()$(.with($required_key, $required.into_node()))*)
            }

            $crate::aws::typed::setters! { $($(#[$field_about])* $field: $kind = $key,)* }
        }

        $crate::aws::typed::holds_properties! { $name }
    };
    (
        $(#[$about:meta])*
        $name:ident {
            $new:ident($all:ident { $($(#[$required_about:meta])* $letter:ident $required:ident: $required_kind:ty = $required_key:literal,)* })
            $($(#[$field_about:meta])* $field:ident: $kind:ty = $key:literal,)*
        }
    ) => {
        $(#[$about])*
        #[must_use]
        pub struct $name($crate::template::Fields);

        #[doc = concat!("Everything that [`", stringify!($name), "`] requires.")]
        pub struct $all<$($letter),*> {
            $($(#[$required_about])* pub $required: $letter,)*
        }

        impl $name {
            /// With everything that is required.
            pub fn $new<$($letter: $crate::template::IntoValue<$required_kind, property::$required>),*>(
                required: $all<$($letter),*>,
            ) -> Self {
                Self($crate::template::Fields::new()$(.with($required_key, required.$required.into_node()))*)
            }

            $crate::aws::typed::setters! { $($(#[$field_about])* $field: $kind = $key,)* }
        }

        $crate::aws::typed::holds_properties! { $name }
    };
}

/// One setter a property.
macro_rules! setters {
    ($($(#[$about:meta])* $field:ident: $kind:ty = $key:literal,)*) => {$(
        $(#[$about])*
        pub fn $field(self, $field: impl $crate::template::IntoValue<$kind, property::$field>) -> Self {
            Self(self.0.with($key, $field.into_node()))
        }
    )*};
}

/// What every builder of an object implements.
macro_rules! holds_properties {
    ($name:ident) => {
        impl $crate::template::Properties for $name {
            fn fields(&mut self) -> &mut $crate::template::Fields {
                &mut self.0
            }
        }

        impl $crate::template::Object for $name {
            fn into_object(self) -> $crate::template::Node {
                self.0.into_map().into()
            }
        }
    };
}

/// An enumerated string: a constant for each known value, and `from` for any other.
macro_rules! choices {
    (
        $(#[$about:meta])*
        $name:ident { $($(#[$value_about:meta])* $value:ident = $text:literal,)* }
    ) => {
        $(#[$about])*
        #[non_exhaustive]
        pub enum $name {
            $($(#[$value_about])* #[doc = $text] $value,)*
            #[doc(hidden)]
            Other_($crate::template::Text),
        }

        impl $name {
            /// A value that is not among the constants.
            pub fn from(value: impl Into<$crate::template::Text>) -> Self {
                Self::Other_(value.into())
            }
        }

        impl $crate::template::Object for $name {
            fn into_object(self) -> $crate::template::Node {
                $crate::template::Node::String(match self {
                    $(Self::$value => $crate::template::Text::Borrowed($text),)*
                    Self::Other_(text) => text,
                })
            }
        }

        impl $crate::template::Choice for $name {}
    };
}

/// The facts of a resource type: its name, its tags, its attributes, and the references that it is the target of.
macro_rules! resource {
    (
        $name:ident = $type:literal,
        tags: $tags:ident $(($tag_key:literal))?,
        attributes: $attributes:ident { $($(#[$about:meta])* $attribute:ident: $kind:ty = $key:literal,)* }
        targets: [$($target:ident = $way:ident $(($way_key:literal))?),* $(,)?]
    ) => {
        #[doc = concat!("What `Fn::GetAtt` returns for [`", stringify!($name), "`].")]
        pub struct $attributes($crate::aws::typed::Attributes);

        impl $attributes {
            $(
                $(#[$about])*
                pub fn $attribute(&self) -> $crate::template::Value<$kind> {
                    self.0.get($key)
                }
            )*
        }

        impl $crate::aws::typed::ReadOnly for $attributes {
            fn of(attributes: $crate::aws::typed::Attributes) -> Self {
                Self(attributes)
            }

            fn attributes(&self) -> &$crate::aws::typed::Attributes {
                &self.0
            }
        }

        impl $crate::aws::typed::Resource for $name {
            type Attributes = $attributes;
            const TYPE: &'static str = $type;
            const TAGS: Option<$crate::aws::typed::TagProperty> =
                $crate::aws::typed::tag_property!($tags $(($tag_key))?);
        }

        $(
            impl<P: ?Sized> $crate::aws::typed::Target<$crate::aws::typed::refs::$target, P> for $name {
                const ATTRIBUTE: Option<&'static str> = $crate::aws::typed::attribute!($way $(($way_key))?);
            }
        )*
    };
}

/// The property that holds the tags.
macro_rules! tag_property {
    (None) => {
        None
    };
    ($form:ident($key:literal)) => {
        Some($crate::aws::typed::TagProperty::$form($key))
    };
}

/// The attribute that a reference means.
macro_rules! attribute {
    (Ref) => {
        None
    };
    (GetAtt($key:literal)) => {
        Some($key)
    };
}

/// The sets of resource types that properties refer to.
macro_rules! references {
    ($($(#[$about:meta])* $name:ident,)*) => {$(
        $(#[$about])*
        #[derive(Debug)]
        pub enum $name {}
    )*};
}

/// The names of a service's properties as types, for the compiler's messages.
macro_rules! property_names {
    ($($name:ident,)*) => {
        mod property {
            #![allow(unreachable_pub)]
            $(pub enum $name {})*
        }
    };
}

pub(crate) use {
    attribute, choices, holds_properties, object, property_names, references, resource, setters, tag_property,
};
