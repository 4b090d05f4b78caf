/// Whether a character changes how others are shown: control characters, direction marks and
/// overrides, line and paragraph separators, interlinear annotation. With them a name could pretend
/// to be something else on the screen. Joiners, which emoji and many scripts need, are none of them.
pub(crate) fn controls_display(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
