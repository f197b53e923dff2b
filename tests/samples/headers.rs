//! `headers/`: the mapping suggested for real header sets, scored against their keys.
