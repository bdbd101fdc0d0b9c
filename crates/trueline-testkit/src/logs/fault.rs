//! The kinds of faults of a log record, with the check and code of each.

/// The kinds of faults, in the order of [`LABELS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    TimestampNull,
    TimestampInvalid,
    LevelUnlisted,
    LevelNumber,
    ServiceNull,
    ServiceLong,
    MessageLong,
    RequestPattern,
    StatusBelow,
    StatusAbove,
    StatusInvalid,
    DurationBelow,
    DurationText,
    UserBelow,
    UserText,
    CountryPattern,
    HostNull,
    Json,
    Utf8,
    DuplicateKey,
}

pub(super) const KINDS: [Kind; 20] = [
    Kind::TimestampNull,
    Kind::TimestampInvalid,
    Kind::LevelUnlisted,
    Kind::LevelNumber,
    Kind::ServiceNull,
    Kind::ServiceLong,
    Kind::MessageLong,
    Kind::RequestPattern,
    Kind::StatusBelow,
    Kind::StatusAbove,
    Kind::StatusInvalid,
    Kind::DurationBelow,
    Kind::DurationText,
    Kind::UserBelow,
    Kind::UserText,
    Kind::CountryPattern,
    Kind::HostNull,
    Kind::Json,
    Kind::Utf8,
    Kind::DuplicateKey,
];

/// The kinds that a typed reader does not accept.
pub(super) const OF_TEXT: [Kind; 8] = [
    Kind::TimestampInvalid,
    Kind::LevelNumber,
    Kind::StatusInvalid,
    Kind::DurationText,
    Kind::UserText,
    Kind::Json,
    Kind::Utf8,
    Kind::DuplicateKey,
];

/// The check and code of each kind of fault; each fault has one violation.
pub(super) const LABELS: &[(&str, &str)] = &[
    ("timestamp.required", "required.null"),
    ("timestamp.type", "type.invalid"),
    ("level.enum", "enum.unlisted"),
    ("level.type", "type.invalid"),
    ("service.required", "required.null"),
    ("service.length", "length.too_long"),
    ("message.length", "length.too_long"),
    ("request_id.pattern", "pattern.no_match"),
    ("status.range", "range.below_minimum"),
    ("status.range", "range.above_maximum"),
    ("status.type", "type.invalid"),
    ("duration_ms.range", "range.below_minimum"),
    ("duration_ms.type", "type.invalid"),
    ("context.user.id.range", "range.below_minimum"),
    ("context.user.id.type", "type.invalid"),
    ("context.user.country.pattern", "pattern.no_match"),
    ("context.host.required", "required.null"),
    ("structure", "structure.json"),
    ("structure", "structure.utf8"),
    ("structure", "structure.duplicate_key"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_labels_stand_in_the_same_order() {
        assert_eq!(KINDS.len(), LABELS.len());
        assert!(KINDS.iter().enumerate().all(|(index, kind)| *kind as usize == index));
    }
}
