// SPDX-License-Identifier: MIT OR Apache-2.0

//! The figures as a picture: the round trip over the length of the message, both on
//! logarithmic scales.

use super::figures::{bytes, Cell, Environment, Row};
use anyhow::{bail, Context, Result};
use parley_compare::{Carries, Kind, With};
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

const SIZE: (u32, u32) = (960, 600);
const LEGEND: u32 = 230;

const INK: RGBColor = RGBColor(0x33, 0x33, 0x33);
const FAINT: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);

/// Paul Tol's "muted" colour scheme, whose colours colour-blind people can distinguish.
const COLOURS: [RGBColor; 9] = [
    RGBColor(0x33, 0x22, 0x88),
    RGBColor(0x44, 0xaa, 0x99),
    RGBColor(0xcc, 0x66, 0x77),
    RGBColor(0x88, 0xcc, 0xee),
    RGBColor(0x11, 0x77, 0x33),
    RGBColor(0x99, 0x99, 0x33),
    RGBColor(0x88, 0x22, 0x55),
    RGBColor(0xaa, 0x44, 0x99),
    RGBColor(0xdd, 0xaa, 0x33),
];

/// A channel that carries messages: its figures and its look.
struct Series<'a> {
    row: &'a Row,
    /// Bytes, and microseconds.
    points: Vec<(f64, f64)>,
    colour: RGBColor,
    marker: usize,
}

/// Fails before the measurement if it is clear that `path` cannot become a file.
pub(crate) fn check(path: &Path) -> Result<()> {
    let name = path.display();
    if path.is_dir() || path.file_name().is_none() {
        bail!("cannot write {name}: it is a folder");
    }
    if !folder(path).is_dir() {
        bail!(
            "cannot write {name}: there is no folder {}",
            folder(path).display()
        );
    }
    Ok(())
}

/// Draws the figures into the file `path`. If this fails, the file remains as it was.
pub(crate) fn draw(path: &Path, rows: &[Row], environment: &Environment) -> Result<()> {
    let picture = picture(rows, environment).context("cannot draw the figures")?;
    write(path, picture.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // An existing path that is not a file, such as /dev/stdout, cannot be replaced.
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let mut new = path.as_os_str().to_owned();
    new.push(format!(".{}.new", std::process::id()));
    let new = PathBuf::from(new);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&new)?;
    let written = file.write_all(bytes).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

fn series(rows: &[Row]) -> Vec<Series<'_>> {
    rows.iter()
        .filter_map(|row| {
            let look = look(row)?;
            let point = |cell: &Cell| Some((cell.size? as f64, us(cell.ns.as_ref().ok()?)));
            Some(Series {
                row,
                points: row.cells.iter().filter_map(point).collect(),
                colour: COLOURS.get(look % COLOURS.len()).copied().unwrap_or(INK),
                marker: look,
            })
        })
        .filter(|series| !series.points.is_empty())
        .collect()
}

/// Returns the look of a channel that carries messages. It is the same in every picture,
/// regardless of the other channels.
fn look(row: &Row) -> Option<usize> {
    let kinds = Kind::ALL.map(Kind::about).into_iter();
    kinds
        .filter(|about| about.carries == Carries::Message)
        .position(|about| about.id == row.about.id)
}

/// Converts to microseconds that a logarithmic scale can show.
fn us(ns: &f64) -> f64 {
    (ns / 1000.0).max(0.001)
}

