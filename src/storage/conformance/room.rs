//! Cases about the room that the account says there is: it is there, so that nothing is refused that was planned.

use super::amounts::expect_exact;
use super::bench::Bench;
use super::fields::is_kept_whole;
use super::{Result, Run, expect, skip};
use crate::field::{Field, FieldKind};
use crate::storage::StorageWrite;

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("a text as long as the account allows is not refused", texts_have_room),
        (
            "an amount with as many decimals as the account allows is not refused",
            decimals_have_room,
        ),
    ]
}

fn texts_have_room<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    // Notes are limited in any case, but only what the account says is a promise.
    let stated = &bench.account().max_chars;
    let is_stated = |field: &Field| {
        let is_text = matches!(field.kind, FieldKind::Text | FieldKind::LongText);
        is_text && stated.get(&field.object).is_some_and(|of| of.contains_key(&field.key))
    };
    let fields = bench.fields().iter().filter(|(_, field)| is_stated(field));
    let fields: Vec<Field> = fields.map(|(_, field)| field.clone()).collect();
    if fields.is_empty() {
        return skip("the account limits no text (max_chars)");
    }
    for Field { object, key, max_chars, .. } in &fields {
        let most = max_chars.unwrap_or_default();
        let text: String = "Zoë-".chars().cycle().take(most).collect();
        expect(
            is_kept_whole(bench, *object, key, &text)?,
            format!(
                "the {object}'s {key} was refused with {most} characters, of which several are not ASCII: the account \
                 says in max_chars that there is room for them"
            ),
        )?;
    }
    Ok(())
}

fn decimals_have_room<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let fields = bench.fields().iter().filter(|(_, field)| field.max_decimals.is_some());
    let fields: Vec<Field> = fields.map(|(_, field)| field.clone()).collect();
    if fields.is_empty() {
        return skip("the account limits the decimals of no field (max_decimals)");
    }
    for Field { object, key, max_decimals, .. } in &fields {
        let most = max_decimals.unwrap_or_default() as usize;
        let amount = match most {
            0 => "123".to_owned(),
            // No float holds nine tenths, or hundredths.
            _ => format!("123.{}", "9".repeat(most)),
        };
        expect_exact(bench, *object, key, &amount)?;
    }
    Ok(())
}
