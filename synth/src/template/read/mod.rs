//! Reading a template from YAML or JSON, with the line and column of everything in it.
//!
//! What the reader accepts is what CloudFormation accepts: YAML 1.1 scalars, the short forms of its functions, no
//! aliases. A file that begins with `{` is JSON, as for CloudFormation.
//!
//! ```
//! use synth::template::read;
//!
//! let text = "Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n";
//! let document = read::document(text, "network.yaml")?;
//! let place = document.find(["Resources", "Vpc", "Type"]);
//! assert_eq!(document.address(place.position()), "network.yaml:3:11");
//!
//! let error = read::document("Resources:\n  Vpc: *shared\n", "network.yaml").unwrap_err();
//! assert!(error.to_string().starts_with("network.yaml:2:8: "));
//! # Ok::<(), synth::template::read::ReadError>(())
//! ```

mod build;
mod error;
mod json;
mod place;
mod yaml;

use crate::template::Node;

pub use error::ReadError;
pub use place::{Located, Place, Position};

use error::Problem;

/// Reads a template. `name` is the file's name, for messages.
///
/// # Errors
/// Where the text is not YAML or JSON, or has what CloudFormation does not accept: a key twice in one mapping, an
/// alias or a merge key, an unknown tag, more than one document, something other than a mapping at the top, or
/// values nested deeper than 128 levels.
pub fn document(text: &str, name: &str) -> Result<Document, ReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_json = text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{');
    let (root, places) = if is_json { json::read(text) } else { yaml::read(text) }
        .and_then(template)
        .map_err(|problem| ReadError::new(name, problem))?;
    Ok(Document { name: name.to_owned(), root, places })
}

/// A template as it was read.
#[derive(Clone, Debug)]
pub struct Document {
    name: String,
    root: Node,
    places: Place,
}

impl Document {
    /// The template's tree.
    pub fn node(&self) -> &Node {
        &self.root
    }

    /// The template's tree, without the places.
    pub fn into_node(self) -> Node {
        self.root
    }

    /// The root of the tree, to walk values and places together.
    pub fn root(&self) -> Located<'_> {
        Located::new(&self.root, &self.places)
    }

    /// The value at the end of `path`, or the last one on the way that is there: a message about what is missing
    /// then points to where it should be. A step is a key, the number of an item, or a function's full name.
    pub fn find<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> Located<'_> {
        let mut found = self.root();
        for step in path {
            match found.step(step.as_ref()) {
                Some(next) => found = next,
                None => break,
            }
        }
        found
    }

    /// A position as `file:line:column`, which editors and terminals open.
    pub fn address(&self, position: Position) -> String {
        format!("{}:{position}", self.name)
    }
}

fn template((root, places): (Node, Place)) -> Result<(Node, Place), Problem> {
    let found = match &root {
        Node::Map(_) => return Ok((root, places)),
        Node::Null => "nothing",
        Node::List(_) => "a list",
        Node::Function(_) => "a function",
        Node::Bool(_) | Node::Integer(_) | Node::Float(_) | Node::String(_) => "a single value",
    };
    let advice = "Write a mapping with the template's sections, such as `Resources:`.";
    Err(Problem::new(places.position(), format!("the template is {found}"), advice))
}
