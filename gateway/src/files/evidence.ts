/** Evidence of a milestone: files whose manifest's hash goes on chain. What the services of projects call. */
import type { Database } from "@milepost/database";
import { GatewayError, missing } from "../errors/gateway-error";
import { type EvidenceFile, ManifestError, manifestText } from "./manifest";
import { manifestHash } from "./manifest-hash";
import { type EvidenceRef, type FileRow, findFiles, insertEvidence, type Owner } from "./store";

/** Files of a submission or dispute, before they are on chain. */
export interface Evidence {
  /** SHA-256 of the manifest, 64 hexadecimal digits: `evidenceHash` or `reasonHash` on chain. */
  hash: string;
  /** Files in the order of the ids. */
  files: FileRow[];
}

/** Returns a file as a manifest names it. */
export const toEvidenceFile = ({ name, sha256, size, media_type }: FileRow): EvidenceFile => ({
  name,
  sha256,
  size,
  mediaType: media_type,
});

/**
 * Returns the evidence that files make up.
 * Throws `GatewayError`: `resource_missing` for a file that the account does not have, `invalid_request` for a list that has no
 * manifest.
 * @example
 * const { hash } = await evidenceOf(transaction, caller, body.fileIds);
 * const build = await buildSubmit(chain, milestone, Buffer.from(hash, "hex"));
 */
export async function evidenceOf(
  database: Database,
  owner: Owner,
  fileIds: readonly string[],
): Promise<Evidence> {
  const byId = new Map((await findFiles(database, owner, fileIds)).map((row) => [row.id, row]));
  const files = fileIds.map((id) => {
    const row = byId.get(id);
    if (!row) throw missing("file", id);
    return row;
  });
  try {
    return { hash: manifestHash(files.map(toEvidenceFile)), files };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new GatewayError("invalid_request", `files: ${error.message}`, {
      param: "files",
      cause: error,
    });
  }
}

/**
 * Notes which files the evidence of a milestone consists of, in the transaction that queues its submission or dispute. From then
 * on the files are compared with the chain. Repeating it changes nothing. `manifest` is the text on chain where it names more than
 * the files, such as a statement of the sender; by default it is that of the files alone.
 */
export const recordEvidence = (
  transaction: Database,
  owner: Owner,
  ref: EvidenceRef,
  { files }: Evidence,
  manifest: string = manifestText(files.map(toEvidenceFile)),
): Promise<void> =>
  insertEvidence(
    transaction,
    owner,
    { ...ref, manifest },
    files.map(({ id }) => id),
  );
