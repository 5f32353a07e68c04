//! The tree against the drawing in ARCHITECTURE.md: who may name whom, no import circles, the size of
//! files and functions, where `unsafe` may be.
//!
//! It reads the sources as text: comments, the contents of strings and `#[cfg(test)]` items are left
//! out. A module is a file together with the folder of its name. What a parent re-exports from a child
//! counts as named in the child.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The layers, from the bottom up. A module names modules of its own layer and of those below.
const LAYERS: [&[&str]; 12] = [
    &["error", "names", "setters", "format", "walk", "parallel", "lengths"],
    &["out"],
    &["pool"],
    &["decode", "text"],
    &["source"],
    &["layout", "header"],
    &["read", "write"],
    &["infer"],
    &["survey"],
    &["options"],
    &["reader"],
    &["py"],
];

/// The files that may contain `unsafe`.
const UNSAFE: [&str; 17] = [
    "decode/kernel.rs",
    "out.rs",
    "out/bytes.rs",
    "out/rows.rs",
    "pool.rs",
    "pool/functions.rs",
    "pool/system.rs",
    "py/arrow.rs",
    "py/buffer.rs",
    "py/pool.rs",
    "py/pool/family.rs",
    "py/pool/function.rs",
    "py/pool/lending.rs",
    "py/pool/trace.rs",
    "source/file.rs",
    "source/map.rs",
    "source/memory.rs",
];

/// Functions that may be longer than others, and why.
const LONG: [(&str, &str); 1] =
    [("infer/codes.rs: examples", "a list: an example of each warning")];

const MOST_LINES_OF_A_FILE: usize = 400;
const MOST_LINES_OF_A_FUNCTION: usize = 60;

#[test]
fn modules_name_only_modules_of_their_layer_and_below() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    let found = violations(&files);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn architecture_page_names_every_module() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let rows: String = page.lines().filter(|line| line.starts_with("| `")).collect();
    let entries = fs::read_dir(root.join("src")).unwrap().map(|entry| entry.unwrap().path());
    let mut modules: BTreeSet<_> = entries.map(|path| path.with_extension("")).collect();
    modules.remove(&root.join("src/lib"));
    let layers = LAYERS.concat().into_iter().map(|module| root.join("src").join(module));
    assert_eq!(modules, layers.collect(), "the modules, and those of LAYERS");
    for module in LAYERS.concat() {
        assert!(rows.contains(&format!("`{module}`")), "{module}");
    }
}

/// All sources below a folder: path from the root, and text.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().display().to_string().replace('\\', "/");
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The path of a module, from the root of the crate.
type Module = Vec<String>;

/// A file without what is not code.
struct File {
    name: String,
    module: Module,
    code: String,
    tokens: Vec<String>,
    uses: Vec<Used>,
}

/// A path that is named, and the name it then has where it is imported.
struct Used {
    path: Vec<String>,
    alias: Option<String>,
}

