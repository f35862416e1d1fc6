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
  cost: 0 | 1;
  /** A bit for each party that must be there. */
  parties: number;
}

const bitOf = (party: Party): number => 1 << PARTIES.indexOf(party);
const bitsOf = (parties: readonly Party[]): number =>
  parties.reduce((bits, party) => bits | bitOf(party), 0);

export class Graph {
  readonly states: State[] = [];
  readonly rows = new Map<string, Row>();
  /** Edges by where they lead to. */
  private readonly into: Edge[][] = [];
  private readonly ids = new Map<string, number>();

  constructor(rules: Rules) {
    this.idOf(START);
    for (let id = 0; id < this.states.length; id++) {
      for (const move of movesFrom(this.states[id] as State, rules)) this.connect(id, move);
    }
  }

  private connect(from: number, { to, by, cost, row }: Move): void {
    const edge = { from, cost, parties: bitsOf(by) };
    (this.into[this.idOf(to)] as Edge[]).push(edge);
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
    return id;
  }

  get holding(): number {
    return this.states.filter(holdsMoney).length;
  }

  /** Ticks to the nearest state without money, by those who are there; infinite where there is no way. */
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
          if ((parties & there) !== parties || (waits[from] as number) <= now + cost) continue;
          waits[from] = now + cost;
          (cost === 0 ? tick : next).push(from);
        }
      }
      tick = next;
    }
    return waits;
  }
}

export const withoutParty = (absent: Party): Party[] => PARTIES.filter((party) => party !== absent);
