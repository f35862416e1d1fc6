/** Hashes evidence in a browser or in Node, as the gateway does it: both sides compute the same numbers and compare. */
import { type EvidenceFile, manifestText } from "./evidence-manifest";

/** Bytes of a file; a browser's `File` is a `Blob`. */
export type FileBytes = Blob | ArrayBuffer | Uint8Array;

/**
 * Returns the SHA-256 of a file, 64 hexadecimal digits. The file is read into memory as a whole.
 * @example
 * const sha256 = await hashBytes(input.files[0]);
 */
export async function hashBytes(bytes: FileBytes): Promise<string> {
  const data = bytes instanceof Blob ? await bytes.arrayBuffer() : bytes;
  const digest = await globalThis.crypto.subtle.digest("SHA-256", data as BufferSource);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Returns the SHA-256 of the manifest of files: the hash that a submission or dispute puts on chain. Throws `ManifestError`.
 * @example
 * const evidenceHash = await hashManifest(uploaded); // files as POST /v1/files answered them
 */
export const hashManifest = (files: readonly EvidenceFile[]): Promise<string> =>
  hashBytes(new TextEncoder().encode(manifestText(files)));

/** What an upload says about the file. */
export interface UploadDetails {
  /** Name of the file. Default: that of a browser's `File`. */
  name?: string;
  /** Label of the person; the gateway only keeps it. */
  uploadedBy?: string;
}

/**
 * Returns the form of `POST /v1/files`: the file, and the hash that the gateway has to compute as well.
 * @example
 * const form = await uploadForm(input.files[0]);
 * const { data } = await gateway.POST("/v1/files", { body: form as never, bodySerializer: () => form });
 */
export async function uploadForm(
  file: Blob,
  { name, uploadedBy }: UploadDetails = {},
): Promise<FormData> {
  const form = new FormData();
  form.set("sha256", await hashBytes(file));
  if (uploadedBy !== undefined) form.set("uploadedBy", uploadedBy);
  // As a field of its own the name arrives as it is: in the part's header, browsers replace quotation marks.
  form.set("name", name ?? (file as { name?: string }).name ?? "file");
  form.set("file", file, "file");
  return form;
}
