//! The formats of responses.

use core::fmt::Write as _;

use super::answer::{Answer, Object};
use super::exception::Exception;
use super::php::{self, PhpParams};

/// A format, by the number in the parameter `format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// 1
    Json,
    /// 2, the default.
    Xml,
    /// 3
    Php,
    /// 9
    Jsonp,
    /// Any other: nothing is written.
    Unknown,
}

/// Writes responses in the requested format.
pub(super) struct Writer {
    format: Format,
    /// For JSONP.
    callback: String,
}

impl Writer {
    pub fn new(params: &PhpParams) -> Self {
        let text = |name: &str| params.get(name).map(php::to_text).unwrap_or_default();
        let format = match text("format").as_str() {
            "1" => Format::Json,
            "" | "2" => Format::Xml,
            "3" => Format::Php,
            "9" => Format::Jsonp,
            _ => Format::Unknown,
        };
        Self {
            format,
            callback: text("callback"),
        }
    }

    /// Whether JSONP is requested without the name of the function.
    pub fn lacks_callback(&self) -> bool {
        self.format == Format::Jsonp && self.callback.is_empty()
    }

    pub fn content_type(&self) -> &'static str {
        match self.format {
            Format::Json => "application/json",
            Format::Xml => "text/xml;charset=UTF-8",
            Format::Jsonp => "application/javascript",
            Format::Php | Format::Unknown => "text/html; charset=UTF-8",
        }
    }

    pub fn write(&self, answer: &Answer) -> String {
        match self.format {
            Format::Json => answer.to_json(),
            Format::Jsonp => format!("{}({});", self.callback, answer.to_json()),
            Format::Xml => format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><result>{}</result>\
                 <executionTime>0.001</executionTime></xml>",
                xml(answer),
            ),
            Format::Php => serialized(answer),
            Format::Unknown => String::new(),
        }
    }
}

fn xml(answer: &Answer) -> String {
    let mut out = String::new();
    write_xml(answer, &mut out);
    out
}

fn write_xml(answer: &Answer, out: &mut String) {
    match answer {
        Answer::Null => {}
        Answer::Bool(value) => out.push(if *value { '1' } else { '0' }),
        Answer::Int(number) => out.push_str(&number.to_string()),
        Answer::Text(text) => out.push_str(&xml_text(text)),
        Answer::List(items) => {
            for item in items {
                element("item", out, |out| write_xml(item, out));
            }
        }
        Answer::Object(object) => {
            element("objectType", out, |out| out.push_str(&object.class));
            element("relatedObjects", out, |_| {});
            for (name, value) in &object.fields {
                element(name, out, |out| {
                    if let Some(value) = value {
                        write_xml(value, out);
                    }
                });
            }
        }
        Answer::Error(exception) => {
            element("error", out, |out| write_xml_exception(exception, out));
        }
    }
}

fn write_xml_exception(exception: &Exception, out: &mut String) {
    text_element("code", &exception.code, out);
    text_element("message", &exception.message, out);
    text_element("objectType", "KalturaAPIException", out);
    element("args", out, |out| {
        for (name, value) in &exception.args {
            element("item", out, |out| {
                text_element("objectType", "KalturaApiExceptionArg", out);
                text_element("name", name, out);
                text_element("value", value, out);
            });
        }
    });
}

fn element(name: &str, out: &mut String, content: impl FnOnce(&mut String)) {
    out.extend(["<", name, ">"]);
    content(out);
    out.extend(["</", name, ">"]);
}

fn text_element(name: &str, text: &str, out: &mut String) {
    element(name, out, |out| out.push_str(&xml_text(text)));
}

fn xml_text(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Like PHP's `serialize`.
fn serialized(answer: &Answer) -> String {
    let mut out = String::new();
    write_serialized(answer, &mut out);
    out
}

fn write_serialized(answer: &Answer, out: &mut String) {
    match answer {
        Answer::Null => out.push_str("N;"),
        Answer::Bool(value) => out.push_str(if *value { "b:1;" } else { "b:0;" }),
        Answer::Int(number) => put(out, format_args!("i:{number};")),
        Answer::Text(text) => serialize_text(text, out),
        Answer::List(items) => {
            put(out, format_args!("a:{}:{{", items.len()));
            for (index, item) in items.iter().enumerate() {
                put(out, format_args!("i:{index};"));
                write_serialized(item, out);
            }
            out.push('}');
        }
        Answer::Object(Object { class, fields }) => {
            let count = fields.iter().filter(|(_, value)| value.is_some()).count();
            put(
                out,
                format_args!("O:{}:\"{class}\":{count}:{{", class.len()),
            );
            for (name, value) in fields {
                if let Some(value) = value {
                    serialize_text(name, out);
                    write_serialized(value, out);
                }
            }
            out.push('}');
        }
        Answer::Error(exception) => {
            out.push_str("a:3:{");
            for (name, text) in [("code", &exception.code), ("message", &exception.message)] {
                serialize_text(name, out);
                serialize_text(text, out);
            }
            serialize_text("args", out);
            put(out, format_args!("a:{}:{{", exception.args.len()));
            for (name, value) in &exception.args {
                serialize_text(name, out);
                serialize_text(value, out);
            }
            out.push_str("}}");
        }
    }
}

/// Appends formatted text.
fn put(out: &mut String, text: core::fmt::Arguments<'_>) {
    // Writing to a string can't fail.
    let _ = out.write_fmt(text);
}

fn serialize_text(text: &str, out: &mut String) {
    put(out, format_args!("s:{}:\"{text}\";", text.len()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_shows_empty_properties_and_arguments_as_items() {
        let object = Object::new("KalturaX")
            .with("a", "<&>")
            .with("b", None::<i64>);
        let list = Answer::List(vec![
            Answer::Bool(true),
            Answer::Object(object),
            Answer::Error(Exception::invalid_widget_id("_nope")),
        ]);
        assert_eq!(
            xml(&list),
            concat!(
                "<item>1</item>",
                "<item><objectType>KalturaX</objectType><relatedObjects></relatedObjects>",
                "<a>&lt;&amp;&gt;</a><b></b></item>",
                "<item><error><code>INVALID_WIDGET_ID</code><message>Unknown widget [_nope]</message>",
                "<objectType>KalturaAPIException</objectType><args><item>",
                "<objectType>KalturaApiExceptionArg</objectType><name>WIDGET_ID</name>",
                "<value>_nope</value></item></args></error></item>",
            ),
        );
    }

    #[test]
    fn serialized_objects_leave_nulls_out() {
        let object = Object::new("KalturaX")
            .with("a", "é")
            .with("b", None::<i64>)
            .with("c", 7);
        assert_eq!(
            serialized(&Answer::Object(object)),
            "O:8:\"KalturaX\":2:{s:1:\"a\";s:2:\"é\";s:1:\"c\";i:7;}",
        );
    }
}
