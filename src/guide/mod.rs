//! Long prose: which item does what, how to write a storage adapter, the rules, and how the crate is built.

pub mod tasks {
    #![doc = include_str!("tasks.md")]
}

pub mod adapters {
    #![doc = include_str!("adapters.md")]
}

pub mod rules {
    #![doc = include_str!("rules.md")]
}

pub mod architecture {
    #![doc = include_str!("architecture.md")]
}
