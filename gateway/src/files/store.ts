/** Reads and writes the rows of files and of the evidence that they belong to. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import { newId } from "../ids/ids";
import type { Page } from "../http/list";
import type { MediaType } from "./media-type";

/** Account and mode that a query is limited to; with a party's session, also the wallet. */
export type Owner = Pick<Caller, "accountId" | "mode" | "session">;

/** A file's row. */
export interface FileRow {
  id: string;
  name: string;
  media_type: MediaType;
  size: number;
  sha256: string;
  uploaded_by: string | null;
  created_at: Date;
}

const COLUMNS = "id, name, media_type, size::float8 AS size, sha256, uploaded_by, created_at";

/** Writes a file's row; returns it. */
export async function insertFile(
  transaction: Database,
  { accountId, mode, session }: Owner,
  file: Omit<FileRow, "id" | "created_at">,
  now: Date,
): Promise<FileRow> {
  const id = newId("file", now);
  await transaction.query(
    `INSERT INTO milepost_gateway.files (id, account_id, mode, name, media_type, size, sha256, uploaded_by, created_at, wallet)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      id,
      accountId,
      mode,
      file.name,
      file.media_type,
      file.size,
      file.sha256,
      file.uploaded_by,
      now,
      session?.wallet ?? null,
    ],
  );
  return { ...file, id, created_at: now };
}

/**
 * Returns the bytes that an account stores in a mode. Inside a transaction, uploads of the account come one after another until
 * it ends.
 */
export async function storedBytes(
  transaction: Database,
  { accountId, mode }: Owner,
): Promise<number> {
  await transaction.query("SELECT 1 FROM milepost_gateway.accounts WHERE id = $1 FOR UPDATE", [
    accountId,
  ]);
  const [row] = await transaction.query<{ bytes: number }>(
    "SELECT coalesce(sum(size), 0)::float8 AS bytes FROM milepost_gateway.files WHERE account_id = $1 AND mode = $2",
    [accountId, mode],
  );
  return row!.bytes;
}

/** Returns a file of the account, or null. */
export async function findFile(
  database: Database,
  owner: Owner,
  id: string,
): Promise<FileRow | null> {
  const [row] = await findFiles(database, owner, [id]);
  return row ?? null;
}

/** Wallet of a party's session; null for everything that an account may see. */
const partyOf = ({ session }: Owner): string | null =>
  session?.role === "party" ? session.wallet : null;

/** SQL: the evidence `e` is that of a project in which the wallet is a party. */
const isEvidenceOf = (wallet: string): string =>
  `EXISTS (SELECT 1 FROM milepost_gateway.project_milestones m
     JOIN milepost_gateway.projects p ON p.id = m.project_id
     WHERE m.id = e.milestone_id AND ${wallet} IN (p.homeowner_wallet, p.contractor_wallet, p.mediator_wallet))`;

/**
 * Returns those of the files that the account has, in no particular order. A party has the files that its wallet uploaded, and
 * the evidence of its projects: nobody reads another file by submitting it.
 */
export function findFiles(
  database: Database,
  owner: Owner,
  ids: readonly string[],
): Promise<FileRow[]> {
  return database.query<FileRow>(
    `SELECT ${COLUMNS} FROM milepost_gateway.files f WHERE id = ANY($1) AND account_id = $2 AND mode = $3
       AND ($4::text IS NULL OR wallet = $4 OR EXISTS (
         SELECT 1 FROM milepost_gateway.evidence_files e WHERE e.file_id = f.id AND ${isEvidenceOf("$4")}))`,
    [ids, owner.accountId, owner.mode, partyOf(owner)],
  );
}

/** Returns one more than the page's limit of the account's files, newest first. */
export function listFiles(
  database: Database,
  { accountId, mode }: Owner,
  { limit, after }: Page,
): Promise<FileRow[]> {
  return database.query<FileRow>(
    `SELECT ${COLUMNS} FROM milepost_gateway.files
     WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
    [accountId, mode, after, limit + 1],
  );
}

/** Kinds of evidence: what the recipient submits, and what the owner disputes with. */
export type EvidenceKind = "submission" | "dispute";

/** Evidence of a milestone. */
export interface EvidenceRef {
  milestoneId: string;
  /** Address, base58. */
  policy: string;
  milestoneIndex: number;
  kind: EvidenceKind;
  /** SHA-256 of the manifest, hex. */
  manifestHash: string;
}

/** Evidence with its manifest. */
export interface RecordedEvidence extends EvidenceRef {
  /** Text of the manifest. */
  manifest: string;
}

/** Notes the files of an evidence; repeating it changes nothing. */
export async function insertEvidence(
  transaction: Database,
  { accountId, mode }: Owner,
  { milestoneId, policy, milestoneIndex, kind, manifestHash, manifest }: RecordedEvidence,
  fileIds: readonly string[],
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.evidence_files
       (account_id, mode, policy, milestone_index, kind, manifest_hash, file_id, milestone_id, manifest)
     SELECT $1, $2, $3, $4, $5, $6, file_id, $8, $9 FROM unnest($7::text[]) AS file_id
     ON CONFLICT DO NOTHING`,
    [accountId, mode, policy, milestoneIndex, kind, manifestHash, fileIds, milestoneId, manifest],
  );
}

/** Returns every evidence that a file belongs to, oldest milestone first. */
export async function evidenceOfFile(
  database: Database,
  owner: Owner,
  fileId: string,
): Promise<RecordedEvidence[]> {
  return database.query<RecordedEvidence>(
    `SELECT milestone_id AS "milestoneId", policy, milestone_index AS "milestoneIndex", kind, manifest_hash AS "manifestHash", manifest
     FROM milepost_gateway.evidence_files e WHERE file_id = $1 AND account_id = $2 AND mode = $3
       AND ($4::text IS NULL OR ${isEvidenceOf("$4")})
     ORDER BY milestone_id, kind, manifest_hash`,
    [fileId, owner.accountId, owner.mode, partyOf(owner)],
  );
}
