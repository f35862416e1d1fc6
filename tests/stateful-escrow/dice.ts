/** Answers from a command's numbers, which start again when they run out. */
export class Dice {
  private at = 0;

  constructor(private readonly numbers: number[]) {}

  below(limit: number): number {
    const number = this.numbers[this.at % this.numbers.length] as number;
    this.at += 1;
    return number % limit;
  }

  /** `percent` times of a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }
}
