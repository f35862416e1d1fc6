/** Returns the error that a promise rejects with. Throws when it does not reject. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === "fulfilled") throw new Error("it was expected to be refused");
  return result.reason as Error;
}
