//! Reading the server's JSON with serde, in less than half the code that it takes with `serde_json`.
//!
//! What it does without: floating-point numbers (no model has one), a sentence and a place for every
//! fault (what the server sends is right or the page is too old), and readers other than a `&str`.
//! Writing stays with `serde_json`, which is small.

mod parts;

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize,
    de::{self, Visitor},
    forward_to_deserialize_any,
};

use parts::{Entries, Items, Variant};

/// The text is not what was expected. That it is so is all anybody needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable")
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Reads a value; the text must end with it.
pub(crate) fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Unreadable> {
    let mut reader = Reader { rest: text };
    let value = T::deserialize(&mut reader)?;
    match reader.peek() {
        Ok(_) => Err(Unreadable),
        Err(Unreadable) => Ok(value),
    }
}

/// What has not been read yet.
struct Reader<'de> {
    rest: &'de str,
}

impl<'de> Reader<'de> {
    /// The next byte that is not white space.
    fn peek(&mut self) -> Result<u8, Unreadable> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.as_bytes().first().copied().ok_or(Unreadable)
    }

    /// Takes the next `length` bytes.
    fn take(&mut self, length: usize) -> Result<&'de str, Unreadable> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Unreadable)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Takes the bytes up to the first that `ends`, or all.
    fn until(&mut self, ends: fn(u8) -> bool) -> Result<&'de str, Unreadable> {
        let length = self.rest.bytes().position(ends).unwrap_or(self.rest.len());
        self.take(length)
    }

    fn eat(&mut self, expected: u8) -> Result<(), Unreadable> {
        if self.peek()? != expected {
            return Err(Unreadable);
        }
        self.take(1).map(|_| ())
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<&'de str, Unreadable> {
        self.peek()?;
        self.until(|b| matches!(b, b',' | b']' | b'}' | b':' | b'"') || b.is_ascii_whitespace())
    }

    fn string(&mut self) -> Result<Cow<'de, str>, Unreadable> {
        const fn special(byte: u8) -> bool {
            matches!(byte, b'"' | b'\\')
        }
        self.eat(b'"')?;
        let plain = self.until(special)?;
        if self.take(1)? == "\"" {
            return Ok(Cow::Borrowed(plain));
        }
        let mut whole = plain.to_owned();
        loop {
            whole.push(self.escape()?);
            whole.push_str(self.until(special)?);
            if self.take(1)? == "\"" {
                return Ok(Cow::Owned(whole));
            }
        }
    }

    /// The character after a backslash.
    fn escape(&mut self) -> Result<char, Unreadable> {
        Ok(match self.take(1)? {
            "b" => '\u{8}',
            "f" => '\u{c}',
            "n" => '\n',
            "r" => '\r',
            "t" => '\t',
            "u" => {
                let first = self.unit()?;
                // Characters beyond U+FFFF come as two units of UTF-16.
                let second = if matches!(first, 0xD800..0xDC00) {
                    if self.take(2)? != "\\u" {
                        return Err(Unreadable);
                    }
                    Some(self.unit()?)
                } else {
                    None
                };
                let units = std::iter::once(first).chain(second);
                char::decode_utf16(units).next().and_then(Result::ok).ok_or(Unreadable)?
            }
            itself @ ("\"" | "\\" | "/") => itself.chars().next().ok_or(Unreadable)?,
            _ => return Err(Unreadable),
        })
    }

    fn unit(&mut self) -> Result<u16, Unreadable> {
        u16::from_str_radix(self.take(4)?, 16).map_err(|_| Unreadable)
    }

    /// Passes over a value nobody asked for, however deep it is.
    fn skip(&mut self) -> Result<(), Unreadable> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'[' | b'{' => {
                    self.take(1)?;
                    depth += 1;
                }
                b']' | b'}' if depth > 0 => {
                    self.take(1)?;
                    depth -= 1;
                }
                b',' | b':' if depth > 0 => {
                    self.take(1)?;
                }
                _ if self.word()?.is_empty() => return Err(Unreadable),
                _ => {}
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

impl<'de> de::Deserializer<'de> for &mut Reader<'de> {
    type Error = Unreadable;

    /// Nothing in `shared` asks for "whatever comes": each of its types knows what it wants.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        Err(Unreadable)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.word()? {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_i64(self.word()?.parse().map_err(|_| Unreadable)?)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_u64(self.word()?.parse().map_err(|_| Unreadable)?)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_str(&self.string()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.peek()? != b'n' {
            return visitor.visit_some(self);
        }
        match self.word()? {
            "null" => visitor.visit_none(),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.eat(b'[')?;
        visitor.visit_seq(Items::new(self))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.eat(b'{')?;
        visitor.visit_map(Entries::new(self))
    }

    /// An object and nothing else: the arrays that serde also reads as structs are never written, and
    /// this way no model's code to read them is compiled.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        if self.peek()? == b'"' {
            return visitor.visit_enum(Variant::bare(self));
        }
        self.eat(b'{')?;
        let value = visitor.visit_enum(Variant::with_content(self))?;
        self.eat(b'}')?;
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct tuple
        tuple_struct
    }
}

#[cfg(test)]
mod tests;