fn violations(sources: &[(String, String)]) -> Vec<String> {
    let files: Vec<File> = sources.iter().map(|(name, text)| File::new(name, text)).collect();
    let tree = Tree::new(&files);
    let mut found = Vec::new();
    for (name, text) in sources.iter().filter(|(name, _)| UNSAFE.contains(&&**name)) {
        let head = text.lines().take_while(|line| line.starts_with("//!"));
        if !head.collect::<String>().contains("relies on") {
            found.push(format!("{name}: does not begin with what its unsafe code relies on"));
        }
    }
    // At each level, which of the siblings name which.
    let mut levels: BTreeMap<Module, BTreeMap<&str, BTreeSet<String>>> = BTreeMap::new();
    for file in &files {
        let from = &file.module;
        if let Some(top) = from.first()
            && layer(top).is_none()
        {
            found.push(format!("{}: {top} is in no layer", file.name));
        }
        if ["crate :: *", "use crate as", "use super :: *", "use self :: *"]
            .iter()
            .any(|hidden| file.tokens.join(" ").contains(hidden))
        {
            found.push(format!("{}: an import that hides what it names", file.name));
        }
        for used in &file.uses {
            let to = tree.module_of(&used.path, 0);
            let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            let (Some(ours), Some(theirs)) = (from.get(shared), to.get(shared)) else { continue };
            let above = format!("{}: {ours} names {theirs}, which is above it", file.name);
            if shared == 0 && layer(theirs) > layer(ours) && !found.contains(&above) {
                found.push(above);
            }
            let level = levels.entry(from[..shared].to_vec()).or_default();
            level.entry(ours).or_default().insert(theirs.clone());
        }
        sizes(file, &mut found);
        unsafe_code(file, &mut found);
        let names_pyo3 = file.tokens.iter().any(|token| token == "pyo3");
        if names_pyo3 && from.first().is_none_or(|top| top != "py") {
            found.push(format!("{}: only py names pyo3", file.name));
        }
    }
    for (level, edges) in &levels {
        if let Some(circle) = circle(edges) {
            let within = if level.is_empty() { "the crate".to_owned() } else { level.join("::") };
            found.push(format!("{within}: a circle, {}", circle.join(" -> ")));
        }
    }
    let known = |name: &str| files.iter().any(|file| file.name == name);
    let gone = UNSAFE.iter().filter(|name| sources.len() > 20 && !known(name));
    found.extend(gone.map(|name| format!("{name} is exempt from a rule, but does not exist")));
    found
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn sizes(file: &File, found: &mut Vec<String>) {
    let lines = lines(&file.code);
    if lines > MOST_LINES_OF_A_FILE {
        found.push(format!("{}: {lines} lines of code", file.name));
    }
    for (name, lines) in functions(&file.code) {
        let whole = format!("{}: {name}", file.name);
        if lines > MOST_LINES_OF_A_FUNCTION && !LONG.iter().any(|(long, _)| *long == whole) {
            found.push(format!("{whole} has {lines} lines of code"));
        }
    }
}

fn unsafe_code(file: &File, found: &mut Vec<String>) {
    let allowed = ["allow", "(", "unsafe_code"];
    let unsafe_code = file.tokens.iter().any(|token| token == "unsafe")
        || file.tokens.windows(3).any(|tokens| tokens == allowed);
    if unsafe_code && !UNSAFE.contains(&&*file.name) {
        found.push(format!("{}: unsafe code", file.name));
    }
    if !unsafe_code && UNSAFE.contains(&&*file.name) {
        found.push(format!("{}: may contain unsafe code, but has none", file.name));
    }
}

/// The first circle among siblings, if there is one.
fn circle<'a>(edges: &'a BTreeMap<&'a str, BTreeSet<String>>) -> Option<Vec<&'a str>> {
    fn visit<'a>(
        at: &'a str,
        edges: &'a BTreeMap<&'a str, BTreeSet<String>>,
        path: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> Option<Vec<&'a str>> {
        if let Some(i) = path.iter().position(|&on_path| on_path == at) {
            return Some([&path[i..], &[at]].concat());
        }
        if !done.insert(at) {
            return None;
        }
        path.push(at);
        let next = edges.get(at).into_iter().flatten();
        let circle = next.map(String::as_str).find_map(|next| visit(next, edges, path, done));
        path.pop();
        circle
    }
    let mut done = BTreeSet::new();
    edges.keys().find_map(|start| visit(start, edges, &mut Vec::new(), &mut done))
}

impl File {
    fn new(name: &str, text: &str) -> File {
        let code = without_tests(&without_comments(text));
        let path = name.strip_suffix(".rs").unwrap();
        let module: Module =
            path.split('/').filter(|part| *part != "lib").map(str::to_owned).collect();
        let tokens = tokens(&code);
        let uses = uses(&tokens, &module);
        File { name: name.to_owned(), module, code, tokens, uses }
    }
}

