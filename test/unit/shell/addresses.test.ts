import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { isOwnAddress } from '../../../main/shell/own-address.ts';
import { profileFolder } from '../../../main/shell/profile.ts';

test.each([
  ['http://127.0.0.1:54113/', true],
  ['http://127.0.0.1:54113/agents?x=1#/y', true],
  ['http://127.0.0.1:54114/', false],
  ['https://127.0.0.1:54113/', false],
  ['http://localhost:54113/', false],
  ['http://127.0.0.1:54113@evil.example/', false],
  ['http://127.0.0.1.evil.example:54113/', false],
  ['file:///etc/passwd', false],
  ['about:blank', false],
  ['data:text/html,x', false],
  ['', false],
])('%s is the own page: %s', (address, own) => {
  expect(isOwnAddress(address, 'http://127.0.0.1:54113')).toBe(own);
});

test('the usual root has the plain profile, a chosen root one of its own', () => {
  expect(profileFolder('/appdata', null)).toBe(join('/appdata', 'Ziggie'));
  const chosen = profileFolder('/appdata', '/data/a');
  expect(chosen).toMatch(/[/\\]Ziggie[/\\]roots[/\\][0-9a-f]{12}$/);
  expect(profileFolder('/appdata', '/data/b')).not.toBe(chosen);
  expect(profileFolder('/appdata', join(resolve('/data/a'), '.'))).toBe(chosen);
});
