//! Setters of option structs.

/// Defines for each field a method that takes a value of the type given here, converts it, sets the field
/// and returns the struct.
macro_rules! setters {
    ($options:ty: $($field:ident: $value:ty),* $(,)?) => {
        impl $options {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](#structfield.", stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, $field: $value) -> Self {
                    self.$field = $field.into();
                    self
                }
            )*
        }
    };
}

pub(crate) use setters;
