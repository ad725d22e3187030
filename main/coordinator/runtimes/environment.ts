/** The environment an agent starts with: the host's own, less what belongs to the host's session, plus what we add. */

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Makes our own program plain Node where it is Electron; Node itself does not mind. Given to the one process that needs it and
 * to nothing else: what an agent starts may be an Electron application itself, and would come up as Node without a window.
 */
export const runAsNode = { ELECTRON_RUN_AS_NODE: '1' } as const;

/** Names left by an outer agent session, by our own process or by npm that would mislead a program started from here. */
const scrubbedNames = [
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_NO_ATTACH_CONSOLE',
  'NODE_OPTIONS',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_UNIQUE_ID',
  'INIT_CWD',
  'AI_AGENT',
];
const scrubbedPrefixes = ['CLAUDE', 'ZIGGIE_'];

/**
 * Settings a person makes for every Claude session: where the login lies, which cloud serves the model, which shell is
 * used. Taking them away would log the agents out; all other `CLAUDE*` names describe one running session.
 */
const keptClaudeSettings = [
  /^CLAUDE_CONFIG_DIR$/,
  /^CLAUDE_CODE_OAUTH_TOKEN$/,
  /^CLAUDE_CODE_(USE|SKIP)_(BEDROCK|VERTEX|FOUNDRY|MANTLE)/,
  /^CLAUDE_CODE_CLIENT_(CERT|KEY)/,
  /^CLAUDE_CODE_(API_KEY_HELPER_TTL_MS|GIT_BASH_PATH|MAX_RETRIES|TMPDIR)$/,
  /^CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC$/,
];

/**
 * `additions` win over what is inherited. Windows knows each name once whatever its case, so `Path` and `PATH` are the
 * same name there; npm's own names are lower case on every system, and `NPM_TOKEN` is a person's.
 */
export function agentEnvironment(
  inherited: Environment,
  additions: Environment,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const canonical = (name: string): string => (platform === 'win32' ? name.toUpperCase() : name);
  const result = new Map<string, [name: string, value: string]>();
  const put = ([name, value]: [string, string | undefined]): void => {
    if (value !== undefined) result.set(canonical(name), [name, value]);
  };
  for (const entry of Object.entries(inherited)) if (!isScrubbed(entry[0], canonical(entry[0]))) put(entry);
  for (const entry of Object.entries(additions)) put(entry);
  return Object.fromEntries(result.values());
}

function isScrubbed(name: string, canonical: string): boolean {
  if (name.startsWith('npm_') || scrubbedNames.includes(canonical)) return true;
  if (keptClaudeSettings.some((setting) => setting.test(canonical))) return false;
  return scrubbedPrefixes.some((prefix) => canonical.startsWith(prefix));
}

/** Reads one variable; on Windows whatever the case of its name. Empty is absent. */
export function environmentValue(env: Environment, name: string, platform: NodeJS.Platform): string | null {
  const direct = env[name];
  if (direct !== undefined && direct !== '') return direct;
  if (platform !== 'win32') return null;
  const found = Object.entries(env).find(([key]) => key.toUpperCase() === name.toUpperCase());
  return found?.[1] === undefined || found[1] === '' ? null : found[1];
}
