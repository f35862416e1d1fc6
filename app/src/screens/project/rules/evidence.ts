/** Rule of G10: evidence is verified only where the file's, the stored and the chain's hash agree. */
import type { EvidenceEntry } from "./types";

/** Hashes of one file, and of the manifest that names it. Hexadecimal digits in lower case. */
export interface EvidenceHashes {
  /** SHA-256 of the bytes, computed in this browser after the download; null before. */
  computed: string | null;
  /** SHA-256 that the manifest names for the file. */
  stored: string;
  /** SHA-256 of the manifest's text, computed in this browser; null before. */
  manifest: string | null;
  /** Hash that the chain has now, read from the RPC; null where it has none. */
  chain: string | null;
}

/** What a comparison said. */
export type EvidenceVerdict =
  "unchecked" | "verified" | "file_differs" | "manifest_differs" | "replaced" | "not_on_chain";

/**
 * Returns what the hashes say. `isNewest` is false for a submission after which another one went on chain: the chain keeps
 * only the newest hash of a milestone.
 * @example
 * verdictOf({ computed: "ab", stored: "ab", manifest: "cd", chain: "cd" }, true); // "verified"
 */
export function verdictOf(
  { computed, stored, manifest, chain }: EvidenceHashes,
  isNewest: boolean,
): EvidenceVerdict {
  if (computed === null || manifest === null) return "unchecked";
  if (computed !== stored) return "file_differs";
  if (chain === null) return "not_on_chain";
  if (chain === manifest) return "verified";
  return isNewest ? "manifest_differs" : "replaced";
}

/** Words of a verdict. */
export const VERDICT_WORDS: Readonly<
  Record<
    EvidenceVerdict,
    { kind: "neutral" | "good" | "warn" | "bad"; label: string; text: string }
  >
> = {
  unchecked: {
    kind: "neutral",
    label: "Not checked yet",
    text: "Check the file: your browser downloads it and compares three hashes.",
  },
  verified: {
    kind: "good",
    label: "Verified",
    text: "The file, its record and the chain have the same hash.",
  },
  file_differs: {
    kind: "bad",
    label: "File differs",
    text: "The downloaded file is not the one that was handed in. Do not rely on it.",
  },
  manifest_differs: {
    kind: "bad",
    label: "Chain differs",
    text: "The chain has another hash for this milestone. Do not rely on the file.",
  },
  replaced: {
    kind: "warn",
    label: "Replaced",
    text: "The file is unchanged, but a later submission replaced its hash on chain.",
  },
  not_on_chain: {
    kind: "warn",
    label: "Not on chain",
    text: "The chain has no hash for this milestone now, so nothing proves the file.",
  },
};

/** Types that the page shows itself. SVG, HTML and PDF can contain scripts and are never shown. */
const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp"];

/** Largest image that the page shows; a larger one is a download. */
const MAX_SHOWN_BYTES = 20 * 1024 * 1024;

/**
 * Returns true for a file that the page may show as an image: verified, and by type and first bytes a PNG, JPEG or WebP.
 * @example
 * mayShow(entry, "verified", bytes);
 */
export function mayShow(
  { mediaType, size }: Pick<EvidenceEntry, "mediaType" | "size">,
  verdict: EvidenceVerdict,
  bytes: Uint8Array,
): boolean {
  const isImage = IMAGE_TYPES.includes(mediaType) && sniffImage(bytes) === mediaType;
  return verdict === "verified" && isImage && size <= MAX_SHOWN_BYTES;
}

/** Returns the image type that the first bytes say, or null. */
function sniffImage(bytes: Uint8Array): string | null {
  const starts = (offset: number, ...values: number[]): boolean =>
    values.every((value, index) => bytes[offset + index] === value);
  if (starts(0, 0xff, 0xd8, 0xff)) return "image/jpeg";
  if (starts(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "image/png";
  if (starts(0, 0x52, 0x49, 0x46, 0x46) && starts(8, 0x57, 0x45, 0x42, 0x50)) return "image/webp";
  return null;
}

/**
 * Returns true where a manifest's text names exactly this file.
 * @example
 * namesFile(submission.manifest, submission.files[0]);
 */
export function namesFile(
  manifest: string,
  { name, sha256, size, mediaType }: EvidenceEntry,
): boolean {
  try {
    const { files } = JSON.parse(manifest) as { files: EvidenceEntry[] };
    return files.some(
      (file) =>
        file.name === name &&
        file.sha256 === sha256 &&
        file.size === size &&
        file.mediaType === mediaType,
    );
  } catch {
    return false;
  }
}