/// Which modules there are, and what they re-export or import.
struct Tree {
    modules: BTreeSet<Module>,
    imports: BTreeMap<(Module, String), Vec<String>>,
}

impl Tree {
    fn new(files: &[File]) -> Tree {
        let prefixes = |m: &Module| (0..=m.len()).map(|n| m[..n].to_vec()).collect::<Vec<_>>();
        let modules = files.iter().flat_map(|file| prefixes(&file.module)).collect();
        let imports = files.iter().flat_map(|file| {
            file.uses.iter().filter_map(|used| {
                let alias = used.alias.clone()?;
                Some(((file.module.clone(), alias), used.path.clone()))
            })
        });
        Tree { modules, imports: imports.collect() }
    }

    /// The module that an item of that path is in.
    fn module_of(&self, path: &[String], depth: usize) -> Module {
        let mut module = Module::new();
        for (i, name) in path.iter().enumerate() {
            let child = [&module[..], std::slice::from_ref(name)].concat();
            if self.modules.contains(&child) {
                module = child;
                continue;
            }
            return match self.imports.get(&(module.clone(), name.clone())) {
                Some(target) if depth < 8 && target != path => {
                    self.module_of(&[&target[..], &path[i + 1..]].concat(), depth + 1)
                }
                _ => module,
            };
        }
        module
    }
}

/// The text with comments and the contents of strings and characters blanked out.
fn without_comments(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut i = 0;
    while i < chars.len() {
        let end = match (at(i), at(i + 1)) {
            ('/', '/') => (i..chars.len()).find(|&j| at(j) == '\n').unwrap_or(chars.len()),
            ('/', '*') => {
                (i + 2..chars.len()).find(|&j| (at(j), at(j + 1)) == ('*', '/')).unwrap() + 2
            }
            ('r', '"' | '#') if !at(i.wrapping_sub(1)).is_alphanumeric() => {
                let hashes = (i + 1..).take_while(|&j| at(j) == '#').count();
                if at(i + 1 + hashes) == '"' {
                    let ends = |&j: &usize| at(j) == '"' && (1..=hashes).all(|k| at(j + k) == '#');
                    (i + 2 + hashes..chars.len()).find(ends).unwrap() + 1 + hashes
                } else {
                    i
                }
            }
            ('"', _) => quoted(&chars, i, '"'),
            ('\'', '\\') => quoted(&chars, i, '\''),
            ('\'', _) if at(i + 2) == '\'' => i + 3,
            _ => i,
        };
        if end == i {
            out.push(at(i));
            i += 1;
            continue;
        }
        let string = at(i) != '/';
        let blank = |&c: &char| match c {
            c if c.is_whitespace() => c,
            _ if string => '"',
            _ => ' ',
        };
        out.extend(chars[i..end].iter().map(blank));
        i = end;
    }
    out
}

/// Behind the end of a string or character with escapes.
fn quoted(chars: &[char], start: usize, quote: char) -> usize {
    let mut i = start + 1;
    while chars[i] != quote {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

/// Code without the items that are for tests.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::new();
    let mut rest = code;
    while let Some(start) = rest.find(MARK) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        rest = &rest[item_end(rest)..];
    }
    out + rest
}

/// Behind the item that a text begins with: its closing brace, or a semicolon before any.
fn item_end(text: &str) -> usize {
    let (mut braces, mut others) = (0, 0);
    for (i, c) in text.char_indices() {
        match c {
            '{' => braces += 1,
            '}' => braces -= 1,
            '(' | '[' => others += 1,
            ')' | ']' => others -= 1,
            _ => {}
        }
        if (c == '}' || c == ';') && braces == 0 && others == 0 {
            return i + 1;
        }
    }
    text.len()
}

/// Lines that are not blank.
fn lines(code: &str) -> usize {
    code.lines().filter(|line| !line.trim().is_empty()).count()
}

