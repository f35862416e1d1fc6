/** Ends the wait for a call that may never answer. */

/** Rejects after so many milliseconds; the call itself goes on, and its result is ignored. */
export function withDeadline<T>(call: Promise<T>, milliseconds: number, name: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${name} did not end within ${milliseconds} ms`)),
      milliseconds,
    );
    call.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
