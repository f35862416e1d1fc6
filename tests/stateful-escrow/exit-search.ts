/** All states that the machine can reach, and from each the shortest wait until no money is held. */
import {
  holdsMoney,
  type Move,
  movesFrom,
  type Party,
  PARTIES,
  type Rules,
  START,
  type State,
} from "./exit-model";
import { type Row, rowName } from "./table";

interface Edge {
  from: number;
  to: number;
  cost: 0 | 1;
  /** A bit for each party that must be there. */
  parties: number;
}

const bitOf = (party: Party): number => 1 << PARTIES.indexOf(party);
const bitsOf = (parties: readonly Party[]): number =>
  parties.reduce((bits, party) => bits | bitOf(party), 0);

/** Whether at most one party must be there. */
const isOne = (parties: number): boolean => (parties & (parties - 1)) === 0;

export class Graph {
  readonly states: State[] = [];
  readonly rows = new Map<string, Row>();
  /** Edges by where they lead to. */
  private readonly into: Edge[][] = [];
  /** Edges by where they come from. */
  private readonly outOf: Edge[][] = [];
  private readonly ids = new Map<string, number>();

  constructor(rules: Rules) {
    this.idOf(START);
    for (let id = 0; id < this.states.length; id++) {
      for (const move of movesFrom(this.states[id] as State, rules)) this.connect(id, move);
    }
  }

  private connect(from: number, { to, by, cost, row }: Move): void {
    const edge = { from, to: this.idOf(to), cost, parties: bitsOf(by) };
    (this.into[edge.to] as Edge[]).push(edge);
    (this.outOf[from] as Edge[]).push(edge);
    if (row) this.rows.set(rowName(row), row);
  }

  private idOf(state: State): number {
    const name = Object.values(state).join(" ");
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = this.states.length;
    this.ids.set(name, id);
    this.states.push(state);
    this.into.push([]);
    this.outOf.push([]);
    return id;
  }

  get holding(): number {
    return this.states.filter(holdsMoney).length;
  }

  /**
   * Ticks to the nearest state without money, by the parties who are there, without any two of them signing together;
   * infinite where there is no way.
   */
  waits(present: readonly Party[]): number[] {
    const there = bitsOf(present);
    const waits = this.states.map((state) => (holdsMoney(state) ? Infinity : 0));
    // Breadth first, by whole ticks: what costs nothing belongs to the same one.
    let tick = [...waits.keys()].filter((id) => waits[id] === 0);
    for (let now = 0; tick.length > 0; now++) {
      const next: number[] = [];
      for (let at = 0; at < tick.length; at++) {
        const id = tick[at] as number;
        if (waits[id] !== now) continue;
        for (const { from, cost, parties } of this.into[id] as Edge[]) {
          if ((parties & there) !== parties || !isOne(parties)) continue;
          if ((waits[from] as number) <= now + cost) continue;
          waits[from] = now + cost;
          (cost === 0 ? tick : next).push(from);
        }
      }
      tick = next;
    }
    return waits;
  }

  /** What `parties` can make of a state within one tick. */
  private within(id: number, parties: number): number[] {
    const reached = new Set([id]);
    for (const at of reached) {
      for (const { to, cost, parties: needed } of this.outOf[at] as Edge[]) {
        if (cost === 0 && (needed & parties) === needed) reached.add(to);
      }
    }
    return [...reached];
  }

  /**
   * Ticks after which `player` alone has forced the money out, whatever all others do together against it: in each tick
   * first they act as they like, then the player, then time passes. Infinite where it can be delayed without end.
   */
  forcedWaits(player: Party): number[] {
    const others = bitsOf(withoutParty(player));
    const theirs = this.states.map((_, id) => this.within(id, others));
    const own = this.states.map((_, id) => this.within(id, bitOf(player)));
    const later = this.states.map((_, id) => this.outOf[id]?.find(({ cost }) => cost === 1)?.to);
    const values = this.states.map((state) => (holdsMoney(state) ? Infinity : 0));
    const answer = (id: number): number =>
      (own[id] as number[]).reduce((best, to) => {
        const isOut = !holdsMoney(this.states[to] as State);
        return Math.min(best, isOut ? 0 : 1 + (values[later[to] as number] as number));
      }, Infinity);
    for (let hasChanged = true; hasChanged;) {
      hasChanged = false;
      const answers = this.states.map((_, id) => answer(id));
      for (const [id, state] of this.states.entries()) {
        if (!holdsMoney(state)) continue;
        const worst = (theirs[id] as number[]).reduce(
          // What they pay out themselves is an end as well.
          (most, to) =>
            Math.max(most, holdsMoney(this.states[to] as State) ? (answers[to] as number) : 0),
          0,
        );
        if (worst < (values[id] as number)) {
          values[id] = worst;
          hasChanged = true;
        }
      }
    }
    return values;
  }
}

export const withoutParty = (absent: Party): Party[] => PARTIES.filter((party) => party !== absent);