/// The functions of some code, and their lines; those within others count for both.
fn functions(code: &str) -> Vec<(String, usize)> {
    let starts = code
        .match_indices("fn ")
        .filter(|(i, _)| !code[..*i].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    let name = |text: &str| {
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    let body = |i: usize| (name(&code[i + 3..]), lines(&code[i..i + item_end(&code[i..])]));
    starts.map(|(i, _)| body(i)).filter(|(name, _)| !name.is_empty()).collect()
}

/// Names and punctuation; `::` is one token.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut in_name = false;
    for c in code.chars() {
        let named = c.is_alphanumeric() || c == '_';
        match tokens.last_mut() {
            Some(last) if named && in_name => last.push(c),
            Some(last) if c == ':' && last == ":" => last.push(c),
            _ if c.is_whitespace() => {}
            _ => tokens.push(c.to_string()),
        }
        in_name = named;
    }
    tokens
}

/// The paths of the crate that a module names: in imports, and elsewhere where they are written out.
fn uses(tokens: &[String], module: &Module) -> Vec<Used> {
    let mut uses = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let before = i.checked_sub(1).map_or("", |i| &*tokens[i]);
        match &*tokens[i] {
            "use" => {
                let end = (i..tokens.len()).find(|&j| tokens[j] == ";").unwrap_or(tokens.len());
                import(&tokens[i + 1..end], &[], &mut uses);
                i = end;
            }
            "crate" | "super" if tokens.get(i + 1).is_some_and(|next| next == "::") => {
                let mut path = vec![tokens[i].clone()];
                while tokens.get(i + 1).is_some_and(|next| next == "::") {
                    path.extend(tokens.get(i + 2).cloned());
                    i += 2;
                }
                // Not of a visibility such as `pub(in crate::py)`.
                if before != "in" {
                    uses.push(Used { path, alias: None });
                }
            }
            _ => {}
        }
        i += 1;
    }
    for used in &mut uses {
        used.path = absolute(&used.path, module);
    }
    uses
}

/// Takes a tree of imports apart.
fn import(tree: &[String], prefix: &[String], uses: &mut Vec<Used>) {
    let open = tree.iter().position(|token| token == "{");
    let Some(open) = open else {
        let renamed = tree.iter().position(|token| token == "as");
        let path = &tree[..renamed.unwrap_or(tree.len())];
        let mut path = [prefix, path].concat();
        path.retain(|token| token != "::");
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        let alias = if renamed.is_some() { tree.last() } else { path.last() };
        if let Some(alias) = alias.cloned() {
            uses.push(Used { path, alias: Some(alias) });
        }
        return;
    };
    let prefix = [prefix, &tree[..open]].concat();
    let inner = &tree[open + 1..tree.len() - 1];
    let mut depth = 0;
    let commas = |token: &String| {
        depth += i32::from(token == "{") - i32::from(token == "}");
        token == "," && depth == 0
    };
    for part in inner.split(commas).filter(|part| !part.is_empty()) {
        import(part, &prefix, uses);
    }
}

/// A path from the root of the crate. One that begins with neither `crate`, `super` nor `self` is that
/// of a child, or of another crate, which names no module of ours.
fn absolute(path: &[String], module: &Module) -> Vec<String> {
    let mut base = module.clone();
    let mut rest = path;
    if path.first().is_some_and(|first| first == "crate") {
        base.clear();
        rest = &path[1..];
    }
    while let Some((first, others)) = rest.split_first()
        && (first == "super" || first == "self")
    {
        if first == "super" {
            base.pop();
        }
        rest = others;
    }
    [&base, rest].concat()
}

/// What is found in sources that are no more than this.
fn found_in(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<_> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    violations(&files)
}

