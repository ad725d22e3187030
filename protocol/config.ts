/** `config.json`: the administrator's settings. Every field has a default; an unknown key is an error. */
import { z } from 'zod';
import { budgetLimitsSchema, noLimits, onExceededSchema } from './budget.ts';

const commandLine = {
  /** Absolute path of the program; null: found on PATH and in the known install places. */
  command: z.string().min(1).nullable().default(null),
  args: z.array(z.string()).max(200).default([]),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
};

export const runtimeConfigSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('claude'),
    ...commandLine,
    /** `ask`: what its permission mode does not allow is asked of the operator. `never`, as left out: it runs without asking. */
    approvals: z.enum(['ask', 'never']).optional(),
  }),
  z.strictObject({
    kind: z.literal('command'),
    ...commandLine,
    command: z.string().min(1),
    /** `stdin`: the prompt is the program's standard input. `file`: only `{prompt_file}` in `args` names it. */
    prompt: z.enum(['stdin', 'file']).default('stdin'),
  }),
  z.strictObject({ kind: z.literal('demo'), env: commandLine.env }),
]);
export type RuntimeConfig = z.infer<typeof runtimeConfigSchema>;

const limitsSchema = z.strictObject({
  max_running: z.number().int().min(1).max(10_000).default(100),
  max_running_per_parent: z.number().int().min(1).max(10_000).default(20),
  /** By level ("2") and by the name of a runtime; what is not named has no limit of its own. */
  max_running_per_level: z.record(z.string().regex(/^[0-9]$/), z.number().int().min(1).max(10_000)).default({}),
  max_running_per_runtime: z
    .record(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), z.number().int().min(1).max(10_000))
    .default({}),
  /**
   * So many slots are kept for each level below an agent's own, so that parents cannot take all that their children need.
   * Only where there are more slots than levels; 0 keeps none.
   */
  reserved_per_level: z.number().int().min(0).max(100).default(1),
  /** Living agents below one that deploys with a token of its own, waiting ones included. */
  max_descendants_per_agent: z.number().int().min(0).max(100_000).default(200),
  /** HTTP requests, and deployments among them, of one agent's token; seconds are averaged over ten. */
  agent_requests_per_second: z.number().min(0.1).max(1_000_000).default(100),
  agent_deploys_per_second: z.number().min(0.1).max(1_000_000).default(20),
  /** Requests under way and WebSockets that one agent may hold at a time. */
  agent_connections: z.number().int().min(1).max(100_000).default(64),
  max_starting: z.number().int().min(1).max(1000).default(4),
  /** How many starts a second, in the long run; `max_starting` of them may come at once. */
  starts_per_second: z.number().min(0.01).max(1_000_000).default(10),
  max_depth: z.number().int().min(1).max(9).default(3),
  max_queued: z.number().int().min(0).max(100_000).default(1000),
  min_free_memory_mb: z.number().min(0).default(1024),
  /** Processes of one agent's whole tree; one that has more is ended. */
  max_processes: z.number().int().min(1).max(1_000_000).default(256),
  /** MB of 1,048,576 bytes. An agent whose log grows above it is stopped. */
  log_limit_mb: z.number().min(1).default(64),
  /** Seconds between the polite stop signal and the forced end. */
  grace_seconds: z.number().min(0).max(600).default(10),
});

/**
 * Where programs may be fetched from: only who proves who it is (https), without a user's password in the address. What
 * this machine itself answers (a mirror, a test) comes over no network and may be plain http.
 */
