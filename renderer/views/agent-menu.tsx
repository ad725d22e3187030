import type { ReactNode } from 'react';
import { Menu, MenuDivider, MenuItem, MenuList, MenuPopover } from '@fluentui/react-components';
import type { Verb } from '../selectors/agent-actions.ts';

interface AgentMenuProps {
  /** Where it opens, in pixels of the window. */
  readonly x: number;
  readonly y: number;
  /** For how many agents. */
  readonly count: number;
  readonly verbs: readonly Verb[];
  readonly onVerb: (verb: Verb) => void;
  /** null: there is nobody, or more than one, to talk to. */
  readonly onMessage: (() => void) | null;
  readonly onCopy: () => void;
  readonly onOpen: () => void;
  readonly onLog: () => void;
  readonly onClose: () => void;
}

export const verbWords: Readonly<Record<Verb, string>> = {
  stop: 'Stop …',
  pause: 'Pause',
  resume: 'Resume',
  restart: 'Run again …',
};

export function AgentMenu(props: AgentMenuProps): ReactNode {
  const { x, y, count, verbs, onVerb, onMessage, onCopy, onOpen, onLog, onClose } = props;
  const point = { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
  return (
    <Menu
      open
      onOpenChange={(_, { open }) => !open && onClose()}
      positioning={{ target: point, position: 'below', align: 'start' }}
    >
      <MenuPopover>
        <MenuList aria-label={count === 1 ? 'What can be done' : `What can be done to ${count} agents`}>
          {count === 1 && <MenuItem onClick={onOpen}>Open</MenuItem>}
          {count === 1 && <MenuItem onClick={onLog}>Log</MenuItem>}
          {count === 1 && <MenuDivider />}
          {verbs.map((verb) => (
            <MenuItem key={verb} onClick={() => onVerb(verb)}>
              {verbWords[verb]}
            </MenuItem>
          ))}
          {onMessage !== null && <MenuItem onClick={onMessage}>Message …</MenuItem>}
          {(verbs.length > 0 || onMessage !== null) && <MenuDivider />}
          <MenuItem onClick={onCopy}>{count === 1 ? 'Copy id' : `Copy ${count} ids`}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
