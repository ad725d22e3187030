import type { ReactNode } from 'react';
import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import type { Settings } from '../../../protocol/settings.ts';
import { themeChoices } from '../../client/theme-choice.ts';
import { clockTime } from '../../selectors/format.ts';
import { diskChanges } from '../../selectors/settings/disk-changes.ts';
import { fieldState, sectionCounts, strayProblems } from '../../selectors/settings/draft.ts';
import { sections } from '../../selectors/settings/fields.ts';
import { Appearance } from '../../views/settings/appearance.tsx';
import { FieldRow, Problems } from '../../views/settings/field-row.tsx';
import { FileNews, FileProblem } from '../../views/settings/file-news.tsx';
import { LeaveDialog } from '../../views/settings/leave-dialog.tsx';
import { RuntimeList } from '../../views/settings/runtime-list.tsx';
import { SaveBar, SettingsLayout } from '../../views/settings/settings-layout.tsx';
import { useDashboardState } from '../dashboard-context.ts';
import { useTheme } from '../use-theme.ts';
import { DesktopSettings } from './desktop.tsx';
import { useLeaveGuard } from './use-leave-guard.ts';
import { type SettingsForm, useSettingsForm } from './use-settings-form.ts';

/** Everything in config.json, a section at a time, and how the page looks. */
export default function SettingsPage(): ReactNode {
  const item = useDashboardState(({ route }) => route.item);
  const form = useSettingsForm();
  const { settings, edits, problems, busy, refusal, discard, save } = form;
  const guard = useLeaveGuard(edits.size > 0, discard);
  const known = item === 'appearance' || sections.some(({ name }) => name === item);
  const current = known && item !== null ? item : 'general';
  const bar = edits.size > 0 && (
    <SaveBar
      unsaved={edits.size}
      problems={problems.length}
      isFileWrong={settings !== null && settings.problem !== null}
      busy={busy}
      refusal={refusal}
      onDiscard={discard}
    />
  );
  return (
    <SettingsLayout
      sections={sectionCounts(edits, problems)}
      current={current}
      path={settings?.path ?? null}
      fileExists={settings?.file !== null}
      bar={bar}
      onSave={save}
      news={<News form={form} />}
    >
      {current === 'appearance' ? <ThemeSetting /> : <OneSection name={current} form={form} />}
      <LeaveDialog open={guard.asks} unsaved={edits.size} onStay={guard.stay} onLeave={guard.leave} />
    </SettingsLayout>
  );
}

/** What others did to the file while the form is open. */
function News({ form: { settings, seen, edits, onSeen } }: { readonly form: SettingsForm }): ReactNode {
  const now = useDashboardState((state) => state.now);
  if (settings === null) return null;
  const { problem, changed } = settings;
  const time = changed === null ? null : clockTime(changed.at, now);
  if (problem !== null) return <FileProblem problem={problem} time={time} />;
  if (seen === null || changed === null || time === null) return null;
  return <FileNews by={changed.by} time={time} changes={diskChanges(seen, settings, edits)} onSeen={onSeen} />;
}

function ThemeSetting(): ReactNode {
  const { choice, choose } = useTheme();
  return (
    <>
      <h3>Appearance</h3>
      <Appearance choices={themeChoices} chosen={choice} onChoose={choose} />
    </>
  );
}

function OneSection({ name, form }: { readonly name: string; readonly form: SettingsForm }): ReactNode {
  const { settings, failure, again } = form;
  if (settings !== null) return <Fields name={name} form={form} settings={settings} />;
  if (failure === null) return <p className="setting-lead">Asking the coordinator …</p>;
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>{failure.message}</MessageBarBody>
      <MessageBarActions>
        <Button size="small" onClick={again}>
          Try again
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}

interface FieldsProps {
  readonly name: string;
  readonly form: SettingsForm;
  readonly settings: Settings;
}

function Fields({ name, form, settings }: FieldsProps): ReactNode {
  const section = sections.find((one) => one.name === name);
  if (section === undefined) return null;
  const { edits, problems, edit } = form;
  return (
    <>
      <h3>{section.title}</h3>
      {name === 'updates' && <DesktopSettings />}
      <Problems id="settings-stray" problems={strayProblems(problems)} of="" />
      {section.fields.map((field) => {
        const state = fieldState(settings, edits, problems, field);
        const onChange = (value: unknown): void => edit(field.path, value);
        const Row = field.kind.is === 'runtimes' ? RuntimeList : FieldRow;
        return <Row key={field.path} state={state} onChange={onChange} />;
      })}
    </>
  );
}
