import { html } from 'ghtml';
import type { UiFlow } from './forms.ts';
import { messagesIn } from './forms.ts';

type Node = UiFlow['ui']['nodes'][number];

function hidden({ attributes: { name = '', value = '' } }: Node): string {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

function isHidden({ attributes: { type } }: Node): boolean {
  return type === 'hidden';
}

function passwordForm(action: string, token: string): string {
  return html`<form method="post" action="${action}">!${token}<p><label for="password">New password</label><input id="password"
name="password" type="password" autocomplete="new-password" required></p>
<p><button name="method" value="password">Change the password</button></p></form>`;
}

/** Kratos' own way to add a passkey: its script, its hidden fields, and the call that its button makes. */
function passkeyForm(action: string, token: string, { ui: { nodes } }: UiFlow): string {
  const script = nodes.find(({ attributes: { src } }) => src !== undefined)?.attributes.src;
  const own = nodes.filter(({ group }) => group === 'passkey');
  const trigger = own.find(({ attributes: { name } }) => name === 'passkey_register_trigger')?.attributes.onclick;
  if (script === undefined || trigger === undefined) return '';
  return html`<script src="${script}"></script><form method="post" action="${action}">!${token}!${own.filter(isHidden).map(hidden)}
<p><button type="button" class="plain" onclick="${trigger}">Add a passkey</button></p></form>`;
}

/** Markup of Kratos' settings: the password and the passkeys, each in a form of its own. Other settings are not shown here. */
export function settingsForms(flow: UiFlow): string {
  const { action, nodes } = flow.ui;
  const token = nodes.filter(({ attributes: { name } }) => name === 'csrf_token').map(hidden);
  const hasPassword = nodes.some(({ group }) => group === 'password');
  return html`!${messagesIn(flow)}!${hasPassword ? passwordForm(action, token.join('')) : ''}!${passkeyForm(action, token.join(''), flow)}`;
}
