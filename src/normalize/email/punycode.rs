//! How a label of a domain is spelled in ASCII (RFC 3492, without the `xn--`).

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;

/// Appends the ASCII spelling of a label. `None` if it is too long to have one.
pub(super) fn encode(label: &str, out: &mut String) -> Option<()> {
    if label.len() > 256 {
        return None;
    }
    out.extend(label.chars().filter(char::is_ascii));
    let basic = label.chars().filter(char::is_ascii).count() as u32;
    if basic > 0 {
        out.push('-');
    }
    let length = label.chars().count() as u32;
    // Code points in ascending order; `delta` counts the places passed on the way to the next one.
    let (mut done, mut from, mut delta, mut bias) = (basic, 0x80, 0_u32, 72);
    while done < length {
        let next = label.chars().map(u32::from).filter(|code| *code >= from).min()?;
        delta = delta.checked_add((next - from).checked_mul(done + 1)?)?;
        for code in label.chars().map(u32::from) {
            if code < next {
                delta += 1;
            } else if code == next {
                write_number(delta, bias, out);
                bias = adapt(delta, done + 1, done == basic);
                (delta, done) = (0, done + 1);
            }
        }
        (delta, from) = (delta + 1, next + 1);
    }
    Some(())
}

fn write_number(mut number: u32, bias: u32, out: &mut String) {
    let mut k = BASE;
    loop {
        let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if number < threshold {
            out.push(digit(number));
            return;
        }
        out.push(digit(threshold + (number - threshold) % (BASE - threshold)));
        number = (number - threshold) / (BASE - threshold);
        k += BASE;
    }
}

fn digit(n: u32) -> char {
    char::from(if n < 26 { b'a' + n as u8 } else { b'0' + (n - 26) as u8 })
}

fn adapt(delta: u32, points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From RFC 3492, section 7.1, and names in use.
    #[test]
    fn labels_are_spelled_as_the_standard_has_them() {
        for (label, spelling) in [
            ("bücher", "bcher-kva"),
            ("münchen", "mnchen-3ya"),
            ("exämple", "exmple-cua"),
            ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
            ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
            (
                "porquénopuedensimplementehablarenespañol",
                "porqunopuedensimplementehablarenespaol-fmd56a",
            ),
            ("ひとつ屋根の下2", "2-u9tlzr9756bt3uc0v"),
        ] {
            let mut out = String::new();
            encode(label, &mut out).unwrap();
            assert_eq!(out, spelling);
        }
    }
}
