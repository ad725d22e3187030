/**
 * One way to ask a coordinator, for the test that all ways are the same. A door is a file of this folder: it takes a request
 * as an object, sends it its own way, and gives back the answer or the code of the failure. Nothing else may be in it.
 */
import type { TestCoordinator } from '../coordinator.ts';

/** Of any action, as protocol/actions.ts describes it; always with a `request_id`. */
export type DoorRequest = Readonly<Record<string, unknown>> & {
  readonly request_id: string;
  readonly action: string;
};

export type DoorAnswer =
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface Door {
  readonly name: string;
  /** Settles with the answer; rejects only where there is none. */
  ask(request: DoorRequest): Promise<DoorAnswer>;
  /** Ends what the door itself has started. */
  close(): Promise<void>;
}

export interface DoorMaker {
  readonly name: string;
  /** A door to this coordinator, for the operator. */
  open(coordinator: TestCoordinator): Promise<Door>;
}