const feedAddress =
  /^(?:https:\/\/(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]))(?::\d{1,5})?(?:\/[^\s?#\\]*)?$/i;

const feedExpected =
  'expected the folder of latest.yml as https://host/folder without user, query or fragment (http:// only for 127.0.0.1)';

const updatesSchema = z
  .strictObject({
    /**
     * `off`: never asks. `notify`: asks at the start and once a day, and says when there is a newer version.
     * `install_on_quit`: also downloads it, and installs it when the operator quits. Nothing is restarted by itself.
     */
    channel: z.enum(['off', 'notify', 'install_on_quit']).default('off'),
    feed: z.string().max(2048).regex(feedAddress, feedExpected).nullable().default(null),
  })
  .refine(({ channel, feed }) => channel === 'off' || feed !== null, {
    path: ['feed'],
    message: 'needed as soon as updates.channel is not "off"',
  });
export type UpdateSettings = z.infer<typeof updatesSchema>;
export type UpdateChannel = UpdateSettings['channel'];

export const configSchema = z.strictObject({
  port: z.number().int().min(0).max(65_535).default(54_113),
  default_runtime: z.string().min(1).max(64).default('claude'),
  runtimes: z
    .record(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), runtimeConfigSchema)
    .default({ claude: { kind: 'claude', command: null, args: [], env: {} }, demo: { kind: 'demo', env: {} } }),
  limits: limitsSchema.default(limitsSchema.parse({})),
  balance: z
    .strictObject({
      mode: z.enum(['enforce', 'strict', 'warn', 'off']).default('enforce'),
      max_share: z.number().min(0).max(1).default(0.4),
      max_ratio: z.number().min(1).default(2),
      /** An agent that has run so long is looked at for whether it does more than `max_share` of its group's work. */
      replan_after_seconds: z.number().min(0).max(31_536_000).default(60),
    })
    .default({ mode: 'enforce', max_share: 0.4, max_ratio: 2, replan_after_seconds: 60 }),
  budget: z
    .strictObject({
      cost_usd_per_day: z.number().min(0).nullable().default(null),
      cost_usd_per_tree: z.number().min(0).nullable().default(null),
      /** Of the whole root on one UTC day. `cost_usd_per_day` is the short form of its `cost_usd`; the smaller one binds. */
      per_day: budgetLimitsSchema.default(noLimits),
      /** Of each tree, where the request of its uppermost agent does not say. */
      per_tree: budgetLimitsSchema.default(noLimits),
      on_exceeded: onExceededSchema.default('refuse'),
      /** Whoever is deployed below a budget must say how much of its cost and tokens it takes. */
      exact: z.boolean().default(false),
    })
    .default({
      cost_usd_per_day: null,
      cost_usd_per_tree: null,
      per_day: noLimits,
      per_tree: noLimits,
      on_exceeded: 'refuse',
      exact: false,
    }),
  report: z
    .strictObject({
      required: z.boolean().default(true),
      sections: z.array(z.string().min(1)).default(['Summary', 'Work completed', 'Results', 'Issues', 'Time']),
      /** Seconds that a report may come after its agent's end, while something that the agent left running may still write it. */
      grace_seconds: z.number().min(0).max(60).default(2),
    })
    .default({
      required: true,
      sections: ['Summary', 'Work completed', 'Results', 'Issues', 'Time'],
      grace_seconds: 2,
    }),
  approvals: z
    .strictObject({
      /** Seconds until an approval that nobody decided counts as denied; taken when it is asked for. */
      timeout_seconds: z.number().min(1).max(2_592_000).default(3600),
    })
    .default({ timeout_seconds: 3600 }),
  /** Nothing is started: what is asked for waits, what runs goes on. */
  intake_paused: z.boolean().default(false),
  /** The desktop only: what becomes of agents when the user logs off or the machine shuts down. */
  on_log_off: z.enum(['keep', 'stop']).default('keep'),
  /** Request files without a token are refused. Without this they speak for the user, who alone can write them. */
  require_tokens: z.boolean().default(false),
  /** Folders outside the root that prompt files and working folders may lie in. Absolute paths. */
  allowed_roots: z.array(z.string().min(1)).default([]),
  retention_days: z.number().min(1).max(36_500).default(30),
  /** Of the installed desktop application; elsewhere they are read and nothing more. */
  updates: updatesSchema.default({ channel: 'off', feed: null }),
});
export type Config = z.infer<typeof configSchema>;
