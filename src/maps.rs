//! [`Map`] and [`Set`]: the hash tables that are used throughout.
//!
//! The hash is quick, and each table has a random seed, so that nobody can construct a file whose keys collide. Nothing
//! may depend on the order in which a table is iterated.

use foldhash::fast::RandomState;

/// A hash table of values.
pub(crate) type Map<K, V> = hashbrown::HashMap<K, V, RandomState>;
/// A hash table of keys alone.
pub(crate) type Set<K> = hashbrown::HashSet<K, RandomState>;
