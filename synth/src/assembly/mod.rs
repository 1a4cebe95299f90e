//! The assembly: the files that an app becomes.
//!
//! `<stack>.template.yaml` (or `.json`), `<stack>.parameters.json` in CodePipeline's form, and `manifest.json`, which
//! says their order and what each needs.

mod files;
mod manifest;

use std::path::{Path, PathBuf};

pub use manifest::Manifest;

use crate::construct::{App, Synthesized};
use crate::error::Error;
use crate::package::Record;
use crate::template::verify::MAXIMUM_INLINE_BYTES;
use crate::template::write;

/// The form in which templates are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// YAML with short tags.
    #[default]
    Yaml,
    /// JSON with two spaces of indentation.
    Json,
}

impl Format {
    fn extension(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
        }
    }
}

/// An app whose structure holds, ready to be written.
#[derive(Debug)]
pub struct Assembly {
    app: String,
    environment: Option<String>,
    stacks: Vec<Synthesized>,
}

/// What was written of a stack.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Written {
    /// The stack's name.
    pub stack: String,
    /// How many resources it has.
    pub resources: usize,
    /// The template's size.
    pub bytes: usize,
    /// The template.
    pub file: PathBuf,
}

impl Assembly {
    /// Synthesizes the app.
    ///
    /// # Errors
    ///
    /// As [`App::synthesize`].
    pub fn of(app: App) -> Result<Self, Error> {
        let (name, environment) = (app.name().to_owned(), app.environment_name().map(str::to_owned));
        Ok(Self { app: name, environment, stacks: app.synthesize()? })
    }

    /// Gives parameters that have no value the one that something made for them has.
    #[must_use]
    pub fn with_artifacts(mut self, made: &Record) -> Self {
        for stack in &mut self.stacks {
            for parameter in stack.parameters.iter_mut().filter(|parameter| parameter.value.is_none()) {
                parameter.value = made.value(&stack.stack_name, &parameter.name).map(str::to_owned);
            }
        }
        self
    }

    /// The stacks, in the order of deployment.
    pub fn stacks(&self) -> &[Synthesized] {
        &self.stacks
    }

    /// The stacks, taken out.
    pub fn into_stacks(self) -> Vec<Synthesized> {
        self.stacks
    }

    /// Writes everything into `directory`, and takes away what an earlier synthesis wrote there and this one did not.
    /// Files take their places one after the other, once the last of them has been made; other files there stay.
    ///
    /// # Errors
    ///
    /// A file cannot be written. What was there is then as it was, unless the very last step fails, the renaming.
    pub fn write(self, directory: &Path, format: Format) -> Result<Vec<Written>, Error> {
        let mut staging = files::Staging::open(directory)?;
        let mut manifest = Manifest::new(self.app, self.environment);
        let mut written = Vec::with_capacity(self.stacks.len());
        for stack in self.stacks {
            let file = format!("{}.template.{}", stack.name, format.extension());
            let parameters = format!("{}.parameters.json", stack.name);
            staging.write_json(&parameters, &manifest::parameters(&stack))?;
            let entry = manifest.add(&stack, &file, &parameters);
            let resources = stack.template.resources().count();
            let text = text(stack, format);
            entry.bytes = text.len();
            staging.write(&file, &text)?;
            written.push(Written {
                stack: entry.name.clone(),
                resources,
                bytes: text.len(),
                file: directory.join(file),
            });
        }
        staging.write_json(manifest::FILE, &manifest)?;
        staging.finish(&manifest)?;
        Ok(written)
    }
}

/// The template of a stack as it is written to its file.
pub fn text(stack: Synthesized, format: Format) -> String {
    let node = stack.template.into_node();
    match format {
        Format::Yaml => write::yaml(&node),
        Format::Json => write::json(&node),
    }
}

/// The template of a stack in YAML, as it is written to its file.
pub fn yaml(stack: &Synthesized) -> String {
    text(stack.clone(), Format::Yaml)
}

/// What to say about a template of this size; nothing if a request can carry it.
pub fn size_note(stack: &str, bytes: usize) -> Option<String> {
    (bytes > MAXIMUM_INLINE_BYTES).then(|| {
        format!(
            "the template of stack `{stack}` has {bytes} bytes, over CloudFormation's limit of {MAXIMUM_INLINE_BYTES} \
             for a template in a request (TemplateBody); it has to be deployed from S3 (TemplateURL)"
        )
    })
}
