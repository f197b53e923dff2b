//! The currency around an amount: read over, because a value has no currency of its own.

use std::sync::LazyLock;

use crate::maps::Set;
use crate::normalize::folded;

/// Codes of ISO 4217 in use, and some that were until lately.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN \
     BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD \
     FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD \
     JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LYD MAD MDL MGA MKD MMK \
     MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN \
     PYG QAR RMB RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL \
     THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF \
     XPF YER ZAR ZMW ZWL";

/// What stands in their place, in lower case.
const NAMES: &str = "us$ a$ c$ ca$ au$ nz$ hk$ s$ r$ mx$ nt$ rd$ z$ j$ tt$ ar$ cl$ col$ cn¥ jp¥ \
     kr kr. dkr nkr skr ikr zł kč ft лв лв. руб руб. р. грн грн. ден ден. дин дин. din din. br lei lek \
     lekë km fr fr. sfr sfr. rs rs. r rp rm tl đ ksh tsh ush le q s/ b/. gs. bs bs. د.ك. د.إ. ر.س. \
     ج.م. ل.ل. د.ج. د.م. د.ت. ر.ق. ر.ع. د.ب. د.أ. د.ك د.إ ر.س ج.م ل.ل د.ج د.م د.ت ر.ق ر.ع د.ب د.أ नेरू रु रु. \
     euro euros dollars dollar pounds pesos rupees reais francs \
     f cfa fcfa fcfp fc fdj fbu frw rf fg gh₵ gh¢ nfk mop$ t$ ws$ cg cg. afl afl. da dt ar kz mtn vt wst \
     um км сом сўм som soʻm so\u{2bc}m birr ብር රු රු. ރ. ریال rial riyal د.ع. د.ل. أ.م. ج.س. ل.س. ر.ي. \
     د.ع د.ل أ.م ج.س ل.س ر.ي bs.s bs.d taka kwacha naira cedis shillings baht ringgit rand";

static CODES_KNOWN: LazyLock<Set<&str>> = LazyLock::new(|| CODES.split(' ').collect());
static NAMES_KNOWN: LazyLock<Set<&str>> = LazyLock::new(|| NAMES.split(' ').collect());

/// The text without the currency before it, or else the one behind it.
pub(super) fn without_currency(text: &str) -> &str {
    let is_other = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '(' | ')' | ' ' | '\'');
    let head = &text[..text.find(is_other).unwrap_or(text.len())];
    for name in [head, head.trim_end_matches('.')] {
        if is_currency(name) {
            return text[name.len()..].trim_start();
        }
    }
    let tail = text.char_indices().rev().take_while(|(_, c)| !is_other(*c)).last();
    let tail = tail.map_or("", |(at, _)| &text[at..]);
    for name in [tail, tail.trim_start_matches(['.', ','])] {
        if is_currency(name) {
            return text[..text.len() - name.len()].trim_end();
        }
    }
    text
}

/// Whether this is the code, the sign or the name of a currency.
pub(crate) fn is_currency(name: &str) -> bool {
    if name.is_empty() || name.len() > 16 {
        return false;
    }
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next())
        && is_sign(c)
    {
        return true;
    }
    is_code(name)
        || NAMES_KNOWN.contains(name)
        || (!is_folded(name) && NAMES_KNOWN.contains(folded(name).as_str()))
}

fn is_code(name: &str) -> bool {
    let Ok(mut code) = <[u8; 3]>::try_from(name.as_bytes()) else { return false };
    code.make_ascii_uppercase();
    str::from_utf8(&code).is_ok_and(|code| CODES_KNOWN.contains(code))
}

/// Whether folding would leave the name as it is. It is only asked of short ones, for which ASCII will do.
fn is_folded(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase())
}

fn is_sign(c: char) -> bool {
    matches!(
        c,
        '$' | '¢' | '£' | '¤' | '¥' | '฿' | '֏' | '؋' | '৲' | '৳' | '૱' | '௹' | '៛' | '\u{20a0}'
            ..='\u{20cf}'
                | '\u{ff04}'
                | '\u{ffe1}'
                | '\u{ffe5}'
                | '\u{ffe6}'
                | '\u{fdfc}'
                | '円'
                | '元'
                | '원'
    )
}
