//! Example programs; see the `[[example]]` entries of the manifest.
