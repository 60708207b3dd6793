import type { AtPage } from '../../transactions/index.ts';
import { pollingPath } from '../pages/jumio-redirect.ts';
import { html } from '../pages/render.ts';
import type { Drawing } from './factors/part.ts';

/** Returns the address of the page of a transaction. */
export function approvePath(id: string): string {
  return `/approve/${id}`;
}

/** Returns with what factors draw their part of the page of a payer. */
export function createDrawing({
  at,
  now,
  csrfToken,
  back,
  translate,
}: Pick<Drawing, 'now' | 'translate'> & {
  readonly at: AtPage;
  /** When the payer came back from the vendor, by the address; undefined: it does not say so. */
  readonly back: number | undefined;
  readonly csrfToken: string;
}): Drawing {
  const { id } = at.transaction;
  return {
    translate,
    language: at.locale,
    now,
    isBack: back !== undefined,
    path: back === undefined ? approvePath(id) : pollingPath(back, approvePath(id)),
    form: (act, button, { fields = {}, inputs, below, attributes = {} } = {}) => {
      const hidden = Object.entries({ _csrf: csrfToken, act, ...fields });
      return html`<form method="post" action="${approvePath(id)}"${Object.entries(attributes).map(
        ([name, value]) => html` ${name}="${value}"`,
      )}>${hidden.map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
      )}${inputs}<button>${translate(button)}</button>${below}</form>\n`;
    },
  };
}
