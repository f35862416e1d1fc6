/** Compares three hashes: of the stored bytes, of the record, and on chain. */
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ChainRuntime, type PolicyState, readPolicy } from "../chain";
import type { GatewayContext } from "../context";
import type { FileStorage } from "../file-storage/file-storage";
import { toEvidenceFile } from "./evidence";
import type { EvidenceFile } from "./manifest";
import { askStorage } from "./ask-storage";
import type { EvidenceCheck, Verification } from "./schema";
import { evidenceOfFile, type EvidenceRef, type FileRow, type Owner } from "./store";

/**
 * Hashes the stored bytes again and compares. A file of a submission is verified only where the chain has the hash of a manifest
 * that names it; a file that belongs to no milestone, where its bytes are the uploaded ones.
 */
export async function verifyFile(
  context: GatewayContext,
  storage: FileStorage,
  owner: Owner,
  file: FileRow,
): Promise<Verification> {
  const fileHash = await hashStored(storage, file.sha256);
  const refs = await evidenceOfFile(context.database, owner, file.id);
  const chain = context.chains[owner.mode];
  const evidence: EvidenceCheck[] = [];
  const policies = new Map<string, Promise<PolicyState | null>>();
  for (const ref of refs) {
    const { manifest, ...shown } = ref;
    const isNamed = isInManifest(manifest, ref.manifestHash, toEvidenceFile(file));
    evidence.push({ ...shown, ...(await compare(chain, policies, ref, isNamed)) });
  }
  const isIntact = fileHash === file.sha256;
  const isOnChain = refs.length === 0 || evidence.some(({ status }) => status === "verified");
  return { verified: isIntact && isOnChain, fileHash, storedHash: file.sha256, evidence };
}

/** Returns whether a manifest has the hash, and names the file as it is. */
function isInManifest(manifest: string, hash: string, file: EvidenceFile): boolean {
  if (createHash("sha256").update(manifest, "utf8").digest("hex") !== hash) return false;
  const { files } = JSON.parse(manifest) as { files: EvidenceFile[] };
  return files.some(
    ({ name, sha256, size, mediaType }) =>
      name === file.name &&
      sha256 === file.sha256 &&
      size === file.size &&
      mediaType === file.mediaType,
  );
}

/** Returns the SHA-256 of the stored bytes, or null when they are gone. */
export async function hashStored(storage: FileStorage, sha256: string): Promise<string | null> {
  return askStorage(async () => {
    const bytes = await storage.read(sha256);
    return bytes && hashStream(bytes);
  });
}

async function hashStream(bytes: Readable): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(bytes, hash);
  return hash.digest("hex");
}

async function compare(
  chain: ChainRuntime | undefined,
  policies: Map<string, Promise<PolicyState | null>>,
  { policy, milestoneIndex, kind, manifestHash: expected }: EvidenceRef,
  isNamed: boolean,
): Promise<Pick<EvidenceCheck, "chainHash" | "status">> {
  if (!chain) return { chainHash: null, status: "chain_unavailable" };
  const read = policies.get(policy) ?? readPolicy(chain, policy);
  policies.set(policy, read);
  let state: PolicyState | null;
  try {
    state = await read;
  } catch {
    return { chainHash: null, status: "chain_unavailable" };
  }
  const milestone = state?.milestones[milestoneIndex];
  const chainHash =
    (kind === "submission" ? milestone?.evidenceHash : milestone?.reasonHash) ?? null;
  if (chainHash === null) return { chainHash, status: "not_on_chain" };
  return { chainHash, status: isNamed && chainHash === expected ? "verified" : "differs" };
}
