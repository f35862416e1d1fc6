/** Checks a file of evidence in this browser: downloads it, hashes it, and compares it with its manifest and the chain. */
import { hashBytes } from "@milepost/gateway/client";
import type { Gateway } from "../../../gateway";
import { downloadFile } from "../data/upload-file";
import { type EvidenceVerdict, mayShow, namesFile, verdictOf } from "../rules/evidence";
import type { EvidenceEntry } from "../rules/types";

/** A handed-in list of files, as far as its hash is concerned. */
export interface Manifest {
  /** Canonical text whose SHA-256 is on chain. */
  text: string;
  /** False for a submission after which another one went on chain. */
  isNewest: boolean;
}

/** What a check found. */
export interface CheckedFile {
  verdict: EvidenceVerdict;
  bytes: Uint8Array;
  computed: string;
  /** True for a verified image that the page may show. */
  isShown: boolean;
}

/**
 * Checks a stored file. `chainHash` comes from the RPC, not from the gateway.
 * Throws `GatewayProblem`.
 */
export async function checkStoredFile(
  gateway: Gateway,
  entry: EvidenceEntry,
  manifest: Manifest,
  chainHash: string | null,
): Promise<CheckedFile> {
  const bytes = await downloadFile(gateway, entry.fileId!);
  return checkBytes(bytes, entry, manifest, chainHash);
}

/** Checks bytes that the reader has, such as a file that the platform keeps itself. */
export async function checkBytes(
  bytes: Uint8Array,
  entry: EvidenceEntry,
  { text, isNewest }: Manifest,
  chainHash: string | null,
): Promise<CheckedFile> {
  const computed = await hashBytes(bytes);
  const hashes = {
    computed,
    // A record that the manifest does not name proves nothing.
    stored: namesFile(text, entry) ? entry.sha256 : "",
    manifest: await hashBytes(new TextEncoder().encode(text)),
    chain: chainHash,
  };
  const verdict = verdictOf(hashes, isNewest);
  return { verdict, bytes, computed, isShown: mayShow(entry, verdict, bytes) };
}

/** Saves bytes as a file. The type is that of unknown bytes, so that the browser opens nothing. */
export function saveBytes(name: string, bytes: Uint8Array): void {
  const blob = new Blob([bytes as BlobPart], { type: "application/octet-stream" });
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
