// Asks so that the answer taken is never older than the last question: answers may overtake each other.

/** One question, repeated as often as needed but never twice at a time. */
export class Latest<T> {
  private running: Promise<void> | null = null;
  private isOutdated = false;

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly take: (answer: T) => void,
  ) {}

  /** Ask; who asks while an answer is on its way waits for the one after it. */
  fetch(): Promise<void> {
    this.outdate();
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Tell that an answer on its way may be older than what is known by now: ask again. */
  outdate(): void {
    this.isOutdated = true;
  }

  private async run(): Promise<void> {
    let answer: T;
    do {
      this.isOutdated = false;
      answer = await this.ask();
    } while (this.isOutdated);
    this.take(answer);
  }
}
