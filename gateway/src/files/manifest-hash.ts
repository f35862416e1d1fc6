/** Hashes an evidence manifest, as `@milepost/gateway/client` does it with WebCrypto. */
import { createHash } from "node:crypto";
import { type EvidenceFile, manifestText } from "./manifest";

/**
 * Returns the SHA-256 of the manifest, 32 bytes in lower-case hexadecimal digits: the `evidenceHash` of a submission, or the
 * `reasonHash` of a dispute. Throws `ManifestError`.
 * @example
 * const evidenceHash = Buffer.from(manifestHash(files), "hex");
 */
export const manifestHash = (files: readonly EvidenceFile[]): string =>
  createHash("sha256").update(manifestText(files), "utf8").digest("hex");
