/** Bytes of a request file to text: UTF-8 with or without BOM, or UTF-16 with one, as PowerShell writes it. */
import { fail, ok, type Result } from '../../../protocol/failures.ts';

export function decodeText(bytes: Uint8Array): Result<string> {
  try {
    return ok(new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes)); // Drops the BOM.
  } catch {
    return fail('INVALID_REQUEST', 'The file is neither UTF-8 nor UTF-16 with a BOM. Save it as UTF-8.', {
      reason: 'bad_encoding',
    });
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}
