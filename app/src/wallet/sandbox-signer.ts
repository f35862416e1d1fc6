/** Asks the sandbox's gateway for signatures. Its keys never reach the page. */
import type { SandboxRole } from "../config/page-config";

/** Signs for one role of the sandbox. */
export interface SandboxSigner {
  signTransactions(transactions: readonly Uint8Array[]): Promise<Uint8Array[]>;
  signMessage(message: Uint8Array): Promise<Uint8Array>;
}

/** Creates the signer of one role. Both methods throw an `Error` that says what the gateway answered. */
export function createSandboxSigner(fetchJson: typeof fetch, role: SandboxRole): SandboxSigner {
  const post = async (method: string, body: unknown): Promise<unknown> => {
    const answer = await fetchJson(`/sandbox/wallets/${role}/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) {
      throw new Error(`The sandbox refused to sign: HTTP status ${answer.status}.`);
    }
    return answer.json();
  };
  return {
    async signTransactions(transactions) {
      const answer = (await post("sign-transactions", {
        transactions: transactions.map(toBase64),
      })) as { transactions: string[] };
      return answer.transactions.map(fromBase64);
    },
    async signMessage(message) {
      const answer = (await post("sign-message", { message: toBase64(message) })) as {
        signature: string;
      };
      return fromBase64(answer.signature);
    },
  };
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
