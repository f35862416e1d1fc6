/** Drafts of texts, kept in this tab until they are sent: a reload loses nothing and sends nothing twice. */

/** What an action's form has so far. */
export interface Draft {
  /** Fields by name. */
  fields: Readonly<Record<string, string>>;
  /** Files that are uploaded already. */
  files: readonly DraftFile[];
  /** Idempotency-Key of the write without a signature, such as a message: sending the same draft again repeats the answer. */
  key: string;
}

/** An uploaded file of a draft. */
export interface DraftFile {
  id: string;
  name: string;
  sha256: string;
  size: number;
  mediaType: string;
}

/** Part of `Storage` that drafts need. */
export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Which form a draft belongs to. */
export interface DraftPlace {
  projectId: string;
  milestoneId: string | null;
  action: string;
}

const keyOf = ({ projectId, milestoneId, action }: DraftPlace): string =>
  `milepost:draft:${projectId}:${milestoneId ?? "project"}:${action}`;

/**
 * Returns the draft of a form, or an empty one with a new key. A storage that is blocked or has something else counts as empty.
 * @example
 * const draft = readDraft(sessionStorage, { projectId, milestoneId, action: "submit" }, () => crypto.randomUUID());
 */
export function readDraft(storage: DraftStorage, place: DraftPlace, newKey: () => string): Draft {
  try {
    const value = JSON.parse(storage.getItem(keyOf(place)) ?? "null") as unknown;
    if (isDraft(value)) return value;
  } catch {
    // Blocked, or not ours.
  }
  return { fields: {}, files: [], key: newKey() };
}

/** Keeps a draft. A full or blocked storage is no failure: the draft then lives as long as the page. */
export function keepDraft(storage: DraftStorage, place: DraftPlace, draft: Draft): void {
  try {
    storage.setItem(keyOf(place), JSON.stringify(draft));
  } catch {
    // See above.
  }
}

/** Forgets a draft that was sent. */
export function dropDraft(storage: DraftStorage, place: DraftPlace): void {
  try {
    storage.removeItem(keyOf(place));
  } catch {
    // See above.
  }
}

/** Returns the draft with other contents, under a new key: another text is another write. */
export const changeDraft = (
  draft: Draft,
  change: Partial<Pick<Draft, "fields" | "files">>,
  newKey: () => string,
): Draft => ({ ...draft, ...change, key: newKey() });

function isDraft(value: unknown): value is Draft {
  const draft = value as Draft | null;
  return (
    typeof draft === "object" &&
    draft !== null &&
    typeof draft.key === "string" &&
    typeof draft.fields === "object" &&
    draft.fields !== null &&
    Object.values(draft.fields).every((field) => typeof field === "string") &&
    Array.isArray(draft.files) &&
    draft.files.every(isFile)
  );
}

const isFile = (value: unknown): value is DraftFile => {
  const file = value as DraftFile | null;
  return (
    typeof file?.id === "string" && typeof file.name === "string" && typeof file.size === "number"
  );
};
