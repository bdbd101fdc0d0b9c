//! Finds the known name most similar to an unknown one.

/// Names in other tools, and the corresponding names in schemas.
const SYNONYMS: [(&str, &str); 62] = [
    ("accepted_values", "enum"),
    ("allowed", "enum"),
    ("allowed_values", "enum"),
    ("bigint", "int64"),
    ("bool", "boolean"),
    ("bytes", "binary"),
    ("categories", "enum"),
    ("char", "string"),
    ("columns", "fields"),
    ("constraints", "checks"),
    ("credit_card", "card"),
    ("datetime", "date-time"),
    ("datetime", "timestamp"),
    ("date_time", "timestamp"),
    ("decimal_point", "decimal_char"),
    ("default_null", "null_values"),
    ("double", "float64"),
    ("dtype", "type"),
    ("field", "column"),
    ("fields", "columns"),
    ("float", "float64"),
    ("ge", "minimum"),
    ("group_character", "group_char"),
    ("gt", "exclusive_minimum"),
    ("identifier", "id"),
    ("in", "enum"),
    ("int", "int64"),
    ("isin", "enum"),
    ("ip", "ipv4"),
    ("kind", "check"),
    ("label", "title"),
    ("le", "maximum"),
    ("level", "severity"),
    ("long", "int64"),
    ("lt", "exclusive_maximum"),
    ("mandatory", "required"),
    ("max", "maximum"),
    ("max_value", "maximum"),
    ("maximum", "max"),
    ("maxlen", "max_length"),
    ("min", "minimum"),
    ("min_value", "minimum"),
    ("minimum", "min"),
    ("minlen", "min_length"),
    ("missing_values", "null_values"),
    ("na_values", "null_values"),
    ("not_null", "required"),
    ("nullable", "required"),
    ("one_of", "enum"),
    ("primarykey", "primary_key"),
    ("quote_char", "quote"),
    ("regex", "pattern"),
    ("rules", "checks"),
    ("sep", "delimiter"),
    ("separator", "delimiter"),
    ("str", "string"),
    ("text", "string"),
    ("thousands", "group_char"),
    ("type", "check"),
    ("url", "uri"),
    ("values", "enum"),
    ("varchar", "string"),
];

/// Returns the candidate most similar to `name`, if one is similar enough: a third of the characters may differ, or one in a
/// short name. Case, hyphens and surrounding white space are ignored. Only the first 64 characters are compared. The cost is
/// proportional to both lengths.
///
/// ```
/// assert_eq!(trueline_schema::nearest("Amonut", ["id", "amount"]).as_deref(), Some("amount"));
/// assert_eq!(trueline_schema::nearest("price", ["id", "amount"]), None);
/// ```
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let name: Vec<char> = snake_case(name).chars().take(64).collect();
    let limit = (name.len() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= 4 * (name.len() + limit))
        .map(|candidate| {
            (distance(&name, &snake_case(candidate).chars().take(64).collect::<Vec<_>>()), candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate.to_owned())
}

/// The candidate to suggest for an unknown name: the one with this name in other tools, otherwise the most similar one.
pub(crate) fn suggest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let normalized: String = snake_case(name).chars().take(64).collect();
    let is_known = |wanted: &str| candidates.contains(&wanted);
    match SYNONYMS.iter().find(|(other, known)| *other == normalized && is_known(known)) {
        Some((_, known)) => Some((*known).to_owned()),
        None => nearest(name, candidates),
    }
}

/// Converts a name to snake case: `minLength` and `min-length` become `min_length`.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut was_lower = false;
    for character in name.trim().chars() {
        if character.is_uppercase() && was_lower {
            out.push('_');
        }
        was_lower = character.is_lowercase() || character.is_ascii_digit();
        out.extend(if character == '-' || character == ' ' { '_' } else { character }.to_lowercase());
    }
    out
}

/// The Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and transpositions of
/// adjacent characters.
fn distance(left: &[char], right: &[char]) -> usize {
    // The last three rows of the matrix: `two_above`, `above` and `current`.
    let mut two_above: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, from) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, to) in right.iter().enumerate() {
            let mut best =
                (above[column] + usize::from(from != to)).min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && left[row - 1] == *to && *from == right[column - 1] {
                best = best.min(two_above[column - 1] + 1);
            }
            current.push(best);
        }
        two_above = std::mem::replace(&mut above, current);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance_between(left: &str, right: &str) -> usize {
        distance(&left.chars().collect::<Vec<_>>(), &right.chars().collect::<Vec<_>>())
    }

    #[test]
    fn distances_count_edits_and_swaps() {
        assert_eq!(distance_between("required", "required"), 0);
        assert_eq!(distance_between("requierd", "required"), 1);
        assert_eq!(distance_between("", "abc"), 3);
        assert_eq!(distance_between("kitten", "sitting"), 3);
    }

    #[test]
    fn the_nearest_name_is_found_in_other_spellings_too() {
        let keys = ["min_length", "max_length", "minimum", "required", "enum"];
        assert_eq!(suggest("minLength", keys).as_deref(), Some("min_length"));
        assert_eq!(suggest("Minimum", keys).as_deref(), Some("minimum"));
        assert_eq!(suggest("min", keys).as_deref(), Some("minimum"));
        assert_eq!(suggest("accepted-values", keys).as_deref(), Some("enum"));
        assert_eq!(nearest("zebra", keys), None);
        assert_eq!(suggest("date_time", ["date", "time", "date-time"]).as_deref(), Some("date-time"));
    }

    #[test]
    fn no_synonym_is_its_own_name() {
        for (other, known) in SYNONYMS {
            assert_ne!(other, known);
        }
    }
}
