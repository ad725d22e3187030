/** A seeded fault: one place of the product changed, and the tests that must notice. */
export interface Mutant {
  /** What is broken, as a sentence that is false of the product. */
  readonly name: string;
  readonly file: string;
  /** Occurs exactly once in the file, else the mutant is stale. */
  readonly find: string;
  readonly replace: string;
  /** Test files of the projects unit and integration; integration tests run a build of the mutant. */
  readonly tests: readonly string[];
}
