/** The command line of the desktop application. */
import { parseArgs } from 'node:util';
import { type Result, fail, ok } from '../../protocol/failures.ts';
import { readPlace } from './window/place.ts';

export interface ShellArguments {
  /** Data folder of the coordinator; null leaves the choice to it. */
  readonly root: string | null;
  /** TCP port, 0 for any free one; null takes the one of config.json. */
  readonly port: number | null;
  /** Deploy the demo tree once everything runs. */
  readonly demo: boolean;
  /** Start in the tray, without a window. */
  readonly hidden: boolean;
  /** Place of the dashboard to open ("agents/<id>"); null: none was named. */
  readonly open: string | null;
  /** Seconds that a hidden window keeps its page. */
  readonly freeAfterSeconds: number;
}

/** Long enough for a glance every few minutes to find the dashboard at once. */
const usualFreeAfterSeconds = 300;
const longestFreeAfterSeconds = 86_400;

/**
 * Reads the arguments after the program. Anything unknown is passed over: Chromium's own switches and, in development,
 * the script's path stand among them.
 */
export function readArguments(argv: readonly string[]): Result<ShellArguments> {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    options: {
      root: { type: 'string' },
      port: { type: 'string' },
      demo: { type: 'boolean' },
      hidden: { type: 'boolean' },
      open: { type: 'string' },
      'free-window-after': { type: 'string' },
    },
  });
  const { root, port, open, 'free-window-after': freeAfter = String(usualFreeAfterSeconds) } = values;
  if (root !== undefined && (typeof root !== 'string' || root === '')) {
    return fail('INVALID_REQUEST', '--root was given without a folder. Expected: --root <folder>.');
  }
  if (port !== undefined && !isPort(port)) {
    return fail(
      'INVALID_REQUEST',
      `--port was given as "${port}". Expected a whole number from 0 (any free) to 65535.`,
    );
  }
  if (!isSeconds(freeAfter)) {
    return fail(
      'INVALID_REQUEST',
      `--free-window-after was given as "${freeAfter}". Expected whole seconds from 0 (at once) to ${longestFreeAfterSeconds}.`,
    );
  }
  const place = open === undefined ? ok(null) : readPlace(String(open));
  if (!place.ok) return place;
  return ok({
    root: root ?? null,
    port: port === undefined ? null : Number(port),
    demo: values.demo === true,
    hidden: values.hidden === true,
    open: place.value,
    freeAfterSeconds: Number(freeAfter),
  });
}

const isPort = (text: string | boolean): text is string =>
  typeof text === 'string' && /^\d{1,5}$/.test(text) && Number(text) <= 65_535;

const isSeconds = (text: string | boolean): text is string =>
  typeof text === 'string' && /^\d{1,5}$/.test(text) && Number(text) <= longestFreeAfterSeconds;
