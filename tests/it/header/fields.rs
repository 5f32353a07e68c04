//! The reference page of the fields is printed from the tables; this test fails where it is stale.
//! `SEGBUF_WRITE_DOCS=1 cargo test --test it fields` writes it anew.

use segbuf::header::{BINARY, EXT1, SU, TRACE, by_byte};
use segbuf::header::{Block, Field};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/fields.md");

const INTRO: &str = "\
# Header fields

Every field can be asked for by its name, by one of the aliases (segyio's, Seismic Unix's, TGS's)
in any case of letters, or by the number of its first byte. Byte numbers count from 1 as in the
standard, those of the binary header from 3201.

Integers are two's complement. Sample counts are unsigned, so that more than 32,767 can be said;
intervals are signed. Scalars (*scaled by*) multiply where positive and divide where negative; 0
means 1. A field that is *overridden by* another gives way to it where that is not 0. Neither the
two bytes of the revision nor strings (`S8` is one of 8 bytes) have a byte order. `us` is
microseconds.

In two places revisions or readers differ:

* `max_additional_trace_headers` is an int16 followed by `survey_type`, as in revision 2.1. Revision
  2.0 has one int32 over both.
* Bytes 219 to 224 are three angles of 2 bytes. segyio 1, TGS and ObsPy read a mantissa of 4 bytes
  and an exponent there; their names for these are no aliases.

This page is printed from the tables in `src/header/tables/`.
";

fn section(title: &str, about: &str, table: &[Field]) -> String {
    let row = |cells: [&str; 7]| {
        assert!(cells.iter().all(|cell| !cell.contains('|')), "a bar splits a cell: {cells:?}");
        format!("| {} |\n", cells.join(" | "))
    };
    let head = row(["Byte", "Name", "Type", "Since", "Unit", "Meaning", "Aliases"]);
    let mut section = format!("\n## {title}\n\n{about}\n\n{head}{}", row(["---"; 7]));
    for f in table {
        let (major, minor) = f.since();
        let mut meaning = f.meaning().replace('*', "\\*");
        if let Some(scalar) = f.scalar() {
            let scalar = by_byte(TRACE, scalar.byte()).unwrap();
            meaning += &format!("; *scaled by* `{}`", scalar.name());
        }
        if let Some(wider) = f.wider() {
            let table = if wider.block() == Block::Binary { BINARY } else { EXT1 };
            let wider = by_byte(table, wider.byte()).unwrap();
            meaning += &format!("; *overridden by* `{}`", wider.name());
        }
        let aliases: Vec<_> = f.aliases().iter().map(|alias| format!("`{alias}`")).collect();
        section += &row([
            &format!("{}-{}", f.byte(), f.last_byte()),
            &format!("`{}`", f.name()),
            &f.kind().to_string(),
            &format!("{major}.{minor}"),
            f.unit(),
            &meaning,
            &aliases.join(" "),
        ]);
    }
    section
}

#[test]
fn reference_page_matches_tables() {
    let mut page = INTRO.to_owned();
    page += &section("Binary header", "Bytes 3201 to 3600 of the file.", BINARY);
    page += &section(
        "Trace header",
        "Bytes 1 to 240 of each trace. Overriding fields are those of extension 1.",
        TRACE,
    );
    page += &section(
        "Trace header extension 1",
        "Named `SEG00001`: the first additional header of a trace, since revision 2. No scalar\n\
         applies to its values.",
        EXT1,
    );
    let own = SU.partition_point(|f| f.byte() < 181);
    page += &section(
        "Trace header of Seismic Unix",
        "Bytes 1 to 180 are those of the trace header above, without scalars of times and overriding\n\
         fields; from byte 181 on these stand there.",
        &SU[own..],
    );
    if std::env::var_os("SEGBUF_WRITE_DOCS").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let found = std::fs::read_to_string(PAGE).unwrap_or_default().replace("\r\n", "\n");
    for (line, (wanted, found)) in page.lines().zip(found.lines()).enumerate() {
        assert_eq!(found, wanted, "line {} is stale: set SEGBUF_WRITE_DOCS=1", line + 1);
    }
    assert_eq!(found.len(), page.len(), "stale: set SEGBUF_WRITE_DOCS=1");
}
