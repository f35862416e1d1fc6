import { posix } from "node:path";
import ts from "typescript";

/** Sources by their path in the repository, with forward slashes. */
export type SourceFiles = ReadonlyMap<string, string>;

export interface ImportGraph {
  /** For each source, the sources that it imports, types included. */
  edges: ReadonlyMap<string, readonly string[]>;
  /** For each source, the packages that it imports by name. */
  packages: ReadonlyMap<string, readonly string[]>;
  /** Relative imports that lead to none of the sources: `importer -> specifier`. */
  strays: readonly string[];
}

/** True for a path to a source; styles, which only a page's bundler reads, are none. */
const isRelative = (specifier: string) =>
  /^\.\.?(\/|$)/.test(specifier) && !specifier.endsWith(".css");

/** Returns the sources that `importer` can mean by a relative specifier. */
function candidates(importer: string, specifier: string): string[] {
  const path = posix.join(posix.dirname(importer), specifier);
  return [path, `${path}.ts`, `${path}.tsx`, posix.join(path, "index.ts")];
}

/** Returns `@scope/name` or `name` of a specifier such as `@scope/name/file`. */
function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Reads every import of every source: `import`, `export from`, `import type`, `import()` and `require()`. */
export function readImportGraph(files: SourceFiles): ImportGraph {
  const edges = new Map<string, string[]>();
  const packages = new Map<string, string[]>();
  const strays: string[] = [];
  for (const [file, text] of files) {
    const specifiers = ts
      .preProcessFile(text, true, true)
      .importedFiles.map((item) => item.fileName);
    const targets = new Set<string>();
    for (const specifier of specifiers.filter(isRelative)) {
      const target = candidates(file, specifier).find((path) => files.has(path));
      if (target === undefined) strays.push(`${file} -> ${specifier}`);
      else targets.add(target);
    }
    edges.set(file, [...targets]);
    packages.set(file, [
      ...new Set(specifiers.filter((specifier) => !specifier.startsWith(".")).map(packageName)),
    ]);
  }
  return { edges, packages, strays };
}
