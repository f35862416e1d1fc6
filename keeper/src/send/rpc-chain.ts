/** Checks that every RPC of a pool still leads to the chain that the keeper works on. */
import type { RpcHealth } from "./rpc-health";

export interface ChainCheckOptions {
  health: RpcHealth;
  /** Resolves with the genesis hash that the RPC answers; rejects when it does not answer. */
  genesisHashOf(index: number): Promise<string>;
}

/**
 * Checks the chain of each RPC, as a URL can be pointed to another cluster while the keeper runs. It checks before an
 * RPC's first answer counts, when its slots jump, when a websocket to it opens, and at intervals. An RPC of another
 * chain is used again only after its genesis hash is right again.
 */
export class ChainCheck {
  private expected: string | null = null;
  private readonly verified = new Set<number>();
  private readonly running = new Map<number, Promise<boolean>>();

  constructor(private readonly options: ChainCheckOptions) {}

  /** Genesis hash of the keeper's chain; null before it is known. */
  get genesisHash(): string | null {
    return this.expected;
  }

  /**
   * Sets the chain: from now on, no answer of an RPC of another chain counts. `verified` are known to be of this one.
   */
  expect(genesisHash: string, verified: readonly number[] = []): void {
    this.expected = genesisHash;
    this.verified.clear();
    for (const index of verified) this.verified.add(index);
  }

  /** Has the RPC checked before its next answer counts. */
  doubt(index: number): void {
    this.verified.delete(index);
  }

  needsCheck(index: number): boolean {
    return this.expected !== null && !this.verified.has(index);
  }

  /**
   * Returns true when the RPC is of the right chain. Rejects when it does not answer. Concurrent calls share one
   * request.
   */
  check(index: number): Promise<boolean> {
    const running = this.running.get(index);
    if (running) return running;
    const result = this.ask(index).finally(() => this.running.delete(index));
    this.running.set(index, result);
    return result;
  }

  private async ask(index: number): Promise<boolean> {
    const { health } = this.options;
    const found = await this.options.genesisHashOf(index);
    if (this.expected === null) return true;
    if (found !== this.expected) {
      this.verified.delete(index);
      health.setAside(index, "wrong chain");
      return false;
    }
    this.verified.add(index);
    if (health.isOfWrongChain(index)) health.takeBack(index);
    return true;
  }
}
