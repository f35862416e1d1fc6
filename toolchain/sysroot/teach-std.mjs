// Teaches a private copy of Rust's standard library sources that `os = "solana"` exists.
//
// Usage: node teach-std.mjs LIBRARY_DIRECTORY
//
// Each edit names the text it hangs on. When a newer Rust has moved that text the edit fails and
// says which: a `std` that is only half taught would build, and then misbehave on chain.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const library = process.argv[2];
if (library === undefined) {
  console.error("usage: node teach-std.mjs LIBRARY_DIRECTORY");
  process.exit(2);
}
const sys = join(library, "std", "src", "sys");

const EDITS = [
  {
    what: "allocations are aligned to 8 bytes on bpf",
    file: "alloc/mod.rs",
    after: /target_arch = "riscv32",\n\s*target_arch = "xtensa",\n(?=\)\) \{\n\s*8\n)/,
    insert: '    target_arch = "bpf",\n',
  },
  {
    what: "the system allocator is alloc/solana.rs",
    file: "alloc/mod.rs",
    after: /\n(?=\s*target_os = "solid_asp3" => \{\n\s*mod solid;)/,
    insert: '    target_os = "solana" => {\n        mod solana;\n    }\n',
  },
  {
    what: "thread locals are plain statics",
    file: "thread_local/mod.rs",
    after: /target_os = "vexos",\n(?=\s*\) => \{\n\s*mod no_threads;)/,
    insert: '        target_os = "solana",\n',
  },
  {
    what: "nothing has to be registered to destroy thread locals",
    file: "thread_local/mod.rs",
    after:
      /target_os = "hermit",\n\s*target_os = "xous",\n(?=\s*\) => \{\n(?:\s*\/\/[^\n]*\n)*\s*pub\(crate\) fn enable\(\) \{\})/,
    insert: '            target_os = "solana",\n',
  },
  {
    what: "I/O errors are generic",
    file: "io/error/mod.rs",
    after: /target_os = "zkvm",\n(?=\s*\) => \{\n\s*mod generic;)/,
    insert: '        target_os = "solana",\n',
  },
  {
    what: "there is no randomness",
    file: "random/mod.rs",
    after: /target_os = "vexos",\n(?=\s*\) => \{\n(?:\s*\/\/[^\n]*\n)*\s*mod unsupported;)/,
    insert: '        target_os = "solana",\n',
  },
  {
    what: "hash map keys do not come from randomness",
    file: "random/mod.rs",
    after: /target_os = "vexos",\n(?=\)\)\)\]\npub fn hashmap_random_keys)/,
    insert: '    target_os = "solana",\n',
  },
];

for (const { what, file, after, insert } of EDITS) {
  const path = join(sys, file);
  const text = readFileSync(path, "utf8");
  const found = text.match(after);
  if (found === null) {
    console.error(
      `teach-std: std/src/sys/${file} has changed: no place found for "${what}".\n` +
        "teach-std: this version of Rust is newer than toolchain/sysroot/teach-std.mjs knows; add the edit there.",
    );
    process.exit(1);
  }
  const at = found.index + found[0].length;
  writeFileSync(path, text.slice(0, at) + insert + text.slice(at));
}

copyFileSync(
  join(dirname(fileURLToPath(import.meta.url)), "alloc_solana.rs"),
  join(sys, "alloc", "solana.rs"),
);
