//! The fields of a JSON object as the text they came as, so that what is not known is not lost.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The fields of an object, in their order.
pub(super) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// A field that says something.
    pub(super) fn find(&self, key: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(name, raw)| name == key && raw.get() != "null").map(|(_, raw)| *raw)
    }

    /// A field, which is no longer among the others.
    pub(super) fn take(&mut self, key: &str) -> Option<&'a RawValue> {
        let found = self.find(key);
        self.0.retain(|(name, _)| name != key);
        found
    }

    /// What nobody took, as an object; none when that is nothing.
    pub(super) fn rest(&self) -> Option<String> {
        let fields: Vec<String> = self
            .0
            .iter()
            .filter(|(_, raw)| raw.get() != "null")
            .map(|(name, raw)| format!("{}:{}", serde_json::Value::from(name.as_ref()), raw.get()))
            .collect();
        (!fields.is_empty()).then(|| format!("{{{}}}", fields.join(",")))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(Name(name)) = map.next_key::<Name<'de>>()? {
                    fields.push((name, map.next_value::<&RawValue>()?));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// A field's name, which is copied only when it has escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_taken_is_left_as_it_came() {
        let text = r#"{"a": 1, "b\n": [ 2 ], "c": null, "d": {"e": 3}}"#;
        let mut fields: Fields<'_> = serde_json::from_str(text).unwrap();
        assert_eq!(fields.take("a").map(RawValue::get), Some("1"));
        assert!(fields.take("c").is_none() && fields.find("x").is_none());
        assert_eq!(fields.rest().as_deref(), Some(r#"{"b\n":[ 2 ],"d":{"e": 3}}"#));
        assert!(fields.take("d").is_some() && fields.take("b\n").is_some());
        assert_eq!(fields.rest(), None);
        assert!(serde_json::from_str::<Fields<'_>>("[1]").is_err());
    }
}
