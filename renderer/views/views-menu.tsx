import { type ReactNode, useState } from 'react';
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components';
import { BookmarkRegular } from '@fluentui/react-icons/svg/bookmark';

interface ViewsMenuProps {
  readonly names: readonly string[];
  /** The name of what is shown; null: it has none. */
  readonly current: string | null;
  /** Something is filtered that has no name yet. */
  readonly canSave: boolean;
  readonly onOpen: (name: string) => void;
  readonly onSave: (name: string) => void;
  readonly onRemove: (name: string) => void;
}

/** Filters under a name. */
export function ViewsMenu({ names, current, canSave, onOpen, onSave, onRemove }: ViewsMenuProps): ReactNode {
  const [isNaming, setNaming] = useState(false);
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button size="small" appearance="subtle" icon={<BookmarkRegular />} title="Saved views">
            {current ?? 'Views'}
          </Button>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {names.length === 0 && <MenuItem disabled>No saved views yet</MenuItem>}
            {names.map((name) => (
              <MenuItem key={name} onClick={() => onOpen(name)}>
                {name}
              </MenuItem>
            ))}
            <MenuDivider />
            <MenuItem disabled={!canSave} onClick={() => setNaming(true)}>
              Save this filter …
            </MenuItem>
            {current !== null && <MenuItem onClick={() => onRemove(current)}>Remove “{current}”</MenuItem>}
          </MenuList>
        </MenuPopover>
      </Menu>
      {isNaming && <NameDialog onSave={onSave} onClose={() => setNaming(false)} />}
    </>
  );
}

function NameDialog({ onSave, onClose }: Pick<ViewsMenuProps, 'onSave'> & { readonly onClose: () => void }): ReactNode {
  const [name, setName] = useState('');
  const save = (): void => {
    if (name.trim() === '') return;
    onSave(name.trim());
    onClose();
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Save this filter</DialogTitle>
          <DialogContent>
            <Field label="Name">
              <Input
                value={name}
                maxLength={60}
                onChange={(_, { value }) => setName(value)}
                onKeyDown={({ key }) => key === 'Enter' && save()}
              />
            </Field>
          </DialogContent>
          <DialogActions>
            <Button appearance="secondary" onClick={onClose}>
              Cancel
            </Button>
            <Button appearance="primary" disabled={name.trim() === ''} onClick={save}>
              Save
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
