//! Samples used where they lie: right where it can be, refused with a reason where it cannot.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{make, sources};
use make::File;
use segbuf::error::{Class, Kind};
use segbuf::infer::Overrides;
use segbuf::pool::Slab;
use segbuf::{ByteOrder, Endian, Format, Options, Reader};

const NATIVE: Endian = if cfg!(target_endian = "little") { Endian::Little } else { Endian::Big };

fn told(file: &File) -> Overrides {
    Overrides::default().endian(ByteOrder::from(file.endian)).format(file.format)
}

#[test]
fn view_equals_read() {
    for file in [
        File { endian: NATIVE, format: Format::Ieee32, ..File::default() },
        File {
            endian: NATIVE,
            format: Format::Ieee32,
            n_traces: 1,
            label: true,
            ..File::default()
        },
        File { endian: NATIVE, format: Format::Ieee32, after: vec![0; 100], ..File::default() },
    ] {
        let bytes = file.bytes();
        let on_disk = sources::file(&bytes);
        for mmap in [false, true] {
            let options = Options::default().mmap(mmap).overrides(told(&file));
            let reader = if mmap {
                Reader::open_with(on_disk.path(), options).unwrap()
            } else {
                Reader::from_bytes(bytes.clone(), options).unwrap()
            };
            let view = reader.view().unwrap();
            assert_eq!((view.traces, view.samples), (file.n_traces, file.n_samples));
            let mut slab = Slab::new(4 * file.n_samples).unwrap();
            for trace in 0..file.n_traces {
                reader.read_trace_into(trace as u64, slab.samples_mut::<f32>()).unwrap();
                let at = (trace * view.pitch) as u64;
                let mut seen = vec![0; 4 * file.n_samples];
                assert_eq!(
                    view.bytes.get(at, seen.len()).unwrap().copy_to(0, &mut seen),
                    seen.len()
                );
                assert_eq!(seen, slab.samples::<u8>(), "{trace}");
            }
            let end = (file.n_traces - 1) * view.pitch + 4 * file.n_samples;
            assert_eq!(view.bytes.len(), end, "to the last sample and no further");
        }
    }
}

#[test]
fn view_refusal_gives_reason() {
    let foreign = if NATIVE == Endian::Little { Endian::Big } else { Endian::Little };
    for (format, endian, says) in [
        (Format::Ibm32, NATIVE, "ibm_float32"),
        (Format::Int16, NATIVE, "int16"),
        (Format::Ieee64, NATIVE, "ieee_float64"),
        (Format::Ieee32, foreign, "-endian samples"),
    ] {
        let file = File { endian, format, ..File::default() };
        let options = Options::default().overrides(told(&file));
        let error = Reader::from_bytes(file.bytes(), options).unwrap().view().unwrap_err();
        assert_eq!(error.class(), Class::Value);
        let Kind::NoView { have, mappable: false, .. } = error.kind() else { panic!("{error}") };
        assert!(have.contains(says), "{error}");
    }
    let file = File { endian: NATIVE, format: Format::Ieee32, ..File::default() };
    let on_disk = sources::file(&file.bytes());
    let options = Options::default().overrides(told(&file));
    let error = Reader::open_with(on_disk.path(), options.clone()).unwrap().view().unwrap_err();
    assert!(matches!(error.kind(), Kind::NoView { mappable: true, .. }), "{error}");
    let options = options.mmap(true);
    let several = Reader::open_all(&[on_disk.path(); 2], options).unwrap();
    let error = several.view().unwrap_err();
    assert!(matches!(error.kind(), Kind::NoView { mappable: false, .. }), "{error}");
}
