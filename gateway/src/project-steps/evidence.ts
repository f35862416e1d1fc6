/** Evidence of a submission or a dispute: the manifest, whose SHA-256 goes on chain. */
import { createHash } from "node:crypto";
import type { Database } from "@milepost/database";
import { GatewayError } from "../errors/gateway-error";
import { type Evidence as UploadedEvidence, evidenceOf, toEvidenceFile } from "../files/evidence";
import { type EvidenceFile, ManifestError, manifestText } from "../files/manifest";
import type { Owner } from "../files/store";
import type { Submit } from "./schema";

/** A file of evidence; `fileId` is null where the platform keeps it. */
export interface EvidenceEntry extends EvidenceFile {
  fileId: string | null;
}

/** Evidence that is ready for the chain. */
export interface StepEvidence {
  entries: EvidenceEntry[];
  /** Canonical text. */
  manifest: string;
  /** SHA-256 of the manifest, hex. */
  hash: string;
  /** Uploaded files, which are compared with the chain from now on; null without any. */
  uploaded: UploadedEvidence | null;
}

/** Files of a request. */
export type EvidenceInput = Pick<Submit, "fileIds" | "files">;

/**
 * Returns the evidence of a request. `statement` is a text of the sender that the manifest covers, as a file of its own.
 * Throws `GatewayError`: `invalid_request`, `resource_missing`.
 */
export async function evidenceFor(
  transaction: Database,
  owner: Owner,
  { fileIds, files }: EvidenceInput,
  statement: { name: string; content: Record<string, string> } | null,
): Promise<StepEvidence> {
  if (fileIds && files) {
    throw new GatewayError("invalid_request", "files: expected either fileIds or files, not both", {
      param: "files",
    });
  }
  const uploaded = fileIds ? await evidenceOf(transaction, owner, fileIds) : null;
  const entries: EvidenceEntry[] = uploaded
    ? uploaded.files.map((row) => ({ fileId: row.id, ...toEvidenceFile(row) }))
    : (files ?? []).map((file) => ({ fileId: null, ...file }));
  if (statement) entries.push(entryOf(statement));
  const manifest = manifestOf(entries);
  return { entries, manifest, hash: sha256(manifest), uploaded };
}

function manifestOf(entries: readonly EvidenceEntry[]): string {
  try {
    return manifestText(
      entries.map(({ name, sha256: hash, size, mediaType }) => ({
        name,
        sha256: hash,
        size,
        mediaType,
      })),
    );
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new GatewayError("invalid_request", `files: ${error.message}`, {
      param: "files",
      cause: error,
    });
  }
}

/**
 * Returns a sender's text as a file of the manifest: JSON with sorted keys.
 * @example
 * entryOf({ name: "dispute.json", content: { text: "The sink leaks.", type: "quality_issue" } });
 */
export function entryOf(statement: {
  name: string;
  content: Record<string, string>;
}): EvidenceEntry {
  const { name, content } = statement;
  const sorted = Object.fromEntries(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)));
  const bytes = Buffer.from(JSON.stringify(sorted), "utf8");
  return {
    fileId: null,
    name,
    sha256: sha256(bytes),
    size: bytes.length,
    mediaType: "application/json",
  };
}

const sha256 = (bytes: string | Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");
