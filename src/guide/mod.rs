//! Long prose: how the crate is built, and how to write a storage adapter.

pub mod architecture {
    #![doc = include_str!("architecture.md")]
}

pub mod adapters {
    #![doc = include_str!("adapters.md")]
}
