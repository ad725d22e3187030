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
  MessageBar,
  MessageBarBody,
  Select,
  Textarea,
} from '@fluentui/react-components';
import { useFocusBack } from './use-focus-back.ts';
import { type DeployDraft, emptyDraft } from '../selectors/deploy-draft.ts';
import './deploy-dialog.css';

interface DeployDialogProps {
  readonly parent: string;
  readonly parents: readonly { readonly id: string; readonly words: string }[];
  readonly typeBelow: (parent: string) => string;
  readonly runtimes: readonly string[];
  /** Why the last try was refused; null: it was not. */
  readonly refusal: string | null;
  readonly busy: boolean;
  readonly onDeploy: (draft: DeployDraft) => void;
  readonly onCancel: () => void;
}

/** One agent by hand. Everything else a request can say, files and programs say. */
export function DeployDialog(props: DeployDialogProps): ReactNode {
  useFocusBack();
  const { parent, parents, typeBelow, runtimes, refusal, busy, onDeploy, onCancel } = props;
  const [draft, setDraft] = useState<DeployDraft>({ ...emptyDraft, parent, type: typeBelow(parent) });
  const set = (part: Partial<DeployDraft>): void => setDraft({ ...draft, ...part });
  const isWhole = draft.type.trim() !== '' && draft.prompt.trim() !== '';
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onCancel()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Deploy an agent</DialogTitle>
          <DialogContent className="deploy">
            <Field label="Below" className="deploy-parent">
              <Select value={draft.parent} onChange={(_, { value }) => set({ parent: value, type: typeBelow(value) })}>
                <option value="">Ziggie (you)</option>
                {parents.map(({ id, words }) => (
                  <option key={id} value={id}>
                    {words}
                  </option>
                ))}
              </Select>
            </Field>
            <Field label="Type" hint="Level and place: L1, L2.1, L3.1.2">
              <Input value={draft.type} onChange={(_, { value }) => set({ type: value })} />
            </Field>
            <Field label="Name">
              <Input value={draft.name} onChange={(_, { value }) => set({ name: value })} />
            </Field>
            <Field label="Runtime" hint="Empty: as the settings say">
              <Input
                value={draft.runtime}
                list="deploy-runtimes"
                onChange={(_, { value }) => set({ runtime: value })}
              />
            </Field>
            <datalist id="deploy-runtimes">
              {runtimes.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
            <Field label="Model" hint="Empty: as the runtime chooses">
              <Input value={draft.model} onChange={(_, { value }) => set({ model: value })} />
            </Field>
            <Field label="Prompt" required className="deploy-prompt">
              <Textarea
                value={draft.prompt}
                rows={7}
                resize="vertical"
                onChange={(_, { value }) => set({ prompt: value })}
              />
            </Field>
            {refusal !== null && (
              <MessageBar intent="error" layout="multiline" className="deploy-refusal">
                <MessageBarBody>{refusal}</MessageBarBody>
              </MessageBar>
            )}
          </DialogContent>
          <DialogActions>
            <Button appearance="secondary" onClick={onCancel}>
              Cancel
            </Button>
            <Button appearance="primary" disabled={busy || !isWhole} onClick={() => onDeploy(draft)}>
              {busy ? 'Deploying …' : 'Deploy'}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
