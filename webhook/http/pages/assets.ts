import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** A file that pages load. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string | Buffer;
  /** A hash of the content. */
  readonly version: string;
}

/** Everything that pages load; nothing comes from another origin. */
export interface Assets {
  readonly style: Asset;
  readonly script: Asset;
  /** Without one, browsers request `/favicon.ico`, which does not exist. */
  readonly icon: Asset;
  readonly logo: Asset | undefined;
}

function asset(path: string, type: string, body: string | Buffer): Asset {
  return { path, type, body, version: hash('sha256', body, 'hex').slice(0, 16) };
}

function readAsset(name: string): string {
  return readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');
}

/** Returns a shipped script; reads its file. */
export function createScript(name: string): Asset {
  return asset(`/jumio/${name}`, 'text/javascript; charset=utf-8', readAsset(name));
}

/** Returns a shipped stylesheet for some pages only; reads its file. */
export function createStyle(path: string, name: string): Asset {
  return asset(path, 'text/css; charset=utf-8', readAsset(name));
}

/** Returns the assets of a brand; reads the shipped files. */
export function createAssets(brand: Brand): Assets {
  const { logo } = brand;
  return {
    style: asset('/jumio/style.css', 'text/css; charset=utf-8', readAsset('style.css') + brandStyle(brand)),
    script: createScript('page.js'),
    icon: asset('/jumio/icon.svg', 'image/svg+xml', readAsset('icon.svg')),
    logo: logo && asset('/jumio/logo', logo.type, logo.bytes),
  };
}

/** Returns the URL of exactly this content. */
export function assetUrl({ path, version }: Asset): string {
  return `${path}?v=${version}`;
}

/** An SVG can run scripts and load resources; opened as a document of its own it must do neither. Its styles may apply. */
const ASSET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** A versioned URL never changes its content; any other is revalidated. */
function send(request: FastifyRequest, reply: FastifyReply, { type, body, version }: Asset): FastifyReply {
  const isVersioned = new URL(request.url, 'http://localhost').searchParams.get('v') === version;
  const etag = `"${version}"`;
  reply.headers({
    etag,
    'cache-control': isVersioned ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': ASSET_POLICY,
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.type(type).send(body);
}

/** Serves a file that pages load. */
export function assetRoute(app: FastifyInstance, file: Asset): void {
  app.get(file.path, async (request, reply) => send(request, reply, file));
}

/** `GET /jumio/style.css`, `/jumio/page.js`, `/jumio/icon.svg` and, if the brand has a logo, `/jumio/logo`. */
export async function assetRoutes(app: FastifyInstance, { assets }: { readonly assets: Assets }): Promise<void> {
  for (const file of [assets.style, assets.script, assets.icon, assets.logo])
    if (file !== undefined) assetRoute(app, file);
}

/** The operator's brand on the pages. Every part may be missing. */
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
 * The custom properties that the brand changes, appended to the stylesheet. With one colour only, dark screens use it for
 * buttons with white text, and a readable default for links.
 */
function brandStyle({ color, colorDark }: Brand): string {
  const light = color === undefined ? '' : `:root { --accent: ${color}; --link: ${color}; }\n`;
  const oneColor = color === undefined ? '' : `${DARK} { :root { --on-accent: #ffffff; --link: #9cc4ff; } }\n`;
  const twoColors = `${DARK} { :root { --accent: ${colorDark}; --on-accent: #12171d; --link: ${colorDark}; } }\n`;
  return light + (colorDark === undefined ? oneColor : twoColors);
}
