const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#c4c9d4, #4a5263); --soft: light-dark(#f1f3f8, #20252f); --brand: light-dark(#2b4a9b, #a9c1ff); --on-brand: light-dark(#fff, #10182b); }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; overflow-x: auto; }
h1 { font-size: 1.4rem; }
form { margin: .5rem 0; }
a { color: var(--brand); }
table { border-collapse: collapse; } td, th { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; }
button { font: inherit; font-weight: 600; min-height: 2.5rem; padding: .3rem 1rem; border: 0; border-radius: .4rem; background: var(--brand); color: var(--on-brand); cursor: pointer; }
select, input { font: inherit; max-width: 100%; min-height: 2.5rem; }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
.sandbox { border: 2px dashed var(--line); border-radius: .5rem; padding: .5rem .75rem; background: var(--soft); }
.choices { list-style: none; padding: 0; max-width: 32rem; }
.choices li { border-top: 1px solid var(--line); padding: .5rem 0; }
.choices p { margin: .25rem 0; }
.choices button { width: 100%; text-align: left; }
summary { cursor: pointer; padding: .5rem 0; }
`;

/** Text as it may stand in HTML, also inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A plain page. `body` is HTML. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</html>
`;
}

/** The options of a `<select>` of labels, each as `capability/label`. */
export function labelOptions(labels: readonly string[]): string {
  return labels.map((label) => `<option>${escapeHtml(label)}</option>`).join('');
}
