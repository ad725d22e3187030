/**
 * What the form of the settings says of each field of config.json. Bounds, defaults and choices are the schema's own; a
 * test holds the two against each other, so that no field can be missing here.
 */
export type FieldKind =
  | { readonly is: 'number' }
  | { readonly is: 'text' }
  | { readonly is: 'switch' }
  /** `words`: what each choice means, in the schema's order. */
  | { readonly is: 'choice'; readonly words: Readonly<Record<string, string>> }
  /** One entry a line. */
  | { readonly is: 'lines' }
  /** `name: number`, one a line. */
  | { readonly is: 'limits'; readonly of: string }
  | { readonly is: 'runtimes' };

export interface Field {
  /** `limits.max_running`. */
  readonly path: string;
  readonly label: string;
  readonly kind: FieldKind;
  /** Of the number; null: it has none. */
  readonly unit: string | null;
  /** What it does, in a sentence. */
  readonly effect: string;
  /** It is taken up at the coordinator's next start only. */
  readonly restart?: true;
}

export interface Section {
  /** In the address: `#/settings/<name>`. */
  readonly name: string;
  readonly title: string;
  readonly fields: readonly Field[];
}

const number = { is: 'number' } as const;
const toggle = { is: 'switch' } as const;

const budgetFields = (path: string, whose: string): Field[] => [
  {
    path: `${path}.cost_usd`,
    label: `Cost ${whose}`,
    kind: number,
    unit: 'US dollars',
    effect: `The most that may be spent ${whose}.`,
  },
  {
    path: `${path}.tokens`,
    label: `Tokens ${whose}`,
    kind: number,
    unit: 'tokens',
    effect: `The most tokens of all four kinds together ${whose}.`,
  },
  {
    path: `${path}.agents`,
    label: `Agents ${whose}`,
    kind: number,
    unit: 'agents',
    effect: `The most agents that may be started ${whose}.`,
  },
  {
    path: `${path}.minutes`,
    label: `Running time ${whose}`,
    kind: number,
    unit: 'minutes',
    effect: `The most running minutes of all agents together ${whose}, pauses not counted.`,
  },
];

