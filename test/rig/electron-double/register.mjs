/** `node --import register.mjs program.js`: runs a program made for Electron on plain Node, with the double in its place. */
import { register } from 'node:module';

register('./hooks.mjs', import.meta.url, { data: { double: process.env.ELECTRON_DOUBLE } });
