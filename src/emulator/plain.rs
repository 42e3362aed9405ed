//! Secrets in the emulator's state, in the clear. They are made up, or belong to the caller.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::secret::Secret;

pub(super) mod secret {
    use super::{Deserialize, Deserializer, Secret, Serializer};

    pub fn serialize<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(secret.expose())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        String::deserialize(from).map(Secret::new)
    }
}

pub(super) mod optional_secret {
    use super::{Deserialize, Deserializer, Secret, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde gives it so")]
    pub fn serialize<S: Serializer>(secret: &Option<Secret>, to: S) -> Result<S::Ok, S::Error> {
        secret.as_ref().map(Secret::expose).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.map(Secret::new))
    }
}

pub(super) mod secrets {
    use super::{Deserialize, Deserializer, Secret, Serializer};

    pub fn serialize<S: Serializer>(secrets: &[Secret], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(secrets.iter().map(Secret::expose))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Secret>, D::Error> {
        Ok(Vec::<String>::deserialize(from)?
            .into_iter()
            .map(Secret::new)
            .collect())
    }
}

pub(super) mod version {
    use serde::de::Error;

    use super::{Deserialize, Deserializer, Serializer};
    use crate::ks::Version;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
    pub fn serialize<S: Serializer>(version: &Version, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(match version {
            Version::V1 => 1,
            Version::V2 => 2,
        })
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Version, D::Error> {
        match u8::deserialize(from)? {
            1 => Ok(Version::V1),
            2 => Ok(Version::V2),
            _ => Err(D::Error::custom("a KS is of version 1 or 2")),
        }
    }
}
