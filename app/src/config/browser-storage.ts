/** Storage of the browser, which may be switched off. */

/** Methods that the page uses. */
export type PageStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/**
 * Returns `localStorage` or `sessionStorage`. Where the browser forbids it, reads find nothing and writes throw, as a full
 * storage's do.
 * @example
 * browserStorage("localStorage").getItem("milepost:rpc-url");
 */
export function browserStorage(name: "localStorage" | "sessionStorage"): PageStorage {
  try {
    return globalThis[name];
  } catch {
    return FORBIDDEN;
  }
}

const FORBIDDEN: PageStorage = {
  getItem: () => null,
  setItem: () => {
    throw new Error("this browser does not let the page store anything");
  },
  removeItem: () => undefined,
};
