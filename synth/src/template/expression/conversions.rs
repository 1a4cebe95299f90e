//! Which Rust values convert to which kinds.

use super::list::List;
use crate::template::node::{Mapping, Node};
use crate::template::object::{Choice, Object};

/// The kind of a property that takes any JSON: a policy document, a free-form map.
#[derive(Debug)]
pub enum Json {}

/// The kind of a property that takes a string, a number or a boolean.
#[derive(Debug)]
pub enum Scalar {}

/// The kind of a property that takes an object of type `T`, or text.
#[derive(Debug)]
pub struct OrText<T>(T);

/// `impl<generics> IntoValue<kind, P> for type`, each through one expression.
macro_rules! converts {
    // Where such bounds do not hold the compiler's message is to be about the property, and not about the bounds.
    ([$parameter:ident: $bound:ident,] $kind:ty: $($from:ty => |$value:ident| $node:expr;)*) => {
        $($crate::template::expression::conversions::converts! {
            @one #[diagnostic::do_not_recommend] [$parameter: $bound,] ($kind) ($from) $value $node
        })*
    };
    ($generics:tt $kind:ty: $($from:ty => |$value:ident| $node:expr;)*) => {
        $($crate::template::expression::conversions::converts! { @one $generics ($kind) ($from) $value $node })*
    };
    (@one $(#[$about:meta])* [$($generics:tt)*] ($kind:ty) ($from:ty) $value:ident $node:expr) => {
        $(#[$about])*
        impl<$($generics)* P: ?Sized> $crate::template::IntoValue<$kind, P> for $from {
            fn into_node(self) -> Option<$crate::template::Node> {
                let $value = self;
                Some($node)
            }
        }
    };
}

/// Text in its Rust forms converts to `kind`.
macro_rules! takes_text {
    ($generics:tt $kind:ty) => {
        $crate::template::expression::conversions::converts! { $generics $kind:
            &str => |text| text.to_owned().into();
            &String => |text| text.clone().into();
            String => |text| text.into();
            std::borrow::Cow<'static, str> => |text| $crate::template::Node::String(text);
            $crate::template::expression::Pseudo<String> => |name| name.node();
        }
    };
}

/// Expressions of other kinds convert to `kind`.
macro_rules! takes_values {
    ($generics:tt $kind:ty: $($from:ty),*) => {$(
        $crate::template::expression::conversions::converts! { $generics $kind:
            $crate::template::Value<$from> => |value| value.into_inner();
            &$crate::template::Value<$from> => |value| value.node().clone();
        }
    )*};
}

pub(crate) use {converts, takes_text, takes_values};

takes_text! { [] String }
takes_text! { [] Json }
takes_text! { [] Scalar }
takes_text! { [T,] OrText<T> }

takes_values! { [] String: i64 }
takes_values! { [] f64: i64 }
takes_values! { [] Json: String, i64, f64, bool, List<String> }
takes_values! { [] Scalar: String, i64, f64, bool }
takes_values! { [T,] OrText<T>: String }
takes_values! { [C: Choice,] C: String }
takes_values! { [C: Choice,] List<C>: List<String> }

converts! { [] bool:
    bool => |value| value.into();
}

converts! { [] i64:
    i32 => |number| i64::from(number).into();
    i64 => |number| number.into();
    u8 => |number| i64::from(number).into();
    u16 => |number| i64::from(number).into();
    u32 => |number| i64::from(number).into();
}

converts! { [] f64:
    f64 => |number| Node::Float(number);
    f32 => |number| Node::Float(number.into());
    i32 => |number| i64::from(number).into();
    i64 => |number| number.into();
}

converts! { [] Scalar:
    bool => |value| value.into();
    i32 => |number| i64::from(number).into();
    i64 => |number| number.into();
    f64 => |number| Node::Float(number);
}

converts! { [] Json:
    Node => |node| node;
    serde_json::Value => |value| from_json(value);
    &serde_json::Value => |value| from_json(value.clone());
}

converts! { [T: Object,] Json:
    T => |object| object.into_object();
}

converts! { [T: Object,] T:
    T => |object| object.into_object();
}

converts! { [T: Object,] OrText<T>:
    T => |object| object.into_object();
}

/// JSON as a tree. Maps that name a function become that function.
fn from_json(value: serde_json::Value) -> Node {
    use serde_json::Value as Json;
    match value {
        Json::Null => Node::Null,
        Json::Bool(value) => value.into(),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => Node::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => text.into(),
        Json::Array(items) => items.into_iter().map(from_json).collect::<Vec<_>>().into(),
        Json::Object(entries) => {
            entries.into_iter().map(|(key, value)| (key, from_json(value))).collect::<Mapping>().into()
        }
    }
}