/// The channels that carry no messages: name and microseconds.
fn fixed(rows: &[Row]) -> Vec<(&'static str, f64)> {
    let fixed = rows
        .iter()
        .filter(|row| row.about.carries != Carries::Message);
    fixed
        .filter_map(|row| Some((row.about.name, us(row.cells.first()?.ns.as_ref().ok()?))))
        .collect()
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn picture(rows: &[Row], environment: &Environment) -> Result<String> {
    let mut picture = String::new();
    {
        let root = SVGBackend::with_string(&mut picture, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let text = |size: i32, colour: &RGBColor| ("sans-serif", size).into_font().color(colour);
        root.draw_text(
            "A round trip over each way to talk",
            &text(22, &BLACK),
            (24, 16),
        )?;
        let below = format!("{}; both scales are logarithmic", environment.place());
        root.draw_text(&below, &text(14, &INK), (24, 46))?;
        let (_, root) = root.split_vertically(72);
        let (chart, legend) = root.split_horizontally(SIZE.0 - LEGEND);
        let (mut series, fixed) = (series(rows), fixed(rows));
        draw_chart(&chart, &series, &fixed)?;
        // In the order of the lines' ends.
        let end = |series: &Series<'_>| series.points.last().map_or(0.0, |point| point.1);
        series.sort_by(|a, b| end(b).total_cmp(&end(a)));
        draw_legend(&legend, &series, &fixed)?;
        root.present()?;
    }
    Ok(picture)
}

fn draw_chart(area: &Area<'_>, series: &[Series<'_>], fixed: &[(&str, f64)]) -> Result<()> {
    let points = series.iter().flat_map(|series| &series.points);
    let times = points
        .clone()
        .map(|point| point.1)
        .chain(fixed.iter().map(|(_, us)| *us));
    let (least, most) = times.fold((f64::MAX, 0.0), |(least, most), us| {
        (us.min(least), us.max(most))
    });
    let y = decades(least, most);
    let mut sizes: Vec<f64> = points.map(|point| point.0).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    let (first, last) = match (sizes.first(), sizes.last()) {
        (Some(first), Some(last)) => (*first, *last),
        _ => (1.0, 1.0),
    };
    let x = first / 1.8..last * 1.8;
    let mut chart = ChartBuilder::on(area)
        .margin_left(8)
        .margin_right(12)
        .x_label_area_size(48)
        .y_label_area_size(72)
        .build_cartesian_2d(
            x.clone().log_scale().with_key_points(apart(&sizes, &x)),
            y.clone().log_scale().with_key_points(ticks(&y)),
        )?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .max_light_lines(0)
        .bold_line_style(FAINT)
        .axis_style(INK)
        .label_style(("sans-serif", 14).into_font().color(&INK))
        .axis_desc_style(("sans-serif", 15).into_font().color(&INK))
        .x_desc("Length of the message")
        .y_desc("Round trip, in microseconds")
        .x_label_formatter(&|size| bytes(size.round() as usize))
        .y_label_formatter(&|us| us.to_string())
        .draw()?;
    for (i, (_, us)) in fixed.iter().enumerate() {
        let ends = [(x.start, *us), (x.end, *us)];
        chart.draw_series(DashedLineSeries::new(ends, 2, gap(i), INK.stroke_width(1)))?;
    }
    for series in series {
        let line = series.points.iter().copied();
        let style = series.colour.stroke_width(2);
        match series.row.about.with {
            With::Kernel => chart.draw_series(LineSeries::new(line, style))?,
            With::Process => {
                chart.draw_series(DashedLineSeries::new(series.points.clone(), 7, 4, style))?
            }
        };
    }
    let area = chart.plotting_area();
    for series in series {
        for point in &series.points {
            let outline = marker(series.marker, 6);
            let inner = inside(series);
            let edge = closed(&outline);
            let at = EmptyElement::at(*point);
            let edge = PathElement::new(edge, series.colour.stroke_width(2));
            area.draw(&(at + Polygon::new(outline, inner.filled()) + edge))?;
        }
    }
    Ok(())
}

/// Markers are filled for a round trip with the kernel, and hollow for one with a
/// process.
fn inside(series: &Series<'_>) -> RGBColor {
    match series.row.about.with {
        With::Kernel => series.colour,
        With::Process => WHITE,
    }
}

/// The distance between the dots of a line that does not depend on the length of
/// messages.
fn gap(i: usize) -> i32 {
    3 + 4 * i as i32
}

fn draw_legend(area: &Area<'_>, series: &[Series<'_>], fixed: &[(&str, f64)]) -> Result<()> {
    const LINE: i32 = 24;
    let middle = Pos::new(HPos::Left, VPos::Center);
    let head = ("sans-serif", 14).into_font().color(&BLACK).pos(middle);
    let text = ("sans-serif", 14).into_font().color(&INK).pos(middle);
    let mut y = 12;
    for (with, what) in [
        (With::Kernel, "With the kernel: full"),
        (With::Process, "With a process: hollow, dashed"),
    ] {
        let mut of = series
            .iter()
            .filter(|series| series.row.about.with == with)
            .peekable();
        if of.peek().is_none() {
            continue;
        }
        area.draw_text(what, &head, (4, y))?;
        y += LINE;
        for series in of {
            let style = series.colour.stroke_width(2);
            let pieces: &[(i32, i32)] = match with {
                With::Kernel => &[(8, 44)],
                With::Process => &[(8, 15), (19, 33), (37, 44)],
            };
            for (from, to) in pieces {
                area.draw(&PathElement::new([(*from, y), (*to, y)], style))?;
            }
            let outline: Vec<_> = marker(series.marker, 6)
                .into_iter()
                .map(|(dx, dy)| (26 + dx, y + dy))
                .collect();
            let edge = closed(&outline);
            area.draw(&Polygon::new(outline, inside(series).filled()))?;
            area.draw(&PathElement::new(edge, style))?;
            area.draw_text(series.row.about.name, &text, (54, y))?;
            y += LINE;
        }
        y += LINE / 2;
    }
    if !fixed.is_empty() {
        area.draw_text("Without a message: dotted", &head, (4, y))?;
        y += LINE;
    }
    for (i, (name, _)) in fixed.iter().enumerate() {
        let step = 2 + gap(i);
        for from in (8..44).step_by(step as usize) {
            area.draw(&PathElement::new(
                [(from, y), (from + 2, y)],
                INK.stroke_width(1),
            ))?;
        }
        area.draw_text(name, &text, (54, y))?;
        y += LINE;
    }
    Ok(())
}

