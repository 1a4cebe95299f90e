//! What is read of answers in XML.

use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};

/// The texts of all elements of a name, wherever they are.
pub(super) fn texts(body: &[u8], name: &str) -> Result<Vec<String>, XmlDecodeError> {
    let mut found = Vec::new();
    each(body, name, &mut |element| {
        found.push(try_data(element)?.into_owned());
        Ok(())
    })?;
    Ok(found)
}

/// The texts of some children of all elements of a name, in the order of `children`; empty where there is no such child.
pub(super) fn rows<const N: usize>(
    body: &[u8],
    name: &str,
    children: [&str; N],
) -> Result<Vec<[String; N]>, XmlDecodeError> {
    let mut found = Vec::new();
    each(body, name, &mut |element| {
        let mut row = std::array::from_fn(|_| String::new());
        while let Some(mut child) = element.next_tag() {
            let position = children.iter().position(|name| child.start_el().matches(name));
            if let Some(position) = position {
                row[position] = try_data(&mut child)?.into_owned();
            }
        }
        found.push(row);
        Ok(())
    })?;
    Ok(found)
}

type Visit<'v> = dyn FnMut(&mut ScopedDecoder<'_, '_>) -> Result<(), XmlDecodeError> + 'v;

fn each(body: &[u8], name: &str, visit: &mut Visit<'_>) -> Result<(), XmlDecodeError> {
    let text = std::str::from_utf8(body).map_err(XmlDecodeError::unhandled)?;
    let mut document = Document::new(text);
    let mut root = document.root_element()?;
    walk(&mut root, name, visit)
}

fn walk(element: &mut ScopedDecoder<'_, '_>, name: &str, visit: &mut Visit<'_>) -> Result<(), XmlDecodeError> {
    while let Some(mut child) = element.next_tag() {
        if child.start_el().matches(name) {
            visit(&mut child)?;
        } else {
            walk(&mut child, name, visit)?;
        }
    }
    Ok(())
}
