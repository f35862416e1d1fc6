/** Rule of the file names: labels for people, never a path, and never another kind of file than it is. */
import { GatewayError } from "../errors/gateway-error";
import { type MediaType, MEDIA_TYPES } from "./media-type";

/** Longest name in UTF-16 code units. */
export const MAX_NAME_LENGTH = 255;

/**
 * Control and format characters, half characters and path separators. Among them are the marks that turn the direction of
 * writing, with which "gpj.exe" looks like "exe.jpg".
 */
const REFUSED = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}/\\\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Returns the name, unchanged, because it is part of the manifest's hash. Throws `GatewayError` (`invalid_request`). */
export function requireName(name: string | undefined): string {
  const isValid =
    name !== undefined &&
    name.length <= MAX_NAME_LENGTH &&
    name.trim() !== "" &&
    !/^\.+$/.test(name) &&
    !REFUSED.test(name);
  if (isValid) return name;
  throw new GatewayError(
    "invalid_request",
    `name: expected a file name of 1 to ${MAX_NAME_LENGTH} characters without slashes and control characters, received ${JSON.stringify(name?.slice(0, 80) ?? "nothing")}`,
    { param: "name" },
  );
}

/**
 * Returns the value of Content-Disposition: always an attachment, under a name whose extension says what the bytes are.
 * @example
 * attachment("sink.exe", "image/png"); // attachment; filename="sink.exe.png"; filename*=UTF-8''sink.exe.png
 */
export function attachment(name: string, mediaType: MediaType): string {
  const known: readonly string[] = MEDIA_TYPES[mediaType];
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  const full = extension && known.includes(extension) ? name : `${name}.${known[0]}`;
  const ascii = full.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(full).replace(
    /['()*!]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