/// The outline of a marker around (0, 0).
fn marker(which: usize, r: i32) -> Vec<(i32, i32)> {
    let (h, t) = (r / 2, r / 3);
    match which % 9 {
        0 => (0..24)
            .map(|i| (f64::from(i) * std::f64::consts::TAU / 24.0).sin_cos())
            .map(|(y, x)| {
                (
                    (x * f64::from(r)).round() as i32,
                    (y * f64::from(r)).round() as i32,
                )
            })
            .collect(),
        1 => vec![
            (-r + 1, -r + 1),
            (r - 1, -r + 1),
            (r - 1, r - 1),
            (-r + 1, r - 1),
        ],
        2 => vec![(0, -r), (r, r - 1), (-r, r - 1)],
        3 => vec![(0, -r - 1), (r + 1, 0), (0, r + 1), (-r - 1, 0)],
        4 => vec![(0, r), (r, -r + 1), (-r, -r + 1)],
        5 => vec![(-h, -r), (h, -r), (r, 0), (h, r), (-h, r), (-r, 0)],
        6 => vec![(-r, -r + 1), (r, -r + 1), (-r, r - 1), (r, r - 1)],
        7 => vec![
            (-t, -r),
            (t, -r),
            (t, -t),
            (r, -t),
            (r, t),
            (t, t),
            (t, r),
            (-t, r),
            (-t, t),
            (-r, t),
            (-r, -t),
            (-t, -t),
        ],
        _ => vec![(-r, 0), (r, -r), (r, r)],
    }
}

fn closed(outline: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let first = outline.first().copied();
    outline.iter().copied().chain(first).collect()
}

