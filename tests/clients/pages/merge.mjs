// Field-level last write wins (sync.md 13), pure: a record is { id, fields: { name: { value, at } } }.

/** Microseconds; times are compared as instants, never as text. */
export function instant(at) {
  const fraction = /\.(\d+)/.exec(at)?.[1] ?? '';
  return Date.parse(at) * 1000 + Number(fraction.padEnd(6, '0').slice(3, 6));
}

/** "Incoming wins on equal": the server never delivers a version that has lost a tie. */
function take(record, name, value, at) {
  const local = record.fields[name];
  if (local && instant(at) < instant(local.at)) return;
  record.fields[name] = { value, at };
}

/** The record after a change from the server; null when nothing is left of it, undefined when nothing is known of it. */
export function applied(record, change) {
  if (change.op === 'delete' && !change.deletedAt) return record && null;
  if (change.op === 'delete' && !record) return undefined;
  const next = { id: change.id, fields: { ...record?.fields } };
  if (change.deletedAt) take(next, 'deletedAt', change.deletedAt, change.deletedAt);
  for (const [name, { value, at }] of Object.entries(change.fields ?? {})) take(next, name, value, at);
  if (change.op === 'insert')
    for (const [name, value] of Object.entries(change.data ?? {}))
      if (name !== 'id') take(next, name, value, change.fieldMeta?.[name] ?? change.data.updatedAt ?? change.data.createdAt ?? change.at);
  return next;
}

/** An edit of this device. */
export function edited(record, values, at) {
  const next = { ...record, fields: { ...record.fields } };
  for (const [name, value] of Object.entries(values)) next.fields[name] = { value, at };
  return next;
}

export const isLive = (record) => !record.fields.deletedAt?.value;

/** What a person sees: values without their times. */
export const visible = ({ id, fields }) =>
  Object.fromEntries([['id', id], ...Object.entries(fields).filter(([name]) => name !== 'deletedAt').map(([name, { value }]) => [name, value])]);
