//! Other programs' readers of YAML, in one Python process for all cases.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::{Map, Value};

/// What one reader made of a text: `{"value": ...}` or `{"error": ...}`.
pub(super) type Answers = Map<String, Value>;

/// What each reader makes of `text`, by the reader's name.
pub(super) fn read(text: &str) -> Answers {
    static READERS: LazyLock<Mutex<Readers>> = LazyLock::new(|| Mutex::new(Readers::start()));
    READERS.lock().unwrap_or_else(PoisonError::into_inner).read(text)
}

struct Readers {
    python: Child,
    answers: BufReader<ChildStdout>,
}

impl Readers {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/yaml/readers.py");
        let mut python = Command::new("python3")
            .arg(script)
            .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("yaml-readers"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("python3 is needed to run PyYAML and ruamel.yaml: {error}"));
        let answers = BufReader::new(python.stdout.take().unwrap());
        Self { python, answers }
    }

    fn read(&mut self, text: &str) -> Answers {
        let mut question = serde_json::to_string(text).unwrap();
        question.push('\n');
        let mut answer = String::new();
        let asked = self.python.stdin.as_mut().unwrap().write_all(question.as_bytes());
        let answered = asked.and_then(|()| self.answers.read_line(&mut answer));
        assert!(
            answered.is_ok_and(|length| length > 0),
            "PyYAML and ruamel.yaml did not answer: python3 with pip and a package index is needed, see above"
        );
        serde_json::from_str(&answer).unwrap()
    }
}
