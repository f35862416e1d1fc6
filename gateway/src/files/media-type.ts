/** Rule of the media types: what a file is, its first bytes say. Nothing that a browser could run is taken. */

/** Types that are taken, with the extensions that their names may have; the first is added where a name has another. */
export const MEDIA_TYPES = {
  "image/jpeg": ["jpg", "jpeg"],
  "image/png": ["png"],
  "image/webp": ["webp"],
  "image/heic": ["heic", "heif"],
  "application/pdf": ["pdf"],
  "text/plain": ["txt", "text", "log", "md", "csv"],
  "application/zip": ["zip"],
  "video/mp4": ["mp4", "m4v"],
} as const satisfies Record<string, readonly string[]>;

/** A key of `MEDIA_TYPES`. */
export type MediaType = keyof typeof MEDIA_TYPES;

/** Bytes that `sniff` reads; a longer file is judged by its first ones. */
export const SNIFF_BYTES = 4_096;

const HEIC_BRANDS = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]);
const MP4_BRANDS = new Set([
  "isom",
  "iso2",
  "iso4",
  "iso5",
  "iso6",
  "mp41",
  "mp42",
  "avc1",
  "M4V ",
]);

/**
 * Returns the type of a file by its first bytes, or null when it is none of `MEDIA_TYPES`. A text is a text only while all of it
 * is: see `TextCheck`.
 * @example
 * sniff(Buffer.from("%PDF-1.7")); // "application/pdf"
 */
export function sniff(head: Buffer): MediaType | null {
  const at = (offset: number, text: string): boolean =>
    head.subarray(offset, offset + text.length).equals(Buffer.from(text, "latin1"));
  if (at(0, "\xff\xd8\xff")) return "image/jpeg";
  if (at(0, "\x89PNG\r\n\x1a\n")) return "image/png";
  if (at(0, "RIFF") && at(8, "WEBP")) return "image/webp";
  if (at(0, "%PDF-")) return "application/pdf";
  if (at(0, "PK\x03\x04")) return "application/zip";
  if (at(4, "ftyp")) return sniffBox(head);
  return isPlainText(head) ? "text/plain" : null;
}

/** Returns the type of an ISO base media file by its brands, the major one first. */
function sniffBox(head: Buffer): MediaType | null {
  const length = Math.min(head.readUInt32BE(0), head.length);
  const brands = [head.toString("latin1", 8, 12)];
  for (let offset = 16; offset + 4 <= length; offset += 4) {
    brands.push(head.toString("latin1", offset, offset + 4));
  }
  for (const brand of brands) {
    if (HEIC_BRANDS.has(brand)) return "image/heic";
    if (MP4_BRANDS.has(brand)) return "video/mp4";
  }
  return null;
}

/** Markup begins with a `<`, in SVG, HTML and XML alike; it must not hide behind blanks. */
function isPlainText(head: Buffer): boolean {
  if (head.length === 0) return false;
  const check = new TextCheck();
  return check.add(head) && /^\ufeff?\s*[^\s<]/.test(head.toString("utf8"));
}

/** Checks piece by piece that a file is UTF-8 text without control characters other than tab and line ends. */
export class TextCheck {
  private readonly decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  /** Takes the next bytes; returns false once they are not text. */
  add(bytes: Uint8Array): boolean {
    return this.isText(() => this.decoder.decode(bytes, { stream: true }));
  }

  /** Returns false when the file ends within a character. */
  end(): boolean {
    return this.isText(() => this.decoder.decode());
  }

  private isText(decode: () => string): boolean {
    try {
      // eslint-disable-next-line no-control-regex -- a text has none of them
      return !/[\x00-\x08\x0b\x0e-\x1f\x7f]/.test(decode());
    } catch {
      return false;
    }
  }
}
