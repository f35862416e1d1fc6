/** Reads and writes reviews. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { Page } from "../http/list";
import { newId } from "../ids/ids";
import { HIDDEN_SECS } from "./visibility";

type Owner = Pick<Caller, "accountId" | "mode">;

/** A review's row. */
export interface ReviewRow {
  id: string;
  project_id: string;
  author_id: string;
  subject_id: string;
  rating: number;
  public_comment: string;
  private_comment: string;
  submitted_at: bigint;
  /** Whether the other party has reviewed as well. */
  is_mutual: boolean;
}

type RawReview = Omit<ReviewRow, "submitted_at"> & { submitted_at: string | number };

const IS_MUTUAL = `EXISTS (SELECT 1 FROM milepost_gateway.reviews o
  WHERE o.project_id = r.project_id AND o.author_id = r.subject_id)`;

const SELECT = `SELECT r.id, r.project_id, r.author_id, r.subject_id, r.rating, r.public_comment, r.private_comment,
  r.submitted_at, ${IS_MUTUAL} AS is_mutual FROM milepost_gateway.reviews r`;

const toRow = (row: RawReview): ReviewRow => ({ ...row, submitted_at: BigInt(row.submitted_at) });

/** Writes a review; returns false when the author has reviewed this project already. */
export async function insertReview(
  transaction: Database,
  { accountId, mode }: Owner,
  review: Omit<ReviewRow, "id" | "is_mutual">,
  now: Date,
): Promise<boolean> {
  const rows = await transaction.query(
    `INSERT INTO milepost_gateway.reviews
       (id, account_id, mode, project_id, author_id, subject_id, rating, public_comment, private_comment, submitted_at, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (project_id, author_id) DO NOTHING RETURNING id`,
    [
      ...[newId("review", now), accountId, mode, review.project_id, review.author_id],
      ...[review.subject_id, review.rating, review.public_comment, review.private_comment],
      ...[review.submitted_at.toString(), now],
    ],
  );
  return rows.length === 1;
}

/** Returns the reviews of a project, oldest first: two at most. */
export async function reviewsOfProject(
  database: Database,
  { accountId, mode }: Owner,
  projectId: string,
): Promise<ReviewRow[]> {
  const rows = await database.query<RawReview>(
    `${SELECT} WHERE r.project_id = $1 AND r.account_id = $2 AND r.mode = $3 ORDER BY r.id`,
    [projectId, accountId, mode],
  );
  return rows.map(toRow);
}

/** The revealed reviews about a person. */
const REVEALED = `r.account_id = $1 AND r.mode = $2 AND r.subject_id = $3 AND (r.submitted_at <= $4 OR ${IS_MUTUAL})`;

/** Returns one more than the page's limit of the reviews about a person that are revealed at `now`, newest first. */
export async function revealedReviews(
  database: Database,
  { accountId, mode }: Owner,
  { subjectId, now }: { subjectId: string; now: bigint },
  { limit, after }: Page,
): Promise<ReviewRow[]> {
  const rows = await database.query<RawReview>(
    `${SELECT} WHERE ${REVEALED} AND ($5::text IS NULL OR r.id < $5) ORDER BY r.id DESC LIMIT $6`,
    [accountId, mode, subjectId, (now - HIDDEN_SECS).toString(), after, limit + 1],
  );
  return rows.map(toRow);
}

/** Returns sum and number of the ratings of a person that are revealed at `now`. */
export async function ratingOf(
  database: Database,
  { accountId, mode }: Owner,
  { subjectId, now }: { subjectId: string; now: bigint },
): Promise<{ sum: number; count: number }> {
  const [row] = await database.query<{ sum: number; count: number }>(
    `SELECT coalesce(sum(r.rating), 0)::integer AS sum, count(*)::integer AS count
     FROM milepost_gateway.reviews r WHERE ${REVEALED}`,
    [accountId, mode, subjectId, (now - HIDDEN_SECS).toString()],
  );
  return row!;
}
