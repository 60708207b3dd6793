/** How the operator looks to people. Every part may be missing. */
export interface Brand {
  readonly name?: string | undefined;
  readonly logo?: { readonly type: string; readonly bytes: Buffer } | undefined;
  /** `#rrggbb`, readable with white. */
  readonly color?: string | undefined;
  /** `#rrggbb`, readable on the dark page. */
  readonly colorDark?: string | undefined;
  /** `mailto:…` or an http(s) URL. */
  readonly support?: string | undefined;
  readonly privacyUrl?: string | undefined;
}

const DARK = '@media screen and (prefers-color-scheme: dark)';

/**
 * The custom properties that the brand changes, to stand behind the stylesheet. Where only one colour is given, dark
 * screens keep its buttons with white text on them; links keep a colour that can be read there.
 */
export function brandStyle({ color, colorDark }: Brand): string {
  const light = color === undefined ? '' : `:root { --accent: ${color}; --link: ${color}; }\n`;
  const kept = color === undefined ? '' : `${DARK} { :root { --on-accent: #ffffff; --link: #9cc4ff; } }\n`;
  const given = `${DARK} { :root { --accent: ${colorDark}; --on-accent: #12171d; --link: ${colorDark}; } }\n`;
  return light + (colorDark === undefined ? kept : given);
}
