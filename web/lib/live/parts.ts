// Several questions asked as one: what has come is not asked again because something else failed.

export type Part = () => Promise<unknown>;

/** Remembers which parts are still to come. */
export class Parts {
  private missing: Set<Part>;

  constructor(private readonly all: readonly Part[]) {
    this.missing = new Set(all);
  }

  /** Tell that what has come may no longer hold: every part is asked again. */
  outdate(): void {
    this.missing = new Set(this.all);
  }

  /** Ask for what is still to come; raises with the first failure, while the others go on. */
  async ask(): Promise<void> {
    const { missing } = this;
    const ask = async (part: Part): Promise<void> => {
      await part();
      missing.delete(part);
    };
    await Promise.all([...missing].map(ask));
  }
}
