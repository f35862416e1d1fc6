/** A policy's history as a screen loads it: nothing until it is asked for, then page by page. */
import { explainProblem, type Problem, useMilepost } from "@milepost/react";
import { PublicKey } from "@solana/web3.js";
import { useCallback, useEffect, useRef, useState } from "react";
import { type HistoryCursor, type HistoryEntry, loadHistory } from "./load-history";

interface HistoryState {
  entries: HistoryEntry[];
  next: HistoryCursor | null;
  status: "idle" | "loading" | "ready" | "failed";
  problem: Problem | null;
}

/** History of a policy with its controls. */
export interface History extends HistoryState {
  /** Loads the newest page, or the one after those that are there. */
  loadMore(): void;
  /** Loads all pages, and returns the entries; null when a page failed. */
  loadAll(): Promise<HistoryEntry[] | null>;
}

const EMPTY: HistoryState = { entries: [], next: null, status: "idle", problem: null };

/** Pages of one receipt at most: a policy has at most a few dozen transactions, unless somebody floods it. */
const MOST_PAGES = 50;

/** Returns the history. `version` changes with the policy; a history that is shown is then read again. */
export function useHistory(address: string, version: string): History {
  const { connection } = useMilepost();
  const [state, setState] = useState(EMPTY);
  const run = useRef(0);
  const loaded = useRef<string | null>(null);

  const read = useCallback(
    async (entries: HistoryEntry[], cursor: HistoryCursor | null, pages: number) => {
      const id = ++run.current;
      setState((before) => ({ ...before, status: "loading", problem: null }));
      let all = entries;
      let next = cursor;
      try {
        for (let page = 0; page < pages; page += 1) {
          const found = await loadHistory(connection, new PublicKey(address), next ?? undefined);
          if (id !== run.current) return null;
          all = [...all, ...found.entries];
          next = found.next;
          if (!next) break;
        }
        setState({ entries: all, next, status: "ready", problem: null });
        return all;
      } catch (error) {
        if (id !== run.current) return null;
        const problem = explainProblem(error);
        setState({ entries: all, next, status: "failed", problem });
        return null;
      }
    },
    [connection, address],
  );

  const { entries, next, status } = state;
  const loadMore = useCallback(() => {
    loaded.current = version;
    void read(entries, next, 1);
  }, [read, entries, next, version]);
  const loadAll = useCallback(() => {
    loaded.current = version;
    return read([], null, MOST_PAGES);
  }, [read, version]);
  useEffect(() => {
    if (status === "idle" || status === "loading" || loaded.current === version) return;
    loaded.current = version;
    void read([], null, Math.max(1, Math.ceil(entries.length / 10)));
  }, [status, version, read, entries.length]);
  return { ...state, loadMore, loadAll };
}
