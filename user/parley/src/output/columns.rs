// SPDX-License-Identifier: MIT OR Apache-2.0

//! Rows of cells in columns.

use std::io::{Result, Write};

/// A row, and lines that belong below it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) cells: Vec<String>,
    pub(crate) below: Vec<String>,
}

/// Writes rows below their headings, or nothing if there are no rows. The last cell of a
/// row may have any length.
pub(crate) fn write(out: &mut dyn Write, headings: &[&str], rows: &[Row]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let headings: Vec<_> = headings.iter().map(|&heading| heading.to_owned()).collect();
    let all = || rows.iter().map(|row| &row.cells).chain([&headings]);
    let width = |column: usize| {
        let cells = all().filter_map(|cells| cells.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..headings.len()).map(width).collect();
    line(out, &headings, &widths)?;
    for row in rows {
        line(out, &row.cells, &widths)?;
        for below in &row.below {
            writeln!(out, "    {below}")?;
        }
    }
    Ok(())
}

fn line(out: &mut dyn Write, cells: &[String], widths: &[usize]) -> Result<()> {
    let padded = cells.iter().zip(widths);
    let line: String = padded
        .map(|(cell, width)| format!("{cell:<width$}  "))
        .collect();
    writeln!(out, "{}", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_below_their_headings_and_nothing_trails() {
        let row = |cells: [&str; 3]| Row {
            cells: cells.map(str::to_owned).to_vec(),
            below: Vec::new(),
        };
        let mut rows = vec![
            row(["größe", "1", "last and long"]),
            row(["b", "22222", ""]),
        ];
        rows[0].below.push("below".to_owned());
        let mut out = Vec::new();
        write(&mut out, &["NAME", "N", "REST"], &rows).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "NAME   N      REST\ngröße  1      last and long\n    below\nb      22222\n"
        );
        let mut nothing = Vec::new();
        write(&mut nothing, &["NAME"], &[]).unwrap();
        assert!(nothing.is_empty());
    }
}
