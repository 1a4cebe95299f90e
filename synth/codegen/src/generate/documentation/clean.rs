//! Descriptions as rustdoc wants them: paragraphs, lists, code and links stay; nothing else means anything.

/// HTML that has a meaning in Markdown.
const TAGS: [(&str, &str); 20] = [
    ("p", "\n"),
    ("/p", "\n"),
    ("ul", "\n"),
    ("/ul", "\n"),
    ("ol", "\n"),
    ("/ol", "\n"),
    ("br", "\n"),
    ("br/", "\n"),
    ("li", "\n+ "),
    ("/li", "\n"),
    ("code", "`"),
    ("/code", "`"),
    ("i", "*"),
    ("/i", "*"),
    ("b", "**"),
    ("/b", "**"),
    ("note", "\n"),
    ("/note", "\n"),
    ("important", "\n"),
    ("/important", "\n"),
];

/// The lines of a description. Paragraphs and lists are set off by empty lines.
pub fn clean(text: &str) -> Vec<String> {
    let text = without_html(text);
    let mut lines: Vec<String> = Vec::new();
    let mut last = Line::Text;
    for line in joined(&text) {
        let (kind, text) = kind(&line);
        let content = inline(text);
        if content.is_empty() {
            continue;
        }
        if !(lines.is_empty() || kind == Line::Item && last == Line::Item) {
            lines.push(String::new());
        }
        lines.push(match kind {
            Line::Item => format!("* {content}"),
            Line::Quotation => format!("> {content}"),
            Line::Text => at_line_start(content),
        });
        last = kind;
    }
    lines
}

#[derive(Clone, Copy, PartialEq)]
enum Line {
    Text,
    Item,
    Quotation,
}

/// The description's lines without indentation; those that were broken within a sentence are put together again.
fn joined(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let continues = line.starts_with(|c: char| c.is_lowercase());
        match lines.last_mut() {
            Some(last) if continues && !last.is_empty() && !last.ends_with(['.', ':', ';']) => {
                last.push(' ');
                last.push_str(&line);
            }
            _ => lines.push(line),
        }
    }
    lines
}

/// What a line is, and its text without the mark.
fn kind(line: &str) -> (Line, &str) {
    if let Some(text) = line.strip_prefix("> ") {
        return (Line::Quotation, text.trim());
    }
    let item = ["+ ", "* ", "- ", "• ", "•"].iter().find_map(|bullet| line.strip_prefix(bullet));
    item.map_or((Line::Text, line), |text| (Line::Item, text.trim()))
}

/// A line must not begin a heading, a list or a quotation.
fn at_line_start(content: String) -> String {
    match content.chars().next() {
        Some('#' | '+' | '-' | '=' | '>' | '~' | '|' | ':') => format!("\\{content}"),
        _ => content,
    }
}

fn without_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        if let Some((markdown, after)) = link_tag(rest) {
            out.push_str(&markdown);
            rest = after;
        } else if let Some((markdown, after)) = tag(rest) {
            out.push_str(markdown);
            rest = after;
        } else {
            out.push('<');
            rest = &rest[1..];
        }
    }
    out + rest
}

fn tag(text: &str) -> Option<(&'static str, &str)> {
    let end = text.find('>')?;
    let name = text[1..end].trim().to_ascii_lowercase();
    let (_, markdown) = TAGS.iter().find(|(tag, _)| *tag == name)?;
    Some((markdown, &text[end + 1..]))
}

/// `<a href="…">text</a>` as Markdown.
fn link_tag(text: &str) -> Option<(String, &str)> {
    let open = text.strip_prefix("<a ")?;
    let (attributes, rest) = open.split_once('>')?;
    let (label, rest) = rest.split_once("</a>")?;
    let address = attributes.split_once("href=\"")?.1.split_once('"')?.0;
    Some((format!("[{label}]({address})"), rest))
}

/// The text of a line: code and links stay, and what else would mean something in Markdown is escaped.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let taken = match next {
            '`' => code_span(rest),
            '[' => link(rest),
            'h' => bare_address(rest),
            _ => None,
        };
        if let Some((markdown, after)) = taken {
            if out.ends_with('`') && markdown.starts_with('`') {
                out.push(' ');
            }
            out.push_str(&markdown);
            // The sources set off code and links with a space, also before the end of a sentence.
            rest = if after.starts_with([' ']) && after[1..].starts_with(['.', ',', ';', ':', ')']) {
                &after[1..]
            } else {
                after
            };
            continue;
        }
        push_escaped(&mut out, next);
        rest = &rest[next.len_utf8()..];
    }
    out.trim().to_owned()
}

fn push_escaped(out: &mut String, character: char) {
    match character {
        '[' | ']' | '<' | '>' | '\\' => out.extend(['\\', character]),
        // A backtick without its fellow.
        '`' => out.push('\''),
        // Marks that reverse the direction of writing; the compiler refuses them in comments.
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
        character if character.is_control() => out.push(' '),
        character => out.push(character),
    }
}

/// Code in one or two backticks, as the sources write it, in as few as will do.
fn code_span(text: &str) -> Option<(String, &str)> {
    let ticks = text.len() - text.trim_start_matches('`').len();
    let fence = &"``"[..ticks.min(2)];
    let inside = &text[fence.len()..];
    if ticks >= 4 && ticks.is_multiple_of(2) && fence.len() == 2 && inside[2..].starts_with(|c| c != '`') {
        // Two pairs with nothing between them: an empty span before a word.
        return Some((String::new(), &inside[2..]));
    }
    let end = inside.find(fence)?;
    let (content, after) = (inside[..end].trim(), &inside[end + fence.len()..]);
    if content.is_empty() || content.chars().all(|c| c == '`') {
        return Some((String::new(), after));
    }
    let markdown = if content.contains('`') { format!("`` {content} ``") } else { format!("`{content}`") };
    Some((markdown, after))
}

/// A link with a whole address; one that is relative to a page of AWS leaves its label.
fn link(text: &str) -> Option<(String, &str)> {
    let end = text.find("](")?;
    let label = &text[1..end];
    if label.contains(['[', ']']) {
        return None;
    }
    let after = &text[end + 2..];
    let close = after.find(')')?;
    let (address, rest) = (after[..close].trim(), &after[close + 1..]);
    let label = inline(label);
    if label.is_empty() || label.contains("](") {
        return None;
    }
    let markdown = if is_address(address) {
        if label == *address || label.starts_with('<') {
            format!("<{address}>")
        } else {
            format!("[{label}]({address})")
        }
    } else {
        label
    };
    Some((markdown, rest))
}

/// An address without any mark-up. One with a placeholder in it is code.
fn bare_address(text: &str) -> Option<(String, &str)> {
    if !text.starts_with("http://") && !text.starts_with("https://") {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || "\"`>]}\\".contains(c) || !c.is_ascii();
    let mut end = text.find(|c| ends(c) || "<[{".contains(c)).unwrap_or(text.len());
    if text[end..].starts_with(['<', '[', '{']) {
        end = text.find(|c: char| c.is_whitespace() || "\"`".contains(c)).unwrap_or(text.len());
    }
    let address = text[..end].trim_end_matches(['.', ',', ';', ':', ')', '\'', '!', '?', '*', '_']);
    let markdown = if is_address(address) { format!("<{address}>") } else { format!("`{address}`") };
    Some((markdown, &text[address.len()..]))
}

fn is_address(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| host.starts_with(|c: char| c.is_ascii_alphanumeric()) && host.contains('.'))
        && text.chars().all(|c| c.is_ascii_graphic() && !"<>\"`{}|\\^()".contains(c))
}
