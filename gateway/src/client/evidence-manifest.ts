/**
 * The evidence manifest: the list of files whose SHA-256 goes on chain. Gateway, clients and browsers compute the same text, so
 * this file imports nothing.
 */

/** One file of a manifest. */
export interface EvidenceFile {
  /** Name as the sender gave it. */
  name: string;
  /** SHA-256 of the bytes, 64 hexadecimal digits in lower case. */
  sha256: string;
  /** Number of bytes. */
  size: number;
  /** Media type that the gateway found in the bytes, such as `image/jpeg`. */
  mediaType: string;
}

/** Most files of a manifest. */
export const MAX_MANIFEST_FILES = 50;

/** Names the format inside the text, so that a hash never means two things. */
export const MANIFEST_TYPE = "milepost/evidence/1";

/** A list of files that has no manifest. */
export class ManifestError extends Error {
  /** Name of the class, as logs show it. */
  override readonly name = "ManifestError";
}

/**
 * Returns the manifest's text: JSON in the canonical form of RFC 8785, with the files in the order of hash and name. The order in
 * which the files are passed does not matter.
 * Throws `ManifestError` for no file, too many, one that is in the list twice, or a field that is not valid.
 * @example
 * manifestText([{ name: "sink.jpg", sha256: "ab...", size: 48_213, mediaType: "image/jpeg" }]);
 */
export function manifestText(files: readonly EvidenceFile[]): string {
  if (files.length < 1 || files.length > MAX_MANIFEST_FILES) {
    throw new ManifestError(`expected 1 to ${MAX_MANIFEST_FILES} files, received ${files.length}`);
  }
  files.forEach(check);
  const sorted = [...files].sort((a, b) => order(a.sha256, b.sha256) || order(a.name, b.name));
  sorted.forEach(({ sha256, name }, index) => {
    const before = sorted[index - 1];
    if (before?.sha256 === sha256 && before.name === name) {
      throw new ManifestError(`${JSON.stringify(name)} is in the list twice`);
    }
  });
  // RFC 8785 sorts the keys.
  const entries = sorted.map(({ mediaType, name, sha256, size }) => ({
    mediaType,
    name,
    sha256,
    size,
  }));
  return JSON.stringify({ files: entries, type: MANIFEST_TYPE });
}

function check({ name, sha256, size, mediaType }: EvidenceFile): void {
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new ManifestError(
      `sha256: expected 64 lower-case hexadecimal digits, received ${sha256}`,
    );
  }
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new ManifestError(`size: expected a number of bytes above zero, received ${size}`);
  }
  for (const text of [name, mediaType]) {
    // JSON has no canonical form of half a character.
    if (typeof text !== "string" || text === "" || LONE_SURROGATE.test(text)) {
      throw new ManifestError("name, mediaType: expected well-formed text that is not empty");
    }
  }
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