/// Returns a range from 1, 2 or 5 times a power of ten to another such number, with room
/// for the figures.
fn decades(least: f64, most: f64) -> std::ops::Range<f64> {
    if least > most {
        return 0.1..10.0;
    }
    let below = steps().take_while(|step| *step < least * 0.9).last();
    let above = steps().find(|step| *step > most * 1.1);
    below.unwrap_or(0.001)..above.unwrap_or(most * 2.0)
}

/// 1, 2 and 5 times the powers of ten, from a nanosecond to a day, in microseconds.
fn steps() -> impl Iterator<Item = f64> {
    // From whole numbers, so that they are shown without needless digits.
    let small = [1000.0, 500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0];
    let large = (0..11).map(|power| 10f64.powi(power));
    let large = large.flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * power));
    small.into_iter().map(|part| 1.0 / part).chain(large)
}

/// Returns the numbers on the scale: few enough of the steps that all are legible.
fn ticks(range: &std::ops::Range<f64>) -> Vec<f64> {
    let within: Vec<_> = steps()
        .filter(|step| range.contains(step) || *step == range.end)
        .collect();
    if within.len() <= 14 {
        return within;
    }
    let whole = |step: &f64| step.log10().fract().abs() < 1e-9;
    within.into_iter().filter(whole).collect()
}

/// Returns the sizes that are far enough apart to be legible.
fn apart(sizes: &[f64], range: &std::ops::Range<f64>) -> Vec<f64> {
    const LABELS: f64 = 10.0;
    let least = (range.end / range.start).ln() / LABELS;
    let mut apart: Vec<f64> = Vec::new();
    for size in sizes {
        if apart.last().is_none_or(|last| (size / last).ln() >= least) {
            apart.push(*size);
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_begin_and_end_at_a_step_and_hold_what_is_shown() {
        for (least, most) in [(0.09, 5.3), (1.0, 1.0), (0.001, 1e7), (230.0, 231.0)] {
            let range = decades(least, most);
            assert!(
                range.start < least.max(0.0011) && most < range.end,
                "{range:?}"
            );
            let ticks = ticks(&range);
            assert!((2..=14).contains(&ticks.len()), "{ticks:?}");
            assert!(
                ticks.iter().all(|tick| tick.to_string().len() <= 9),
                "{ticks:?}"
            );
        }
    }

    #[test]
    fn numbers_on_the_axis_are_not_so_near_that_they_overlap() {
        let range = 0.5..120_000.0;
        assert_eq!(
            apart(&[1.0, 17.0, 20.0, 61_440.0], &range),
            [1.0, 17.0, 61_440.0]
        );
        assert!(apart(&[], &range).is_empty());
    }

    #[test]
    fn there_is_a_colour_and_a_marker_for_each() {
        let about = Kind::ALL.map(Kind::about);
        let looks: Vec<_> = about
            .into_iter()
            .filter_map(|about| {
                look(&Row {
                    about,
                    cells: Vec::new(),
                })
            })
            .collect();
        assert_eq!(looks, (0..COLOURS.len()).collect::<Vec<_>>());
        for (i, outline) in looks.iter().map(|look| marker(*look, 6)).enumerate() {
            assert!(looks
                .iter()
                .skip(i + 1)
                .all(|other| marker(*other, 6) != outline));
        }
    }

    #[test]
    fn a_name_from_outside_cannot_break_the_picture() {
        let environment = Environment {
            kernel: "<&\"'>".to_owned(),
            cpus: 1,
            one_cpu: true,
            times: 1,
        };
        let cells = vec![Cell {
            size: Some(16),
            ns: Ok(1000.0),
        }];
        let row = Row {
            about: Kind::Pipe.about(),
            cells,
        };
        let picture = picture(&[row], &environment).unwrap();
        assert!(picture.contains("&lt;&amp;"), "{picture}");
        assert!(!picture.contains("<&"));
    }
}
