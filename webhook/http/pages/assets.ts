import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** A file of the pages. */
interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string | Buffer;
  /** Of its content. */
  readonly version: string;
}

/** Everything that a page loads; nothing of it comes from another origin. */
export interface Assets {
  readonly style: Asset;
  readonly script: Asset;
  /** Browsers ask for one in any case: `/favicon.ico`, which is none of our addresses. */
  readonly icon: Asset;
  readonly logo: Asset | undefined;
}

function asset(path: string, type: string, body: string | Buffer): Asset {
  return { path, type, body, version: hash('sha256', body, 'hex').slice(0, 16) };
}

function shipped(name: string): string {
  return readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');
}

export function createAssets(brand: Brand): Assets {
  const { logo } = brand;
  return {
    style: asset('/jumio/style.css', 'text/css; charset=utf-8', shipped('style.css') + brandStyle(brand)),
    script: asset('/jumio/page.js', 'text/javascript; charset=utf-8', shipped('page.js')),
    icon: asset('/jumio/icon.svg', 'image/svg+xml', shipped('icon.svg')),
    logo: logo && asset('/jumio/logo', logo.type, logo.bytes),
  };
}

/** The address of exactly this content. */
export function addressOf({ path, version }: Asset): string {
  return `${path}?v=${version}`;
}

/** An SVG can hold scripts and load things: opened by itself it can do neither. Its own styles may draw it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** The content of a versioned address never changes; anybody else asks again. */
function send(request: FastifyRequest, reply: FastifyReply, { type, body, version }: Asset): FastifyReply {
  const isVersioned = new URL(request.url, 'http://localhost').searchParams.get('v') === version;
  const etag = `"${version}"`;
  reply.headers({
    etag,
    'cache-control': isVersioned ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': POLICY,
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.type(type).send(body);
}

/** `GET /jumio/style.css`, `/jumio/page.js`, `/jumio/icon.svg` and, where there is one, `/jumio/logo`: the same for everybody. */
export async function assetRoutes(app: FastifyInstance, { assets }: { readonly assets: Assets }): Promise<void> {
  for (const one of [assets.style, assets.script, assets.icon, assets.logo])
    if (one !== undefined) app.get(one.path, async (request, reply) => send(request, reply, one));
}
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