export const sections: readonly Section[] = [
  {
    name: 'general',
    title: 'General',
    fields: [
      {
        path: 'port',
        label: 'Port',
        kind: number,
        unit: null,
        effect: 'The coordinator listens on 127.0.0.1 at this port; 0 takes any that is free.',
        restart: true,
      },
      {
        path: 'default_runtime',
        label: 'Default runtime',
        kind: { is: 'text' },
        unit: null,
        effect: 'Runs the agents whose request names no runtime. One of those under Runtimes.',
        restart: true,
      },
      {
        path: 'intake_paused',
        label: 'Intake paused',
        kind: toggle,
        unit: null,
        effect: 'Nothing is started: what is asked for waits, and what runs goes on.',
      },
      {
        path: 'on_log_off',
        label: 'When you log off',
        kind: { is: 'choice', words: { keep: 'Ziggie stops nobody', stop: 'agents are stopped first' } },
        unit: null,
        effect:
          'For the desktop: what becomes of agents when you log off or the machine shuts down. Stopping them first holds that up until they have ended.',
      },
      {
        path: 'require_tokens',
        label: 'Request files need a token',
        kind: toggle,
        unit: null,
        effect: 'Request files without a token are refused. Otherwise they speak for you, who alone can write them.',
      },
      {
        path: 'allowed_roots',
        label: 'Allowed folders',
        kind: { is: 'lines' },
        unit: null,
        effect:
          'Folders outside the root that prompt files and working folders may lie in. Absolute paths, one a line.',
      },
      {
        path: 'retention_days',
        label: 'Keep ended agents',
        kind: number,
        unit: 'days',
        effect: 'What ended longer ago is forgotten, with its log. Reports stay.',
      },
    ],
  },
  {
    name: 'runtimes',
    title: 'Runtimes',
    fields: [
      {
        path: 'runtimes',
        label: 'Runtimes',
        kind: { is: 'runtimes' },
        unit: null,
        effect:
          'The programs that agents can run on. “claude” and “demo” are always there; an entry of that name sets them up.',
        restart: true,
      },
    ],
  },
  {
    name: 'limits',
    title: 'Limits',
    fields: [
      {
        path: 'limits.max_running',
        label: 'Running at once',
        kind: number,
        unit: 'agents',
        effect: 'So many run at the same time; the others wait.',
      },
      {
        path: 'limits.max_running_per_parent',
        label: 'Running at once below one parent',
        kind: number,
        unit: 'agents',
        effect: 'So many children of one agent run at the same time.',
      },
      {
        path: 'limits.max_running_per_level',
        label: 'Running at once by level',
        kind: { is: 'limits', of: 'level' },
        unit: 'agents',
        effect: 'For a level from 0 to 9. A level that is not named has no limit of its own.',
      },
      {
        path: 'limits.max_running_per_runtime',
        label: 'Running at once by runtime',
        kind: { is: 'limits', of: 'runtime' },
        unit: 'agents',
        effect: 'For a runtime by its name. One that is not named has no limit of its own.',
      },
      {
        path: 'limits.reserved_per_level',
        label: 'Slots kept for each level below',
        kind: number,
        unit: 'slots',
        effect: 'Kept so that parents cannot take all the slots that their children need; 0 keeps none.',
      },
      {
        path: 'limits.max_descendants_per_agent',
        label: 'Living agents below one agent',
        kind: number,
        unit: 'agents',
        effect: 'An agent cannot deploy more than that below itself, those that wait included.',
      },
      {
        path: 'limits.agent_requests_per_second',
        label: 'Requests of one agent',
        kind: number,
        unit: 'per second',
        effect: 'More HTTP requests with one agent’s token are refused; averaged over ten seconds.',
      },
      {
        path: 'limits.agent_deploys_per_second',
        label: 'Deployments of one agent',
        kind: number,
        unit: 'per second',
        effect: 'More deployments with one agent’s token are refused; averaged over ten seconds.',
      },
      {
        path: 'limits.agent_connections',
        label: 'Connections of one agent',
        kind: number,
        unit: 'connections',
        effect: 'So many requests under way and WebSockets at a time; more of that agent are refused.',
      },
      {
        path: 'limits.max_starting',
        label: 'Starting at once',
        kind: number,
        unit: 'agents',
        effect: 'So many processes are being started at the same time.',
        restart: true,
      },
      {
        path: 'limits.starts_per_second',
        label: 'Starts',
        kind: number,
        unit: 'per second',
        effect: 'In the long run; as many as start at once may come in one go.',
        restart: true,
      },
      {
        path: 'limits.max_depth',
        label: 'Depth of the tree',
        kind: number,
        unit: 'levels',
        effect: 'Agents of a deeper level are refused.',
      },
      {
        path: 'limits.max_queued',
        label: 'Waiting at once',
        kind: number,
        unit: 'agents',
        effect: 'When so many wait to start, further deployments are refused.',
      },
      {
        path: 'limits.min_free_memory_mb',
        label: 'Memory to keep free',
        kind: number,
        unit: 'MB',
        effect: 'No agent is started while the machine has less free memory.',
      },
      {
        path: 'limits.max_processes',
        label: 'Processes of one agent',
        kind: number,
        unit: 'processes',
        effect: 'An agent whose process tree has more is stopped.',
      },
      {
        path: 'limits.log_limit_mb',
        label: 'Size of one log',
        kind: number,
        unit: 'MB of 1,048,576 bytes',
        effect: 'An agent whose log grows above it is stopped.',
        restart: true,
      },
      {
        path: 'limits.grace_seconds',
        label: 'Time to stop',
        kind: number,
        unit: 'seconds',
        effect: 'Between the polite signal to stop and the forced end.',
      },
    ],
  },
  {
    name: 'balance',
    title: 'Balance',
    fields: [
      {
        path: 'balance.mode',
        label: 'Rules of balance',
        kind: {
          is: 'choice',
          words: {
            enforce: 'refuse an uneven group of a stated size, flag others',
            strict: 'refuse any uneven group',
            warn: 'only flag it',
            off: 'do not look',
          },
        },
        unit: null,
        effect: 'What is done with a deployment that would make a group uneven.',
      },
      {
        path: 'balance.max_share',
        label: 'Largest share',
        kind: number,
        unit: 'of 1',
        effect: 'No agent may have a larger part of its group’s work; 0.4 is 40 %.',
      },
      {
        path: 'balance.max_ratio',
        label: 'Largest ratio',
        kind: number,
        unit: 'to 1',
        effect: 'Between the largest and the smallest share of a group.',
      },
      {
        path: 'balance.replan_after_seconds',
        label: 'Look at measured work after',
        kind: number,
        unit: 'seconds',
        effect: 'An agent that has run so long is looked at for whether it does more than its share.',
      },
    ],
  },
  {
    name: 'budget',
    title: 'Budget',
    fields: [
      {
        path: 'budget.cost_usd_per_day',
        label: 'Cost per day, short form',
        kind: number,
        unit: 'US dollars',
        effect: 'The same as “Cost per day” below; the smaller of the two binds.',
      },
      {
        path: 'budget.cost_usd_per_tree',
        label: 'Cost per tree, short form',
        kind: number,
        unit: 'US dollars',
        effect: 'The same as “Cost per tree” below; the smaller of the two binds.',
      },
      ...budgetFields('budget.per_day', 'per day'),
      ...budgetFields('budget.per_tree', 'per tree'),
      {
        path: 'budget.on_exceeded',
        label: 'When a budget is used up',
        kind: {
          is: 'choice',
          words: { refuse: 'start nothing new below it', stop: 'also stop what runs below it' },
        },
        unit: null,
        effect: 'A day is a UTC day; a tree is an agent without a parent and all below it.',
      },
      {
        path: 'budget.exact',
        label: 'Exact budgets',
        kind: toggle,
        unit: null,
        effect: 'Whoever is deployed below a budget must say how much of its cost and tokens it takes.',
      },
    ],
  },
  {
    name: 'report',
    title: 'Report',
    fields: [
      {
        path: 'report.required',
        label: 'Reports are required',
        kind: toggle,
        unit: null,
        effect: 'Each agent owes a completion report, unless its request says otherwise.',
      },
      {
        path: 'report.sections',
        label: 'Sections of a report',
        kind: { is: 'lines' },
        unit: null,
        effect: 'Headings that a report must have, with something below each. One a line.',
      },
      {
        path: 'report.grace_seconds',
        label: 'Time for a late report',
        kind: number,
        unit: 'seconds',
        effect: 'A report may come so long after its agent’s end, while something it left running may still write it.',
      },
    ],
  },
  {
    name: 'approvals',
    title: 'Approvals',
    fields: [
      {
        path: 'approvals.timeout_seconds',
        label: 'Time to decide',
        kind: number,
        unit: 'seconds',
        effect: 'An approval that nobody decided by then counts as denied; taken when it is asked for.',
      },
    ],
  },
  {
    name: 'updates',
    title: 'Desktop',
    fields: [
      {
        path: 'updates.channel',
        label: 'Updates',
        kind: {
          is: 'choice',
          words: {
            off: 'never ask',
            notify: 'say when there is a newer version',
            install_on_quit: 'also download it, and install it when you quit',
          },
        },
        unit: null,
        effect: 'For Ziggie as installed on Windows. It never restarts by itself, and agents go on.',
      },
      {
        path: 'updates.feed',
        label: 'Address of updates',
        kind: { is: 'text' },
        unit: null,
        effect:
          'The folder that holds latest.yml: https only, or this machine. Whoever writes there can run programs here.',
      },
    ],
  },
];

export const allFields: readonly Field[] = sections.flatMap(({ fields }) => fields);
