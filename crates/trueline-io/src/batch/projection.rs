//! Selection of the columns to read.

use arrow_schema::Schema;

/// A selection of columns of a schema and of parts of columns.
///
/// A column is given by its index, a part of a struct by the indices of its path. Batches read with a
/// projection have the columns of [`Projection::roots`], in schema order; a struct may contain only the
/// selected parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    roots: Vec<Root>,
}

/// A column of a projection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    /// Its index in the schema.
    pub(crate) index: usize,
    /// What is read of it; an empty path is all of it.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "Arrow IPC reads columns as a whole"))]
    pub(crate) paths: Vec<Vec<usize>>,
}

impl Projection {
    /// Creates a projection of the columns and parts at these paths, which may be repeated.
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a [usize]>) -> Self {
        let mut roots: Vec<Root> = Vec::new();
        let mut paths: Vec<&[usize]> = paths.into_iter().collect();
        paths.sort_unstable();
        for path in paths {
            let Some((&index, rest)) = path.split_first() else { continue };
            match roots.last_mut().filter(|root| root.index == index) {
                Some(root) => root.paths.push(rest.to_vec()),
                None => roots.push(Root { index, paths: vec![rest.to_vec()] }),
            }
        }
        Self { roots }
    }

    /// Creates a projection of all columns of a schema.
    pub fn all(schema: &Schema) -> Self {
        let roots = (0..schema.fields().len()).map(|index| Root { index, paths: vec![Vec::new()] });
        Self { roots: roots.collect() }
    }

    /// Returns the indices of the columns that are read entirely or in part.
    pub fn roots(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.roots.iter().map(|root| root.index)
    }

    /// Returns the projection with only the columns for which `keep` returns true.
    #[must_use]
    pub fn retain(&self, keep: impl Fn(usize) -> bool) -> Self {
        Self { roots: self.roots.iter().filter(|root| keep(root.index)).cloned().collect() }
    }

    #[cfg(any(feature = "parquet", test))]
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Root> {
        self.roots.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_schema::{DataType, Field};

    #[test]
    fn a_projection_has_each_column_once() {
        let paths: [&[usize]; 4] = [&[3], &[1, 1, 0], &[0], &[1, 0]];
        let projection = Projection::new(paths);
        assert_eq!(projection.roots().collect::<Vec<_>>(), [0, 1, 3]);
        assert_eq!(projection.iter().nth(1).unwrap().paths, [vec![0], vec![1, 0]]);
        assert_eq!(projection.retain(|index| index != 1).roots().collect::<Vec<_>>(), [0, 3]);
        let fields: Vec<Field> = ["a", "b"].map(|name| Field::new(name, DataType::Int64, true)).into();
        assert_eq!(Projection::all(&Schema::new(fields)).roots().len(), 2);
    }
}
