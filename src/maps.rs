//! [`Map`] and [`Set`]: the hash tables that are used throughout.
//!
//! Their hash is quick, and each table has a random seed: no file can be made to collide. Nothing may depend on the order
//! in which a table hands out what it has.

use foldhash::fast::RandomState;

/// A hash table of values.
pub(crate) type Map<K, V> = hashbrown::HashMap<K, V, RandomState>;
/// A hash table of keys alone.
pub(crate) type Set<K> = hashbrown::HashSet<K, RandomState>;
