//! [`FieldId`], and the standard fields that rules speak of by name.

#[cfg(test)]
use crate::object::Object;

/// Identifies a field of one account: its position in the account's [`Fields`](super::Fields).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub(crate) u16);

impl FieldId {
    /// The 0-based position in [`Fields`](super::Fields), below [`Fields::len`](super::Fields::len).
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Whether the field holds e-mail addresses or phones, of which a contact may have several.
    pub(crate) fn is_address(self) -> bool {
        matches!(
            self,
            FieldId::EMAIL
                | FieldId::ADDITIONAL_EMAILS
                | FieldId::PHONE
                | FieldId::ADDITIONAL_PHONES
        )
    }

    /// The field of the primary address, for a field of additional addresses; any other field unchanged.
    pub(crate) fn primary(self) -> FieldId {
        match self {
            FieldId::ADDITIONAL_EMAILS => FieldId::EMAIL,
            FieldId::ADDITIONAL_PHONES => FieldId::PHONE,
            other => other,
        }
    }

    /// Whether the field holds the id of a record: a contact, an opportunity, or the contact of an opportunity.
    pub(crate) fn is_id(self) -> bool {
        matches!(self, FieldId::CONTACT_ID | FieldId::OPPORTUNITY_ID | FieldId::CONTACT_LINK)
    }

    /// Whether the field holds a contact's name, or a part of it.
    pub(crate) fn is_name(self) -> bool {
        FieldId::FIRST_NAME <= self && self <= FieldId::NAME
    }

    /// Whether the field holds a part of a postal address.
    pub(crate) fn is_place(self) -> bool {
        FieldId::ADDRESS <= self && self <= FieldId::COUNTRY
    }
}

macro_rules! named {
    ($($name:ident = $position:literal, $object:ident $key:literal;)*) => {
        impl FieldId {
            $(pub(crate) const $name: FieldId = FieldId($position);)*
        }

        #[cfg(test)]
        const NAMED: &[(FieldId, Object, &str)] =
            &[$((FieldId::$name, Object::$object, $key),)*];
    };
}

// By position, which a test holds to the tables of standard fields.
named! {
    CONTACT_ID = 0, Contact "id";
    FIRST_NAME = 1, Contact "first_name";
    LAST_NAME = 2, Contact "last_name";
    NAME = 3, Contact "name";
    EMAIL = 4, Contact "email";
    ADDITIONAL_EMAILS = 5, Contact "additional_emails";
    PHONE = 6, Contact "phone";
    ADDITIONAL_PHONES = 7, Contact "additional_phones";
    COMPANY = 8, Contact "company";
    ADDRESS = 9, Contact "address";
    CITY = 10, Contact "city";
    STATE = 11, Contact "state";
    POSTAL_CODE = 12, Contact "postal_code";
    COUNTRY = 13, Contact "country";
    WEBSITE = 15, Contact "website";
    DATE_OF_BIRTH = 17, Contact "date_of_birth";
    TAGS = 19, Contact "tags";
    DND = 20, Contact "dnd";
    OPPORTUNITY_ID = 24, Opportunity "id";
    OPPORTUNITY_NAME = 25, Opportunity "name";
    PIPELINE = 26, Opportunity "pipeline";
    STAGE = 27, Opportunity "stage";
    STATUS = 28, Opportunity "status";
    VALUE = 29, Opportunity "value";
    LOST_REASON = 30, Opportunity "lost_reason";
    EXPECTED_CLOSE_DATE = 34, Opportunity "expected_close_date";
    BUSINESS_NAME = 35, Opportunity "business_name";
    CONTACT_LINK = 36, Opportunity "contact_id";
    OPPORTUNITY_TAGS = 37, Opportunity "tags";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Fields;

    #[test]
    fn named_positions_agree_with_the_tables() {
        let fields = Fields::standard();
        for &(id, object, key) in NAMED {
            assert_eq!(fields.find(object, key), Some(id), "{object} {key}");
        }
    }
}
