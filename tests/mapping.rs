//! Mappings, rule by rule (behaviour §11): suggested, checked, stored, applied again.

mod mapping {
    mod headers;
}
