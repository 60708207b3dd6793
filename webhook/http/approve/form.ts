import type { AtPage } from '../../transactions/index.ts';
import { html, type Translate } from '../pages/render.ts';
import type { Drawing } from './factors/part.ts';

/** Returns the address of the page of a transaction. */
export function approvePath(id: string): string {
  return `/approve/${id}`;
}

/** Returns with what factors draw their part of the page of a payer. */
export function createDrawing({
  at,
  csrfToken,
  translate,
}: {
  readonly at: AtPage;
  readonly csrfToken: string;
  readonly translate: Translate;
}): Drawing {
  return {
    translate,
    language: at.locale,
    form: (act, button, { fields = {}, inputs, below, attributes = {} } = {}) => {
      const hidden = Object.entries({ _csrf: csrfToken, act, ...fields });
      return html`<form method="post" action="${approvePath(at.transaction.id)}"${Object.entries(attributes).map(
        ([name, value]) => html` ${name}="${value}"`,
      )}>${hidden.map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
      )}${inputs}<button>${translate(button)}</button>${below}</form>\n`;
    },
  };
}
