/** Handles, and what a failed call is called in words. */
import type { Called, Handle, Native } from './native.ts';

export const isHandle = (handle: Handle): boolean => handle !== 0 && handle !== -1;

export const called = <T>(value: T): Called<T> => ({ ok: true, value });

/** To be called right after the call that failed. */
export const failedCall = (native: Native, call: string): Called<never> => ({
  ok: false,
  call,
  error: native.GetLastError(),
});

export function handleIn(buffer: Buffer, offset = 0): Handle {
  return Number(buffer.readBigInt64LE(offset));
}

export function handleBuffer(...handles: readonly Handle[]): Buffer {
  const buffer = Buffer.alloc(8 * handles.length);
  handles.forEach((handle, index) => buffer.writeBigInt64LE(BigInt(handle), 8 * index));
  return buffer;
}

export const windowsErrors = {
  fileNotFound: 2,
  accessDenied: 5,
  notSupported: 50,
  invalidParameter: 87,
  alreadyExists: 183,
  moreData: 234,
} as const;

const words: Readonly<Record<number, string>> = {
  2: 'there is no such file',
  3: 'there is no such folder',
  5: 'access was denied',
  8: 'there is not enough memory',
  32: 'another program holds the file',
  87: 'an argument is not valid',
  112: 'the disk is full',
  193: 'it is not a program for this Windows',
  206: 'the name is too long',
  216: 'it is not a program for this machine',
  225: 'the virus scanner refused it',
  267: 'the working folder does not exist',
  740: 'it asks to be run as administrator',
  1455: 'the page file is too small',
};

/** "there is no such file (CreateProcessW, Windows error 2)". */
export function callWords({ call, error }: { readonly call: string; readonly error: number }): string {
  return `${words[error] ?? 'Windows refused'} (${call}, Windows error ${error})`;
}
