//! The form of the rows.

/// Makes a method of [`Words`](super::Words) of each row: its arguments, the French text, the English text. A text is a
/// format string that names the arguments, or one followed by the arguments of `format!` in parentheses; these use the
/// words of the language by the name in brackets, if there is one: `damaged[words](count: u64)`.
macro_rules! messages {
    ($(
        $(#[$doc:meta])*
        $name:ident $([$words:ident])? ($($argument:ident: $type:ty),* $(,)?) {
            fr: $french:literal $(($($french_argument:expr),* $(,)?))?,
            en: $english:literal $(($($english_argument:expr),* $(,)?))? $(,)?
        }
    )*) => {
        impl $crate::words::Words {
            $(
                $(#[$doc])*
                pub fn $name(self $(, $argument: $type)*) -> String {
                    $(let $words = self;)?
                    match self.language() {
                        $crate::config::Language::French => format!($french $($(, $french_argument)*)?),
                        $crate::config::Language::English => format!($english $($(, $english_argument)*)?),
                    }
                }
            )*
        }
    };
}
