/** One address with one method, as the reference tells it. */
import type { z } from 'zod';
import type { FailureCode } from '../../../protocol/failures.ts';
import type { SchemaName } from './schemas.ts';

export type Tag = 'Deploy' | 'Watch' | 'Steer' | 'Wait' | 'Tools' | 'Operate' | 'Open';

export interface Answer {
  readonly status: number;
  readonly description: string;
  /** Absent: no body, or one of `type`. */
  readonly schema?: SchemaName;
  /** Of a body that is not JSON. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As the document writes it: `/api/coordinator/agents/{id}`. */
  readonly path: string;
  /** Unique; what generated clients call it. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** Needs no token. */
  readonly isOpen?: true;
  readonly operatorOnly?: true;
  readonly query?: z.ZodObject;
  /** Request headers beside the token, and what they do. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: SchemaName;
  readonly answers: readonly Answer[];
  /** Beside those that every address may answer. */
  readonly failures: readonly FailureCode[];
}
