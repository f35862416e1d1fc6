/** The keys and accounts of a test's people, which every builder defaults to. */
import type { Keypair, PublicKey } from "@solana/web3.js";
import type { Chain, TestMint } from "../harness";
import { configAddress, gatewayAddress, userPaymentAddress } from "./instructions";
import type { Person } from "./people";

export abstract class WorldAccounts {
  protected constructor(
    readonly chain: Chain,
    readonly people: Record<Person, Keypair>,
    readonly testMint: TestMint,
    /** Token accounts of the mint, one per person. */
    readonly tokens: Record<Person, PublicKey>,
  ) {}

  readonly config = configAddress();

  get mint(): PublicKey {
    return this.testMint.address;
  }

  get tokenProgram(): PublicKey {
    return this.testMint.program;
  }

  get gateway(): PublicKey {
    return gatewayAddress(this.key("gatewayAuthority"));
  }

  get userPayment(): PublicKey {
    return userPaymentAddress(this.key("owner"), this.mint);
  }

  key(person: Person): PublicKey {
    return this.people[person].publicKey;
  }
}
