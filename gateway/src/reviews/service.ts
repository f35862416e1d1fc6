/** Takes reviews of completed projects, and shows each reader what they may read. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import { GatewayError, missing } from "../errors/gateway-error";
import { recordEvent } from "../events/record";
import type { EventType } from "../events/types";
import { requireRole } from "../projects/parties";
import type { ProjectRow } from "../projects/rows";
import { findProject } from "../projects/store";
import type { CreateReview, Review } from "./schema";
import { insertReview, type ReviewRow, reviewsOfProject } from "./store";
import { HIDDEN_SECS, isRevealed } from "./visibility";

/** Who reads: a party sees their own review, and private comments about themselves. Null for everybody. */
export type Reader = string | null;

/**
 * Writes a review. `now` is the chain's time.
 * Throws `GatewayError`: `resource_missing`, `forbidden` for the mediator, `conflict` where the project is not completed or was
 * reviewed by this party already.
 */
export async function createReview(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  projectId: string,
  input: CreateReview,
  now: bigint,
): Promise<Review> {
  const project = await requireProject(transaction, caller, projectId);
  const role = requireRole(project, input.party, ["homeowner", "contractor"]);
  if (project.status !== "completed") {
    throw new GatewayError(
      "conflict",
      `The project ${projectId} is ${project.status}, not completed. Review it when its last milestone has ended.`,
    );
  }
  const other = role === "homeowner" ? "contractor" : "homeowner";
  const isNew = await insertReview(
    transaction,
    caller,
    {
      project_id: projectId,
      author_id: input.party,
      subject_id: project.parties[other].id,
      rating: input.rating,
      public_comment: input.publicComment ?? "",
      private_comment: input.privateComment ?? "",
      submitted_at: now,
    },
    context.now(),
  );
  if (!isNew) {
    throw new GatewayError(
      "conflict",
      `The ${role} has reviewed the project ${projectId} already.`,
    );
  }
  const reviews = await reviewsOfProject(transaction, caller, projectId);
  const own = reviews.find(({ author_id }) => author_id === input.party)!;
  // The event is for everybody: what is hidden is not in it. The second review reveals the first.
  for (const row of own.is_mutual ? reviews : [own]) {
    const { accountId, mode } = caller;
    const type: EventType = own.is_mutual ? "review.revealed" : "review.created";
    const event = { accountId, mode, type, objectId: row.id, data: showReview(row, null, now) };
    await recordEvent(transaction, event, context.now());
  }
  return showReview(own, input.party, now);
}

/** Returns a project's reviews as a reader sees them at `now`. Throws `GatewayError` (`resource_missing`). */
export async function reviewsFor(
  database: Database,
  caller: Caller,
  projectId: string,
  reader: Reader,
  now: bigint,
): Promise<Review[]> {
  const project = await requireProject(database, caller, projectId);
  if (reader !== null) requireRole(project, reader, ["homeowner", "contractor", "mediator"]);
  const rows = await reviewsOfProject(database, caller, projectId);
  return rows.map((row) => showReview(row, reader, now));
}

async function requireProject(database: Database, caller: Caller, id: string): Promise<ProjectRow> {
  const project = await findProject(database, caller, id);
  if (!project) throw missing("project", id);
  return project;
}

/** Returns a review as a reader sees it at `now`. */
export function showReview(row: ReviewRow, reader: Reader, now: bigint): Review {
  const { submitted_at: submittedAt, is_mutual: isMutual } = row;
  const isOpen = isRevealed({ submittedAt, isMutual }, now);
  const isAuthor = reader === row.author_id;
  const isReadable = isOpen || isAuthor;
  const isPrivateReadable = isAuthor || (isOpen && reader === row.subject_id);
  return {
    id: row.id,
    object: "review",
    projectId: row.project_id,
    author: row.author_id,
    subject: row.subject_id,
    status: isOpen ? "revealed" : "hidden",
    rating: isReadable ? row.rating : null,
    publicComment: isReadable ? row.public_comment : null,
    privateComment: isPrivateReadable ? row.private_comment : null,
    submitted: Number(submittedAt),
    reveals: Number(submittedAt + HIDDEN_SECS),
  };
}
