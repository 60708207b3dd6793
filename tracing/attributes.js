/*
 * What a span may carry, by allow-list as the log's fields are (docs/design.md#logs). Everything else goes: an address has one-time links
 * and queries in it, a client's address is a person's, the message of an error may quote data.
 */

const KEPT = new Set([
  'error.type',
  'fastify.root',
  'fastify.type',
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'jumio_bridge.jobs',
  'network.protocol.version',
  'server.address',
  'server.port',
  'url.scheme',
]);

/**
 * Returns the attributes that a span may carry.
 * @param {Readonly<Record<string, unknown>>} attributes
 * @returns {Record<string, unknown>}
 */
export function keptAttributes(attributes) {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => KEPT.has(name)));
}

/**
 * Removes from an ended span what it may not carry: attributes, the events (they hold the messages of exceptions), and the text of its status.
 * @param {{ attributes: Record<string, unknown>, events: unknown[], status: { code: number, message?: string }, name: string }} span
 */
export function scrub(span) {
  const kept = keptAttributes(span.attributes);
  for (const name of Object.keys(span.attributes)) if (!Object.hasOwn(kept, name)) delete span.attributes[name];
  span.events.length = 0;
  delete span.status.message;
}
