//! Tables for people.

use std::fmt;

/// Rows of text under headings. Numbers stand to the right.
///
/// ```
/// use synth::terminal::Table;
///
/// let mut table = Table::new(["stack", "bytes"]);
/// table.row(["network", "4711"]);
/// assert_eq!(table.to_string(), "stack    bytes\nnetwork   4711\n");
/// ```
#[derive(Clone, Debug)]
pub struct Table<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table with headings and no rows.
    pub fn new(headings: [&str; N]) -> Self {
        Self { rows: vec![headings.map(str::to_owned)] }
    }

    /// Adds a row.
    pub fn row<T: Into<String>>(&mut self, cells: [T; N]) {
        self.rows.push(cells.map(Into::into));
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = |index: usize| self.rows.iter().map(move |row| &*row[index]);
        let widths: [usize; N] = std::array::from_fn(|index| column(index).map(width).max().unwrap_or(0));
        let numeric: [bool; N] = std::array::from_fn(|index| {
            let mut cells = column(index).skip(1).peekable();
            cells.peek().is_some() && cells.all(|cell| cell.bytes().all(|byte| byte.is_ascii_digit()))
        });
        for row in &self.rows {
            let mut line = String::new();
            for (index, cell) in row.iter().enumerate() {
                let padding = " ".repeat(widths[index] - width(cell));
                let (before, after) = if numeric[index] { (&*padding, "") } else { ("", &*padding) };
                line.extend([before, cell, after, "  "]);
            }
            writeln!(formatter, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}