#[test]
fn a_name_from_above_is_found() {
    for text in [
        "use crate::reader::Reader;",
        "use crate::{error::Error, reader::{self, open}};",
        "fn f() { crate::reader::open() }",
        "use super::reader;",
        "use crate::*;",
        "use super::*;",
        "use crate as root;",
    ] {
        let files = [("text.rs", text), ("reader.rs", ""), ("error.rs", "")];
        assert_eq!(found_in(&files).len(), 1, "{text}");
    }
    let named = [("lib.rs", "pub use reader::Reader;"), ("text.rs", "use crate::Reader;")];
    assert_eq!(found_in(&[named[0], named[1], ("reader.rs", "")]).len(), 1);
    for text in [
        "// use crate::reader::Reader;\n/// [`crate::reader::Reader`]\nfn f() {}",
        "const TEXT: &str = \"use crate::reader::Reader;\";",
        "const TEXT: &str = r#\"crate::reader::\"Reader\"#;",
        "#[cfg(test)]\nmod tests {\n    use crate::reader::Reader;\n}\n",
        "use crate::error::Error;",
        "use std::io;",
    ] {
        let found = found_in(&[("text.rs", text), ("reader.rs", ""), ("error.rs", "")]);
        assert!(found.is_empty(), "{text}: {found:?}");
    }
    assert_eq!(found_in(&[("elsewhere.rs", "")]), ["elsewhere.rs: elsewhere is in no layer"]);
}

#[test]
fn a_circle_is_found_at_every_level() {
    let circle = found_in(&[
        ("header.rs", "mod a;\nmod b;\npub use a::A;"),
        ("header/a.rs", "use super::b::B;"),
        ("header/b.rs", "use super::A;"),
    ]);
    assert_eq!(circle, ["header: a circle, a -> b -> a"]);
    let three = found_in(&[
        ("walk.rs", "use crate::names::deep;"),
        ("names/deep.rs", "use crate::format::Format;"),
        ("format.rs", "fn f() { crate::walk::f() }"),
    ]);
    assert_eq!(three, ["the crate: a circle, format -> walk -> names -> format"]);
    // A file and its folder are one module.
    let one = [("header.rs", "use a::A;"), ("header/a.rs", "use super::B;")];
    assert!(found_in(&one).is_empty());
}

#[test]
fn long_files_and_functions_are_found() {
    let body = "    call();\n".repeat(61);
    let long = format!("fn long(a: [u8; 4]) {{\n{body}}}\n");
    assert_eq!(found_in(&[("text.rs", &long)]), ["text.rs: long has 63 lines of code"]);
    let comments = format!("fn short() {{\n{}}}\n", "    // a comment\n\n".repeat(80));
    assert!(found_in(&[("walk.rs", &comments)]).is_empty());
    let file = "const A: u8 = 0;\n".repeat(401);
    assert_eq!(found_in(&[("walk.rs", &file)]), ["walk.rs: 401 lines of code"]);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{file}}}\n");
    assert!(found_in(&[("walk.rs", &tests)]).is_empty());
}

#[test]
fn unsafe_code_and_pyo3_are_found_where_they_may_not_be() {
    assert_eq!(found_in(&[("walk.rs", "unsafe fn f() {}")]), ["walk.rs: unsafe code"]);
    let unexplained = ["out.rs: does not begin with what its unsafe code relies on"];
    assert_eq!(found_in(&[("out.rs", "//! Memory.\nunsafe fn f() {}")]), unexplained);
    assert!(found_in(&[("out.rs", "//! It relies on this.\nunsafe fn f() {}")]).is_empty());
    assert!(found_in(&[("walk.rs", "// unsafe\n")]).is_empty());
    assert_eq!(found_in(&[("walk.rs", "#![allow(unsafe_code)]")]), ["walk.rs: unsafe code"]);
    assert_eq!(found_in(&[("walk.rs", "use pyo3::Python;")]), ["walk.rs: only py names pyo3"]);
    assert!(found_in(&[("py.rs", "use pyo3::Python;")]).is_empty());
}
