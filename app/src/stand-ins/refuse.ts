/** Builds functions for calls that the page never makes. */

/**
 * Returns a function that throws. Modules that stand in for a library use it for the functions that web3.js names when it
 * loads and that no screen calls.
 * @example
 * export const serialize = refuse("Borsh encoding");
 */
export const refuse = (what: string) => (): never => {
  throw new Error(`This page does not support ${what}.`);
};
