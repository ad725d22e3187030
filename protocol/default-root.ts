/** Where a coordinator keeps its files when nobody says otherwise. Pure, so that every program on a machine agrees. */

/**
 * `platform` as `process.platform` names it; `exists` tells whether a folder is there. On Windows `C:\Ziggie` is used when
 * an administrator made it, else the user's local application data; elsewhere the XDG data folder. A relative
 * XDG_DATA_HOME is ignored, as the XDG specification demands.
 */
export function defaultRoot(
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
  homedir: string,
  exists: (folder: string) => boolean,
): string {
  if (platform === 'win32') {
    const machineWide = 'C:\\Ziggie';
    if (exists(machineWide)) return `${machineWide}\\agent-deployment`;
    return `${env['LOCALAPPDATA'] || `${homedir}\\AppData\\Local`}\\Ziggie\\agent-deployment`;
  }
  const dataHome = env['XDG_DATA_HOME'];
  const base = dataHome?.startsWith('/') === true ? dataHome.replace(/\/+$/, '') : `${homedir}/.local/share`;
  return `${base}/ziggie/agent-deployment`;
}
