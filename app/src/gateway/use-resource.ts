/** Loads something of the gateway into a screen. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { Gateway } from "./gateway";
import { useGateway, useReach } from "./gateway-context";
import { browserTimers } from "./reachability";
import { createResource, IDLE, type ResourceState, tabVisibility } from "./resource";

/** A loaded thing, and how to load it again. */
export interface UsedResource<Data> extends ResourceState<Data> {
  refresh(): Promise<void>;
  /** Puts data in place that an answer of a write brought. */
  put(data: Data): void;
}

interface ResourceHookOptions {
  /** Milliseconds between two loads while the page is visible. Default: it loads once. */
  pollMs?: number;
}

const NOTHING = {
  get: () => IDLE,
  subscribe: () => () => {},
  refresh: () => Promise.resolve(),
  put() {},
  setLoad() {},
};

/**
 * Loads what `load` returns, again for another `key`; null loads nothing. Old data stays while a later load fails (`isStale`), and
 * everything loads again when the gateway is back.
 * @example
 * const keys = useResource(`keys ${account}`, ({ client }, signal) => dataOf(client.GET("/v1/api-keys", { signal })));
 */
export function useResource<Data>(
  key: string | null,
  load: (gateway: Gateway, signal: AbortSignal) => Promise<Data>,
  { pollMs }: ResourceHookOptions = {},
): UsedResource<Data> {
  const gateway = useGateway();
  const reach = useReach();
  const resource = useMemo(
    () =>
      key === null
        ? NOTHING
        : createResource<Data>({
            pollMs: pollMs ?? null,
            timers: browserTimers,
            visibility: tabVisibility,
          }),
    [key, pollMs],
  );
  // Before the subscription below, which loads.
  useEffect(() => resource.setLoad((signal) => load(gateway, signal)));
  const state = useSyncExternalStore<ResourceState<Data>>(resource.subscribe, resource.get);
  useEffect(() => {
    if (reach === "back") void resource.refresh();
  }, [reach, resource]);
  return { ...state, refresh: resource.refresh, put: resource.put };
}
