/** `node --import register.mjs program.js`: runs a program made for Electron on plain Node, with the double in its place. */
import Module, { createRequire, register } from 'node:module';

const double = process.env.ELECTRON_DOUBLE;
register('./hooks.mjs', import.meta.url, { data: { double } });

// What packages `require` does not go through the hooks.
const require = createRequire(import.meta.url);
const load = Module._load;
Module._load = function loadOrDouble(request, ...rest) {
  return request === 'electron' ? require(new URL(double).pathname) : load.call(this, request, ...rest);
};
