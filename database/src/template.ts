/**
 * The template of the embedded database: the files that initdb makes, in one compressed file, so that a new database needs no
 * initdb. The build of a package writes it beside the program. A program that runs from source has none.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { PGLITE } from "./initdb";

/** First line of the uncompressed template, as JSON; the files' bytes follow without gaps. */
interface Contents {
  /** Paths below the data directory, parents first. */
  directories: string[];
  /** Paths and lengths in bytes. */
  files: [path: string, length: number][];
}

/** A window of 16 MB: the cluster's three databases are copies of each other, 7 MB apart. */
const COMPRESSION = {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 9,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  },
};

const LINE_FEED = 10;

/**
 * Returns the path of the template in `directory`, by default the program's own. The name contains PGlite's version, so that
 * the files of one version are never used with another.
 */
export function templateIn(directory = __dirname): string {
  const manifest = join(dirname(require.resolve(PGLITE)), "../package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  return join(directory, `embedded-postgres-${version}.br`);
}

/** Packs the files of a closed database into `template`. */
export function writeTemplate(files: string, template: string): void {
  const contents: Contents = { directories: [], files: [] };
  const bytes: Buffer[] = [];
  for (const path of (readdirSync(files, { recursive: true }) as string[]).sort()) {
    const portable = path.replaceAll("\\", "/");
    if (statSync(join(files, path)).isDirectory()) {
      contents.directories.push(portable);
    } else {
      const file = readFileSync(join(files, path));
      contents.files.push([portable, file.length]);
      bytes.push(file);
    }
  }
  const line = Buffer.from(`${JSON.stringify(contents)}\n`);
  writeFileSync(template, brotliCompressSync(Buffer.concat([line, ...bytes]), COMPRESSION));
}

/**
 * Writes the files of `template` into `directory`, which is empty. Returns false when there is no such template. Databases of one
 * template have the same system identifier, which only replication and archives of the log compare; PGlite has neither.
 */
export function unpackTemplate(template: string, directory: string): boolean {
  const packed = readIfThere(template);
  if (packed === null) return false;
  const bytes = decompress(packed, template);
  let start = bytes.indexOf(LINE_FEED) + 1;
  const contents = JSON.parse(bytes.toString("utf8", 0, start)) as Contents;
  for (const path of contents.directories) mkdirSync(join(directory, path), { mode: 0o700 });
  for (const [path, length] of contents.files) {
    writeFileSync(join(directory, path), bytes.subarray(start, start + length), { mode: 0o600 });
    start += length;
  }
  return true;
}

/** Decompresses a template. Throws when a part of it is missing, as after an interrupted copy. */
function decompress(packed: Buffer, template: string): Buffer {
  try {
    return brotliDecompressSync(packed);
  } catch (error) {
    throw new Error(`${template} is damaged. Install the package again.`, { cause: error });
  }
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
