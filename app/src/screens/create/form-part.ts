/** What the parts of the form share. */
import type { Draft } from "./draft";

/** What each part of the form gets. */
export interface PartProps {
  draft: Draft;
  /** Changes some of the draft's fields. */
  change(change: Partial<Draft>): void;
  /** Returns the error of a field, once the user has asked for the review. */
  errorOf(field: string): string | null;
}
