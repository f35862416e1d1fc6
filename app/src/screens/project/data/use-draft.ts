/** A form's draft, kept in this tab until it is sent. */
import { useState } from "react";
import {
  changeDraft,
  type Draft,
  type DraftPlace,
  dropDraft,
  keepDraft,
  readDraft,
} from "../rules/drafts";

const newKey = () => crypto.randomUUID();

/** A draft and how to change it. */
export interface UsedDraft {
  draft: Draft;
  /** Returns a field; empty where nothing was written. */
  field(name: string): string;
  setField(name: string, value: string): void;
  setFiles(files: Draft["files"]): void;
  /** Forgets it, after it was sent. */
  drop(): void;
}

/** Returns the draft of a form. Forms of other places need another `key` of their component. */
export function useDraft(place: DraftPlace): UsedDraft {
  const [draft, setDraft] = useState(() => readDraft(sessionStorage, place, newKey));
  const change = (part: Parameters<typeof changeDraft>[1]) =>
    setDraft((before) => {
      const next = changeDraft(before, part, newKey);
      keepDraft(sessionStorage, place, next);
      return next;
    });
  return {
    draft,
    field: (name) => draft.fields[name] ?? "",
    setField: (name, value) => change({ fields: { ...draft.fields, [name]: value } }),
    setFiles: (files) => change({ files }),
    drop: () => {
      dropDraft(sessionStorage, place);
      setDraft({ fields: {}, files: [], key: newKey() });
    },
  };
}
